"""What a new look at the code would change in a model: new, changed, gone, and where the two contradict each other.

The last proposal is the base of a three-way comparison: what only the code changed is proposed, what people changed stays.
An entry that people wrote by hand gains what the code adds to it and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import structs

from mantlet.changes.compare import diff, same
from mantlet.changes.merge import merge
from mantlet.changes.operations import Change, Remove, Rename, Set
from mantlet.discovery.propose.groups import GROUP
from mantlet.discovery.update.align import SECTIONS, Alignment, Entries, entries, key_of, keys
from mantlet.discovery.update.entries import (
    ADDED,
    SEEN,
    difference,
    fact_places,
    facts_of,
    gaining,
    lowered,
    mentioned_by,
    only_kept,
    only_needed,
    places_of,
    proposed_part,
    without_places,
)
from mantlet.discovery.update.items import Comparison, Item
from mantlet.model.entries import fact_text
from mantlet.model.vocabulary import Vocabulary
from mantlet.store.mentions import mentions
from mantlet.store.tree import Raw

GONE = "no longer in the code"
GONE_BUT_KEPT = f"{GONE}; people worked on it, so it stays until they remove it"


def compare(base: Raw, ours: Raw, theirs: Raw, vocabulary: Vocabulary, *, again: bool = False) -> Comparison:
    """Compare a model with a new proposal; ``base`` is the last one, empty where there is none.

    ``again`` proposes anew what people chose not to have.
    """
    aligned = Alignment(theirs, ours, vocabulary)
    return _Comparing(aligned.in_our_ids(base), ours, aligned.raw, vocabulary, again=again).result()


class _Comparing:
    def __init__(self, base: Raw, ours: Raw, theirs: Raw, vocabulary: Vocabulary, *, again: bool) -> None:
        self.base = only_kept(base, ours) if again else base
        self.ours, self.vocabulary = ours, vocabulary
        self.left_out: dict[str, set[str]] = {}
        theirs = theirs if again else self._without_declined(theirs)
        self.theirs = only_needed(
            {**theirs, **{section: self._softened(section, theirs) for section in SECTIONS}}, ours
        )
        parts = [without_places(side) for side in (self.base, ours, self.theirs)]
        self._merged, _ = merge(*(proposed_part(part) for part in parts))
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
            name: gaining(ours[name], entry)
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
                needs = sorted(
                    {text for text in mentioned_by(section, name, entry) if text in fresh} - {name}
                )
                yield Item(
                    "new", section, name, self._described(section, entry), places_of(entry),
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
                changes = [lowered(change, (section, name)) for change in diff(entry, now)]
                fresh = {
                    other
                    for kind in SECTIONS
                    for other in entries(self.theirs, kind)
                    if other not in entries(self.ours, kind)
                }
                needs = sorted({text for text in mentioned_by(section, name, now) if text in fresh})
                seen = entries(self.theirs, section).get(name, {})
                minor = all(not isinstance(change, Rename) and change.path[2] in ADDED for change in changes)
                yield Item(
                    "changed", section, name, difference(entry, now), places_of(seen), changes, needs, minor=minor
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
        holders = self._holders({name for _, name in found})
        return [
            Item(
                "gone",
                section,
                name,
                GONE if (section, name) in free else GONE_BUT_KEPT,
                places_of(entries(self.ours, section)[name]),
                [Remove((section, name))] if (section, name) in free else [],
                held_by=sorted(holders.get(name, set()) - {name}),
            )
            for section, name in found
        ]

    def _holders(self, names: set[str]) -> dict[str, set[str]]:
        """Return the entries that mention some ids."""
        held: dict[str, set[str]] = {}
        for mention in mentions(self.ours):
            if mention.text in names and len(mention.path) > 1:
                held.setdefault(mention.text, set()).add(str(mention.path[1]))
        return held

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
            if same(entries(without_places(self.base), section).get(name), entries(self._ours, section)[name])
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
        return section in SECTIONS and now is not None and text not in mentioned_by(section, name, now)

    def _differs(self) -> Iterator[Item]:
        """Yield facts that the model says otherwise than the code; people decide which is true."""
        for section in ("elements", "flows"):
            for name, entry in entries(self.theirs, section).items():
                held = entries(self.ours, section).get(name, {})
                merged = entries(self._merged, section).get(name, {})
                places = fact_places(entry)
                for fact, value in facts_of(entry).items():
                    said = facts_of(merged).get(fact)
                    if (
                        said is None
                        or facts_of(held).get(fact) is None
                        or fact_text(said) == fact_text(value)
                    ):
                        continue
                    before = facts_of(entries(self.base, section).get(name, {})).get(fact)
                    yield Item(
                        "differs", section, name,
                        f"{fact}: the model says {fact_text(said)}, the code {fact_text(value)}",
                        [places[fact]] if fact in places else places_of(entry),
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
                if held is None or SEEN not in entry:
                    continue
                seen = self._agreed(section, name, entry)
                if not same(held.get(SEEN, {}), seen):
                    yield Set((section, name, SEEN), seen)

    def _agreed(self, section: str, name: str, entry: dict[str, Any]) -> dict[str, Any]:
        """Return where an entry was seen, without facts on which people have the last word."""
        said, merged = facts_of(entry), facts_of(entries(self._merged, section).get(name, {}))
        places = {
            fact: place
            for fact, place in fact_places(entry).items()
            if fact in merged and fact_text(merged[fact]) == fact_text(said[fact])
        }
        rest = {field: value for field, value in entry[SEEN].items() if field != "facts"}
        return rest | ({"facts": places} if places else {})
