"""What a text says as plain data, and where each part of it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

Raw = Any
"""A mapping, list, text, number, truth value or nothing; what a file says before the schema reads it."""
Path = tuple[str | int, ...]
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
FOREIGN = "x-"


_INT = re.compile(r"[-+]?\d+")
_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")


@dataclass(slots=True)
class Node:
    """A value's place in the text; `children` is set for mappings and lists."""

    start: int
    end: int = 0
    flow: bool = False
    plain: bool = False
    """A scalar without quotes."""
    key_start: int = 0
    key_end: int = 0
    children: dict[str, Node] | list[Node] | None = None
    alias: bool = False
    anchor: str = ""

    def child(self, key: str | int) -> Node | None:
        """Return the place of an entry or item, if it is there."""
        children = self.children
        if isinstance(children, dict):
            return children.get(key)  # type: ignore[arg-type]
        return (
            children[key] if children is not None and isinstance(key, int) and key < len(children) else None
        )

    def find(self, path: Path, *, at_key: bool = False) -> int:
        """Return the offset of the value at a path below, or of its key; of the nearest thing around it if it isn't there."""
        node = self
        for key in path:
            child = node.child(key)
            if child is None:
                break
            node = child
        return node.key_start if at_key and node.key_end else node.start


@dataclass(slots=True)
class Tree:
    """What a text says, and where."""

    raw: Raw
    odd: list[Path]
    """Where there is nothing (`key:`) or a foreign key (`x-…`): what the schema must look at before conversion."""
    node: Node | None
    """Only when asked for."""
    keys: list[tuple[str, str | None, int, int]] = field(default_factory=list)
    """Keys of the two outermost block mappings: section, entry (None for the section itself), offset, column."""
    anchored: bool = False
    """Parts of the text refer to other parts."""
    start: int = 0
    end: int = 0
    """The root value's span."""
    flow: bool = False


def core_value(text: str) -> Raw:
    """Return what a plain scalar means by YAML 1.2's core schema."""
    if text in NULLS:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text[0] in "tT"
    if len(text) > 300:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) != float("inf") else text
    return text


def copied(value: Raw) -> Raw:
    """Return a copy that shares no mapping or list; the depth is bounded by `MAX_DEPTH`."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def oddities(value: Raw) -> list[Path]:
    """Return where a tree has nothing or a foreign key, without looking below foreign keys."""
    found: list[Path] = []
    stack: list[tuple[Path, Raw]] = [((), value)]
    while stack:
        path, item = stack.pop()
        if item is None:
            found.append(path)
        elif isinstance(item, dict):
            for key, child in item.items():
                if isinstance(key, str) and key.startswith(FOREIGN):
                    found.append((*path, key))
                elif child is None or isinstance(child, dict | list):
                    stack.append(((*path, key), child))
        elif isinstance(item, list):
            stack.extend(
                ((*path, index), child)
                for index, child in enumerate(item)
                if child is None or isinstance(child, dict | list)
            )
    return found
