"""What remains: the same model rated without its controls, as it is, and with what is planned.

The rating is not guessed from the controls: the model is analysed again with them taken away or put in place, so that
a control counts exactly where its facts make a rule say *mitigated* or where it lowers a factor.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from mantlet.analysis.engine import Analysis, State
from mantlet.model.entries import ControlInPlace, Sections
from mantlet.model.model import RETURNS
from mantlet.risk.decisions import Ruling
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


def with_plans(register: Register) -> Sections:
    """Return the model as it will be: planned controls implemented, and decisions to mitigate carried out."""
    sections = register.analysis.sections
    controls = {
        name: structs.replace(place, status="implemented") if place.status == "planned" else place
        for name, place in sections.controls.items()
    }
    for ruling in register.rulings.all:
        if ruling.decision.treatment == "mitigate":
            for control in ruling.decision.controls:
                on = _where(register, ruling, control)
                controls[f"{ruling.key}+{control}"] = ControlInPlace(
                    control=control, on=on, status="implemented"
                )
    return structs.replace(sections, controls=controls)


def _where(register: Register, ruling: Ruling, name: str) -> list[str]:
    """Return what a control for some threats goes on: their flow or element.

    Of a flow also the end that they are about, where the control changes something there.
    """
    control = register.analysis.catalogue.controls.get(name)
    at_elements = control is not None and any(key.startswith("element.") for key in control.sets)
    flows = register.analysis.sections.flows
    found: dict[str, None] = {}
    for row in ruling.rows:
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
        sections = register.analysis.sections
        bare, planned = without_controls(sections), with_plans(register)
        self.inherent = register if bare.controls == sections.controls else _register(bare, register)
        self.planned = register if planned.controls == sections.controls else _register(planned, register)
        self._severity = [
            {risk.id: risk.severity for risk in one if risk.state is State.OPEN}
            for one in (self.inherent, self.current, self.planned)
        ]

    def of(self, risk: Risk) -> Residual:
        """Return a risk's severity in the three worlds."""
        inherent, current, planned = (severities.get(risk.id) for severities in self._severity)
        return Residual(inherent, current, planned)


def _register(sections: Sections, like: Register) -> Register:
    return Register(Analysis(sections, like.analysis.catalogue), today=like.today, mode=like.ratings.mode)
