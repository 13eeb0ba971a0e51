"""Taking anchors and aliases out of a YAML text, for edits that would otherwise change two places at once."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.store.emit import flow
from mantlet.store.rawedit import get
from mantlet.store.shape import Type, type_at
from mantlet.store.tree import FOREIGN, Node, Path
from mantlet.store.yamlread import read_yaml


def expanded(text: str) -> str:
    """Return the text with every alias written out and every anchor gone; it says the same."""
    tree = read_yaml(text, "", nodes=True)
    if tree.node is None:
        return text
    spans: list[tuple[int, int, str]] = []
    for path, node in _nodes(tree.node, ()):
        if node.alias:
            foreign = any(str(key).startswith(FOREIGN) for key in path)
            kind: Type | None = None if foreign else type_at(path)
            spans.append((node.start, node.end, flow(get(tree.raw, path), kind, foreign=foreign)))
        elif node.anchor:
            end = node.start + 1 + len(node.anchor)
            while text[end : end + 1] == " ":
                end += 1
            spans.append((node.start, end, ""))
    for start, end, value in sorted(spans, reverse=True):
        text = text[:start] + value + text[end:]
    return text


def _nodes(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    yield path, node
    children = node.children
    pairs = children.items() if isinstance(children, dict) else enumerate(children or [])
    for key, child in pairs:
        yield from _nodes(child, (*path, key))
