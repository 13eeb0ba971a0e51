"""What a look at the code proposes for a model that is held in memory: items that are shown and accepted one by one.

A look takes long and is made in a process of its own; what it saw travels as a `Look`. What it comes to is worked out anew
against the model as it is, so that what was accepted or drawn meanwhile is no longer proposed.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from mantlet.base.errors import UsageError
from mantlet.changes.operations import Change, Set
from mantlet.discovery.update.accept import changes, closed
from mantlet.discovery.update.align import entries, key_of
from mantlet.discovery.update.compare import compare
from mantlet.discovery.update.items import Comparison, Item
from mantlet.model.vocabulary import Vocabulary
from mantlet.project.discovering import Discovered, State, stale_code
from mantlet.store.tree import Raw


class Look(Struct):
    """What discovery saw in a repository."""

    name: str
    files: int
    state: State
    confidence: dict[str, float]
    """Of elements and flows, by the key that discovery knows them by."""
    not_understood: list[dict[str, Any]]
    skipped: list[dict[str, str]]


class Proposed(Struct):
    """One thing on which code and model disagree, as people read it."""

    id: str
    kind: str
    """new, changed, gone or differs."""
    section: str
    subject: str
    """The id in the model."""
    name: str
    title: str
    evidence: list[str]
    confidence: float | None
    needs: list[str]
    supporting: bool
    minor: bool
    known: bool
    changes: list[Change]


def look_of(found: Discovered) -> Look:
    """Return what a look saw, as plain data."""
    draft = found.draft
    refused = [
        {
            "path": place.partition(":")[0],
            "line": _line(place),
            "what": f"no fact of the catalogue says {what}",
        }
        for place, what in found.proposal.refused
    ]
    unclear = [{"path": one.at.path, "line": one.at.line, "what": one.what} for one in draft.not_understood]
    return Look(
        found.name,
        draft.files,
        found.state,
        _confidence(found),
        [*unclear, *refused],
        [{"path": item.path, "why": item.reason} for item in draft.skipped],
    )


def _line(place: str) -> int:
    line = place.rpartition(":")[2]
    return int(line) if line.isdigit() else 0


def _confidence(found: Discovered) -> dict[str, float]:
    elements = entries(found.proposal.raw, "elements")
    key = {
        item.id: key_of(elements.get(found.proposal.ids.get(item.id, ""), {}))
        for item in found.draft.elements
    }
    sure = {key[item.id]: item.confidence for item in found.draft.elements}
    for flow in found.draft.flows:
        name = f"{key.get(flow.source)} > {key.get(flow.target)}"
        sure[name] = max(flow.confidence, sure.get(name, 0.0))
    return {name: round(value, 2) for name, value in sure.items() if name}


class Proposals:
    """A look held against a model."""

    def __init__(
        self, look: Look, base: State, ours: Raw, vocabulary: Vocabulary, *, again: bool = False
    ) -> None:
        self._look, self._ours = look, ours
        self.comparison: Comparison = compare(
            base.proposal, ours, look.state.proposal, vocabulary, again=again
        )
        self._ids = _ids(self.comparison.items)

    @property
    def items(self) -> list[Proposed]:
        """What is proposed, in the order in which one thing needs the other."""
        fresh = {
            item.id: name
            for name, item in zip(self._ids, self.comparison.items, strict=True)
            if item.kind == "new"
        }
        return [
            self._shown(name, item, fresh)
            for name, item in zip(self._ids, self.comparison.items, strict=True)
        ]

    def stale(self, root: Path) -> list[dict[str, str]]:
        """Return the elements whose `code:` names nothing that is there."""
        return [{"element": name, "code": glob} for name, glob in stale_code(root, self._ours)]

    def accept(self, names: Collection[str]) -> tuple[list[Change], list[str]]:
        """Return the changes of what is accepted, and the ids of all that this takes in; raises `UsageError`."""
        wanted = set(names)
        for name in wanted.difference(self._ids):
            raise UsageError(
                f"'{name[:100]}' is not proposed (any more)",
                mend="look at the list again, or discover anew",
            )
        items = [  # what people chose is wanted for itself
            structs.replace(item, supporting=False) if name in wanted else item
            for name, item in zip(self._ids, self.comparison.items, strict=True)
        ]
        comparison = structs.replace(self.comparison, items=items)
        known = dict(zip(self._ids, items, strict=True))
        chosen = _with_needs([known[name] for name in known if name in wanted], items)
        taken = {id(item) for item in closed(comparison, chosen)}
        return changes(comparison, chosen), [name for name, item in known.items() if id(item) in taken]

    def _shown(self, name: str, item: Item, fresh: dict[str, str]) -> Proposed:
        proposed = [one.value for one in item.changes if isinstance(one, Set) and len(one.path) == 2]
        held = entries(self._ours, item.section).get(item.id, {})
        entry = next((one for one in proposed if isinstance(one, dict)), held)
        return Proposed(
            name,
            item.kind,
            item.section,
            item.id,
            str(entry.get("name") or item.id),
            item.what,
            item.at,
            self._look.confidence.get(key_of(entry)),
            [fresh[need] for need in item.needs if need in fresh],
            item.supporting,
            item.minor,
            item.known,
            item.changes,
        )


def _with_needs(chosen: list[Item], items: list[Item]) -> list[Item]:
    """Return what was chosen with all that is new and that it names: who takes a flow takes its ends."""
    fresh = {item.id: item for item in items if item.kind == "new"}
    found = {id(item): item for item in chosen}
    waiting = list(chosen)
    while waiting:
        for need in waiting.pop().needs:
            item = fresh.get(need)
            if item is not None and id(item) not in found:
                found[id(item)] = item
                waiting.append(item)
    return list(found.values())


def _ids(items: list[Item]) -> list[str]:
    """Return an id for each item that stays the same while the model changes."""
    found: dict[str, None] = {}
    for item in items:
        what = f"{item.kind}:{item.section}:{item.id}"
        if item.kind == "differs":
            what += f":{item.what.partition(':')[0]}"
        number, name = 2, what
        while name in found:
            name, number = f"{what}:{number}", number + 1
        found[name] = None
    return list(found)
