"""Change a template's text so that it says what is wanted, leaving comments and everything else as it is.

For the package's own templates only: block mappings of sections whose entries are mappings in flow style.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from mantlet.base.errors import InputError

PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _./-]*[A-Za-z0-9])?")
Splice = tuple[int, int, str]


def rewrite(text: str, wanted: dict[str, Any]) -> str:
    """Return the text changed so that it reads as ``wanted`` (mappings, lists and texts)."""
    root = yaml.compose(text, yaml.BaseLoader)
    if not isinstance(root, MappingNode):
        raise InputError("a model is a mapping of sections")
    splices: list[Splice] = []
    _block(text, root, wanted, splices)
    for start, end, replacement in sorted(splices, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _block(text: str, node: MappingNode, wanted: dict[str, Any], splices: list[Splice]) -> None:
    """Change, take out and append the entries of a mapping written one a line."""
    there = {key.value: (key, value) for key, value in node.value}
    for name, (key, value) in there.items():
        if name not in wanted or wanted[name] in ({}, None):
            splices.append((_line_start(text, key.start_mark.index), _line_end(text, _last(value)), ""))
        elif isinstance(value, MappingNode) and isinstance(wanted[name], dict) and not value.flow_style:
            _block(text, value, wanted[name], splices)
        elif _plain(value) != wanted[name]:
            splices.append((value.start_mark.index, _last(value), _flow(text, value, wanted[name])))
    new = {name: value for name, value in wanted.items() if name not in there}
    if new:
        indent = " " * node.start_mark.column
        lines = [f"{indent}{name}: {_flow(text, None, value)}\n" for name, value in new.items()]
        at = _line_end(text, _last(node))
        splices.append((at, at, "".join(lines)))


def _flow(text: str, node: Node | None, wanted: Any) -> str:
    """Return a value in flow style; what is unchanged in ``node`` keeps its own spelling."""
    if node is not None and _plain(node) == wanted:
        return text[node.start_mark.index : _last(node)]
    if isinstance(wanted, dict):
        there = {key.value: value for key, value in node.value} if isinstance(node, MappingNode) else {}
        return (
            "{"
            + ", ".join(f"{name}: {_flow(text, there.get(name), value)}" for name, value in wanted.items())
            + "}"
        )
    if isinstance(wanted, list):
        return "[" + ", ".join(_flow(text, None, item) for item in wanted) + "]"
    return wanted if PLAIN.fullmatch(wanted) else json.dumps(wanted, ensure_ascii=False)


def _plain(node: Node) -> Any:
    """Return a node as mappings, lists and texts."""
    if isinstance(node, MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value


def _last(node: Node) -> int:
    """Return where a value's own text ends; a block mapping's end mark lies past the comments that follow it."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last(last[1] if isinstance(node, MappingNode) else last)
    return int(node.end_mark.index)


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
