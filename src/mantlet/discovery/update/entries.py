"""Entries of a model as plain data: what they say, what they gain, and how they differ."""

from __future__ import annotations

from typing import Any

from mantlet.base.globs import matches
from mantlet.changes.compare import diff
from mantlet.changes.operations import Change, Remove, Set
from mantlet.discovery.update.align import SECTIONS, entries, key_of
from mantlet.store.mentions import mentions
from mantlet.store.tree import Raw

SEEN = "discovered"
ADDED = ("code", "address")
"""Fields of entries written by hand that gain what the code shows."""


def gaining(held: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as people wrote it, with the facts, code and addresses that the code adds, and what it says of facts."""
    made = dict(held)
    for field in ADDED:
        wide = held.get(field, [])
        fresh = [item for item in entry.get(field, []) if not any(matches(str(glob), item) for glob in wide)]
        if fresh and isinstance(wide, list):
            made[field] = [*wide, *(item for item in fresh if item not in wide)]
    if facts := facts_of(entry):
        made["facts"] = {**facts_of(held), **facts}
    if SEEN in entry:
        made[SEEN] = {field: value for field, value in entry[SEEN].items() if field != "key" or key_of(held)}
    return made


_NAMED = ("data", "boundaries", "parties")
"""Sections whose entries are there for others that name them."""


def only_needed(raw: dict[str, Any], ours: Raw) -> dict[str, Any]:
    """Return the proposal without new data, boundaries and parties that nothing else proposed names any more."""
    named = list(mentions(raw))
    used = {mention.text for mention in named if mention.path[0] not in _NAMED and not mention.at_key}
    used |= {mention.text for mention in named if mention.path[0] not in _NAMED and len(mention.path) > 2}
    inner = [
        (str(mention.path[1]), mention.text)
        for mention in named
        if mention.path[0] in _NAMED and len(mention.path) > 2
    ]
    while more := {text for holder, text in inner if holder in used} - used:
        used |= more
    for section in _NAMED:
        raw[section] = {
            name: entry
            for name, entry in entries(raw, section).items()
            if name in used or name in entries(ours, section)
        }
    return raw


def only_kept(base: Raw, ours: Raw) -> dict[str, Any]:
    """Return the earlier proposal without what the model does not have, as if that had never been proposed."""
    return {
        section: {
            name: entry for name, entry in entries(base, section).items() if name in entries(ours, section)
        }
        for section in SECTIONS
    }


def proposed_part(raw: Raw) -> dict[str, Any]:
    """Return the sections that discovery proposes."""
    return {section: entries(raw, section) for section in SECTIONS if entries(raw, section)}


def without_places(raw: Raw) -> dict[str, Any]:
    """Return the model without where its entries were seen: lines move with every edit."""
    made = dict(raw or {})
    for section in SECTIONS:
        if section in made:
            made[section] = {
                name: {field: value for field, value in entry.items() if field != SEEN}
                for name, entry in entries(raw, section).items()
            }
    return made


def facts_of(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's facts."""
    held = entry.get("facts")
    return held if isinstance(held, dict) else {}


def fact_places(entry: dict[str, Any]) -> dict[str, str]:
    """Return the line that shows each discovered fact."""
    held = entry.get(SEEN, {}).get("facts", {})
    return held if isinstance(held, dict) else {}


def places_of(entry: dict[str, Any]) -> list[str]:
    """Return the lines that show an entry."""
    held = entry.get(SEEN)
    return list(held.get("at", [])) if isinstance(held, dict) else []


def mentioned_by(section: str, name: str, entry: dict[str, Any]) -> set[str]:
    """Return the ids that an entry mentions."""
    return {mention.text for mention in mentions({section: {name: entry}})}


def lowered(change: Change, above: tuple[str, str]) -> Change:
    """Return a change of an entry as one of the model."""
    if isinstance(change, Set):
        return Set((*above, *change.path), change.value)
    assert isinstance(change, Remove)  # noqa: S101  (what `diff` yields)
    return Remove((*above, *change.path))


def difference(before: dict[str, Any], after: dict[str, Any]) -> str:
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
