"""Coordinates for what is new or has moved: boxes with room for more, and lines that end at the edges of things."""

from __future__ import annotations

from collections.abc import Iterable

from mantlet.formats.nesting import Box
from mantlet.formats.tmt.geometry import box_of, number
from mantlet.formats.tmt.parts import Line, Shape

SIZE = 100.0
"""Width and height of a new element, the tool's own."""
MARGIN = 30.0
STEP = 20.0
_SIDES = (("East", 1.0, 0.5), ("West", 0.0, 0.5), ("South", 0.5, 1.0), ("North", 0.5, 0.0))


def text(value: float) -> str:
    """Return a coordinate as the tool writes it: whole numbers."""
    return str(round(value))


def put(shape: Shape, box: Box) -> None:
    """Give a shape its place."""
    shape.left, shape.top, shape.width, shape.height = (
        text(item) for item in (box.x, box.y, box.width, box.height)
    )


def box(shape: Shape) -> Box | None:
    """Return a shape's place."""
    found = box_of(shape)
    return Box(*found) if found else None


def around(boxes: Iterable[Box], margin: float = MARGIN) -> Box | None:
    """Return the box round some boxes."""
    listed = list(boxes)
    if not listed:
        return None
    left, top = min(item.x for item in listed) - margin, min(item.y for item in listed) - margin
    right = max(item.x + item.width for item in listed) + margin
    bottom = max(item.y + item.height for item in listed) + margin
    return Box(left, top, right - left, bottom - top)


def free_place(taken: Iterable[Box], area: Box | None) -> tuple[Box, bool]:
    """Return a free place for a new element inside an area, and whether the area has to grow downwards for it."""
    listed = list(taken)
    if area is None:
        whole = around(listed, 0.0)
        start = (
            Box(0, 0, SIZE, SIZE)
            if whole is None
            else Box(whole.x, whole.y + whole.height + MARGIN, SIZE, SIZE)
        )
        return start, False
    y = area.y + MARGIN
    while y + SIZE + MARGIN / 2 <= area.y + area.height:
        x = area.x + MARGIN
        while x + SIZE + MARGIN / 2 <= area.x + area.width:
            tried = Box(x, y, SIZE, SIZE)
            if not any(_touch(tried, other) for other in listed):
                return tried, False
            x += STEP
        y += STEP
    bottom = max([area.y + area.height, *(item.y + item.height for item in listed if area.surrounds(item))])
    return Box(area.x + MARGIN, bottom + MARGIN / 2, SIZE, SIZE), True


def _touch(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width + STEP
        and other.x < one.x + one.width + STEP
        and one.y < other.y + other.height + STEP
        and other.y < one.y + one.height + STEP
    )


def grown(area: Box, inner: Box) -> Box:
    """Return an area made large enough to surround a box."""
    made = around(
        [area, Box(inner.x - MARGIN / 2, inner.y, inner.width + MARGIN, inner.height + MARGIN / 2)], 0.0
    )
    return made or area


def connect(line: Line, source: Box, target: Box, bend: int = 0) -> None:
    """Lead a line from one box to another, from side to side; ``bend`` parts lines between the same two."""
    start, x, y = _port(source, target)
    stop, u, v = _port(target, source)
    length = max(((u - x) ** 2 + (v - y) ** 2) ** 0.5, 1.0)
    off = 35.0 * bend
    line.points = {
        "HandleX": text((x + u) / 2 - (v - y) / length * off),
        "HandleY": text((y + v) / 2 + (u - x) / length * off),
        "SourceX": text(x),
        "SourceY": text(y),
        "TargetX": text(u),
        "TargetY": text(v),
    }
    line.rest |= {"PortSource": start, "PortTarget": stop}


def _port(box_: Box, other: Box) -> tuple[str, float, float]:
    """Return the side of a box that faces another, and its middle."""
    cx, cy = other.x + other.width / 2, other.y + other.height / 2
    places = [(name, box_.x + fx * box_.width, box_.y + fy * box_.height) for name, fx, fy in _SIDES]
    return min(places, key=lambda place: (place[1] - cx) ** 2 + (place[2] - cy) ** 2)


def shift_end(line: Line, end: str, dx: float, dy: float) -> None:
    """Let an end follow the box it is attached to."""
    for name, by in ((f"{end}X", dx), (f"{end}Y", dy)):
        at = number(line.points.get(name))
        if at is not None:
            line.points[name] = text(at + by)


def shift_handle(line: Line, dx: float, dy: float) -> None:
    """Let the middle of a line follow its ends."""
    for name, by in (("HandleX", dx), ("HandleY", dy)):
        at = number(line.points.get(name))
        if at is not None:
            line.points[name] = text(at + by)
