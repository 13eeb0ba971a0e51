"""Boxes, points and polylines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """Return the middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)

    def grown(self, by: float) -> Box:
        """Return the box with ``by`` more on every side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def meets(self, other: Box) -> bool:
        """Tell whether two boxes share more than a border."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Tell whether the other box lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def cut_by(self, start: Point, end: Point) -> bool:
        """Tell whether a straight line from ``start`` to ``end`` passes through the inside."""
        low, high = 0.0, 1.0
        for at, to, least, most in (
            (start[0], end[0], self.x, self.right),
            (start[1], end[1], self.y, self.bottom),
        ):
            step = to - at
            if abs(step) < 1e-9:
                if not least < at < most:
                    return False
                continue
            near, far = sorted(((least - at) / step, (most - at) / step))
            low, high = max(low, near), min(high, far)
        return low < high


def steps(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Yield the straight pieces of a polyline."""
    yield from pairwise(points)


def straightened(points: Sequence[Point]) -> list[Point]:
    """Return the polyline without repeated points and without points on a straight run."""
    found: list[Point] = []
    for point in points:
        if found and abs(found[-1][0] - point[0]) < 0.01 and abs(found[-1][1] - point[1]) < 0.01:
            continue
        while len(found) > 1 and _between(found[-2], found[-1], point):
            found.pop()
        found.append(point)
    return found


def _between(first: Point, middle: Point, last: Point) -> bool:
    across = (middle[0] - first[0]) * (last[1] - first[1]) - (middle[1] - first[1]) * (last[0] - first[0])
    forth = (middle[0] - first[0]) * (last[0] - middle[0]) + (middle[1] - first[1]) * (last[1] - middle[1])
    return abs(across) < 0.01 and forth >= 0
