"""What a new look at the code would change in a model: new, changed, gone, and where the two contradict each other.

The last proposal is the base of a three-way comparison: what only the code changed is proposed, what people changed stays.
An entry that people wrote by hand gains what the code adds to it and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct, structs

from mantlet.base.globs import matches
from mantlet.changes.compare import diff, same
from mantlet.changes.merge import merge
from mantlet.changes.operations import Change, Remove, Rename, Set
from mantlet.discovery.propose.groups import GROUP
from mantlet.discovery.update.align import SECTIONS, Alignment, Entries, entries, key_of, keys
from mantlet.model.entries import fact_text
from mantlet.model.vocabulary import Vocabulary
from mantlet.store.mentions import mentions
from mantlet.store.tree import Raw

Kind = Literal["new", "changed", "gone", "differs"]
_SEEN = "discovered"
_ADDED = ("code", "address")
"""Fields of entries written by hand that gain what the code shows."""
_SINGULAR = {
    "parties": "party",
    "data": "data",
    "boundaries": "boundary",
    "elements": "element",
    "flows": "flow",
}


class Item(Struct, frozen=True):
    """One entry on which code and model disagree, with the changes that would make them agree."""

    kind: Kind
    section: str
    id: str
    what: str
    """In a line."""
    at: list[str]
    """Where the code shows it; where it was last seen, if it is gone."""
    changes: list[Change] = []
    needs: list[str] = []
    """Ids of other new entries that it mentions."""
    known: bool = False
    """Told before, and left as it is by people; not counted as drift."""
    supporting: bool = False
    """Data, a party, a boundary or a parent that is new only because something else that is new names it; it comes with that."""
    minor: bool = False
    """Only adds where something is found; not counted as drift."""

    @property
    def subject(self) -> str:
        """The kind of entry and its id."""
        return f"{_SINGULAR[self.section]} {self.id}"


class Comparison(Struct, frozen=True):
    """All on which code and model disagree."""

    items: list[Item]
    refreshed: list[Change]
    """Lines and keys of entries that are there, as they are now; no disagreement."""
    left_out: int = 0
    """Proposed entries that people chose not to have."""

    @property
    def drift(self) -> list[Item]:
        """What somebody should look at."""
        return [item for item in self.items if not (item.known or item.minor)]


def compare(base: Raw, ours: Raw, theirs: Raw, vocabulary: Vocabulary, *, again: bool = False) -> Comparison:
    """Compare a model with a new proposal; ``base`` is the last one, empty where there is none.

    ``again`` proposes anew what people chose not to have.
    """
    aligned = Alignment(theirs, ours, vocabulary)
    return _Comparing(aligned.in_our_ids(base), ours, aligned.raw, vocabulary, again=again).result()


class _Comparing:
    def __init__(self, base: Raw, ours: Raw, theirs: Raw, vocabulary: Vocabulary, *, again: bool) -> None:
        self.base = _kept(base, ours) if again else base
        self.ours, self.vocabulary = ours, vocabulary
        self.left_out: dict[str, set[str]] = {}
        theirs = theirs if again else self._without_declined(theirs)
        self.theirs = _needed(
            {**theirs, **{section: self._softened(section, theirs) for section in SECTIONS}}, ours
        )
        parts = [_plain(side) for side in (self.base, ours, self.theirs)]
        self._merged, self._conflicts = merge(*(_proposed(part) for part in parts))
        self._ours = parts[1]

    def result(self) -> Comparison:
        """Return the items in the order in which one needs the other."""
        gone = self._gone()
        items = [*self._new(), *self._changed(), *gone, *self._differs()]
        order = {section: number for number, section in enumerate(SECTIONS)}
        kinds = {"new": 0, "changed": 1, "gone": 2, "differs": 3}
        items.sort(key=lambda item: (kinds[item.kind], order[item.section]))
        needed = {name for item in items for name in item.needs}
        items = [
            structs.replace(item, supporting=True)
            if item.kind == "new" and item.id in needed and self._supports(item)
            else item
            for item in items
        ]
        return Comparison(items, list(self._refreshed()), sum(map(len, self.left_out.values())))

    def _supports(self, item: Item) -> bool:
        """Tell whether an entry is of no use but to what names it."""
        if item.section in {"elements", "flows"}:
            return key_of(entries(self.theirs, item.section)[item.id]).startswith(GROUP)
        return True

    # -- what is proposed at all

    def _without_declined(self, theirs: Raw) -> Raw:
        """Return the proposal without entries that were proposed before and that the model does not have."""
        made = dict(theirs)
        for section in SECTIONS:
            before, ours = keys(self.base, section), entries(self.ours, section)
            known = keys(self.ours, section)
            declined = {
                name
                for name, entry in entries(theirs, section).items()
                if key_of(entry) in before and key_of(entry) not in known and name not in ours
            }
            self.left_out[section] = declined
            made[section] = {
                name: entry for name, entry in entries(theirs, section).items() if name not in declined
            }
        gone = set().union(*self.left_out.values())
        made["flows"] = {
            name: entry
            for name, entry in entries(made, "flows").items()
            if not {entry["from"], entry["to"]} & gone
        }
        return made

    def _softened(self, section: str, theirs: Raw) -> Entries:
        """Return a section of the proposal in which entries written by hand gain what the code adds, and nothing else.

        So do entries whose earlier proposal is not known: nobody can tell what people changed in them.
        """
        ours, base = entries(self.ours, section), entries(self.base, section)
        return {
            name: _gaining(ours[name], entry)
            if name in ours and (name not in base or not key_of(ours[name]))
            else entry
            for name, entry in entries(theirs, section).items()
        }

    # -- items

    def _new(self) -> Iterator[Item]:
        fresh = {
            name
            for section in SECTIONS
            for name in self._names(section)
            if name not in entries(self.ours, section)
        }
        for section in SECTIONS:
            for name, entry in entries(self.theirs, section).items():
                if name in entries(self.ours, section) or name not in entries(self._merged, section):
                    continue
                needs = sorted({text for text in _mentioned(section, name, entry) if text in fresh} - {name})
                yield Item(
                    "new", section, name, self._described(section, entry), _at(entry),
                    [Set((section, name), entry)], needs,
                )  # fmt: skip

    def _names(self, section: str) -> list[str]:
        return list(entries(self.theirs, section))

    def _changed(self) -> Iterator[Item]:
        for section in SECTIONS:
            for name, entry in entries(self._ours, section).items():
                now = entries(self._merged, section).get(name)
                if now is None or same(now, entry):
                    continue
                changes = [_lowered(change, (section, name)) for change in diff(entry, now)]
                fresh = {
                    other
                    for kind in SECTIONS
                    for other in entries(self.theirs, kind)
                    if other not in entries(self.ours, kind)
                }
                needs = sorted({text for text in _mentioned(section, name, now) if text in fresh})
                seen = entries(self.theirs, section).get(name, {})
                minor = all(not isinstance(change, Rename) and change.path[2] in _ADDED for change in changes)
                yield Item(
                    "changed", section, name, _difference(entry, now), _at(seen), changes, needs, minor=minor
                )  # fmt: skip

    def _gone(self) -> list[Item]:
        """Return entries that discovery wrote and no longer sees; those that people worked on are only told."""
        found: list[tuple[str, str]] = []
        for section in SECTIONS:
            there = {key_of(entry) for entry in entries(self.theirs, section).values()}
            found += [
                (section, name)
                for name, entry in entries(self.ours, section).items()
                if key_of(entry) and key_of(entry) not in there and not self._is_left(section, name)
            ]
        free = self._removable(found)
        return [
            Item(
                "gone", section, name,
                "no longer in the code" if (section, name) in free else "no longer in the code; people worked on it, so it stays until they remove it",
                _at(entries(self.ours, section)[name]),
                [Remove((section, name))] if (section, name) in free else [],
            )
            for section, name in found
        ]  # fmt: skip

    def _is_left(self, section: str, name: str) -> bool:
        """Tell whether a data asset, party or boundary is of use to what stays: it goes only with the last that mentions it."""
        if section in {"elements", "flows"}:
            return False
        return any(
            mention.text == name and mention.path[:2] != (section, name) for mention in mentions(self._merged)
        )

    def _removable(self, found: list[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those that nobody worked on and that nothing which stays mentions."""
        free = {
            (section, name)
            for section, name in found
            if same(entries(_plain(self.base), section).get(name), entries(self._ours, section)[name])
        }
        while True:
            names = {name for _, name in free}
            held = {
                mention.text
                for mention in mentions(self.ours)
                if mention.text in names
                and (str(mention.path[0]), str(mention.path[1])) not in free
                and not self._drops(mention.path, mention.text)
            }
            kept = {(section, name) for section, name in free if name not in held}
            if kept == free:
                return free
            free = kept

    def _drops(self, path: tuple[str | int, ...], text: str) -> bool:
        """Tell whether what is proposed takes a mention out of an entry that stays."""
        section, name = str(path[0]), str(path[1])
        now = entries(self._merged, section).get(name)
        return section in SECTIONS and now is not None and text not in _mentioned(section, name, now)

    def _differs(self) -> Iterator[Item]:
        """Yield facts that the model says otherwise than the code; people decide which is true."""
        for section in ("elements", "flows"):
            for name, entry in entries(self.theirs, section).items():
                held = entries(self.ours, section).get(name, {})
                merged = entries(self._merged, section).get(name, {})
                places = _seen_facts(entry)
                for fact, value in _facts(entry).items():
                    said = _facts(merged).get(fact)
                    if said is None or _facts(held).get(fact) is None or fact_text(said) == fact_text(value):
                        continue
                    before = _facts(entries(self.base, section).get(name, {})).get(fact)
                    yield Item(
                        "differs", section, name,
                        f"{fact}: the model says {fact_text(said)}, the code {fact_text(value)}",
                        [places[fact]] if fact in places else _at(entry),
                        [Set((section, name, "facts", fact), value)],
                        known=before is not None and fact_text(before) == fact_text(value),
                    )  # fmt: skip

    # -- words

    def _described(self, section: str, entry: dict[str, Any]) -> str:
        if section == "flows":
            carried = ", ".join([*entry.get("data", []), *entry.get("returns", [])])
            return f"{entry['from']} → {entry['to']}" + (f": {carried}" if carried else "")
        realm = {"elements": "element", "data": "data", "boundaries": "boundary"}.get(section, "")
        type_ = str(entry.get("type", ""))
        known = self.vocabulary.types.get(self.vocabulary.resolve(type_, realm)) if realm else None  # type: ignore[arg-type]
        words = [known.title.lower() if known else type_, str(entry.get("name", ""))]
        return ", ".join(filter(None, words))

    def _refreshed(self) -> Iterator[Change]:
        for section in SECTIONS:
            for name, entry in entries(self.theirs, section).items():
                held = entries(self.ours, section).get(name)
                if held is not None and _SEEN in entry and not same(held.get(_SEEN), entry[_SEEN]):
                    yield Set((section, name, _SEEN), entry[_SEEN])


def _gaining(held: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as people wrote it, with the facts, code and addresses that the code adds, and what it says of facts."""
    made = dict(held)
    for field in _ADDED:
        wide = held.get(field, [])
        fresh = [item for item in entry.get(field, []) if not any(matches(str(glob), item) for glob in wide)]
        if fresh and isinstance(wide, list):
            made[field] = [*wide, *(item for item in fresh if item not in wide)]
    if facts := _facts(entry):
        made["facts"] = {**_facts(held), **facts}
    if _SEEN in entry:
        made[_SEEN] = {
            field: value for field, value in entry[_SEEN].items() if field != "key" or key_of(held)
        }
    return made


def _needed(raw: dict[str, Any], ours: Raw) -> dict[str, Any]:
    """Return the proposal without new data, boundaries and parties that nothing proposed mentions any more."""
    used = {
        mention.text
        for mention in mentions(raw)
        if not mention.at_key or mention.path[0] not in SECTIONS or len(mention.path) > 2
    }
    for section in ("data", "boundaries", "parties"):
        raw[section] = {
            name: entry
            for name, entry in entries(raw, section).items()
            if name in used or name in entries(ours, section)
        }
    return raw


def _kept(base: Raw, ours: Raw) -> dict[str, Any]:
    """Return the earlier proposal without what the model does not have, as if that had never been proposed."""
    return {
        section: {
            name: entry for name, entry in entries(base, section).items() if name in entries(ours, section)
        }
        for section in SECTIONS
    }


def _proposed(raw: Raw) -> dict[str, Any]:
    return {section: entries(raw, section) for section in SECTIONS if entries(raw, section)}


def _plain(raw: Raw) -> dict[str, Any]:
    """Return the model without where its entries were seen: lines move with every edit."""
    made = dict(raw or {})
    for section in SECTIONS:
        if section in made:
            made[section] = {
                name: {field: value for field, value in entry.items() if field != _SEEN}
                for name, entry in entries(raw, section).items()
            }
    return made


def _facts(entry: dict[str, Any]) -> dict[str, Any]:
    held = entry.get("facts")
    return held if isinstance(held, dict) else {}


def _seen_facts(entry: dict[str, Any]) -> dict[str, str]:
    held = entry.get(_SEEN, {}).get("facts", {})
    return held if isinstance(held, dict) else {}


def _at(entry: dict[str, Any]) -> list[str]:
    held = entry.get(_SEEN)
    return list(held.get("at", [])) if isinstance(held, dict) else []


def _mentioned(section: str, name: str, entry: dict[str, Any]) -> set[str]:
    return {mention.text for mention in mentions({section: {name: entry}})}


def _lowered(change: Change, above: tuple[str, str]) -> Change:
    """Return a change of an entry as one of the model."""
    if isinstance(change, Set):
        return Set((*above, *change.path), change.value)
    assert isinstance(change, Remove)  # noqa: S101  (what `diff` yields)
    return Remove((*above, *change.path))


def _difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say in a line what becomes of an entry."""
    said = []
    for change in diff(before, after):
        path = ".".join(map(str, getattr(change, "path", ())))
        if isinstance(change, Remove):
            said.append(f"{path} removed")
        elif isinstance(change, Set):
            said.append(f"{path}: {_value(before, change)}")
    return "; ".join(said)


def _value(before: dict[str, Any], change: Set) -> str:
    """Say what a field becomes: of a list what came and went."""
    held = before.get(str(change.path[0])) if len(change.path) == 1 else None
    if isinstance(held, list) and isinstance(change.value, list):
        came = [f"+{item}" for item in change.value if item not in held]
        went = [f"−{item}" for item in held if item not in change.value]
        return " ".join([*came, *went])
    return str(change.value) if not isinstance(change.value, dict) else ", ".join(map(str, change.value))
