"""Edits of YAML text that touch only what changes: everything else stays byte for byte.

Each function takes a text whose root is a mapping, and returns the new text. Where the text has no sensible way to take the
edit (`NotSplicableError`), or the result does not read as wanted, the document writes the entry anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import cast

import msgspec.inspect as mi

from mantlet.model.entries import Sections
from mantlet.store.emit import OPEN, entry, flow, item, value_lines
from mantlet.store.scalars import key_text
from mantlet.store.shape import Type, below, chosen
from mantlet.store.tree import FOREIGN, Node, Path, Raw
from mantlet.store.yamlread import read_yaml

MAX_COMPARED = 2000
"""Items of lists that are compared one by one; longer lists are written anew."""


class NotSplicableError(Exception):
    """The text is written in a way that cannot take this edit in place."""


@dataclass(slots=True)
class Spot:
    """Where a path leads to in a text, as far as it exists."""

    text: str
    node: Node
    kind: Type | None
    holder: Node | None = None
    holder_kind: Type | None = None
    key: str | int = ""
    flow: bool = False
    """The value stands inside braces or brackets."""
    foreign: bool = False
    missing: Path = ()

    @property
    def column(self) -> int:
        """The column of the value's key, or of its list item's dash."""
        if isinstance(self.key, int):
            dash = self.text.rfind("-", 0, max(self.node.start, 1))
            return dash - line_start(self.text, dash)
        return self.node.key_start - line_start(self.text, self.node.key_start)


def find(text: str, path: Path, kind: Type | None) -> Spot:
    """Go down a path as far as the text has it."""
    node = read_yaml(text, "", nodes=True).node
    if node is None or not isinstance(node.children, dict):
        raise NotSplicableError
    spot = Spot(text, node, kind, flow=node.flow)
    for position, key in enumerate(path):
        child = spot.node.child(key)
        if child is None:
            spot.missing = path[position:]
            break
        current = chosen(spot.kind, {} if isinstance(spot.node.children, dict) else [])
        foreign = spot.foreign or str(key).startswith(FOREIGN)
        within = spot.node.flow or spot.flow
        spot = Spot(text, child, below(current, key), spot.node, current, key, within, foreign)
    return spot


def put(text: str, path: Path, value: Raw, kind: Type | None, old: Raw = None) -> str:
    """Set the value at a path, adding what is missing on the way; ``old`` is what is there, for lists."""
    spot = find(text, path, kind)
    if not spot.missing:
        if isinstance(old, list) and isinstance(value, list) and old and value and spot.node.children:
            return _relisted(spot, old, value)
        return _replaced(spot, value)
    for key in reversed(spot.missing[1:]):
        value = {key: value}
    key = spot.missing[0]
    if isinstance(key, int):
        raise NotSplicableError
    if spot.node.children == {} or _is_empty(spot.node):
        return _replaced(spot, {key: value})
    if not isinstance(spot.node.children, dict):
        raise NotSplicableError
    return _added(spot, key, value)


def drop(text: str, path: Path, kind: Type | None) -> str:
    """Take out the mapping entry at a path, with its lines; a mapping that becomes empty stays as `{}`."""
    spot = find(text, path, kind)
    if spot.missing or spot.holder is None or not isinstance(spot.holder.children, dict):
        raise NotSplicableError
    siblings = list(spot.holder.children.values())
    if len(siblings) == 1:
        return (
            _replaced(find(text, path[:-1], kind), {})
            if len(path) > 1
            else text[: line_start(text, spot.node.key_start)]
        )
    place = next(index for index, sibling in enumerate(siblings) if sibling is spot.node)
    if spot.flow:
        if place + 1 < len(siblings):
            return text[: spot.node.key_start] + text[siblings[place + 1].key_start :]
        return text[: siblings[place - 1].end] + text[spot.node.end :]
    start = line_start(text, spot.node.key_start)
    if text[start : spot.node.key_start].strip():  # the first key of a list item stands behind its dash
        if place + 1 == len(siblings):
            raise NotSplicableError
        return text[: spot.node.key_start] + text[siblings[place + 1].key_start :]
    return text[:start] + text[line_end(text, spot.node.end) :]


def rekey(text: str, path: Path, new: str, kind: Type | None) -> str:
    """Give the mapping entry at a path another key, in place."""
    spot = find(text, path, kind)
    if spot.missing or spot.holder is None or not isinstance(spot.holder.children, dict):
        raise NotSplicableError
    return text[: spot.node.key_start] + key_text(new, spot.holder_kind) + text[spot.node.key_end :]


def line_start(text: str, offset: int) -> int:
    """Return where the line of a character begins."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Return where the next line begins, or the text ends."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def newline(text: str) -> str:
    """Return the text's own line end."""
    return "\r\n" if "\r\n" in text else "\n"


def _is_empty(node: Node) -> bool:
    return node.children is None and node.start == node.end


def _replaced(spot: Spot, value: Raw) -> str:
    """Put a value in the place of another."""
    text, node = spot.text, spot.node
    if spot.holder is None:
        raise NotSplicableError
    if spot.flow:
        return (
            text[: node.start] + _lead(spot) + flow(value, spot.kind, foreign=spot.foreign) + text[node.end :]
        )
    column = spot.column
    if isinstance(spot.key, int):
        dash = line_start(text, node.start) + column
        if "\n" in text[dash : node.start] or text[dash : dash + 1] != "-":
            raise NotSplicableError
        lines = item(value, column, spot.kind, foreign=spot.foreign)
        return text[:dash] + newline(text).join(lines)[column:] + text[node.end :]
    open_up = (
        spot.key in OPEN and isinstance(spot.holder_kind, mi.StructType) and spot.holder_kind.cls is Sections
    )
    used = node.key_end - line_start(text, node.key_end) + 2
    lines = value_lines(value, column, spot.kind, used, foreign=spot.foreign, open_up=open_up)
    stands_below = node.start >= line_end(text, node.key_end)
    if len(lines) == 1 and not stands_below:
        return text[: node.start] + _lead(spot) + lines[0] + text[node.end :]
    return _reheaded(spot, lines, stands_below=stands_below)


def _reheaded(spot: Spot, lines: list[str], *, stands_below: bool) -> str:
    """Write a value that has, or had, lines of its own; a comment on the key's line, or behind the old value, stays there."""
    text, node = spot.text, spot.node
    colon = text.find(":", node.key_end)
    start = colon + 1 if stands_below or _is_empty(node) else node.end
    comment, tail = (text[at : line_end(text, at)].strip() for at in (start, node.end))
    if any(part and not part.startswith("#") for part in (comment, tail)):
        raise NotSplicableError
    head = text[: colon + 1] + (f" {lines[0]}" if lines[0] else "") + (f"  {comment}" if comment else "")
    rest = line_end(text, node.end)
    end = newline(text)
    return end.join([head, *lines[1:]]) + (end if text[:rest].endswith("\n") else "") + text[rest:]


def _lead(spot: Spot) -> str:
    """Return what must stand before a value where there was none."""
    node = spot.node
    if not _is_empty(node) or isinstance(spot.key, int):
        return " " if _is_empty(node) else ""
    between = spot.text[node.key_end : node.start]
    return ": " if ":" not in between else "" if between.endswith((" ", "\n")) else " "


def _added(spot: Spot, key: str, value: Raw) -> str:
    """Add an entry behind the last one of a mapping that has some."""
    text, node = spot.text, spot.node
    last = list(cast("dict[str, Node]", node.children).values())[-1]
    current = chosen(spot.kind, {})
    foreign = spot.foreign or key.startswith(FOREIGN)
    if node.flow or spot.flow:
        shown = f"{key_text(key, current)}: {flow(value, below(current, key), foreign=foreign)}"
        return f"{text[: last.end]}, {shown}{text[last.end :]}"
    column = last.key_start - line_start(text, last.key_start)
    lines = entry(key, value, column, below(current, key), current, foreign=foreign)
    return with_lines(text, line_end(text, last.end), lines)


def with_lines(text: str, offset: int, lines: list[str]) -> str:
    """Put whole lines at the start of a line, or behind a last line that has no end."""
    end = newline(text)
    before = text[:offset] if not offset or text[:offset].endswith("\n") else text[:offset] + end
    return before + "".join(line + end for line in lines) + text[offset:]


def _relisted(spot: Spot, old: list[Raw], new: list[Raw]) -> str:
    """Give a list other items, keeping the text of those that stay."""
    text, node = spot.text, spot.node
    children = cast("list[Node]", node.children)
    kind = below(chosen(spot.kind, []), 0)
    if len(children) > MAX_COMPARED or len(new) > MAX_COMPARED or len(children) != len(old):
        return _replaced(spot, new)
    kept = dict(_matches(old, new))
    if node.flow or spot.flow:
        pieces = [
            text[children[kept[place]].start : children[kept[place]].end]
            if place in kept
            else flow(value, kind, foreign=spot.foreign)
            for place, value in enumerate(new)
        ]
        between = text[children[0].end : children[1].start] if len(children) > 1 else ", "
        between = ", " if "#" in between else between
        return text[: children[0].start] + between.join(pieces) + text[children[-1].end :]
    starts = [_dash_line(text, child) for child in children]
    ends = [*starts[1:], line_end(text, node.end)]
    column, end = text.find("-", starts[0]) - starts[0], newline(text)
    regions = [
        text[starts[kept[place]] : ends[kept[place]]]
        if place in kept
        else "".join(line + end for line in item(value, column, kind, foreign=spot.foreign))
        for place, value in enumerate(new)
    ]
    joined = "".join(region if region.endswith("\n") else region + end for region in regions)
    return text[: starts[0]] + joined + text[ends[-1] :]


def _dash_line(text: str, child: Node) -> int:
    """Return the start of the line that holds a list item's dash, if nothing else stands before it."""
    dash = text.rfind("-", 0, max(child.start, 1) + (1 if child.start == child.end else 0))
    start = line_start(text, dash)
    if dash < 0 or text[start:dash].strip():
        raise NotSplicableError
    return start


def _matches(old: list[Raw], new: list[Raw]) -> Iterator[tuple[int, int]]:
    """Yield which new item is which old one."""
    keys = [[json.dumps(entry_, sort_keys=True) for entry_ in items] for items in (new, old)]
    for block in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_matching_blocks():
        yield from ((block.a + step, block.b + step) for step in range(block.size))
