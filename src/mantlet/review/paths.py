"""Attack paths: how somebody outside gets, step by step along the movements, to what matters.

An attacker who *controls* an element can go wherever it opens a flow or sends data; one whose input merely *arrived*
there can only go on with the data. A threat that lets somebody act with other rights (elevation of privilege) gives
control of the element it is at, one of posing or tampering gets input in; accidents, denial of service and what is
wrong without any attacker open no way. Whoever controls an element reaches what it may read and write without breaking
anything more. A step is as likely as the likeliest threat that opens it, and a path as its steps together, so the
likeliest path is the shortest when steps are measured in −log(likelihood ÷ 9).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from mantlet.analysis.columns import EXTERNAL
from mantlet.analysis.engine import State
from mantlet.analysis.exposure import INSIDERS
from mantlet.catalogue.schema import ThreatType
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST
from mantlet.risk.register import Register
from mantlet.rules.tree import SCOPES, YES

PASSED_ON = 4.5
"""Likelihood (0-9) that an element passes on what an attacker put in, where no threat is open."""
OWN_RIGHTS = 7.0
"""Likelihood that an element which an attacker controls can read or write where it does so anyway."""
STAFF_START = 5 / 9
"""Chance that an attack starts at staff, who would have to be dishonest or to have lost their account."""
ASSET_TYPES = (
    "model-artifact", "secret-store", "dataset-store", "vector-index", "knowledge-base", "conversation-memory",
)  # fmt: skip
"""Stores that are worth reaching even when nobody listed what they hold."""
SUPPLIERS = frozenset({"supplier", "outsider"})
"""Who attacks from where the public publishes."""
ENTERS = frozenset({"spoofing", "tampering", "elevation-of-privilege"})
HARMS = ENTERS | {"information-disclosure"}
Rows = tuple[int, ...]
Way = Literal["threats", "passed-on", "own-rights"]
"""How a step is made: threats open it, or what was put in is passed on, or the element before may do it anyway."""


@dataclass(frozen=True, slots=True)
class Step:
    """One movement of a path, in the attacker's direction."""

    flow: str
    """The movement's place: a flow, or `flow.returns`."""
    source: str
    target: str
    likelihood: float
    threats: Rows
    """Rows of the threats that open this step, likeliest first."""
    way: Way = "threats"


@dataclass(frozen=True, slots=True)
class AttackPath:
    """From an outside element to an asset."""

    steps: tuple[Step, ...]
    likelihood: float
    """0-9; the product of the steps' chances."""
    severity: Severity
    """The worst of the threats on the last step that needs any."""
    asset: str

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements in order."""
        return (self.steps[0].source, *(step.target for step in self.steps))


def attack_paths(register: Register, limit: int = 10) -> list[AttackPath]:
    """Return the likeliest path to each asset that an outsider can reach, ranked by likelihood and what is lost there."""
    walk = _Walk(register)
    ranked = sorted(
        walk.paths(), key=lambda path: (-path.likelihood * (1 + path.severity), len(path.steps), path.asset)
    )
    return ranked[:limit] if limit else ranked


def _assets(register: Register) -> NDArray[np.bool_]:
    """Elements worth reaching: where personal, confidential or secret data, models or training data rest and aren't public anyway."""
    analysis = register.analysis
    columns, facts = analysis.columns, analysis.atoms.facts
    kept = analysis.atoms.lineage.elements(
        "holds", ("personal", "confidential"), ("model", "secret", "training-data")
    )
    worth = (kept == YES) | columns.element_types.are(ASSET_TYPES)
    public = facts.yes("element", "public_supply") == YES
    return worth & ~public & (columns.kind != EXTERNAL) & columns.element_in_scope


class _Walk:
    """The graph of what an attacker can do next: per element a node for control, one for input, one for having reached it."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.columns = register.analysis.columns
        self.likelihood = register.ratings.likelihood[BEST]
        self.assets = _assets(register)
        self.count = len(self.columns.elements)
        facts = register.analysis.atoms.facts
        self.public = facts.yes("element", "public_supply") == YES
        self.outside = (self.columns.kind == EXTERNAL) | self.public
        self.steps: dict[tuple[int, int], tuple[float, int, Rows, Way]] = {}
        """Per pair of nodes the likeliest step: likelihood, movement, threats, way."""

    def paths(self) -> Iterator[AttackPath]:
        """Yield the likeliest path to each asset."""
        if not self.assets.any():
            return
        self._build()
        hub = 3 * self.count
        graph: rx.PyDiGraph[None, float] = rx.PyDiGraph()
        graph.add_nodes_from([None] * (hub + 1))
        graph.add_edges_from(
            [(start, end, _length(chance)) for (start, end), (chance, *_) in self.steps.items()]
        )
        starts = self._starts()
        graph.add_edges_from([(hub, start, math.log(1 / chance)) for start, chance in starts.items()])
        reached = rx.dijkstra_shortest_paths(graph, hub, weight_fn=float)
        for goal in np.flatnonzero(self.assets).tolist():
            node = 2 * self.count + goal
            if node in reached:
                nodes = list(reached[node])[1:]
                yield self._path(nodes, starts[nodes[0]])

    def _starts(self) -> dict[int, float]:
        """Return where attackers are at the beginning, and how likely one is there."""
        staff = self.columns.element_types.are(INSIDERS)
        there = np.flatnonzero(self.outside & self.columns.element_in_scope)
        return {row: STAFF_START if staff[row] else 1.0 for row in there.tolist()}

    def _build(self) -> None:
        on_movement, at_element = self._threats()
        columns = self.columns
        for movement in range(len(columns.source)):
            if not columns.flow_in_scope[columns.movement_flow[movement]]:
                continue
            source, target = int(columns.source[movement]), int(columns.target[movement])
            here = on_movement.get(movement, [])
            self._onto(movement, source, target, [*here, *at_element.get(target, [])], with_data=True)
            if not columns.source_opens[movement]:
                between = [row for row in here if self._type(row).at == "flow"]
                self._onto(movement, target, source, [*between, *at_element.get(source, [])], with_data=False)

    def _threats(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """Return the open threats that an attacker can use, by movement and by element."""
        table, types = self.register.analysis.threats, self.register.analysis.types
        usable = np.array([_usable(item) for item in types], bool)
        moving = np.array([SCOPES[item.at] == "movement" for item in types], bool)
        on_movement: dict[int, list[int]] = {}
        at_element: dict[int, list[int]] = {}
        for row in np.flatnonzero((table.state == State.OPEN) & usable[table.type]).tolist():
            if moving[table.type[row]]:
                on_movement.setdefault(int(table.place[row]), []).append(row)
            elif table.element[row] >= 0:
                at_element.setdefault(int(table.element[row]), []).append(row)
        return on_movement, at_element

    def _type(self, row: int) -> ThreatType:
        return self.register.analysis.types[int(self.register.analysis.threats.type[row])]

    def _onto(self, movement: int, start: int, end: int, rows: list[int], *, with_data: bool) -> None:
        """Add the steps from one end of a movement onto the other: with the data, or against it for who opened the flow."""
        if self.outside[end]:
            return
        if self.public[start]:
            rows = [row for row in rows if SUPPLIERS & set(self._type(row).agents)]
        control, arrived, goal = end, self.count + end, 2 * self.count + end
        seizes = [row for row in rows if "elevation-of-privilege" in self._type(row).stride]
        enters = [row for row in rows if ENTERS & set(self._type(row).stride)]
        self._step(start, control, movement, seizes)
        self._step(start, goal, movement, rows)
        if not self.outside[start]:
            self._step(start, goal, movement, [], OWN_RIGHTS, "own-rights")
        if with_data:
            before = self.count + start
            self._step(before, control, movement, seizes)
            self._step(before, goal, movement, enters)
            for node in (start, before):
                self._step(node, arrived, movement, enters)
            self._step(before, arrived, movement, [], PASSED_ON, "passed-on")

    def _step(
        self, start: int, end: int, movement: int, rows: list[int], least: float = 0.0, way: Way = "threats"
    ) -> None:
        """Note a step if it is likelier than what is known between two nodes."""
        ranked = tuple(sorted(set(rows), key=lambda row: (-self.likelihood[row], row)))
        chance = float(self.likelihood[ranked[0]]) if ranked else least
        known = self.steps.get((start, end))
        if chance > 0 and (known is None or chance > known[0]):
            self.steps[start, end] = (chance, movement, ranked, way)

    def _path(self, nodes: list[int], start: float) -> AttackPath:
        names = self.columns.elements.ids
        steps = []
        for before, after in pairwise(nodes):
            chance, movement, rows, way = self.steps[before, after]
            place = self.columns.movement_place(movement)
            ends = names[before % self.count], names[after % self.count]
            steps.append(Step(place, *ends, chance, rows, way))
        chance = 9 * start * math.prod(step.likelihood / 9 for step in steps)
        last = next(step.threats for step in reversed(steps) if step.threats)
        severity = self.register.ratings.severity[BEST, list(last)].max()
        return AttackPath(tuple(steps), chance, Severity(int(severity)), steps[-1].target)


def _usable(item: ThreatType) -> bool:
    """Tell whether an attacker can use a threat: somebody means to, and it gets them something.

    What the privacy pack says is wrong even if nobody attacks.
    """
    return bool(HARMS & set(item.stride)) and set(item.agents) != {"accident"} and item.pack != "privacy"


def _length(chance: float) -> float:
    return math.log(9 / min(chance, 9.0))
