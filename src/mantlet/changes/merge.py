"""Two people's versions of a model made one, by id, with the real conflicts told.

Lists of ids and texts are ordered sets: both sides' additions come in, both sides' removals go out. The order of flows in a
sequence has a meaning, so a sequence is one value; so is the judgement in a decision. Nothing that one side removed and
the other changed is dropped: it stays, as a conflict.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mantlet.changes.apply import apply_to_document, raw_of
from mantlet.changes.compare import canonical, diff, same
from mantlet.changes.operations import shown
from mantlet.model.entries import Sections
from mantlet.model.model import RETURNS
from mantlet.store.document import Document
from mantlet.store.mentions import holder, mentions
from mantlet.store.rawedit import MISSING, Edit, applied, get
from mantlet.store.tree import Path, Raw

JUDGEMENT = ("treatment", "controls", "until", "reason", "approved_by", "rating", "basis", "covers")
"""The fields of a decision that only make sense together; the others (owner, due, ticket, status …) merge one by one."""


class Conflict(Struct, frozen=True):
    """A value that both sides changed, differently; None where it isn't there."""

    path: tuple[str | int, ...]
    base: Any
    ours: Any
    theirs: Any

    @property
    def message(self) -> str:
        """What happened, in a line."""
        if self.ours is None or self.theirs is None:
            side, other = ("here", "there") if self.ours is None else ("there", "here")
            unchanged = self.base in (self.ours, self.theirs)
            return f"{shown(self.path)}: removed {side}, {'still used' if unchanged else 'changed'} {other}"
        return f"{shown(self.path)}: changed here and there, differently"


def merge(base: Sections | Raw, ours: Sections | Raw, theirs: Sections | Raw) -> tuple[Raw, list[Conflict]]:
    """Return both sides' changes in one tree, and the conflicts; where there is one, the tree has our value, or the one that is left."""
    merging = _Merging()
    before, here, there = (raw_of(side) or {} for side in (base, ours, theirs))
    merged = merging.values(before, here, there, ())
    if not merging.conflicts and (same(merged, here) or same(merged, there)):
        return merged, merging.conflicts
    return merging.mended(merged, before, here, there), merging.conflicts


def merge_documents(base: Document, ours: Document, theirs: Document) -> list[Conflict]:
    """Bring their changes into our file, comments and order kept; returns the conflicts."""
    merged, conflicts = merge(base.raw, ours.raw, theirs.raw)
    apply_to_document(ours, diff(ours.raw, merged))
    return conflicts


class _Merging:
    def __init__(self) -> None:
        self.conflicts: list[Conflict] = []

    def values(self, base: Raw, ours: Raw, theirs: Raw, path: Path) -> Raw:
        if same(ours, theirs) or same(theirs, base):
            return ours
        if same(ours, base):
            return theirs
        base, ours, theirs = (_one_form(value, path) for value in (base, ours, theirs))
        if isinstance(ours, dict) and isinstance(theirs, dict):
            held = base if isinstance(base, dict) else {}
            if len(path) == 2 and path[0] == "decisions" and _both_judged(held, ours, theirs):
                return self._conflict(path, base, ours, theirs)
            return self._mappings(held, ours, theirs, path)
        if isinstance(ours, list) and isinstance(theirs, list) and path[:1] != ("sequences",):
            return _lists(base if isinstance(base, list) else [], ours, theirs)
        return self._conflict(path, base, ours, theirs)

    def _mappings(
        self, base: dict[str, Raw], ours: dict[str, Raw], theirs: dict[str, Raw], path: Path
    ) -> dict[str, Raw]:
        merged: dict[str, Raw] = {}
        for key in {**ours, **theirs}:
            value = self.values(
                base.get(key, MISSING), ours.get(key, MISSING), theirs.get(key, MISSING), (*path, key)
            )
            if value is not MISSING:
                merged[key] = value
        return merged

    def mended(self, merged: Raw, base: Raw, ours: Raw, theirs: Raw) -> Raw:
        """Return the tree with every entry back that one side removed and the other mentions anew, each as a conflict.

        What only their side of a conflict mentions comes back too: whoever decides the conflict can then take either.
        """
        sides = (ours, theirs)
        while broken := dict.fromkeys([*_broken(merged, sides), *_broken(self._their_way(merged), sides)]):
            for section, name in broken:
                path: Path = (section, name)
                held = [get(side, path) for side in (base, ours, theirs)]
                merged = applied(merged, Edit("put", path, self._conflict(path, *held)))
        return merged

    def _their_way(self, merged: Raw) -> Raw:
        """Return the tree with their value of each conflict in place of ours."""
        for conflict in self.conflicts:
            if conflict.theirs is not None:
                merged = applied(merged, Edit("put", conflict.path, conflict.theirs))
        return merged

    def _conflict(self, path: Path, base: Raw, ours: Raw, theirs: Raw) -> Raw:
        sides = [None if value is MISSING else value for value in (base, ours, theirs)]
        self.conflicts.append(Conflict(path, *sides))
        return theirs if ours is MISSING else ours


def _broken(merged: Raw, sides: tuple[Raw, Raw]) -> list[tuple[str, str]]:
    """Return the entries that are mentioned but gone, though the side that mentions them has them; orphaned decisions may be."""
    gone: dict[tuple[str, str], None] = {}
    for mention in mentions(merged):
        name = mention.text.removesuffix(RETURNS) if mention.role == "movement" else mention.text
        space = "place" if mention.role in {"movement", "spot"} else mention.role
        if mention.path[0] == "decisions" or holder(merged, space, name):
            continue
        for side in sides:
            holds = get(side, mention.path[:-1])
            written = (
                mention.path[-1] in holds
                if isinstance(holds, dict)
                else isinstance(holds, list) and mention.text in holds
            )
            if written and (section := holder(side, space, name)):
                gone[section, name] = None
    return list(gone)


def _one_form(value: Raw, path: Path) -> Raw:
    """Return one form of what may be written in two: `in: vpc` or a list, `holds:` as a list or a mapping."""
    if len(path) == 3 and path[0] == "elements":
        if path[2] == "in" and isinstance(value, str):
            return [value]
        if path[2] == "holds" and isinstance(value, list):
            return {str(name): {} for name in value}
    return value


def _both_judged(base: dict[str, Raw], ours: dict[str, Raw], theirs: dict[str, Raw]) -> bool:
    """Tell whether both sides changed the judgement itself, and not alike."""
    if all(same(ours.get(key, MISSING), theirs.get(key, MISSING)) for key in JUDGEMENT):
        return False
    return all(
        any(not same(side.get(key, MISSING), base.get(key, MISSING)) for key in JUDGEMENT)
        for side in (ours, theirs)
    )


def _lists(base: list[Raw], ours: list[Raw], theirs: list[Raw]) -> list[Raw]:
    """Merge two lists as ordered sets: ours without what they removed, then what they added."""
    before, here, there = ({canonical(item) for item in items} for items in (base, ours, theirs))
    merged = [item for item in ours if (key := canonical(item)) in there or key not in before]
    added: set[bytes] = set()
    for item in theirs:
        key = canonical(item)
        if key not in here and key not in before and key not in added:
            added.add(key)
            merged.append(item)
    return merged
