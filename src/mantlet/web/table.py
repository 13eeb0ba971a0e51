"""The register as browsers get it: a short row per risk, made from columns, and only those that differ from what they have.

A number stands for all that a row says; rows are made only where it changed. Four thousand risks take a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.engine import SYSTEM_ROW, State
from mantlet.project.api import Assessment
from mantlet.project.outputs import sensitivity
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST
from mantlet.risk.register import Register
from mantlet.web.rows import Maker
from mantlet.web.signs import signs

Signs = Mapping[str, int]
"""Per risk id, the number that stands for what its row says."""


class RiskTable:
    """The rows of one revision, in the order of the register."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.register: Register = assessment.register
        self._maker = Maker(self.register)

    @cached_property
    def signs(self) -> dict[str, int]:
        """What the rows say, as numbers."""
        return dict(zip(self._maker.ids, signs(self.register).tolist(), strict=True))

    def full(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "full": True,
            "risks": self._maker.rows(range(len(self.register))),
            "gone": [],
            **self.summary,
        }

    def since(self, before: Signs | None) -> dict[str, Any]:
        """Return what differs from an earlier revision; all of it where that is not known any more."""
        if before is None:
            return self.full()
        now = self.signs
        changed = [number for number, (name, sign) in enumerate(now.items()) if before.get(name) != sign]
        return {
            "full": False,
            "risks": self._maker.rows(changed),
            "gone": [name for name in before if name not in now],
            **self.summary,
        }

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What is said of the whole register."""
        return {
            "counts": self.register.counts(),
            "badges": badges(self.register),
            "orphaned": [
                {"key": ruling.key, **ruling.to_dict()} for ruling in self.register.rulings.orphaned
            ],
            "contradictions": [item.to_dict() for item in self.assessment.contradictions],
            "sensitivity": sensitivity(self.assessment),
        }


def badges(register: Register) -> dict[str, dict[str, Any]]:
    """Return how many threats are open at each place, and how severe the worst is; what concerns the whole is at its own."""
    analysis, table = register.analysis, register.analysis.threats
    live = np.flatnonzero((table.state == State.OPEN) & ~register.settled)
    on_flow = np.array([item.at == "flow" for item in analysis.types], bool)[table.type[live]]
    whole = (table.element[live] == SYSTEM_ROW) & ~on_flow
    severity = register.ratings.severity[BEST, live]
    elements, movements = analysis.columns.elements.ids, analysis.places("movement")
    found = _counted(table.element[live], severity, ~on_flow & ~whole, elements)
    found |= _counted(table.place[live], severity, on_flow, movements)
    for row, bad in zip(live[whole].tolist(), severity[whole].tolist(), strict=True):
        held = found.setdefault(register.element_id(row), {"count": 0, "severity": Severity(bad).word})
        held["count"] += 1
        held["severity"] = max(Severity(bad), Severity.of(held["severity"])).word
    return found


def _counted(
    places: NDArray[Any], severity: NDArray[Any], chosen: NDArray[np.bool_], names: Iterable[str]
) -> dict[str, dict[str, Any]]:
    ids = list(names)
    where = places[chosen]
    counts, worst = np.bincount(where, minlength=len(ids)), np.zeros(len(ids), np.int8)
    np.maximum.at(worst, where, severity[chosen])
    return {
        ids[place]: {"count": int(counts[place]), "severity": Severity(int(worst[place])).word}
        for place in np.flatnonzero(counts).tolist()
    }
