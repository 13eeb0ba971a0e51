"""Labels for lanes whose ways are given: slid along the lane to the first free place, else beside it with a leader."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from mantlet.diagram.geometry import Box, Point, steps

_ALONG = (0.5, 0.35, 0.65, 0.22, 0.78, 0.1, 0.9)
_RINGS = (26.0, 42.0, 60.0, 80.0, 110.0, 150.0)
_DIRECTIONS = 12


def place_label(
    points: Sequence[Point],
    size: tuple[float, float],
    taken: Sequence[Box],
    lines: Sequence[tuple[Point, Point]],
) -> tuple[Box, tuple[Point, Point] | None]:
    """Return the label's box, and a leader where it does not stand on its lane.

    ``taken`` are boxes it must not meet (nodes, titles, other labels), ``lines`` the pieces of other lanes, which it
    keeps off where it can.
    """
    best: tuple[int, Box] | None = None
    for middle in _on_lane(points):
        box = _around(middle, size)
        if any(box.meets(other) for other in taken):
            continue
        crossed = sum(box.cut_by(start, end) for start, end in lines)
        if not crossed:
            return box, None
        if best is None or crossed < best[0]:
            best = (crossed, box)
    anchor = next(_on_lane(points))
    for middle in _beside(anchor):
        box = _around(middle, size)
        if not any(box.meets(other) for other in taken) and not any(box.cut_by(*line) for line in lines):
            return box, (_edge(box, anchor), anchor)
    return (best[1] if best else _around(anchor, size)), None


def _around(middle: Point, size: tuple[float, float]) -> Box:
    return Box(middle[0] - size[0] / 2, middle[1] - size[1] / 2, *size)


def _on_lane(points: Sequence[Point]) -> Iterator[Point]:
    """Yield places on the lane: on its longest piece first, from the piece's middle outwards."""
    pieces = sorted(steps(points), key=lambda piece: -math.dist(*piece))
    for start, end in pieces:
        for share in _ALONG:
            yield (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
    if not pieces:
        yield points[0]


def _beside(anchor: Point) -> Iterator[Point]:
    for ring in _RINGS:
        for number in range(_DIRECTIONS):
            angle = 2 * math.pi * number / _DIRECTIONS
            yield (anchor[0] + ring * 1.6 * math.cos(angle), anchor[1] + ring * math.sin(angle))


def _edge(box: Box, toward: Point) -> Point:
    """Return the point of the box's border nearest to a point outside."""
    return (min(max(toward[0], box.x), box.right), min(max(toward[1], box.y), box.bottom))
