"""The records' types, asked one step at a time: what may stand below a key."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec.inspect as mi
from msgspec import Struct

from mantlet.model.entries import Sections

Type = mi.Type
COLLECTED = "x-"
"""The field that gathers foreign keys; it is never written as such."""


@cache
def type_of(record: type[Struct]) -> Type:
    """Return a record's type."""
    return mi.type_info(record)


@cache
def fields(record: type[Struct]) -> dict[str, mi.Field]:
    """Return a record's fields by the key they have in files, foreign keys aside."""
    info = type_of(record)
    assert isinstance(info, mi.StructType)  # noqa: S101
    return {item.encode_name: item for item in info.fields if item.encode_name != COLLECTED}


@cache
def takes_foreign(record: type[Struct]) -> bool:
    """Tell whether a record keeps foreign keys (`x-…`)."""
    info = type_of(record)
    return isinstance(info, mi.StructType) and any(item.encode_name == COLLECTED for item in info.fields)


@cache
def words(record: type[Struct], name: str) -> tuple[str | int, ...]:
    """Return the words a field may be, in the order that the record lists them; empty if it isn't one of a few."""
    hint = typing.get_type_hints(record, include_extras=True)[fields(record)[name].name]
    return tuple(_literals(hint))


def _literals(hint: Any) -> Iterator[str | int]:
    for part in (hint, *typing.get_args(hint)):
        if typing.get_origin(part) is typing.Literal:
            yield from typing.get_args(part)


def chosen(kind: Type | None, value: object) -> Type | None:
    """Return the type without its descriptions and, of several, the one that fits the value's form."""
    while isinstance(kind, mi.Metadata):
        kind = kind.type
    if not isinstance(kind, mi.UnionType):
        return kind
    options = [chosen(option, value) for option in kind.types]
    if isinstance(value, dict):
        return next((item for item in options if isinstance(item, mi.DictType | mi.StructType)), kind)
    if isinstance(value, list):
        return next((item for item in options if isinstance(item, mi.ListType)), kind)
    scalars = [
        item
        for item in options
        if not isinstance(item, mi.DictType | mi.StructType | mi.ListType | mi.UnionType)
    ]
    return scalars[0] if len(scalars) == 1 else kind


def below(kind: Type | None, key: str | int) -> Type | None:
    """Return the type of what stands at a key or index; None where the schema knows nothing of it."""
    if isinstance(kind, mi.StructType):
        found = fields(kind.cls).get(str(key))
        return found.type if found else None
    if isinstance(kind, mi.DictType):
        return kind.value_type
    return kind.item_type if isinstance(kind, mi.ListType) else None


def type_at(path: tuple[str | int, ...], record: type[Struct] = Sections) -> Type | None:
    """Return the type at a path, taking mappings for granted where a value may be several things."""
    kind: Type | None = type_of(record)
    for key in path:
        kind = below(chosen(kind, [] if isinstance(key, int) else {}), key)
    return kind
