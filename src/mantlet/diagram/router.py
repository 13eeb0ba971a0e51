"""Ways for lanes between boxes that stand anywhere: right angles, round everything else, apart from each other.

The search runs on a grid of the lines beside the boxes, not of pixels (A*). It serves layouts that people made;
mantlet's own come with their ways.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mantlet.diagram.geometry import Box, Point, steps, straightened

_ATTEMPTS = ((14.0, 3.0), (9.0, 1.0), (4.0, 0.0))
"""How far a lane runs straight out of a node before it may turn, and how far it keeps off other nodes; less where it is tight."""
_BESIDE = (6.0, 13.0, 20.0)
"""Distances from a box at which lanes may pass."""
_BEND = 30.0
_ON_ANOTHER = 6.0
"""Times that a piece counts on top of an earlier lane."""
_APART = 5.0
_MOST_STEPS = 40_000

Mask = npt.NDArray[np.bool_]
Costs = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Port:
    """Where a lane meets a node, and the way out of it."""

    at: Point
    way: Point

    def stub(self, length: float) -> Point:
        """Return the end of the straight piece before the first turn."""
        return (self.at[0] + self.way[0] * length, self.at[1] + self.way[1] * length)


@dataclass(slots=True)
class Router:
    """Finds ways one after another; each keeps off those found before."""

    boxes: Sequence[Box]
    used: list[tuple[Point, Point]] = field(default_factory=list)

    def route(self, start: Port, end: Port) -> list[Point]:
        """Return the way from port to port; where there is none, the straight one."""
        inner: list[Point] | None = None
        for stub, clear in _ATTEMPTS:
            grid = _Grid.over(self.boxes, start.stub(stub), end.stub(stub), self.used, clear)
            inner = grid.search(start, end, stub)
            if inner:
                break
        points = straightened([start.at, *(inner or []), end.at])
        self.used.extend(steps(points))
        return points


@dataclass(slots=True)
class _Grid:
    xs: list[float]
    ys: list[float]
    across: Costs
    """Cost of going from column c to c + 1 in a row; infinite where a box is."""
    down: Costs

    @classmethod
    def over(
        cls,
        boxes: Sequence[Box],
        start: Point,
        end: Point,
        used: Sequence[tuple[Point, Point]],
        clear: float,
    ) -> _Grid:
        xs = {start[0], end[0]}
        ys = {start[1], end[1]}
        for box in boxes:
            for gap in _BESIDE:
                xs |= {box.x - gap, box.right + gap}
                ys |= {box.y - gap, box.bottom + gap}
        grid = cls(sorted(xs), sorted(ys), np.zeros(0), np.zeros(0))
        steps_x, steps_y = np.diff(grid.xs), np.diff(grid.ys)
        grid.across = np.repeat(steps_x[None, :], len(grid.ys), axis=0)
        grid.down = np.repeat(steps_y[:, None], len(grid.xs), axis=1)
        for first, second in used:
            grid._mark(first, second, steps_x, steps_y)
        for box in boxes:
            grid._block(box.grown(clear))
        return grid

    def _mark(self, first: Point, second: Point, steps_x: Costs, steps_y: Costs) -> None:
        """Make the neighbourhood of an earlier lane's piece costly for lanes that run along it."""
        left, right = sorted((first[0], second[0]))
        top, bottom = sorted((first[1], second[1]))
        if bottom - top < 1.0:
            rows = slice(bisect_left(self.ys, top - _APART), bisect_right(self.ys, top + _APART))
            columns = slice(max(0, bisect_right(self.xs, left) - 1), bisect_left(self.xs, right))
            self.across[rows, columns] += steps_x[None, columns] * _ON_ANOTHER
        elif right - left < 1.0:
            columns = slice(bisect_left(self.xs, left - _APART), bisect_right(self.xs, left + _APART))
            rows = slice(max(0, bisect_right(self.ys, top) - 1), bisect_left(self.ys, bottom))
            self.down[rows, columns] += steps_y[rows, None] * _ON_ANOTHER

    def _block(self, box: Box) -> None:
        rows = slice(bisect_right(self.ys, box.y), bisect_left(self.ys, box.bottom))
        columns = slice(bisect_right(self.xs, box.x), bisect_left(self.xs, box.right))
        self.across[rows, max(0, columns.start - 1) : columns.stop] = np.inf
        self.down[max(0, rows.start - 1) : rows.stop, columns] = np.inf

    def search(self, start: Port, end: Port, stub: float) -> list[Point] | None:
        """Return the cheapest way between the ports' stubs, bends counted; None where there is none."""
        goal = self._cell(end.stub(stub))
        first = self._cell(start.stub(stub))
        facing = 0 if start.way[0] else 1
        across, down = self.across.tolist(), self.down.tolist()
        queue: list[tuple[float, float, int, int, int]] = [(0.0, 0.0, first[0], first[1], facing)]
        best: dict[tuple[int, int, int], float] = {(*first, facing): 0.0}
        came: dict[tuple[int, int, int], tuple[int, int, int]] = {}
        wanted = 0 if end.way[0] else 1
        for _ in range(_MOST_STEPS):
            if not queue:
                return None
            _, cost, row, column, way = heapq.heappop(queue)
            if (row, column) == goal:
                return self._trace(came, (row, column, way))
            if cost > best[row, column, way]:
                continue
            for next_row, next_column, next_way, step in self._steps(across, down, row, column):
                bend = 0.0 if next_way == way else _BEND
                last = _BEND if (next_row, next_column) == goal and next_way != wanted else 0.0
                total = cost + step + bend + last
                state = (next_row, next_column, next_way)
                if total < best.get(state, np.inf):
                    best[state] = total
                    came[state] = (row, column, way)
                    guess = abs(self.xs[next_column] - self.xs[goal[1]]) + abs(
                        self.ys[next_row] - self.ys[goal[0]]
                    )
                    heapq.heappush(queue, (total + guess, total, *state))
        return None

    def _cell(self, point: Point) -> tuple[int, int]:
        return (bisect_left(self.ys, point[1]), bisect_left(self.xs, point[0]))

    @staticmethod
    def _steps(
        across: list[list[float]], down: list[list[float]], row: int, column: int
    ) -> list[tuple[int, int, int, float]]:
        found = []
        line = across[row]
        if column and line[column - 1] < np.inf:
            found.append((row, column - 1, 0, line[column - 1]))
        if column < len(line) and line[column] < np.inf:
            found.append((row, column + 1, 0, line[column]))
        if row and down[row - 1][column] < np.inf:
            found.append((row - 1, column, 1, down[row - 1][column]))
        if row < len(down) and down[row][column] < np.inf:
            found.append((row + 1, column, 1, down[row][column]))
        return found

    def _trace(
        self, came: dict[tuple[int, int, int], tuple[int, int, int]], state: tuple[int, int, int]
    ) -> list[Point]:
        points = [(self.xs[state[1]], self.ys[state[0]])]
        while state in came:
            state = came[state]
            points.append((self.xs[state[1]], self.ys[state[0]]))
        return points[::-1]
