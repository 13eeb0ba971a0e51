"""Threats, and cells of the matrix of what was considered, chosen by place, category, severity and state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mantlet.analysis.considered import considered
from mantlet.analysis.engine import Analysis, State
from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.model.model import RETURNS
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST
from mantlet.rules.tree import SCOPES

if TYPE_CHECKING:
    from mantlet.analysis.considered import Cell
    from mantlet.catalogue.schema import ThreatType
    from mantlet.project.api import Assessment
    from mantlet.risk.register import Register

STATES = ("open", "to-confirm", "mitigated")


def chosen_threats(
    assessment: Assessment,
    places: Collection[str] = (),
    categories: Iterable[str] = (),
    severity: str = "note",
    states: Sequence[str] = (),
) -> list[int]:
    """Return the rows of threats that pass the filters, in the order of the register; without ``states`` those not mitigated.

    Raises `UsageError` for places, categories, severities and states that there are none of.
    """
    register = assessment.register
    _check_places(register.analysis, places)
    named = _checked(assessment, categories)
    for name in states:
        if name not in STATES:
            raise UsageError(
                f"unknown state '{name}'", mend=suggest(name, STATES) or f"one of {', '.join(STATES)}"
            )
    floor = Severity.of(severity)
    rows = register.rows(*{State[name.upper().replace("-", "_")] for name in states or STATES[:2]})
    rows = rows[register.ratings.severity[BEST, rows] >= floor]
    if named:
        fitting = [named <= _labels(item) for item in register.analysis.types]
        rows = rows[np.array(fitting, bool)[register.analysis.threats.type[rows]]]
    return [row for row in rows.tolist() if not places or _at(register, row, places)]


def chosen_cells(
    assessment: Assessment, places: Collection[str] = (), categories: Iterable[str] = ()
) -> Iterator[Cell]:
    """Return the cells of every framework's table at some places and of any of some categories; all without filters."""
    _check_places(assessment.register.analysis, places)
    named = _checked(assessment, categories)
    return (
        cell
        for cell in considered(assessment.register.analysis)
        if (not places or cell.place.removesuffix(RETURNS) in places)
        and (not named or cell.category in named)
    )


def _check_places(analysis: Analysis, places: Collection[str]) -> None:
    """Refuse a place that the model doesn't have; that nothing is found there would be no answer."""
    if not places:
        return
    known = {place for scope in set(SCOPES.values()) for place in analysis.places(scope)}
    known.update(analysis.columns.elements.ids)
    for place in places:
        if place not in known:
            raise UsageError(
                f"the model has no element or flow '{place}'",
                mend=suggest(place, known) or "`mantlet validate` says whether the model is right",
            )


def _checked(assessment: Assessment, categories: Iterable[str]) -> set[str]:
    """Return categories as the catalogue writes them; letters of LINDDUN are capitals."""
    named = {name if name.isupper() else name.lower().replace(" ", "-") for name in categories}
    if named:
        known = {label for item in assessment.catalogue.threats.values() for label in _labels(item)}
        for name in sorted(named - known):
            raise UsageError(
                f"unknown category '{name}'", mend=suggest(name, known) or "see `mantlet catalogue list`"
            )
    return named


def _labels(item: ThreatType) -> set[str]:
    """Return every category of a type: LINDDUN's tree nodes with the nodes above them."""
    nodes = [node.split(".") for node in item.linddun]
    above = {".".join(parts[:depth]) for parts in nodes for depth in range(1, len(parts) + 1)}
    return {*item.stride, *item.cia, *item.trim, *above}


def _at(register: Register, row: int, places: Collection[str]) -> bool:
    place = register.analysis.place_of(row)
    return register.element_id(row) in places or place in places or place.removesuffix(RETURNS) in places
