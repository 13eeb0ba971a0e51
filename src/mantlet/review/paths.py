"""Attack paths: how somebody outside gets, step by step along the movements, to what matters.

Each step is a movement with the threats that would take an attacker over it; its likelihood is that of the likeliest of
them. A path is as likely as its steps together, so the likeliest path is the shortest when steps are measured
in −log(likelihood ÷ 9).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from mantlet.analysis.columns import EXTERNAL, STORE
from mantlet.analysis.engine import State
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST
from mantlet.risk.register import Register
from mantlet.rules.tree import SCOPES, YES

BARE_STEP = 0.5
"""Likelihood (0-9) of a movement on which no threat is open: possible, never likely."""
ASSET_TYPES = ("model-artifact", "secret-store", "training-set", "vector-index", "dataset-store")
"""Stores that are worth reaching even when nobody listed what they hold."""


@dataclass(frozen=True, slots=True)
class Step:
    """One movement of a path, in the attacker's direction."""

    flow: str
    source: str
    target: str
    likelihood: float
    threats: tuple[int, ...]
    """Rows of the threats open on this step, likeliest first."""


@dataclass(frozen=True, slots=True)
class AttackPath:
    """From an outside element to an asset."""

    steps: tuple[Step, ...]
    likelihood: float
    """0-9; the product of the steps' chances."""
    severity: Severity
    """The worst threat at the last element."""
    asset: str

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements in order."""
        return (self.steps[0].source, *(step.target for step in self.steps))


def attack_paths(register: Register, limit: int = 10) -> list[AttackPath]:
    """Return the likeliest path to each asset that an outsider can reach, ranked by likelihood and what is lost there.

    Attackers move against a pull as well as with a push, so every flow can be walked from the end that is outside;
    a step needs a flow, whichever way data moves on it.
    """
    analysis = register.analysis
    columns = analysis.columns
    starts = np.flatnonzero((columns.kind == EXTERNAL) & columns.element_in_scope)
    goals = np.flatnonzero(_goals(register))
    if not len(starts) or not len(goals):
        return []
    graph, steps = _graph(register)
    paths = []
    hub = graph.add_node(None)
    graph.add_edges_from([(hub, int(start), (0.0, -1)) for start in starts])
    distances = rx.dijkstra_shortest_paths(graph, hub, weight_fn=lambda edge: edge[0])
    worst = _worst_at(register)
    for goal in goals.tolist():
        if goal in distances and len(distances[goal]) > 2:
            found = _path(register, list(distances[goal])[1:], steps)
            paths.append(
                AttackPath(found, _chance(found), Severity(int(worst[goal])), columns.elements.ids[goal])
            )
    ranked = sorted(
        paths, key=lambda path: (-path.likelihood * (1 + path.severity), len(path.steps), path.asset)
    )
    return ranked[:limit] if limit else ranked


def _goals(register: Register) -> NDArray[np.bool_]:
    """Elements worth reaching: stores of personal, confidential or secret data, of models and of training data."""
    analysis = register.analysis
    columns, lineage = analysis.columns, analysis.atoms.lineage
    holds = (
        np.maximum(
            lineage.elements("holds", ("personal", "confidential"), ("model", "secret", "training-data")), 0
        )
        == YES
    )
    return (
        (columns.kind == STORE) & (holds | columns.element_types.are(ASSET_TYPES))
    ) & columns.element_in_scope


def _graph(
    register: Register,
) -> tuple[rx.PyDiGraph[int | None, tuple[float, int]], list[tuple[int, int, float, tuple[int, ...]]]]:
    analysis = register.analysis
    columns, table = analysis.columns, analysis.threats
    likelihood = register.ratings.likelihood[BEST]
    by_movement: dict[int, list[int]] = {}
    by_element: dict[int, list[int]] = {}
    on_movement = np.array([SCOPES[item.at] == "movement" for item in analysis.types], bool)
    for row in np.flatnonzero(table.state == State.OPEN).tolist():
        if on_movement[table.type[row]]:
            by_movement.setdefault(int(table.place[row]), []).append(row)
        elif table.element[row] >= 0:
            by_element.setdefault(int(table.element[row]), []).append(row)
    graph: rx.PyDiGraph[int | None, tuple[float, int]] = rx.PyDiGraph()
    graph.add_nodes_from(range(len(columns.elements)))
    steps: list[tuple[int, int, float, tuple[int, ...]]] = []
    for movement in range(len(columns.source)):
        if not columns.flow_in_scope[columns.movement_flow[movement]]:
            continue
        source, target = int(columns.source[movement]), int(columns.target[movement])
        for start, end in ((source, target), (target, source)):
            rows = sorted(
                {*by_movement.get(movement, ()), *by_element.get(end, ())},
                key=lambda row: (-likelihood[row], row),
            )
            best = float(likelihood[rows[0]]) if rows else BARE_STEP
            graph.add_edge(start, end, (-math.log(max(best, BARE_STEP) / 9), len(steps)))
            steps.append((movement, end, max(best, BARE_STEP), tuple(rows)))
    return graph, steps


def _path(
    register: Register, nodes: list[int], steps: list[tuple[int, int, float, tuple[int, ...]]]
) -> tuple[Step, ...]:
    columns = register.analysis.columns
    found = []
    for start, end in pairwise(nodes):
        movement, _, likelihood, rows = max(
            _between(register, start, end, steps), key=lambda step: (step[2], -step[0])
        )
        found.append(
            Step(
                columns.movement_place(movement),
                columns.elements.ids[start],
                columns.elements.ids[end],
                likelihood,
                rows,
            )
        )
    return tuple(found)


def _between(
    register: Register, start: int, end: int, steps: list[tuple[int, int, float, tuple[int, ...]]]
) -> list[tuple[int, int, float, tuple[int, ...]]]:
    columns = register.analysis.columns
    return [
        step
        for step in steps
        if step[1] == end and start in {int(columns.source[step[0]]), int(columns.target[step[0]])}
    ]


def _chance(steps: tuple[Step, ...]) -> float:
    return 9 * math.prod(step.likelihood / 9 for step in steps)


def _worst_at(register: Register) -> NDArray[np.int8]:
    """Return the worst estimated severity of the open threats at each element."""
    table = register.analysis.threats
    worst = np.zeros(len(register.analysis.columns.elements), np.int8)
    live = (table.state == State.OPEN) & (table.element >= 0)
    np.maximum.at(worst, table.element[live], register.ratings.severity[BEST, live])
    return worst
