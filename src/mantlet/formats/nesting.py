"""Which boundaries are round what, from boxes on a drawing: for formats that store no membership."""

from __future__ import annotations

from dataclasses import dataclass, field

from mantlet.model.entries import Boundary
from mantlet.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """How large it is."""
        return self.width * self.height

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies in it."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def surrounds(self, other: Box) -> bool:
        """Tell whether all of another lies in it."""
        return self.holds(other.x, other.y) and self.holds(other.x + other.width, other.y + other.height)


@dataclass(slots=True)
class Nesting:
    """The boundary boxes of one drawing."""

    boxes: dict[str, Box] = field(default_factory=dict)
    _dimension: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, box: Box) -> None:
        """Add a boundary's box."""
        self.boxes[name] = box

    def settle(self, boundaries: dict[str, Boundary], vocabulary: Vocabulary) -> None:
        """Nest the boundaries: each in the smallest of its dimension that surrounds it."""
        order = sorted(self.boxes, key=lambda name: self.boxes[name].area)
        self._dimension = {name: vocabulary.dimension(boundaries[name].type) for name in order}
        for row, name in enumerate(order):
            fitting = (
                outer
                for outer in order[row + 1 :]
                if self._dimension[outer] == self._dimension[name]
                and self.boxes[outer].surrounds(self.boxes[name])
            )
            outer = next(fitting, "")
            if outer:
                boundaries[name].in_ = outer

    def of(self, box: Box) -> list[str]:
        """Return the boundaries that a box's middle lies in: the innermost of each dimension, in a set order."""
        x, y = box.x + box.width / 2, box.y + box.height / 2
        found: dict[str, str] = {}
        for name in sorted(self.boxes, key=lambda name: self.boxes[name].area):
            if self.boxes[name].holds(x, y) and self._dimension[name] not in found:
                found[self._dimension[name]] = name
        return [name for name in self.boxes if name in found.values()]
