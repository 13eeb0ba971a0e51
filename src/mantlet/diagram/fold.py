"""Directions for lanes so that a long chain folds back instead of running off the page.

The nodes are first spread over the plane by their distances in the graph (stress majorisation); a lane then points
the way its ends lie along a line through that plane. A life cycle becomes a loop, half of it running back.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mantlet.diagram.bundles import Bundle
from mantlet.diagram.view import View

Plane = npt.NDArray[np.float64]
_ROUNDS = 60
_LARGEST = 400
"""Nodes up to which the plane is worth computing."""


def spread(view: View, bundles: Sequence[Bundle]) -> Plane | None:
    """Return a place in the plane for each node, in the view's order; None for too few or too many nodes."""
    count = len(view.nodes)
    if not 3 < count <= _LARGEST:
        return None
    distances = _distances(view, bundles)
    weights = distances**-2.0
    np.fill_diagonal(weights, 0.0)
    totals = weights.sum(axis=1)
    turns = np.arange(count) * (2 * math.pi / count)
    plane: Plane = np.column_stack((np.cos(turns), np.sin(turns))) * (count / 4)
    for _ in range(_ROUNDS):
        gaps = plane[:, None, :] - plane[None, :, :]
        lengths = np.maximum(np.sqrt((gaps**2).sum(axis=2)), 1e-9)
        pull = (weights * distances / lengths)[:, :, None] * gaps
        plane = (weights @ plane + pull.sum(axis=1)) / totals[:, None]
    return np.round(plane - plane.mean(axis=0), 6)


def _distances(view: View, bundles: Sequence[Bundle]) -> Plane:
    """Return graph distances; nodes of one outline are nearer to each other, unconnected ones far apart."""
    rows = {name: row for row, name in enumerate(view.nodes)}
    near: list[list[int]] = [[] for _ in rows]
    for bundle in bundles:
        near[rows[bundle.tail]].append(rows[bundle.head])
        near[rows[bundle.head]].append(rows[bundle.tail])
    count = len(rows)
    found = np.full((count, count), math.inf)
    for start in range(count):
        found[start, start] = 0.0
        waiting = deque([start])
        while waiting:
            row = waiting.popleft()
            for other in near[row]:
                if found[start, other] == math.inf:
                    found[start, other] = found[start, row] + 1
                    waiting.append(other)
    finite = found[np.isfinite(found)]
    found[~np.isfinite(found)] = float(finite.max()) + 1.0
    names = list(rows)
    around = [set(view.around(view.nodes[name].cluster)) for name in names]
    for first in range(count):
        for second in range(first):
            apart = len(around[first] ^ around[second])
            found[first, second] = found[second, first] = max(1.0, found[first, second] + 0.5 * apart)
    np.fill_diagonal(found, 1.0)
    return found


def orient_by_angle(view: View, plane: Plane, angle: float, bundles: Sequence[Bundle]) -> None:
    """Point every bundle the way its ends lie along a line at ``angle`` (in turns) through the plane.

    Of the line's two ways the one is taken that turns fewer bundles.
    """
    line = np.array([math.cos(angle * 2 * math.pi), math.sin(angle * 2 * math.pi)])
    along = np.round(plane @ line, 6)
    rows = {name: row for row, name in enumerate(view.nodes)}
    steps = [float(along[rows[bundle.head]] - along[rows[bundle.tail]]) for bundle in bundles]
    sign = 1.0 if sum(step >= 0 for step in steps) * 2 >= len(steps) else -1.0
    keys = {name: (sign * float(along[row]), row) for name, row in rows.items()}
    for bundle in bundles:
        if keys[bundle.tail] > keys[bundle.head]:
            bundle.turn()
