"""What people decided, applied to the threats: which decision holds where, and whether it still does.

A decision's key is `TYPE@place`. The place is a threat's own, or an element for the whole risk, or `*` for the places
that it covered when it was taken.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

import numpy as np
from msgspec import UNSET, Struct, field
from numpy.typing import NDArray

from mantlet.analysis.arrays import distinct
from mantlet.analysis.engine import Analysis, State
from mantlet.model.entries import Decision
from mantlet.model.vector import parse_vector
from mantlet.risk.basis import Change, changes
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST, Ratings

Standing = Literal["active", "planned", "expired", "changed", "incomplete"]
"""Whether a decision counts: it does, its work isn't done, its end has passed, what it was based on changed, or it lacks
a reason, approver or end date."""
Rows = NDArray[np.int64]
UNDECIDED = -1
WILDCARD, EXACT = "*", 2
MAX_NOTED = 3
"""Changed facts that a decision's note names; all are in JSON and the report."""
SETTLING = ("accept", "transfer", "not-applicable")
"""Treatments that take a risk off the list of open ones while they stand."""


class Ruling(Struct, frozen=True):
    """One decision with the threats it holds for."""

    key: str
    decision: Decision
    standing: Standing
    note: str
    rows: tuple[int, ...]
    changed: tuple[Change, ...] = ()
    """Facts that are no longer what they were when it was taken."""

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
            **({"changed": [change.to_dict() for change in self.changed]} if self.changed else {}),
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
    decisions = analysis.sections.decisions
    rulings = Rulings(of=np.full(len(analysis.threats), UNDECIDED, np.int32))
    exactness = np.full(len(analysis.threats), -1, np.int8)
    finder, found = _Finder(analysis), []
    for number, (key, decision) in enumerate(decisions.items()):
        rows, precision = finder.rows(key, decision.covers)
        better = rows[exactness[rows] <= precision]
        rulings.of[better], exactness[better] = number, precision
        found.append(rows)
    _set_ratings(ratings, rulings)
    for rows, (key, decision) in zip(found, decisions.items(), strict=True):
        live = rows[analysis.threats.state[rows] != State.MITIGATED]
        changed = changes(analysis, decision, live.tolist())
        severities = [Severity(int(item)) for item in ratings.severity[BEST, live]]
        reached = bool(rows.size) and not live.size
        standing, note = _standing(decision, severities, changed, today, reached=reached)
        rulings.all.append(Ruling(key, decision, standing, note, tuple(rows.tolist()), tuple(changed)))
    return rulings


def decided_threats(analysis: Analysis, key: str) -> tuple[list[int], list[str]]:
    """Return the threats that a decision of that key would hold for now, and the places it would cover.

    A decision about a single place covers no list: its key says the place.
    """
    rows, precision = _Finder(analysis).rows(key, ())
    covers = [] if precision == EXACT else sorted({analysis.place_of(row) for row in rows.tolist()})
    return rows.tolist(), covers


def _set_ratings(ratings: Ratings, rulings: Rulings) -> None:
    """Let vectors that people gave, with a threat they found or in a decision, replace estimates; the decision's counts."""
    given = {
        key: (np.flatnonzero(rulings.of == number), parse_vector(decision.rating))
        for number, (key, decision) in enumerate(ratings.analysis.sections.decisions.items())
        if decision.rating and (rulings.of == number).any()
    }
    for name, threat in ratings.analysis.sections.threats.items():
        rows = np.flatnonzero(np.isin(ratings.analysis.threats.type, ratings.analysis.kinds(name)))
        if threat.rating and rows.size:
            given = {name: (rows, parse_vector(threat.rating)), **given}
    if given:
        ratings.set_factors(given)


class _Finder:
    """Looks up threats by a decision's key."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._places: dict[str, dict[str, list[int]]] = {}

    def rows(self, key: str, covers: Collection[str]) -> tuple[Rows, int]:
        """Return the threats that `TYPE@place` means, and how exact it is: 2 place, 1 element, 0 wildcard.

        Of a whole risk or a wildcard, only those at the places that it covered, where it says which.
        """
        name, _, place = key.partition("@")
        if place != WILDCARD:
            rows, precision = self._at(name, place)
            if precision == EXACT or not covers:
                return rows, precision
            return rows[np.isin(rows, self._covered(name, covers))], precision
        if covers:
            return self._covered(name, covers), 0
        every = [row for rows in self._of(name).values() for row in rows]
        return np.array(sorted(every), np.int64), 0

    def _covered(self, name: str, covers: Collection[str]) -> Rows:
        return distinct(np.concatenate([self._at(name, place)[0] for place in covers]))

    def _at(self, name: str, place: str) -> tuple[Rows, int]:
        exact = self._of(name).get(place)
        if exact is not None:
            return np.array(exact, np.int64), EXACT
        element = self.analysis.columns.elements.rows.get(place)
        if element is None:
            return np.zeros(0, np.int64), 1
        table = self.analysis.threats
        return np.flatnonzero(np.isin(table.type, self.analysis.kinds(name)) & (table.element == element)), 1

    def _of(self, name: str) -> dict[str, list[int]]:
        """Return the threats of a type by place id."""
        if name not in self._places:
            rows = np.flatnonzero(np.isin(self.analysis.threats.type, self.analysis.kinds(name)))
            found = self._places[name] = {}
            for row in rows.tolist():
                found.setdefault(self.analysis.place_of(row), []).append(row)
        return self._places[name]


def _standing(
    decision: Decision, severities: list[Severity], changed: list[Change], today: date, *, reached: bool
) -> tuple[Standing, str]:
    """Tell whether a decision still counts, and why not; ``reached`` says that all its threats are mitigated."""
    if decision.treatment == "accept":
        missing = [name for name in ("reason", "approved_by") if not getattr(decision, name)]
        missing += [] if decision.until is not UNSET else ["until"]
        if missing:
            return "incomplete", f"an acceptance needs {', '.join(missing)}"
    if decision.treatment == "not-applicable" and not decision.reason:
        return "incomplete", "say why it does not apply (`reason`)"
    if decision.until is not UNSET and decision.until < today.isoformat():
        return "expired", f"ended on {decision.until}"
    news = [*_worse(decision, severities), *map(str, changed[:MAX_NOTED])]
    if news:
        more = len(changed) - MAX_NOTED
        return "changed", "; ".join(news) + (f" and {more} more" if more > 0 else "")
    if decision.treatment in {"mitigate", "avoid"} and decision.status != "done" and not reached:
        overdue = decision.due is not UNSET and decision.due < today.isoformat()
        return "planned", f"overdue since {decision.due}" if overdue else "not done yet"
    return "active", ""


def _worse(decision: Decision, severities: list[Severity]) -> list[str]:
    if decision.basis is UNSET or decision.basis.severity is UNSET or not severities:
        return []
    now = max(severities)
    if now > Severity.of(decision.basis.severity):
        return [f"was decided at {decision.basis.severity}, is {now.word} now"]
    return []
