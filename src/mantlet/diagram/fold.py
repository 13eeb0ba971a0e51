"""Directions for lanes so that a long chain folds back instead of running off the page.

The nodes are first spread over the plane by their distances in the graph (stress majorisation); a lane then points
the way its ends lie along a line through that plane. A life cycle becomes a loop, half of it running back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import rustworkx as rx

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
    x, y = np.cos(turns) * (count / 4), np.sin(turns) * (count / 4)
    pulls = weights * distances
    for _ in range(_ROUNDS):
        wide, high = x[:, None] - x, y[:, None] - y
        pull = pulls / np.maximum(np.sqrt(wide * wide + high * high), 1e-9)
        x = (weights @ x + (pull * wide).sum(axis=1)) / totals
        y = (weights @ y + (pull * high).sum(axis=1)) / totals
    return np.round(np.column_stack((x - x.mean(), y - y.mean())), 6)


def _distances(view: View, bundles: Sequence[Bundle]) -> Plane:
    """Return graph distances; nodes of one outline are nearer to each other, unconnected ones far apart."""
    rows = {name: row for row, name in enumerate(view.nodes)}
    graph = rx.PyGraph()
    graph.add_nodes_from(rows)
    graph.add_edges_from_no_data([(rows[bundle.tail], rows[bundle.head]) for bundle in bundles])
    found: Plane = rx.distance_matrix(graph, null_value=math.inf)
    finite = found[np.isfinite(found)]
    found[~np.isfinite(found)] = float(finite.max()) + 1.0
    clusters = {name: row for row, name in enumerate(view.clusters)}
    around = np.zeros((len(rows), len(clusters)))
    for name, row in rows.items():
        around[row, [clusters[outer] for outer in view.around(view.nodes[name].cluster)]] = 1.0
    apart = around @ (1.0 - around).T
    found = np.maximum(1.0, found + 0.5 * (apart + apart.T))
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
