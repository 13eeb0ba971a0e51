"""What can be done to a model, as data that can be kept, sent and undone.

A path names a value in the model file: `("elements", "api", "facts", "logged")`. Values are plain data, as the file holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from mantlet.base.errors import InputError, UsageError
from mantlet.store.mentions import SPACES
from mantlet.store.tree import Path, Raw


class Set(Struct, frozen=True, tag_field="op", tag="set", omit_defaults=True):
    """Put a value at a path, making the mappings on the way."""

    path: tuple[str | int, ...]
    value: Any
    author: str = ""


class Remove(Struct, frozen=True, tag_field="op", tag="remove", omit_defaults=True):
    """Take out what is at a path."""

    path: tuple[str | int, ...]
    author: str = ""


class Rename(Struct, frozen=True, tag_field="op", tag="rename", omit_defaults=True):
    """Give an entry another id, wherever it is mentioned."""

    section: str
    old: str
    new: str
    author: str = ""


Change = Set | Remove | Rename


def encode(changes: Iterable[Change]) -> bytes:
    """Return changes as JSON."""
    return msgspec.json.encode(list(changes))


def decode(data: bytes | str) -> list[Change]:
    """Read changes from JSON; raises `InputError`."""
    try:
        return msgspec.json.decode(data, type=list[Change])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(
            f"not readable as changes: {error}", mend='write [{"op": "set", "path": […], "value": …}, …]'
        ) from None


def describe(change: Change) -> str:
    """Return a change as one line that people read."""
    if isinstance(change, Rename):
        return f"{change.section}: {change.old} → {change.new}"
    if isinstance(change, Remove):
        return f"{shown(change.path)}: removed"
    return f"{shown(change.path)}: {_brief(change.value)}"


def shown(path: Sequence[str | int]) -> str:
    """Return a path with dots."""
    return ".".join(map(str, path))


def _brief(value: Raw) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = "".join(char if char.isprintable() else "·" for char in text[:200])
    return text if len(text) <= 80 else text[:79] + "…"


def checked(change: Change) -> Change:
    """Return a change that makes sense by itself, or raise `UsageError`."""
    if isinstance(change, Rename):
        if change.section not in SPACES:
            raise UsageError(
                f"entries of '{change.section}' cannot be renamed", mend=f"one of {', '.join(SPACES)}"
            )
    elif not change.path:
        raise UsageError("a change needs a path", mend='such as ["elements", "api", "name"]')
    return change


__all__ = ["Change", "Path", "Remove", "Rename", "Set", "checked", "decode", "describe", "encode", "shown"]
