"""Everything that was considered: each cell of the frameworks' tables with what became of it.

STRIDE and LINDDUN ask about every element, flow and interaction. The register shows what matters; this matrix shows that
nothing was forgotten, and why the rest was dismissed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index
from mantlet.analysis.because import Because, signed
from mantlet.analysis.engine import SYSTEM_ROW, Analysis, State
from mantlet.catalogue.schema import ThreatType
from mantlet.model.vocabulary import ELEMENT_KINDS
from mantlet.rules.evaluate import evaluate
from mantlet.rules.tree import NO, SCOPES, YES
from mantlet.rules.write import unparse

End = Literal["source", "flow", "target"]
RANK = np.array([0, 4, 3, 5, 2, 1], np.int8)
"""How states outrank each other in a cell, by state: open, to confirm, mitigated, silenced, out of scope, absent."""


class Interaction(msgspec.Struct, frozen=True):
    """What a table asks of one end of a movement between two kinds of element."""

    source: str
    target: str
    at: End
    categories: list[str]


class Table(msgspec.Struct, frozen=True):
    """A framework's table: categories per kind of element, or per interaction."""

    id: str
    title: str
    family: Literal["stride", "linddun"]
    source: str
    elements: dict[str, list[str]]
    interactions: list[Interaction]


class Cell(msgspec.Struct, frozen=True):
    """One cell for one place, and what became of it."""

    table: str
    category: str
    place: str
    at: str
    """`element`, `flow`, or the end of an interaction."""
    state: str
    type: str
    """The threat type that decided it; empty where none asks about this."""
    reason: str


@lru_cache(maxsize=1)
def framework_tables() -> list[Table]:
    """Return the tables that ship."""
    return msgspec.json.decode(
        resources.files("mantlet.analysis").joinpath("tables.json").read_bytes(), type=list[Table]
    )


def categories_of(item: ThreatType, family: str) -> set[str]:
    """Return a type's STRIDE categories or LINDDUN letters."""
    return set(item.stride) if family == "stride" else {node.partition(".")[0] for node in item.linddun}


def considered(analysis: Analysis) -> Iterator[Cell]:
    """Yield every cell of every table for every place, tables and places in order."""
    matrix = _Matrix(analysis)
    for table in framework_tables():
        for kind, categories in table.elements.items():
            yield from (
                matrix.flows(table, categories)
                if kind == "flow"
                else matrix.elements(table, kind, categories)
            )
        for interaction in table.interactions:
            yield from matrix.interactions(table, interaction)


class _Best:
    """The strongest verdict per row, and the type it is from."""

    def __init__(self, rows: int) -> None:
        self.rank = np.full(rows, -1, np.int8)
        self.state = np.zeros(rows, np.int8)
        self.type = np.full(rows, -1, np.int32)
        self.place = np.zeros(rows, np.int32)

    def put(self, rows: Index, state: NDArray[np.int8], kind: int) -> None:
        """Let a type's verdicts stand where they outrank what was there; place i of the type belongs to row ``rows[i]``."""
        rank = RANK[state]
        order = np.argsort(rank, kind="stable")
        order = order[rows[order] >= 0]
        order = order[rank[order] > self.rank[rows[order]]]
        at = rows[order]
        self.rank[at] = rank[order]
        self.state[at] = state[order]
        self.type[at] = kind
        self.place[at] = order


class _Matrix:
    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.because = Because(analysis)
        self._memo: dict[tuple[str, str, str], _Best] = {}

    def elements(self, table: Table, kind: str, categories: list[str]) -> Iterator[Cell]:
        """Yield the cells of one kind of element."""
        columns = self.analysis.columns
        rows = np.flatnonzero(columns.kind == ELEMENT_KINDS.index(kind))
        for category in categories:
            best = self._best(table.family, category, "element")
            for row in rows.tolist():
                yield self._cell(table, category, columns.elements.ids[row], "element", best, row)

    def flows(self, table: Table, categories: list[str]) -> Iterator[Cell]:
        """Yield the cells of every movement."""
        columns = self.analysis.columns
        for category in categories:
            best = self._best(table.family, category, "flow")
            for row in range(len(columns.source)):
                yield self._cell(table, category, columns.movement_place(row), "flow", best, row)

    def interactions(self, table: Table, asked: Interaction) -> Iterator[Cell]:
        """Yield the cells of one end of every movement between two kinds."""
        columns = self.analysis.columns
        source, target = ELEMENT_KINDS.index(asked.source), ELEMENT_KINDS.index(asked.target)
        rows = np.flatnonzero(
            (columns.kind[columns.source] == source) & (columns.kind[columns.target] == target)
        )
        for category in asked.categories:
            best = self._best(table.family, category, asked.at)
            for row in rows.tolist():
                yield self._cell(table, category, columns.movement_place(row), asked.at, best, row)

    def _best(self, family: str, category: str, at: str) -> _Best:
        key = (family, category, at)
        if key not in self._memo:
            columns = self.analysis.columns
            best = _Best(len(columns.elements) if at == "element" else len(columns.source))
            for kind, item in enumerate(self.analysis.types):
                if category in categories_of(item, family):
                    self._collect(best, kind, item, at)
            self._memo[key] = best
        return self._memo[key]

    def _collect(self, best: _Best, kind: int, item: ThreatType, at: str) -> None:
        """Add a type's verdicts to the rows that they answer for; a movement's threats answer for both its ends."""
        analysis, columns = self.analysis, self.analysis.columns
        state = analysis.state(kind)
        scope = SCOPES[item.at]
        if at == "element" and scope == "movement":
            best.put(columns.source, state, kind)
            best.put(columns.target, state, kind)
        elif at == "element":
            best.put(analysis.element_of(item), state, kind)
        elif scope == "movement":
            if at == "flow" or item.at in {"flow", f"flow.{at}"}:
                best.put(np.arange(len(state), dtype=np.int32), state, kind)
        elif scope in {"element", "copy"}:
            self._spread(best, kind, item, state, columns.source if at == "source" else columns.target)

    def _spread(self, best: _Best, kind: int, item: ThreatType, state: NDArray[np.int8], ends: Index) -> None:
        """An element's own threats answer for every interaction it is an end of."""
        own = _Best(len(self.analysis.columns.elements))
        own.put(self.analysis.element_of(item), state, kind)
        rank = own.rank[ends]
        better = rank > best.rank
        best.rank[better], best.state[better] = rank[better], own.state[ends][better]
        best.type[better], best.place[better] = kind, own.place[ends][better]

    def _cell(self, table: Table, category: str, place: str, at: str, best: _Best, row: int) -> Cell:
        kind = int(best.type[row])
        if kind < 0:
            return Cell(
                table.id,
                category,
                place,
                at,
                "dismissed",
                "",
                "no threat type of the chosen packs asks about this here",
            )
        state = State(int(best.state[row]))
        word = "dismissed" if state in {State.ABSENT, State.SILENCED, State.OUT_OF_SCOPE} else state.word
        return Cell(
            table.id,
            category,
            place,
            at,
            word,
            self.analysis.types[kind].id,
            self._reason(kind, int(best.place[row]), state),
        )

    def _reason(self, kind: int, place: int, state: State) -> str:
        if state is State.OUT_OF_SCOPE:
            return f"out of scope: {self._scope_reason(kind, place)}"
        if state is State.SILENCED:
            return f"{', '.join(self.analysis.silencers(kind, place))} says it more exactly"
        if state is State.ABSENT:
            return "does not apply: " + why_absent(self.analysis, kind, place)
        reasons = self.because.at(kind, place, state)[:3]
        return "; ".join(f"{reason.fact}: {reason.value}" for reason in reasons) or "people found it here"

    def _scope_reason(self, kind: int, place: int) -> str:
        analysis, item = self.analysis, self.analysis.types[kind]
        element = int(analysis.element_of(item)[place])
        if element != SYSTEM_ROW:
            reason = analysis.sections.elements[analysis.columns.elements.ids[element]].out_of_scope
            if reason:
                return reason
        return analysis.sections.flows[
            analysis.columns.flows.ids[analysis.columns.movement_flow[place]]
        ].out_of_scope


def why_absent(analysis: Analysis, kind: int, place: int) -> str:
    """Name the conditions that keep a type from applying at a place."""
    item = analysis.types[kind]
    scope = SCOPES[item.at]
    failed = []
    for atom, positive in signed(item.applies):
        value = int(evaluate(atom, scope, analysis.atoms, analysis.memo)[place])
        if value == (NO if positive else YES):
            failed.append(unparse(atom) + ("" if positive else " (it is)"))
    return "not " + ", not ".join(failed[:3]) if failed else "its rule says no"
