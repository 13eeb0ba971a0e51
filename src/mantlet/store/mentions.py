"""Every place in a model where an id stands: what a new id must be written into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from mantlet.model.check_ids import PLACES, SYSTEM
from mantlet.model.model import RETURNS
from mantlet.store.rawedit import Edit, get
from mantlet.store.tree import Path, Raw

Role = Literal[
    "place", "movement", "spot", "known", "decision", "party", "agent", "control", "threat", "sequence"
]
Rename = Callable[[str, str], str]
"""From a space of ids (`place`, `party`, `agent`, `control`, `threat`, `sequence`) and an id to the id it shall be."""
SPACES = {
    **dict.fromkeys(PLACES, "place"),
    "parties": "party",
    "agents": "agent",
    "controls": "control",
    "threats": "threat",
    "sequences": "sequence",
}
"""Which sections' ids share a space."""

_HOLDERS = {space: [section for section, own in SPACES.items() if own == space] for space in SPACES.values()}


@dataclass(frozen=True, slots=True)
class Mention:
    """An id, or a text with ids in it: the value at a path, or its key."""

    path: Path
    role: Role
    text: str
    at_key: bool = False


def mentions(raw: Raw) -> Iterator[Mention]:
    """Yield every mention of an id, definitions included; what doesn't fit the schema is passed over."""
    for section, role in SPACES.items():
        yield from _keys(raw, (section,), role)  # type: ignore[arg-type]
    yield from _data(raw)
    for name, boundary in _entries(raw, "boundaries"):
        yield from _one(boundary, ("boundaries", name), "in", "place")
    for name, element in _entries(raw, "elements"):
        path = ("elements", name)
        yield from _one(element, path, "parent", "place")
        yield from _one(element, path, "operated_by", "party")
        for key in ("in", "holds"):
            yield from _many(raw, (*path, key), "place")
    for name, flow in _entries(raw, "flows"):
        for key in ("from", "to", "opened_by"):
            yield from _one(flow, ("flows", name), key, "place")
        for key in ("data", "returns", "crosses"):
            yield from _many(raw, ("flows", name, key), "place")
    yield from _review(raw)


def _data(raw: Raw) -> Iterator[Mention]:
    for name, _ in _entries(raw, "data"):
        yield from _keys(raw, ("data", name, "derived_from"), "place")


def _review(raw: Raw) -> Iterator[Mention]:
    for name, steps in (_section(raw, "sequences")).items():
        if isinstance(steps, list):
            yield from _many(raw, ("sequences", name), "movement")
    for name, _ in _entries(raw, "agents"):
        yield from _many(raw, ("agents", name, "access"), "place")
    for name, _ in _entries(raw, "controls"):
        yield from _many(raw, ("controls", name, "on"), "place")
    yield from _keys(raw, ("decisions",), "decision")
    for name, _ in _entries(raw, "decisions"):
        yield from _many(raw, ("decisions", name, "covers"), "spot")
        yield from _keys(raw, ("decisions", name, "basis", "facts"), "known")
    for name, _ in _entries(raw, "threats"):
        yield from _many(raw, ("threats", name, "at"), "spot")
        yield from _many(raw, ("threats", name, "agents"), "agent")
    for name, _ in _entries(raw, "environments"):
        yield from _keys(raw, ("environments", name, "facts"), "spot")


def _section(raw: Raw, name: str) -> dict[str, Any]:
    found = raw.get(name) if isinstance(raw, dict) else None
    return found if isinstance(found, dict) else {}


def _entries(raw: Raw, section: str) -> Iterator[tuple[str, dict[str, Raw]]]:
    return ((name, entry) for name, entry in _section(raw, section).items() if isinstance(entry, dict))


def _keys(raw: Raw, path: Path, role: Role) -> Iterator[Mention]:
    held = get(raw, path)
    if isinstance(held, dict):
        yield from (Mention((*path, key), role, key, at_key=True) for key in held)


def _one(entry: dict[str, Raw], path: Path, key: str, role: Role) -> Iterator[Mention]:
    if isinstance(entry.get(key), str):
        yield Mention((*path, key), role, entry[key])


def _many(raw: Raw, path: Path, role: Role) -> Iterator[Mention]:
    held = get(raw, path)
    if isinstance(held, list):
        yield from (
            Mention((*path, index), role, item) for index, item in enumerate(held) if isinstance(item, str)
        )
    elif isinstance(held, str):
        yield Mention(path, role, held)
    else:
        yield from _keys(raw, path, role)


def edits(raw: Raw, rename: Rename) -> list[Edit]:
    """Return the edits that give ids other names wherever they stand: values first, then keys from the innermost out."""
    values: list[Edit] = []
    keys: list[Edit] = []
    for mention in mentions(raw):
        new = _renamed(raw, mention.role, mention.text, rename)
        if new != mention.text:
            (keys if mention.at_key else values).append(
                Edit("rekey" if mention.at_key else "put", mention.path, new)
            )
    return values + sorted(keys, key=lambda edit: -len(edit.path))


def _renamed(raw: Raw, role: Role, text: str, rename: Rename) -> str:
    if role == "movement":
        flow = text.removesuffix(RETURNS)
        return rename("place", flow) + text[len(flow) :]
    if role == "decision":
        kind, sign, spot = text.partition("@")
        kind = rename("threat", kind) if kind in _section(raw, "threats") else kind
        return kind + sign + (_spot(raw, spot, rename) if spot != "*" else spot) if sign else text
    if role == "spot":
        return _spot(raw, text, rename)
    if role == "known":
        spot, dot, fact = text.rpartition(".")
        return _spot(raw, spot, rename) + dot + fact if dot else text
    return rename(role, text) if holder(raw, role, text) else text


def holder(raw: Raw, space: str, name: str) -> str:
    """Return the section that has an id of a space; empty if none has."""
    return next((section for section in _HOLDERS.get(space, ()) if name in _section(raw, section)), "")


def _spot(raw: Raw, text: str, rename: Rename) -> str:
    """Rename in a place id: an entry, a flow's way back, or `data/element`."""
    if text == SYSTEM:
        return text
    if not any(text in _section(raw, section) for section in PLACES):
        if text.endswith(RETURNS) and text[: -len(RETURNS)] in _section(raw, "flows"):
            return rename("place", text[: -len(RETURNS)]) + RETURNS
        parts = text.split("/")
        for cut in range(1, min(len(parts), 20)):
            data, element = "/".join(parts[:cut]), "/".join(parts[cut:])
            if data in _section(raw, "data") and element in _section(raw, "elements"):
                return f"{rename('place', data)}/{rename('place', element)}"
    return rename("place", text)


def rewritten(raw: Raw, changes: list[Edit]) -> Raw:
    """Return a copy with all of `edits` done at once."""
    result = deepcopy(raw)
    new_keys: dict[Path, dict[str, str]] = {}
    for edit in changes:
        if edit.action == "put":
            get(result, edit.path[:-1])[edit.path[-1]] = edit.value
        else:
            new_keys.setdefault(edit.path[:-1], {})[str(edit.path[-1])] = str(edit.value)
    for path in sorted(new_keys, key=len, reverse=True):
        holder, names = get(result, path), new_keys[path]
        items = [(names.get(key, key), value) for key, value in holder.items()]
        holder.clear()
        holder.update(items)
    return result
