"""The register: the risks that people read, each the threats of one type at one element, ranked.

A risk is as bad as its worst threat. It is open while any of its threats is open and no standing decision settles it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mantlet.analysis.engine import SYSTEM_ROW, Analysis, State
from mantlet.catalogue.schema import ThreatType
from mantlet.risk.decisions import UNDECIDED, Ruling, Rulings, apply_decisions
from mantlet.risk.names import fill, names_at
from mantlet.risk.owasp import ImpactMode, Severity
from mantlet.risk.ratings import BEST, HIGH, Ratings
from mantlet.rules.tree import SCOPES

SYSTEM = "system"


class Risk(Struct, frozen=True):
    """One entry of the register, a view of its rows."""

    register: Register
    rows: tuple[int, ...]
    """Its threats, worst first."""
    settled: bool

    @property
    def worst(self) -> int:
        """The row of the threat that the risk is rated by."""
        return self.rows[0]

    @property
    def type(self) -> ThreatType:
        """The threat type."""
        return self.register.analysis.types[int(self.register.analysis.threats.type[self.worst])]

    @property
    def element(self) -> str:
        """The element's id; `system` for what concerns the whole, or a boundary's id."""
        return self.register.element_id(self.worst)

    @property
    def id(self) -> str:
        """`TYPE@element`."""
        return f"{self.type.id}@{self.element}"

    @property
    def state(self) -> State:
        """Open while any threat is."""
        return State(int(self.register.analysis.threats.state[self.worst]))

    @property
    def is_new(self) -> bool:
        """Whether its type came with a later catalogue than the one that the model was last judged by."""
        return self.register.analysis.is_new(self.type)

    @property
    def severity(self) -> Severity:
        """The estimate."""
        return Severity(int(self.register.ratings.severity[BEST, self.worst]))

    @property
    def worst_case(self) -> Severity:
        """What it may be, as long as facts are unknown."""
        return Severity(int(self.register.ratings.severity[HIGH, list(self.rows)].max()))

    @property
    def ruling(self) -> Ruling | None:
        """The decision that holds, if any."""
        return self.register.ruling(self.worst)

    @property
    def title(self) -> str:
        """The type's title with the model's names."""
        return self.register.text(self.type.title, self.worst)


class Register:
    """Risks of a model: analysis, ratings and decisions put together."""

    def __init__(self, analysis: Analysis, *, today: date, mode: ImpactMode = "method") -> None:
        self.analysis = analysis
        self.today = today
        self.ratings = Ratings(analysis, mode)
        self.rulings: Rulings = apply_decisions(analysis, self.ratings, today)
        self._rank()

    def _rank(self) -> None:
        """Group threats into risks and order both; all on arrays.

        How bad a threat is depends on its case only, so cases are ranked and threats sorted by one number each.
        """
        table, ratings = self.analysis.threats, self.ratings
        self.settled = self.rulings.settled()
        bad, grades = self._badness()
        worth = (_STATE_RANK * (2 * grades))[table.state] + bad[ratings.cases.of]
        if self.rulings.all:
            worth += self.settled * grades
        own, whole = table.element.copy(), np.flatnonzero(table.element == SYSTEM_ROW)
        own[whole] -= table.place[whole]
        lowest = int(own[whole].min(initial=0))
        group = table.type * (len(self.analysis.columns.elements) - lowest) + (own - lowest)
        order, starts = grouped(group, worth)
        heads = order[starts]
        rank = np.argsort(worth[heads].astype(np.min_scalar_type(8 * grades)), kind="stable")
        ends = np.append(starts[1:], len(table))
        self._order, self._starts, self._ends = order, starts[rank], ends[rank]
        self.heads: NDArray[np.int64] = heads[rank]
        """Per risk, in rank order, the row of its worst threat."""

    def _badness(self) -> tuple[NDArray[np.int64], int]:
        """Return each case's place when the worst come first, equal ones sharing it, and how many places there are."""
        cases = self.ratings.by_case
        score = (cases.likelihood[BEST] * cases.impact[BEST] * 1000).astype(np.int64)
        value = (
            (cases.severity[BEST].astype(np.int64) * 8 + cases.severity[HIGH]) * 1_000_000 + score
        ) * 4 + cases.harm[:, 0]
        different, places = np.unique(-value, return_inverse=True)
        return places, len(different)

    def __len__(self) -> int:
        return len(self.heads)

    def _repr_html_(self) -> str:
        from mantlet.risk.display import register_html  # noqa: PLC0415  (only notebooks ask)

        return register_html(self)

    def __iter__(self) -> Iterator[Risk]:
        return (self.risk(number) for number in range(len(self)))

    def rows(self, *states: State) -> NDArray[np.int64]:
        """Return the threats in some states in the order of the register, those of a risk worst first."""
        lengths = self._ends - self._starts
        skipped = np.repeat(self._starts - (np.cumsum(lengths) - lengths), lengths)
        rows = self._order[np.arange(len(skipped)) + skipped]
        wanted = np.zeros(len(State), bool)
        wanted[list(states)] = True
        return rows[wanted[self.analysis.threats.state[rows]]]

    @property
    def spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """All threats, those of a risk next to each other and worst first; and per risk, in rank order, where its own start and end."""
        return self._order, self._starts, self._ends

    def risk(self, number: int) -> Risk:
        """Return the risk of that rank."""
        rows = tuple(int(row) for row in self._order[self._starts[number] : self._ends[number]])
        return Risk(self, rows, bool(self.settled[rows[0]]))

    @cached_property
    def open(self) -> list[Risk]:
        """Risks that are open and not settled by a decision, worst first."""
        return [
            self.risk(int(number))
            for number in np.flatnonzero(self._shown(State.OPEN) & ~self.settled[self.heads])
        ]

    @cached_property
    def decided(self) -> list[Risk]:
        """Open risks that a standing decision settles."""
        return [
            self.risk(int(number))
            for number in np.flatnonzero(self._shown(State.OPEN) & self.settled[self.heads])
        ]

    @cached_property
    def to_confirm(self) -> list[Risk]:
        """Risks of which it isn't known whether they exist."""
        return [self.risk(int(number)) for number in np.flatnonzero(self._shown(State.TO_CONFIRM))]

    @cached_property
    def mitigated(self) -> list[Risk]:
        """Risks that something prevents."""
        return [self.risk(int(number)) for number in np.flatnonzero(self._shown(State.MITIGATED))]

    def _shown(self, state: State) -> NDArray[np.bool_]:
        return self.analysis.threats.state[self.heads] == state

    def by_id(self, name: str) -> Risk | None:
        """Return the risk of that id."""
        return next((risk for risk in self if risk.id == name), None)

    def counts(self) -> dict[str, int]:
        """Return how many open risks there are per severity, worst first."""
        severity = self.ratings.severity[
            BEST, self.heads[self._shown(State.OPEN) & ~self.settled[self.heads]]
        ]
        return {item.word: int((severity == item).sum()) for item in reversed(Severity)}

    def element_id(self, row: int) -> str:
        """Return the id of the element a threat belongs to."""
        table = self.analysis.threats
        element = int(table.element[row])
        if element != SYSTEM_ROW:
            return self.analysis.columns.elements.ids[element]
        item = self.analysis.types[int(table.type[row])]
        return self.analysis.place_id(SCOPES[item.at], int(table.place[row]))

    def ruling(self, row: int) -> Ruling | None:
        """Return the decision that holds for a threat."""
        number = int(self.rulings.of[row])
        return None if number == UNDECIDED else self.rulings.all[number]

    def text(self, template: str, row: int) -> str:
        """Fill a type's placeholders with the names at a threat's place."""
        return fill(template, names_at(self.analysis, row))


_STATE_RANK = np.array([3, 1, 2, 0], np.int64)
"""By state: open first, then to confirm, then mitigated."""


def grouped(
    group: NDArray[np.int64], worth: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the order by group, then worth, then row, and where each group starts in it.

    All three in one number sort several times faster than one after the other; they don't fit only in giant models.
    """
    rows = max(len(group) - 1, 0).bit_length()
    low = int(worth.max(initial=0)).bit_length() + rows
    if int(group.max(initial=0)).bit_length() + low > 63:
        order = np.lexsort((worth, group))
        group = group[order]
    else:
        keys = (group << low) | (worth << rows) | np.arange(len(group))
        keys.sort()
        order, group = keys & ((1 << rows) - 1), keys >> low
    first = np.ones(len(order), bool)
    np.not_equal(group[1:], group[:-1], out=first[1:])
    return order, np.flatnonzero(first)
