"""The legend: one strip below the picture that explains only the signs the picture uses."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.diagram import metrics as m
from mantlet.diagram.drawing import Entry
from mantlet.diagram.geometry import Box
from mantlet.diagram.markup import icon, tag, text
from mantlet.diagram.options import Badge
from mantlet.diagram.paths import arrowhead, number, pair
from mantlet.diagram.shapes import badge, change_sign
from mantlet.diagram.text import width
from mantlet.diagram.view import Marks, View
from mantlet.model.vocabulary import DIMENSIONS

_SAMPLE = 26.0
_GAP = 18.0
_ROW = 20.0
_SHAPES = {
    "external-entity": ("external", "External entity"),
    "process": ("process", "Process"),
    "data-store": ("store", "Data store"),
    "group": ("group", "Several elements"),
}


def legend_entries(view: View, room: float) -> list[Entry]:
    """Return the entries from the left, in as many rows as they need, from the origin downwards."""
    entries: list[Entry] = []
    x = y = 0.0
    for sign, meaning in _signs(view):
        wide = _sample_width(sign) + 6 + width(meaning, m.CAPTION)
        if x and x + wide > room:
            x, y = 0.0, y + _ROW
        entries.append(Entry(sign, meaning, Box(x, y, wide, _ROW)))
        x += wide + _GAP
    return entries


def _sample_width(sign: str) -> float:
    return 17.0 if sign.startswith(("severity:", "change:", "icon:")) else _SAMPLE


def _signs(view: View) -> Iterator[tuple[str, str]]:
    kinds = {node.kind for node in view.nodes.values()}
    for kind, (_, meaning) in _SHAPES.items():
        if kind in kinds:
            yield f"shape:{kind}", meaning
    dimensions = {entry.dimension for cluster in view.clusters.values() for entry in cluster.titles[:1]}
    for dimension in DIMENSIONS:
        if dimension in dimensions:
            yield f"outline:{dimension}", f"{dimension.capitalize()} boundary"
    levels = {lane.sensitivity for lane in view.lanes}
    if "personal" in levels:
        yield "flow:personal", "Personal data"
    if "special" in levels:
        yield "flow:special", "Special-category personal data"
    if any(lane.opened_at for lane in view.lanes):
        yield "ring", "Ring: end that opens the connection"
    marks = [*(node.marks for node in view.nodes.values()), *(lane.marks for lane in view.lanes)]
    if any(tag.kind == "operator" for node in view.nodes.values() for tag in node.tags) or any(
        cluster.operator for cluster in view.clusters.values()
    ):
        yield "icon:operator", "Run by another party"
    if any(mark.out_of_scope for mark in marks):
        yield "out", "Out of scope"
    yield from _marked(marks)


def _marked(marks: list[Marks]) -> Iterator[tuple[str, str]]:
    worst = {mark.badge.severity for mark in marks if mark.badge}
    for severity in ("critical", "high", "medium", "low", "note", "none"):
        if severity in worst:
            yield f"severity:{severity}", f"Open threats, worst {severity}"
    for change in ("added", "removed", "changed"):
        if any(mark.change == change for mark in marks):
            yield f"change:{change}", change.capitalize()


def legend_markup(entries: list[Entry], x: float, y: float) -> str:
    """Return the legend with its top left corner at a place."""
    parts = ['<g class="mt-legend">']
    for entry in entries:
        left, middle = x + entry.box.x, y + entry.box.y + _ROW / 2
        parts.append(_sign(entry.sign, left, middle))
        parts.append(
            text(entry.text, left + _sample_width(entry.sign) + 6, middle + 3.5, "mt-caption mt-start")
        )
    parts.append("</g>")
    return "".join(parts)


def _sign(sign: str, x: float, y: float) -> str:
    family, _, name = sign.partition(":")
    if family == "shape":
        return _shape(name, x, y)
    if family == "outline":
        return tag(
            "rect",
            class_=f"mt-outline mt-dim-{name} mt-bg0",
            x=x + 1,
            y=y - 6.0,
            width=_SAMPLE - 2,
            height=12.0,
            rx=2.0,
        )
    if family == "severity":
        return badge(Badge(1, name), (x + 8.5, y)).replace(">1</text>", "></text>")
    if family == "change":
        return change_sign(Marks(change=name), (x + 8, y))
    if family == "icon":
        return icon(name, x + 2, y - 6.5, 13.0, "")
    return _arrow(family, name, x, y)


def _shape(kind: str, x: float, y: float) -> str:
    classes, _ = _SHAPES[kind]
    place = {"x": x + 1, "y": y - 6.0, "width": _SAMPLE - 2, "height": 12.0}
    radius = 6.0 if kind == "process" else 2.0 if kind == "group" else 0.0
    parts = [f'<g class="mt-{classes}">', tag("rect", class_="mt-shape", rx=radius, **place)]
    if kind == "data-store":
        right = number(x + _SAMPLE - 1)
        parts.append(
            f'<path class="mt-bars" d="M{pair((x + 1, y - 6))}H{right}M{pair((x + 1, y + 6))}H{right}"/>'
        )
    return "".join([*parts, "</g>"])


def _arrow(family: str, level: str, x: float, y: float) -> str:
    points = [(x, y), (x + _SAMPLE, y)]
    classes = "mt-out" if family == "out" else f"mt-{level}" if level else "mt-plain"
    line = f'<path class="mt-line" d="M{pair(points[0])}H{number(x + _SAMPLE - 6)}"/>'
    ring = (
        tag("circle", class_="mt-ring", cx=x + _SAMPLE - m.ARROW - 2.8, cy=y, r=2.8)
        if family == "ring"
        else ""
    )
    mark = icon("person", x + 4, y - 5, 10.0, "") if family == "flow" else ""
    return f'<g class="{classes}">{line}<path class="mt-arrow" d="{arrowhead(points)}"/>{ring}{mark}</g>'
