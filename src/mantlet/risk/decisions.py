"""What people decided, applied to the threats: which decision holds where, and whether it still does.

A decision's key is `TYPE@place`. The place is a threat's own, or an element for the whole risk, or `*` for the places
that it covered when it was taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import numpy as np
from msgspec import UNSET, Struct, field
from numpy.typing import NDArray

from mantlet.analysis.arrays import distinct
from mantlet.analysis.engine import Analysis
from mantlet.model.entries import Decision
from mantlet.model.vector import parse_vector
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST, Ratings
from mantlet.rules.tree import SCOPES

Standing = Literal["active", "planned", "expired", "changed", "incomplete"]
"""Whether a decision counts: it does, its work isn't done, its end has passed, what it was based on changed, or it lacks
a reason, approver or end date."""
UNDECIDED = -1
SETTLING = ("accept", "transfer", "not-applicable")
"""Treatments that take a risk off the list of open ones while they stand."""


class Ruling(Struct, frozen=True):
    """One decision with the threats it holds for."""

    key: str
    decision: Decision
    standing: Standing
    note: str
    rows: tuple[int, ...]

    @property
    def settles(self) -> bool:
        """Tell whether its threats need nothing more for now."""
        return self.standing == "active" and self.decision.treatment in SETTLING

    def to_dict(self) -> dict[str, object]:
        """Return the decision as JSON has it."""
        fields = ("controls", "owner", "reason", "approved_by", "ticket")
        dates = {name: getattr(self.decision, name) for name in ("due", "until", "decided_on")}
        return {
            "treatment": self.decision.treatment,
            "status": self.standing,
            "note": self.note,
            **{name: getattr(self.decision, name) for name in fields if getattr(self.decision, name)},
            **{name: value for name, value in dates.items() if value is not UNSET},
        }


class Rulings(Struct):
    """All decisions of a model, and which one holds for each threat."""

    all: list[Ruling] = field(default_factory=list)
    of: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    """Per threat, the row in `all`; `UNDECIDED` where none holds. The more exact decision wins."""

    @property
    def orphaned(self) -> list[Ruling]:
        """Decisions whose threat is gone: kept, and listed."""
        return [ruling for ruling in self.all if not ruling.rows]

    def settled(self) -> NDArray[np.bool_]:
        """Tell of each threat whether a standing decision takes it off the open ones."""
        flags = np.array([*(ruling.settles for ruling in self.all), False], bool)
        return flags[self.of]


def apply_decisions(analysis: Analysis, ratings: Ratings, today: date) -> Rulings:
    """Find, for each decision, its threats; for each threat, the decision that holds. Sets ratings that people gave."""
    table = analysis.threats
    rulings = Rulings(of=np.full(len(table), UNDECIDED, np.int32))
    exactness = np.full(len(table), -1, np.int8)
    finder = _Finder(analysis)
    for key, decision in analysis.sections.decisions.items():
        name, _, place = key.partition("@")
        rows, precision = finder.rows(name, place, decision.covers)
        standing, note = _standing(
            decision, [Severity(int(ratings.severity[BEST, row])) for row in rows], today
        )
        ruling = Ruling(key, decision, standing, note, tuple(int(row) for row in rows))
        better = rows[exactness[rows] <= precision]
        rulings.of[better] = len(rulings.all)
        exactness[better] = precision
        rulings.all.append(ruling)
    _set_ratings(ratings, rulings)
    return rulings


def _set_ratings(ratings: Ratings, rulings: Rulings) -> None:
    """Let vectors that people gave, with a threat they found or in a decision, replace estimates; the decision's counts."""
    given = {
        ruling.key: (np.flatnonzero(rulings.of == number), parse_vector(ruling.decision.rating))
        for number, ruling in enumerate(rulings.all)
        if ruling.decision.rating and (rulings.of == number).any()
    }
    for name, threat in ratings.analysis.sections.threats.items():
        rows = np.flatnonzero(np.isin(ratings.analysis.threats.type, ratings.analysis.kinds(name)))
        if threat.rating and rows.size:
            given = {name: (rows, parse_vector(threat.rating)), **given}
    if given:
        ratings.set_factors(given)


class _Finder:
    """Looks up threats by type and place id."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._rows: dict[str, dict[str, int]] = {}

    def rows(self, name: str, place: str, covers: Iterable[str]) -> tuple[NDArray[np.int64], int]:
        """Return the threats of a type at a place, and how exact the match is: 2 place, 1 element, 0 wildcard."""
        table = self.analysis.threats
        mine = np.flatnonzero(np.isin(table.type, self.analysis.kinds(name)))
        if place == "*":
            listed = list(covers)
            if not listed:
                return mine, 0
            found = [self.rows(name, item, ())[0] for item in listed]
            return distinct(np.concatenate(found)), 0
        exact = np.array([self._place(row) == place for row in mine.tolist()], bool)
        if exact.any():
            return mine[exact], 2
        element = self.analysis.columns.elements.rows.get(place, -2)
        return mine[table.element[mine] == element], 1

    def _place(self, row: int) -> str:
        table = self.analysis.threats
        scope = SCOPES[self.analysis.types[int(table.type[row])].at]
        return self.analysis.place_id(scope, int(table.place[row]))


def _standing(decision: Decision, severities: list[Severity], today: date) -> tuple[Standing, str]:
    """Tell whether a decision still counts, and why not."""
    if decision.treatment == "accept":
        missing = [name for name in ("reason", "approved_by") if not getattr(decision, name)]
        missing += [] if decision.until is not UNSET else ["until"]
        if missing:
            return "incomplete", f"an acceptance needs {', '.join(missing)}"
    if decision.treatment == "not-applicable" and not decision.reason:
        return "incomplete", "say why it does not apply (`reason`)"
    if decision.until is not UNSET and decision.until < today.isoformat():
        return "expired", f"ended on {decision.until}"
    changed = _changed(decision, severities)
    if changed:
        return "changed", changed
    if decision.treatment in {"mitigate", "avoid"} and decision.status != "done":
        overdue = decision.due is not UNSET and decision.due < today.isoformat()
        return "planned", f"overdue since {decision.due}" if overdue else "not done yet"
    return "active", ""


def _changed(decision: Decision, severities: list[Severity]) -> str:
    if decision.basis is UNSET or not decision.basis.severity or not severities:
        return ""
    now = max(severities).word
    if Severity.of(now) > Severity.of(decision.basis.severity):
        return f"was decided at {decision.basis.severity}, is {now} now"
    return ""
