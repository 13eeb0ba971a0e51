"""Plain data from strangers: every look-up says what kind it wants and gets that, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mantlet.base.limits import MAX_NAME

Json = dict[str, Any]
MAX_ENTRIES = 200_000
"""Entries of one list that an importer goes through; real models have hundreds."""


def text(holder: Any, key: str, default: str = "") -> str:
    """Return a text; numbers and truths as text, all else is ``default``."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else default


def mapping(holder: Any, key: str) -> Json:
    """Return a mapping; an empty one for anything else."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if isinstance(value, dict) else {}


def records(holder: Any, key: str) -> list[Json]:
    """Return the mappings in a list, or in a mapping by name; none for anything else."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    if isinstance(value, dict):
        value = list(value.values())
    return [item for item in value[:MAX_ENTRIES] if isinstance(item, dict)] if isinstance(value, list) else []


def texts(holder: Any, key: str) -> list[str]:
    """Return the texts in a list; a single text counts as a list of one."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    if isinstance(value, str):
        return [value]
    listed = value[:MAX_ENTRIES] if isinstance(value, list) else []
    return [str(item) for item in listed if isinstance(item, str | int | float)]


def number(holder: Any, key: str) -> float | None:
    """Return a finite number; None for anything else."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= 1e9 else None


def is_true(holder: Any, key: str) -> bool:
    """Tell whether a flag is set."""
    return isinstance(holder, Mapping) and holder.get(key) in (True, "true", "True", "yes")


def line(value: str) -> str:
    """Return a text as one line that is no longer than a name may be."""
    return " ".join(value.split())[:MAX_NAME]


def foreign_id(entry: Any, key: str) -> str:
    """Return the id that an entry has in another tool."""
    held = entry.extra.get(key)
    return str(held.get("id", "")) if isinstance(held, Mapping) else ""
