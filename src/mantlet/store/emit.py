"""Plain data as YAML text: short entries on one line in braces, longer ones as a block."""

from __future__ import annotations

from mantlet.store.scalars import key_text, literal, scalar
from mantlet.store.shape import Type, below, chosen
from mantlet.store.tree import FOREIGN, Raw

WIDTH = 110
STEP = 2
OPEN = (
    "parties",
    "data",
    "boundaries",
    "elements",
    "flows",
    "sequences",
    "agents",
    "controls",
    "decisions",
    "threats",
    "environments",
)
"""Sections whose entries have lines of their own."""


def flow(value: Raw, kind: Type | None = None, *, foreign: bool = False) -> str:
    """Return a value on one line."""
    kind = chosen(kind, value)
    if isinstance(value, dict):
        parts = (
            f"{key_text(key, kind)}: {flow(item, below(kind, key), foreign=foreign or key.startswith(FOREIGN))}"
            for key, item in value.items()
        )
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, below(kind, 0), foreign=foreign) for item in value) + "]"
    return scalar(value, kind, foreign=foreign)


def entry(
    key: str,
    value: Raw,
    column: int,
    kind: Type | None = None,
    holder: Type | None = None,
    *,
    foreign: bool = False,
    open_up: bool = False,
) -> list[str]:
    """Return `key: value` as lines that start at a column; ``open_up`` puts a mapping's entries on lines of their own."""
    head = " " * column + key_text(key, holder) + ":"
    foreign = foreign or key.startswith(FOREIGN)
    lines = value_lines(value, column, kind, len(head) + 1, foreign=foreign, open_up=open_up)
    return [f"{head} {lines[0]}" if lines[0] else head, *lines[1:]]


def item(value: Raw, column: int, kind: Type | None = None, *, foreign: bool = False) -> list[str]:
    """Return `- value` as lines that start at a column."""
    lines = value_lines(value, column, kind, column + 2, foreign=foreign)
    pad = " " * column + "-"
    if lines[0]:
        return [f"{pad} {lines[0]}", *lines[1:]]
    return [f"{pad} {lines[1].lstrip(' ')}", *lines[2:]]


def value_lines(
    value: Raw, column: int, kind: Type | None, used: int, *, foreign: bool, open_up: bool = False
) -> list[str]:
    """Return a value as what stands on the key's line (empty for a block) and the lines below."""
    kind = chosen(kind, value)
    inner = column + STEP
    if isinstance(value, str):
        return literal(value, inner) or [scalar(value, kind, foreign=foreign)]
    if not value or not isinstance(value, dict | list):
        return [flow(value, kind, foreign=foreign)]
    line = flow(value, kind, foreign=foreign)
    if not open_up and used + len(line) <= WIDTH and not _has_paragraphs(value):
        return [line]
    if isinstance(value, dict):
        below_it = [
            entry(key, item, inner, below(kind, key), kind, foreign=foreign) for key, item in value.items()
        ]
    else:
        below_it = [item(child, inner, below(kind, 0), foreign=foreign) for child in value]
    return ["", *(line for lines in below_it for line in lines)]


def _has_paragraphs(value: Raw) -> bool:
    if isinstance(value, str):
        return literal(value, 0) is not None
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_paragraphs(child) for child in children)
