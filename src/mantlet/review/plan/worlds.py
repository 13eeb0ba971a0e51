"""The model as it would be with some measures done, judged: nothing about a control is guessed, the rules are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from msgspec import Struct, structs

from mantlet.analysis.engine import State
from mantlet.model.entries import ControlInPlace, Sections
from mantlet.review.plan.whatif import edited
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST, HIGH, levels
from mantlet.risk.register import Register
from mantlet.risk.residual import DONE, outlasting

GONE = -1


class Light(Struct, frozen=True):
    """The open threats of one world, as far as a choice needs them."""

    threats: dict[str, int]
    """Severity by id."""
    risk_of: dict[str, str]


class Standing(Light, frozen=True):
    """The same, with the risks as the register has them."""

    risks: dict[str, int]
    matrix: tuple[tuple[int, ...], ...]
    """Open risks by likelihood level, high first, then impact level."""


class Worlds:
    """Judges variants of one model."""

    def __init__(self, register: Register, *, worst_case: bool = False) -> None:
        self.register = register
        self.band = HIGH if worst_case else BEST

    def with_controls(self, controls: Mapping[str, Iterable[str]]) -> Register:
        """Return the register with each of some controls working at its places."""
        return self.with_all(controls, [])

    def with_all(self, controls: Mapping[str, Iterable[str]], edits: list[str]) -> Register:
        """Return the register with some controls working and some changes of the design made."""
        analysis = self.register.analysis
        sections: Sections = (
            edited(analysis.sections, edits, analysis.catalogue) if edits else analysis.sections
        )
        there = {*sections.elements, *sections.flows, *sections.boundaries, "system"}
        places: dict[str, ControlInPlace] = {}
        for name, on in controls.items():
            left = [place for place in dict.fromkeys(on) if place in there]
            if left:
                places[f"plan+{name}"] = ControlInPlace(control=name, on=left, status=DONE)
        seen, marks = outlasting(analysis, places.values()) if places and not edits else (None, None)
        changed = structs.replace(sections, controls={**sections.controls, **places})
        made = analysis.again(changed, seen=seen, marks=marks)
        return Register(made, today=self.register.today, mode=self.register.ratings.mode)

    def rows(self, register: Register) -> list[int]:
        """Return the threats that are open and not settled."""
        return np.flatnonzero((register.analysis.threats.state == State.OPEN) & ~register.settled).tolist()

    def name(self, register: Register, row: int) -> str:
        """Return a threat's id."""
        kind = register.analysis.types[int(register.analysis.threats.type[row])]
        return f"{kind.id}@{register.analysis.place_of(row)}"

    def light(self, register: Register) -> Light:
        """Return the open threats' severities by id, and those of the risks that they make."""
        severity = register.ratings.severity[self.band]
        threats: dict[str, int] = {}
        risk_of: dict[str, str] = {}
        for row in self.rows(register):
            name = self.name(register, row)
            threats[name] = int(severity[row])
            risk_of[name] = f"{name.partition('@')[0]}@{register.element_id(row)}"
        return Light(threats, risk_of)

    def standing(self, register: Register) -> Standing:
        """Return what is open in a world."""
        risks = {
            risk.id: int(risk.worst_case if self.band == HIGH else risk.severity) for risk in register.open
        }
        matrix = np.zeros((3, 3), int)
        ratings = register.ratings
        heads = [risk.worst for risk in register.open]
        likelihood, impact = levels(ratings.likelihood[self.band]), levels(ratings.impact[self.band])
        for row in heads:
            matrix[2 - int(likelihood[row]), int(impact[row])] += 1
        light = self.light(register)
        return Standing(light.threats, light.risk_of, risks, tuple(tuple(line) for line in matrix.tolist()))

    @staticmethod
    def counts(standing: Standing) -> dict[str, int]:
        """Return how many open risks there are per severity, worst first."""
        values = list(standing.risks.values())
        return {item.word: values.count(int(item)) for item in reversed(Severity)}
