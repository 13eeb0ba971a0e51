"""What changed between two models, as changes that lead from one to the other."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mantlet.changes.apply import raw_of
from mantlet.changes.operations import Change, Remove, Set
from mantlet.model.entries import Sections
from mantlet.store.tree import Path, Raw


def diff(old: Sections | Raw, new: Sections | Raw) -> list[Change]:
    """Return the changes that make ``new`` of ``old``: entry by entry, field by field; a list that differs is set whole.

    The order of a mapping's entries has no meaning and is not compared.
    """
    return list(_between(raw_of(old) or {}, raw_of(new) or {}, ()))


def _between(old: dict[str, Raw], new: dict[str, Raw], path: Path) -> Iterator[Change]:
    for key, value in old.items():
        here = (*path, key)
        if key not in new:
            yield Remove(here)
        elif isinstance(value, dict) and isinstance(new[key], dict):
            yield from _between(value, new[key], here)
        elif not same(value, new[key]):
            yield Set(here, new[key])
    for key, value in new.items():
        if key not in old:
            yield Set((*path, key), value)


def same(one: Raw, other: Raw) -> bool:
    """Tell whether two values say the same; 1, 1.0 and true differ, the order of entries does not."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def canonical(raw: Raw) -> bytes:
    """Return a value as bytes that are equal where values are the same."""
    return msgspec.json.encode(raw, order="deterministic")
