"""Which entry of a proposal is which entry of the model, whatever people call it by now.

An entry that discovery wrote is known by its key. What people wrote by hand is recognised by its code, address, type and
name; where they drew one box for what the code has several, the parts belong to that box.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from mantlet.base.globs import matches
from mantlet.discovery.propose.groups import GROUP
from mantlet.model.check_ids import PLACES
from mantlet.model.vocabulary import Vocabulary
from mantlet.store.mentions import edits, rewritten
from mantlet.store.tree import Raw

Entries = dict[str, dict[str, Any]]
SECTIONS = ("parties", "data", "boundaries", "elements", "flows")
"""What discovery proposes, in the order in which one needs the other."""
_ENOUGH = 0.6
_TOKEN = re.compile(r"[a-z0-9]+")


def entries(raw: Raw, section: str) -> Entries:
    """Return a section's entries; empty where there are none."""
    found = raw.get(section) if isinstance(raw, dict) else None
    return (
        {key: value for key, value in found.items() if isinstance(value, dict)}
        if isinstance(found, dict)
        else {}
    )


def key_of(entry: dict[str, Any]) -> str:
    """Return the key by which discovery knows an entry; empty for one that it did not write."""
    seen = entry.get("discovered")
    return str(seen.get("key", "")) if isinstance(seen, dict) else ""


def keys(raw: Raw, section: str) -> dict[str, str]:
    """Return the ids of a section's discovered entries by key."""
    return {key_of(entry): name for name, entry in entries(raw, section).items() if key_of(entry)}


class Alignment:
    """A proposal in the model's own ids."""

    def __init__(self, theirs: Raw, ours: Raw, vocabulary: Vocabulary) -> None:
        self._ours = ours
        self._vocabulary = vocabulary
        self.folded: dict[str, str] = {}
        """Proposed elements that are part of an element drawn by hand, by what stands for them."""
        found = self._elements(theirs)
        raw = _fold(theirs, self.folded, {old for _, old in found})
        for section in ("parties", "data", "boundaries"):
            found |= {(section, old): new for old, new in self._by_key(raw, section).items()}
        self.raw = self._renamed(raw, found, set())
        settled = {(section, new) for (section, _), new in found.items()}
        flows = {("flows", old): new for old, new in self._flows().items()}
        self.raw = self._renamed(self.raw, flows, settled)

    def in_our_ids(self, base: Raw) -> Raw:
        """Return an earlier proposal in the model's ids, by the keys that both know."""
        if not base:
            return {}
        found: dict[tuple[str, str], str] = {}
        for section in SECTIONS:
            now = {**keys(self._ours, section), **keys(self.raw, section)}
            found |= {
                (section, name): now[key]
                for key, name in keys(base, section).items()
                if key in now and now[key] != name
            }
        return _rename(base, found)

    # -- elements

    def _elements(self, theirs: Raw) -> dict[tuple[str, str], str]:
        found = self._by_key(theirs, "elements")
        proposed, ours = entries(theirs, "elements"), entries(self._ours, "elements")
        free = {
            name: entry for name, entry in ours.items() if name not in found.values() and not key_of(entry)
        }
        scored = sorted(
            (
                (-self._likeness(name, entry, other, drawn, proposed), name, other)
                for name, entry in proposed.items()
                if name not in found
                for other, drawn in free.items()
            )
        )
        taken: set[str] = set()
        for score, name, other in scored:
            if -score >= _ENOUGH and name not in found and other not in taken:
                found[name] = other
                taken.add(other)
        self._fold_parts(proposed, found, taken)
        self._fold_contents(proposed, found)
        self._fold_code(proposed, found)
        return {("elements", old): new for old, new in found.items()}

    def _fold_parts(self, proposed: Entries, found: dict[str, str], drawn: set[str]) -> None:
        """Let the parts of a box that people drew whole belong to it."""
        opened = {str(entry.get("parent", "")) for entry in entries(self._ours, "elements").values()}
        for name, entry in proposed.items():
            parent = str(entry.get("parent", ""))
            if name not in found and found.get(parent) in drawn and found[parent] not in opened:
                self.folded[name] = parent

    def _fold_contents(self, proposed: Entries, found: dict[str, str]) -> None:
        """Let files and folders belong to the store that people drew round them: a bucket, a disk."""
        drawn = [
            (address, name)
            for name, entry in entries(self._ours, "elements").items()
            for address in _texts(entry, "address")
            if not key_of(entry) and self._vocabulary.kind(str(entry.get("type", ""))) == "data-store"
        ]
        by_store = {new: old for old, new in found.items()}
        for name, entry in proposed.items():
            if (
                name in found
                or name in self.folded
                or self._vocabulary.kind(str(entry.get("type", ""))) != "data-store"
            ):
                continue
            around = [
                (len(address), store)
                for inner in _texts(entry, "address")
                for address, store in drawn
                if inner.startswith(f"{address.rstrip('/')}/") or matches(address, inner)
            ]
            if around:
                store = max(around)[1]
                if store in by_store:
                    self.folded[name] = by_store[store]
                else:
                    found[name] = store
                    by_store[store] = name

    def _fold_code(self, proposed: Entries, found: dict[str, str]) -> None:
        """Let programs belong to the process in whose `code:` all of theirs lies, the narrowest glob first."""
        drawn = [
            (len(glob), glob, name)
            for name, entry in entries(self._ours, "elements").items()
            for glob in _texts(entry, "code")
            if not key_of(entry) and self._vocabulary.kind(str(entry.get("type", ""))) == "process"
        ]
        by_process = {new: old for old, new in found.items()}
        for name, entry in proposed.items():
            code = _texts(entry, "code")
            if name in found or name in self.folded or not code:
                continue
            owner = max(
                ((size, whole) for size, glob, whole in drawn if all(matches(glob, path) for path in code)),
                default=(0, ""),
            )[1]
            if owner in by_process:
                self.folded[name] = by_process[owner]
            elif owner:
                found[name] = owner
                by_process[owner] = name

    def _likeness(
        self, name: str, entry: dict[str, Any], other: str, drawn: dict[str, Any], proposed: Entries
    ) -> float:
        """Return how likely a proposed element is one that people drew."""
        vocabulary, type_, drawn_type = (
            self._vocabulary,
            str(entry.get("type", "")),
            str(drawn.get("type", "")),
        )
        if vocabulary.kind(type_) != vocabulary.kind(drawn_type):
            return 0.0
        globs, code = _texts(drawn, "code"), _texts(entry, "code")
        covered = sum(any(matches(glob, path) for glob in globs) for path in code)
        score = covered / len(code) if code else 0.0
        score += 1.0 if {*_texts(drawn, "address")} & {*_texts(entry, "address")} else 0.0
        score += 0.7 * _alike(f"{name} {entry.get('name', '')}", f"{other} {drawn.get('name', '')}")
        if vocabulary.resolve(type_) == vocabulary.resolve(drawn_type):
            score += 0.3 + (
                0.35
                if self._alone(type_, proposed) and self._alone(type_, entries(self._ours, "elements"))
                else 0
            )
        elif vocabulary.is_a(type_, drawn_type) or vocabulary.is_a(drawn_type, type_):
            score += 0.15
        return score

    def _alone(self, type_: str, among: Entries) -> bool:
        wanted = self._vocabulary.resolve(type_)
        return (
            sum(self._vocabulary.resolve(str(entry.get("type", ""))) == wanted for entry in among.values())
            == 1
        )

    # -- other sections

    def _by_key(self, theirs: Raw, section: str) -> dict[str, str]:
        """Return which proposed entries the model has, by key; those without one by their id."""
        known, ours = keys(self._ours, section), entries(self._ours, section)
        found: dict[str, str] = {}
        for name, entry in entries(theirs, section).items():
            if key_of(entry) in known:
                found[name] = known[key_of(entry)]
            elif section in {"parties", "boundaries"} and name in ours and not key_of(ours[name]):
                found[name] = name
        return found

    def _flows(self) -> dict[str, str]:
        """Return which proposed flows the model has: by key, else by their ends."""
        found = self._by_key(self.raw, "flows")
        ends: dict[tuple[str, str], list[str]] = {}
        for name, entry in entries(self._ours, "flows").items():
            if name not in found.values():
                ends.setdefault((str(entry.get("from")), str(entry.get("to"))), []).append(name)
        for name, entry in entries(self.raw, "flows").items():
            if name in found:
                continue
            source, target = str(entry.get("from")), str(entry.get("to"))
            same = ends.get((source, target)) or [
                back
                for back in ends.get((target, source), ())
                if _texts(entries(self._ours, "flows")[back], "returns")
            ]
            if same:
                found[name] = same[0]
        return found

    def _renamed(self, raw: Raw, found: dict[tuple[str, str], str], settled: set[tuple[str, str]]) -> Raw:
        """Return the proposal with the model's ids, and new ids for what would else take somebody's."""
        places = {name for section in PLACES for name in entries(self._ours, section)}
        target = {(section, name): new for (section, name), new in found.items() if name != new}
        taken = {*places, *(name for section in PLACES for name in entries(raw, section))}
        for section in PLACES:
            for name in entries(raw, section):
                if name in places and (section, name) not in found and (section, name) not in settled:
                    target[section, name] = new = _free(name, taken)
                    taken.add(new)
        return _rename(raw, target)


def _texts(entry: dict[str, Any], field: str) -> list[str]:
    held = entry.get(field)
    if isinstance(held, str):
        return [held]
    return [str(item) for item in held] if isinstance(held, list | dict) else []


def _alike(one: str, other: str) -> float:
    left, right = set(_TOKEN.findall(one.lower())), set(_TOKEN.findall(other.lower()))
    return len(left & right) / len(left | right) if left and right else 0.0


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def _rename(raw: Raw, target: dict[tuple[str, str], str]) -> Raw:
    """Return the data with entries renamed wherever they are mentioned, all at once."""
    if not target:
        return raw
    spaces = {section: "party" if section == "parties" else "place" for section, _ in target}
    wanted = {(spaces[section], old): new for (section, old), new in target.items()}
    return rewritten(raw, edits(raw, lambda space, name: wanted.get((space, name), name)))


def _fold(raw: Raw, parts: dict[str, str], known: set[str]) -> Raw:
    """Return the proposal with parts gone into what they are parts of, and their flows with them.

    Parents that the model does not have, and that only stood for parts which have gone elsewhere or which it knows by
    themselves, go too.
    """
    left = {name: entry for name, entry in entries(raw, "elements").items() if name not in parts}
    parents = {str(entry.get("parent", "")) for name, entry in left.items() if name not in known}
    elements = {
        name: entry
        for name, entry in left.items()
        if name in parents or name in known or not key_of(entry).startswith(GROUP)
    }
    gone = left.keys() - elements.keys()
    made = {**raw, "elements": {name: _outside(entry, gone) for name, entry in elements.items()}}
    flows: Entries = {}
    by_ends: dict[tuple[str, str], str] = {}
    for name, entry in entries(raw, "flows").items():
        source, target = (parts.get(str(entry[end]), str(entry[end])) for end in ("from", "to"))
        if source == target:
            continue
        opened = (
            {"opened_by": parts.get(entry["opened_by"], entry["opened_by"])} if "opened_by" in entry else {}
        )
        ends = (source, target)
        moved = {**entry, "from": source, "to": target, **opened}
        if ends in by_ends:
            flows[by_ends[ends]] = dict(_both(flows[by_ends[ends]], moved))
        else:
            by_ends[ends] = name
            flows[name] = moved
    return {**made, "flows": flows}


def _outside(entry: dict[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """Return an element without a parent that is gone."""
    if entry.get("parent") not in gone:
        return entry
    return {field: value for field, value in entry.items() if field != "parent"}


def _both(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of two flows made one."""
    for field in {**one, **other}:
        if field in {"data", "returns"}:
            yield field, list(dict.fromkeys([*one.get(field, []), *other.get(field, [])]))
        else:
            yield field, one.get(field, other.get(field))
