"""Edits of plain data: the same three that a text takes. Nothing is changed in place; what isn't touched is shared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mantlet.base.errors import UsageError
from mantlet.base.limits import MAX_DEPTH
from mantlet.store.scalars import number_text
from mantlet.store.tree import FOREIGN, Path, Raw


class _Missing:
    """Nothing is there; None means that `null` is."""


MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Edit:
    """Set or drop what is at a path, or give the mapping entry there another key (`value`)."""

    action: Literal["put", "drop", "rekey"]
    path: Path
    value: Raw = None

    def inside(self, levels: int) -> Edit:
        """Return the edit as seen from some levels further in."""
        return replace(self, path=self.path[levels:])


def get(raw: Raw, path: Path) -> Raw:
    """Return what is at a path, or `MISSING`."""
    for key in path:
        if isinstance(raw, dict):
            if key not in raw:
                return MISSING
        elif not (isinstance(raw, list) and isinstance(key, int) and 0 <= key < len(raw)):
            return MISSING
        raw = raw[key]
    return raw


def applied(raw: Raw, edit: Edit) -> Raw:
    """Return the tree after an edit, making mappings on the way; dropping what isn't there changes nothing."""
    if not edit.path:
        return edit.value if edit.action == "put" else {}
    key, inner = edit.path[0], edit.inside(1)
    if isinstance(raw, list):
        return _in_list(raw, key, inner)
    if raw is not None and not isinstance(raw, dict):
        if edit.action == "drop":
            return raw
        raw = {}
    held = raw or {}
    if edit.action == "rekey" and not inner.path:
        return {edit.value if name == key else name: value for name, value in held.items()}
    if edit.action == "drop":
        if key not in held:
            return raw
        if not inner.path:
            return {name: value for name, value in held.items() if name != key}
    return {**held, key: applied(held.get(key, {} if inner.path else None), inner)}


def _in_list(raw: list[Raw], key: str | int, inner: Edit) -> list[Raw]:
    if not isinstance(key, int) or not 0 <= key < len(raw):
        raise UsageError(f"a list has no place '{key}'", mend="name an index that is there")
    if inner.action == "drop" and not inner.path:
        return [*raw[:key], *raw[key + 1 :]]
    return [*raw[:key], applied(raw[key], inner), *raw[key + 1 :]]


def is_foreign(path: Path) -> bool:
    """Tell whether a path leads through a foreign key."""
    return any(isinstance(key, str) and key.startswith(FOREIGN) for key in path)


def as_read(value: Raw, *, foreign: bool, typed: bool, depth: int = 0) -> Raw:
    """Return a value as it will read from the file: in YAML all but foreign scalars are text; an entry that is None isn't there.

    ``typed`` keeps numbers and truth values, as JSON does.
    """
    if depth > MAX_DEPTH:
        raise UsageError(f"the value is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        result = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise UsageError(f"the key {key!r} is no text")
            beyond = foreign or key.startswith(FOREIGN)
            if item is not None or beyond:
                result[key] = as_read(item, foreign=beyond, typed=typed, depth=depth + 1)
        return result
    if isinstance(value, list | tuple):
        return [as_read(item, foreign=foreign, typed=typed, depth=depth + 1) for item in value]
    if isinstance(value, str):
        return value
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124
        raise UsageError("a number must be finite")
    if isinstance(value, int | float) or value is None:
        if foreign or typed or value is None:
            return value
        return ("yes" if value else "no") if isinstance(value, bool) else number_text(value)
    raise UsageError(
        f"a value of type {type(value).__name__} cannot be written",
        mend="use texts, numbers, lists and mappings",
    )
