"""What remains: the same model rated without its controls, as it is, and with what is planned.

The rating is not guessed from the controls: the model is analysed again with them taken away or put in place, so that
a control counts exactly where its facts make a rule say *mitigated* or where it lowers a factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from msgspec import structs

from mantlet.analysis.engine import Analysis, State
from mantlet.findings.marks import Mark, SeenFact
from mantlet.model.entries import ControlInPlace, Flow, Sections
from mantlet.model.model import RETURNS
from mantlet.risk.owasp import Severity
from mantlet.risk.register import Register, Risk


@dataclass(frozen=True, slots=True)
class Residual:
    """A risk's severity in three worlds; None where it is gone."""

    inherent: Severity | None
    """With no control at all."""
    current: Severity | None
    """With the controls that are there."""
    planned: Severity | None
    """With planned controls, and those that decisions name, done."""


def without_controls(sections: Sections) -> Sections:
    """Return the model with no control in place."""
    return structs.replace(sections, controls={})


DONE: Literal["verified"] = "verified"
"""Planned work counts as done and shown to work: it changes what is written today, and what scans found."""


def with_plans(register: Register) -> Analysis:
    """Analyse the model as it will be: planned controls in place, and decisions to mitigate carried out."""
    analysis = register.analysis
    plans = dict(_plans(register))
    if not plans:
        return analysis
    controls = {**analysis.sections.controls, **plans}
    seen, marks = outlasting(analysis, plans.values())
    return analysis.again(structs.replace(analysis.sections, controls=controls), seen=seen, marks=marks)


def _plans(register: Register) -> Iterator[tuple[str, ControlInPlace]]:
    """Yield the controls that will be there."""
    for name, place in register.analysis.sections.controls.items():
        if place.status == "planned":
            yield name, structs.replace(place, status=DONE)
    for ruling in register.rulings.all:
        if ruling.decision.treatment == "mitigate":
            for control in ruling.decision.controls:
                on = where(register, ruling.rows, control)
                yield f"{ruling.key}+{control}", ControlInPlace(control=control, on=on, status=DONE)


def outlasting(analysis: Analysis, plans: Iterable[ControlInPlace]) -> tuple[list[SeenFact], list[Mark]]:
    """Return the evidence that planned controls leave as it is: facts that they don't set, threats they don't help against."""
    seen, marks = list(analysis.seen), list(analysis.marks)
    if not seen and not marks:
        return seen, marks
    facts, columns = analysis.atoms.facts, analysis.columns
    for place in plans:
        control = analysis.catalogue.controls.get(place.control)
        sets = control.sets if control else {}
        elements = {columns.elements.ids[row] for row in np.flatnonzero(facts.covered(place, "element"))}
        flows = {columns.flows.ids[row] for row in np.flatnonzero(facts.covered(place, "flow"))}
        ends = {end for name in flows for end in _ends(analysis.sections.flows[name])}
        seen = [
            item
            for item in seen
            if f"{item.subject}.{item.fact}" not in sets
            or item.id not in (elements if item.subject == "element" else flows)
        ]
        marks = [
            mark
            for mark in marks
            if mark.element not in elements | ends or place.control not in _controls(analysis, mark.type)
        ]
    return seen, marks


def _ends(flow: Flow) -> tuple[str, str]:
    return flow.from_, flow.to


def _controls(analysis: Analysis, kind: str) -> list[str]:
    item = analysis.catalogue.threats.get(kind)
    return item.controls if item else []


def where(register: Register, rows: Iterable[int], name: str) -> list[str]:
    """Return what a control for some threats goes on: their flow or element.

    Of a flow also the end that they are about, where the control changes something there.
    """
    control = register.analysis.catalogue.controls.get(name)
    at_elements = control is not None and any(key.startswith("element.") for key in control.sets)
    flows = register.analysis.sections.flows
    found: dict[str, None] = {}
    for row in rows:
        place, element = register.analysis.place_of(row), register.element_id(row)
        flow = place.removesuffix(RETURNS)
        found[flow if flow in flows else element] = None
        if flow in flows and at_elements:
            found[element] = None
    return list(found)


class Residuals:
    """Compares a register with those of the model without controls and with its plans done."""

    def __init__(self, register: Register) -> None:
        self.current = register
        analysis = register.analysis
        bare = without_controls(analysis.sections)
        self.inherent = register if not analysis.sections.controls else _like(register, analysis.again(bare))
        planned = with_plans(register)
        self.planned = register if planned is analysis else _like(register, planned)
        self._severity = [
            {risk.id: risk.severity for risk in one if risk.state is State.OPEN}
            for one in (self.inherent, self.current, self.planned)
        ]

    def of(self, risk: Risk) -> Residual:
        """Return a risk's severity in the three worlds."""
        inherent, current, planned = (severities.get(risk.id) for severities in self._severity)
        return Residual(inherent, current, planned)


def _like(register: Register, analysis: Analysis) -> Register:
    return Register(analysis, today=register.today, mode=register.ratings.mode)
