"""A drawing for other tools: Graphviz DOT, Mermaid, PlantUML.

Nodes get numbered ids; names are data in all three languages. Each has its own ways to be tricked (HTML labels and
escapes, directives and entities, preprocessor calls and includes), so each has its own escaping, which lets through
letters, digits and harmless punctuation and writes everything else as a character code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mantlet.diagram.drawing import Drawing
from mantlet.diagram.text import clean
from mantlet.diagram.view import Lane, Node, View

_PLAIN = re.compile(r"[^\w .,:'()+-]|_")
_REPEATED = re.compile(r"([-/.:'~=+])(?=\1)")


def dot_text(text: str) -> str:
    """Return text as a quoted DOT string."""
    return '"' + clean(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def mermaid_text(text: str) -> str:
    """Return text for inside a Mermaid string or message: everything that could be syntax is an entity code."""
    return _PLAIN.sub(lambda found: f"#{ord(found[0])};", clean(text))


def plantuml_text(text: str) -> str:
    """Return text for PlantUML: everything that could be markup or a preprocessor call is a Unicode code."""
    safe = _PLAIN.sub(lambda found: _code(found[0]), clean(text))
    return _REPEATED.sub(lambda found: _code(found[0]), safe)


def _code(char: str) -> str:
    return f"<U+{ord(char):04X}>"


def to_dot(drawing: Drawing | View) -> str:
    """Return the drawing's contents as Graphviz DOT, without positions."""
    view = _view(drawing)
    lines = [
        "digraph {",
        "  graph [rankdir=LR, fontname=Helvetica, newrank=true];",
        "  node [fontname=Helvetica, fontsize=11]; edge [fontname=Helvetica, fontsize=9];",
        *_nested(view, _dot_node, _dot_cluster, "  "),
    ]
    ids = _ids(view)
    for lane in view.lanes:
        style = ", style=dashed" if lane.marks.out_of_scope else ""
        colour = ', color="#a03a8c"' if lane.sensitivity else ""
        lines.append(
            f"  {ids[lane.source]} -> {ids[lane.target]} [label={dot_text(lane.label)}{colour}{style}];"
        )
    return "\n".join([*lines, "}"]) + "\n"


_DOT_SHAPES = {
    "external-entity": "shape=box",
    "process": "shape=box, style=rounded",
    "data-store": "shape=cylinder",
    "group": "shape=folder",
}


def _dot_node(name: str, node: Node) -> str:
    dashed = ", style=dashed" if node.marks.out_of_scope else ""
    return f"{name} [label={dot_text(node.name)}, tooltip={dot_text(node.caption)}, {_DOT_SHAPES[node.kind]}{dashed}];"


def _dot_cluster(name: str, title: str) -> tuple[str, str]:
    return f"subgraph cluster_{name} {{ label={dot_text(title)}; style=dashed; color=firebrick;", "}"


def to_mermaid(drawing: Drawing | View) -> str:
    """Return the drawing's contents as a Mermaid flowchart."""
    view = _view(drawing)
    lines = ["flowchart LR", *_nested(view, _mermaid_node, _mermaid_cluster, "  ")]
    ids = _ids(view)
    personal: list[int] = []
    for row, lane in enumerate(view.lanes):
        arrow = "-.->" if lane.marks.out_of_scope else "-->"
        label = f'|"{mermaid_text(lane.label)}"|' if lane.label else ""
        lines.append(f"  {ids[lane.source]} {arrow}{label} {ids[lane.target]}")
        if lane.sensitivity:
            personal.append(row)
    if personal:
        lines.append(f"  linkStyle {','.join(map(str, personal))} stroke:#a03a8c")
    out = [ids[name] for name, node in view.nodes.items() if node.marks.out_of_scope]
    if out:
        lines.append("  classDef outOfScope stroke-dasharray:4 3")
        lines.append(f"  class {','.join(out)} outOfScope")
    return "\n".join(lines) + "\n"


_MERMAID_SHAPES = {
    "external-entity": ("[", "]"),
    "process": ("([", "])"),
    "data-store": ("[(", ")]"),
    "group": ("[[", "]]"),
}


def _mermaid_node(name: str, node: Node) -> str:
    opening, closing = _MERMAID_SHAPES[node.kind]
    return f'{name}{opening}"{mermaid_text(node.name)}"{closing}'


def _mermaid_cluster(name: str, title: str) -> tuple[str, str]:
    return f'subgraph b{name}["{mermaid_text(title)}"]', "end"


def to_plantuml(drawing: Drawing | View) -> str:
    """Return the drawing's contents as a PlantUML deployment diagram."""
    view = _view(drawing)
    lines = ["@startuml", "left to right direction", *_nested(view, _plantuml_node, _plantuml_cluster, "")]
    ids = _ids(view)
    lines += [
        f"{ids[lane.source]} {_plantuml_arrow(lane)} {ids[lane.target]} : {plantuml_text(lane.label)}"
        for lane in view.lanes
    ]
    return "\n".join([*lines, "@enduml"]) + "\n"


_PLANTUML_SHAPES = {
    "external-entity": "agent",
    "process": "rectangle",
    "data-store": "database",
    "group": "package",
}


def _plantuml_node(name: str, node: Node) -> str:
    return f'{_PLANTUML_SHAPES[node.kind]} "{plantuml_text(node.name)}" as {name}'


def _plantuml_cluster(name: str, title: str) -> tuple[str, str]:
    return f'frame "{plantuml_text(title)}" as b{name} {{', "}"


def _plantuml_arrow(lane: Lane) -> str:
    if lane.marks.out_of_scope:
        return "-[dashed]->"
    return "-[#a03a8c]->" if lane.sensitivity else "-->"


def _view(drawing: Drawing | View) -> View:
    return drawing.view if isinstance(drawing, Drawing) else drawing


def _ids(view: View) -> dict[str, str]:
    return {name: f"n{row}" for row, name in enumerate(view.nodes, 1)}


def _nested(
    view: View,
    write_node: Callable[[str, Node], str],
    write_cluster: Callable[[str, str], tuple[str, str]],
    indent: str,
) -> Iterator[str]:
    """Yield the outlines with their nodes inside, indented."""
    ids = _ids(view)
    numbers = {name: str(row) for row, name in enumerate(view.clusters, 1)}
    children: dict[str, list[str]] = {}
    for name, cluster in view.clusters.items():
        children.setdefault(cluster.parent, []).append(name)
    inside: dict[str, list[str]] = {}
    for name, node in view.nodes.items():
        inside.setdefault(node.cluster, []).append(name)

    def write(cluster: str, before: str) -> Iterator[str]:
        for name in inside.get(cluster, []):
            yield before + write_node(ids[name], view.nodes[name])
        for child in children.get(cluster, []):
            title = ", ".join(entry.text for entry in view.clusters[child].titles)
            opening, closing = write_cluster(numbers[child], title)
            yield before + opening
            yield from write(child, before + "  ")
            yield before + closing

    yield from write("", indent)
