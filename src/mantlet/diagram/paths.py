"""Polylines as SVG paths: rounded corners, gentle short steps, arrowheads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mantlet.diagram import metrics as m
from mantlet.diagram.geometry import Point

_WING = 0.42
"""Half an arrowhead's width as a share of its length."""


def number(value: float) -> str:
    """Return a coordinate as text: at most one decimal, never a sign before zero, nothing that is no number."""
    if not math.isfinite(value):
        return "0"
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def pair(point: Point) -> str:
    """Return a point as it stands in a path."""
    return f"{number(point[0])} {number(point[1])}"


def toward(start: Point, end: Point, distance: float) -> Point:
    """Return the point at a distance from ``start`` on the way to ``end``, at most ``end``."""
    length = math.dist(start, end)
    if length < 1e-9:
        return start
    share = min(1.0, distance / length)
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def rounded(points: Sequence[Point], radius: float = m.RADIUS) -> str:
    """Return the polyline as a path with rounded corners; a corner takes at most half of each side."""
    parts = [f"M{pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        start, end = toward(corner, before, reach), toward(corner, after, reach)
        parts.append(f"L{pair(start)}Q{pair(corner)} {pair(end)}")
    parts.append(f"L{pair(points[-1])}")
    return "".join(parts)


def shortened(points: Sequence[Point], by: float) -> list[Point]:
    """Return the polyline with its last piece cut, so that a line does not stick out of its arrowhead."""
    last, before = points[-1], points[-2]
    cut = min(by, max(0.0, math.dist(before, last) - 0.5))
    return [*points[:-1], toward(last, before, cut)]


def arrowhead(points: Sequence[Point], length: float = m.ARROW) -> str:
    """Return the path of an arrowhead whose tip is the polyline's end."""
    tip, before = points[-1], points[-2]
    base = toward(tip, before, length)
    distance = math.dist(tip, base) or 1.0
    across = ((base[1] - tip[1]) / distance * length * _WING, (tip[0] - base[0]) / distance * length * _WING)
    left = (base[0] + across[0], base[1] + across[1])
    right = (base[0] - across[0], base[1] - across[1])
    notch = toward(base, tip, length * 0.18)
    return f"M{pair(tip)}L{pair(left)}L{pair(notch)}L{pair(right)}Z"
