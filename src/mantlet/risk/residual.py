"""What remains: the same model rated without its controls, as it is, and with what is planned.

The rating is not guessed from the controls: the model is analysed again with them taken away or put in place, so that
a control counts exactly where its facts make a rule say *mitigated* or where it lowers a factor.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from mantlet.analysis.engine import Analysis, State
from mantlet.model.entries import ControlInPlace, Sections
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


def with_plans(sections: Sections) -> Sections:
    """Return the model as it will be: planned controls implemented, and decisions to mitigate carried out."""
    controls = {
        name: structs.replace(place, status="implemented") if place.status == "planned" else place
        for name, place in sections.controls.items()
    }
    for key, decision in sections.decisions.items():
        if decision.treatment != "mitigate":
            continue
        _, _, place = key.partition("@")
        where = decision.covers if place == "*" else [_element_of(sections, place)]
        for control in decision.controls:
            controls[f"{key}+{control}"] = ControlInPlace(control=control, on=where, status="implemented")
    return structs.replace(sections, controls=controls)


def _element_of(sections: Sections, place: str) -> str:
    """Return what a control for a place goes on: the flow or element itself; of a copy, its element."""
    name = place.removesuffix(".returns")
    if name in sections.elements or name in sections.flows or name in sections.boundaries or name == "system":
        return name
    return name.rpartition("/")[2]


class Residuals:
    """Compares a register with those of the model without controls and with its plans done."""

    def __init__(self, register: Register) -> None:
        self.current = register
        sections = register.analysis.sections
        bare, planned = without_controls(sections), with_plans(sections)
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
