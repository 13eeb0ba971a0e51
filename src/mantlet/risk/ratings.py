"""Likelihood, impact and severity of every threat: estimate, and the band where facts are unknown.

Everything is worked out per case (`cases`) and looked up per threat. `reasons` says in words where each number comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.arrays import distinct
from mantlet.analysis.engine import Analysis
from mantlet.findings.marks import Mark
from mantlet.findings.weights import moves
from mantlet.model.entries import ControlInPlace
from mantlet.model.vector import FACTORS
from mantlet.risk.agents import cast_of
from mantlet.risk.cases import Rows, find_cases
from mantlet.risk.factors import BEST, HIGH, LOW, Estimator, Scores, TypeTable
from mantlet.risk.needs import Stakes
from mantlet.risk.owasp import BUSINESS, LIKELIHOOD, MATRIX, TECHNICAL, ImpactMode, check_mode

__all__ = ["BEST", "HIGH", "LOW", "CaseRatings", "Ratings", "levels"]
_SEVERITY = np.array(MATRIX, np.int8)
_OPPORTUNITY = FACTORS.index("O")
ACCESS_SCORE = 7
"""Opportunity of somebody who already has some access."""


class CaseRatings:
    """Means and severities from factors of shape (3, cases, 16)."""

    def __init__(self, factors: Scores, harm: NDArray[np.int8], mode: ImpactMode) -> None:
        self.factors = factors
        self.harm = harm
        """Harm to the people in the data, 0 negligible to 3 maximum; shape (cases, 2): estimate, worst."""
        self.likelihood = factors[:, :, LIKELIHOOD].mean(axis=2)
        self.technical = factors[:, :, TECHNICAL].mean(axis=2)
        business = factors[:, :, BUSINESS]
        self.has_business = (business >= 0).all(axis=2)
        self.business = np.full(self.has_business.shape, np.nan, np.float32)
        if self.has_business.any():
            self.business = np.where(self.has_business, business.mean(axis=2), np.nan).astype(np.float32)
        self.impact = self._impact(mode)
        self.severity = _SEVERITY[levels(self.likelihood), levels(self.impact)]
        """Shape (3, cases): estimate, low, high, as numbers of `Severity`."""

    def _impact(self, mode: ImpactMode) -> Scores:
        if mode == "method":
            return np.where(self.has_business, self.business, self.technical).astype(np.float32)
        known = np.maximum(self.factors[:, :, 8:], 0)
        return (known.max(axis=2) if mode == "max8" else known.sum(axis=2) / 8).astype(np.float32)


class Ratings:
    """Ratings of an analysis' threats. Arrays named like `severity` have shape (3, threats): estimate, low, high."""

    def __init__(self, analysis: Analysis, mode: ImpactMode = "method") -> None:
        check_mode(mode)
        self.analysis = analysis
        self.mode = mode
        cast = cast_of(analysis.sections)
        self.cast = cast
        self.kinds = list(cast)
        self.cases = find_cases(analysis, Stakes(analysis))
        self._set: dict[tuple[int, str], str] = {}
        self._lowered: dict[int, list[tuple[str, str]]] = {}
        self._present: dict[int, str] = {}
        self._proven: dict[tuple[int, str], str] = {}
        lowering, present = self._lowering(), self._with_access()
        proven = np.array(sorted(analysis.evidence), np.int64)
        apart = [*(rows for rows, _, _ in lowering), *(rows for rows, _, _ in present), proven]
        if any(rows.size for rows in apart):
            self.cases.split(distinct(np.concatenate(apart)))
        self._types = self._type_table()
        self._estimator = Estimator(self._types, analysis.sections, cast, self.cases)
        factors = self._estimator.factors()
        for rows, control, lowers in lowering:
            self._lower(factors, rows, control, lowers)
        for rows, kind, name in present:
            self._let_in(factors, rows, kind, name)
        for row, marks in analysis.evidence.items():
            self._prove(factors, row, marks)
        self.by_case = CaseRatings(factors, self._estimator.harm(), mode)

    def _type_table(self) -> TypeTable:
        """Return what ratings need of the types: the catalogue's, read once, and those that people found."""
        analysis, kinds = self.analysis, tuple(self.kinds)
        types, count = analysis.types, analysis.catalogued
        key = ("rated", analysis.sections.catalogue.chosen, kinds)
        table = analysis.catalogue.once(key, lambda: TypeTable.of(types[:count], kinds))
        return table.and_(TypeTable.of(types[count:], kinds)) if len(types) > count else table

    def _lowering(self) -> list[tuple[Rows, str, Mapping[str, float]]]:
        """Return which threats are lowered by which control in place, and by how much."""
        table, catalogue = self.analysis.threats, self.analysis.catalogue
        found: list[tuple[Rows, str, Mapping[str, float]]] = []
        for place in self.analysis.sections.controls.values():
            control = catalogue.controls.get(place.control)
            if control is None or place.status == "planned" or not control.lowers:
                continue
            listing = np.array([place.control in item.controls for item in self.analysis.types], bool)
            covered = np.append(self.analysis.atoms.facts.covered(place, "element"), "system" in place.on)
            rows = np.flatnonzero(listing[table.type] & covered[table.element])
            if rows.size:
                found.append(
                    (rows, place.control, {str(code): points for code, points in control.lowers.items()})
                )
        return found

    def _lower(self, factors: Scores, rows: Rows, control: str, lowers: Mapping[str, float]) -> None:
        cases = self.cases.of[rows]
        for code, amount in lowers.items():
            column = FACTORS.index(code)
            factors[:, cases, column] = np.maximum(factors[:, cases, column] - amount, 0)
        for row in rows.tolist():
            self._lowered.setdefault(row, []).extend((code, control) for code in lowers)

    def _with_access(self) -> list[tuple[Rows, str, str]]:
        """Return the threats at places where an agent of the model already is, with its kind and name."""
        table = self.analysis.threats
        found: list[tuple[Rows, str, str]] = []
        for name, agent in self.analysis.sections.agents.items():
            if not agent.access:
                continue
            kind = agent.is_ if agent.is_ in self.kinds else "outsider"
            named = np.array([kind in item.agents for item in self.analysis.types], bool)
            inside = self.analysis.atoms.facts.covered(ControlInPlace(control="", on=agent.access), "element")
            rows = np.flatnonzero(
                named[table.type] & np.append(inside, "system" in agent.access)[table.element]
            )
            if rows.size:
                found.append((rows, kind, agent.name or name))
        return found

    def _let_in(self, factors: Scores, rows: Rows, kind: str, name: str) -> None:
        """Raise the opportunity of an agent where it already has access."""
        chosen = rows[self._estimator.agent[self.cases.of[rows]] == self.kinds.index(kind)]
        cases = self.cases.of[chosen]
        factors[:, cases, _OPPORTUNITY] = np.maximum(factors[:, cases, _OPPORTUNITY], ACCESS_SCORE)
        self._present.update(dict.fromkeys(chosen.tolist(), name))

    def _prove(self, factors: Scores, row: int, marks: Sequence[Mark]) -> None:
        """Let evidence move a threat's factors: what is confirmed is at least so easy, what nobody found is less so."""
        case = self.cases.of[row]
        for code, (score, raising, mark) in moves(marks).items():
            column = factors[:, case, FACTORS.index(code)]
            moved = (
                np.maximum(column, score) if raising else np.maximum(column - score, np.minimum(column, 1))
            )
            if (moved != column).any():
                factors[:, case, FACTORS.index(code)] = moved
                self._proven[row, code] = f"{'raised' if raising else 'lowered'} by {mark}"
            elif raising:
                self._proven[row, code] = f"as the catalogue says, and confirmed by {mark}"

    def proven(self, row: int, code: str) -> str:
        """Say how evidence moved a factor; empty where it didn't."""
        return self._proven.get((row, code), "")

    def agent_inside(self, row: int) -> str:
        """Return the name of the agent that a threat is rated by, if the model says that it already is there."""
        return self._present.get(row, "")

    def set_factors(self, chosen: Mapping[str, tuple[Rows, Mapping[str, float]]]) -> None:
        """Let people's scores replace estimates: per decision key, the threats and the factors it sets."""
        rows = distinct(np.concatenate([item[0] for item in chosen.values()]))
        before = self.cases.of[rows]
        self.cases.split(rows)
        factors = np.concatenate([self.by_case.factors, self.by_case.factors[:, before]], axis=1)
        for key, (some, scores) in chosen.items():
            for code, score in scores.items():
                factors[:, self.cases.of[some], FACTORS.index(code)] = score
                self._set.update(dict.fromkeys(((row, code) for row in some.tolist()), key))
        self._estimator = Estimator(self._types, self.analysis.sections, self.cast, self.cases)
        self.by_case = CaseRatings(factors, self._estimator.harm(), self.mode)
        for name in ("severity", "likelihood", "impact"):
            self.__dict__.pop(name, None)

    def set_by(self, row: int, code: str) -> str:
        """Return the key of the decision that set a factor; empty where none did."""
        return self._set.get((row, code), "")

    def lowered_by(self, row: int, code: str) -> list[str]:
        """Return the controls in place that lowered a factor."""
        return [control for factor, control in self._lowered.get(row, ()) if factor == code]

    @cached_property
    def severity(self) -> NDArray[np.int8]:
        """Severities as numbers of `Severity`."""
        return self.by_case.severity[:, self.cases.of]

    @cached_property
    def likelihood(self) -> Scores:
        """Means of the eight likelihood factors."""
        return self.by_case.likelihood[:, self.cases.of]

    @cached_property
    def impact(self) -> Scores:
        """Impact as the mode has it."""
        return self.by_case.impact[:, self.cases.of]

    @property
    def factors(self) -> Scores:
        """All factors, −1 where unset; shape (3, threats, 16). Large: prefer `by_case` for many threats."""
        return self.by_case.factors[:, self.cases.of]

    def factors_of(self, row: int, band: int = BEST) -> list[float]:
        """Return one threat's sixteen factors; −1 where unset."""
        return self.by_case.factors[band, self.cases.of[row]].tolist()

    def agent_of(self, row: int) -> str:
        """Return the kind of agent that a threat is rated by."""
        return self.kinds[int(self._estimator.agent[self.cases.of[row]])]

    def harm(self) -> NDArray[np.int8]:
        """Return harm to the people in the data per threat, 0 negligible to 3 maximum; shape (threats, 2): estimate, worst."""
        return self.by_case.harm[self.cases.of]

    def vector(self, row: int, band: int = BEST) -> str:
        """Return the OWASP vector of a threat."""
        scores = self.factors_of(row, band)
        return "/".join(
            f"{code}:{score:g}" for code, score in zip(FACTORS, scores, strict=True) if score >= 0
        )


def levels(scores: Scores) -> NDArray[np.int8]:
    """Return 0 low, 1 medium, 2 high of scores 0-9."""
    return np.minimum(scores // 3, 2).astype(np.int8)
