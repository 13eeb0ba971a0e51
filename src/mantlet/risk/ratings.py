"""Sixteen factors for every threat at once: estimate, and the band where facts are unknown.

Arrays have one row per threat of the analysis and one column per OWASP factor, in vector order; 0-9, −1 where a
factor is unset (business factors without `system.business`). `reasons` says in words where each number comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from mantlet.analysis.engine import Analysis
from mantlet.model.entries import Business
from mantlet.risk.agents import (
    EXPOSURES,
    OPERATORS,
    SITUATIONS,
    Agent,
    cast_of,
    opportunity,
    situation_row,
    size,
)
from mantlet.risk.needs import CROWD, HARM, HARM_HIGH, WIDTH, Levels, Stakes, tables
from mantlet.risk.owasp import BUSINESS, FACTORS, LIKELIHOOD, MATRIX, TECHNICAL, ImpactMode
from mantlet.rules.tree import SCOPES, YES

Scores = NDArray[np.float32]
BEST, LOW, HIGH = range(3)
UNSET_SCORE = -1
LETTERS = ("confidentiality", "integrity", "availability")
MOTIVE = (1, 4, 6, 9)
"""What an attacker gains by the need of the data: little, possible, good, high reward."""
_SEVERITY = np.array(MATRIX, np.int8)


class Ratings:
    """Factors, means and severities of an analysis' threats."""

    def __init__(self, analysis: Analysis, mode: ImpactMode = "method") -> None:
        self.analysis = analysis
        self.mode = mode
        self.cast = cast_of(analysis.sections)
        self.kinds = list(self.cast)
        self.stakes = Stakes(analysis)
        self.stake = self._stakes()
        self.situation = self._situations()
        self._choose_agents()
        self.factors = self._factors()
        """Shape (3, threats, 16): estimate, low, high."""
        self._set: dict[tuple[int, str], str] = {}
        self._lowered: dict[int, list[tuple[str, str]]] = {}
        self._lower()
        self.refresh()

    def set_factors(self, rows: NDArray[np.int64], factors: Mapping[str, float], by: str) -> None:
        """Let a person's scores replace the estimates of some threats; `refresh` afterwards."""
        for code, score in factors.items():
            self.factors[:, rows, FACTORS.index(code)] = score
            self._set.update(dict.fromkeys(((int(row), code) for row in rows), by))

    def set_by(self, row: int, code: str) -> str:
        """Return the key of the decision that set a factor; empty where none did."""
        return self._set.get((row, code), "")

    def lowered_by(self, row: int, code: str) -> list[str]:
        """Return the controls in place that lowered a factor."""
        return [control for factor, control in self._lowered.get(row, ()) if factor == code]

    def _lower(self) -> None:
        """Let controls in place lower the factors that they are known to lower, at the elements they cover."""
        table, catalogue = self.analysis.threats, self.analysis.catalogue
        for place in self.analysis.sections.controls.values():
            control = catalogue.controls.get(place.control)
            if control is None or place.status == "planned" or not control.lowers:
                continue
            listing = np.array([place.control in item.controls for item in self.analysis.types], bool)
            covered = np.append(self.analysis.atoms.facts.covered(place, "element"), "system" in place.on)
            rows = np.flatnonzero(listing[table.type] & covered[table.element])
            for code, amount in control.lowers.items():
                column = FACTORS.index(code)
                self.factors[:, rows, column] = np.maximum(self.factors[:, rows, column] - amount, 0)
            for row in rows:
                self._lowered.setdefault(int(row), []).extend(
                    (code, place.control) for code in control.lowers
                )

    def refresh(self) -> None:
        """Work out means and severities anew, after factors were set."""
        self.likelihood = self.factors[:, :, LIKELIHOOD].mean(axis=2)
        self.technical = self.factors[:, :, TECHNICAL].mean(axis=2)
        business = self.factors[:, :, BUSINESS]
        self.has_business = (business >= 0).all(axis=2)
        self.business = np.where(self.has_business, business.mean(axis=2), np.nan).astype(np.float32)
        self.impact = self._impact()
        self.severity = _SEVERITY[levels(self.likelihood), levels(self.impact)]
        """Shape (3, threats): estimate, low, high, as numbers of `Severity`."""

    def _impact(self) -> Scores:
        if self.mode == "method":
            return np.where(self.has_business, self.business, self.technical).astype(np.float32)
        impact = self.factors[:, :, 8:]
        known = np.where(impact < 0, 0, impact)
        return (known.max(axis=2) if self.mode == "max8" else known.sum(axis=2) / 8).astype(np.float32)

    def _stakes(self) -> Levels:
        """What is at stake for each threat; shape (threats, WIDTH)."""
        table = self.analysis.threats
        result = np.zeros((len(table), WIDTH), np.int8)
        for row, start, end in runs(table.type):
            result[start:end] = self.stakes.at(self.analysis.types[row])[table.place[start:end]]
        return result

    def _situations(self) -> NDArray[np.int32]:
        """How each threat's place stands to attackers: a row of `SITUATIONS` per threat."""
        analysis, facts = self.analysis, self.analysis.atoms.facts
        element = analysis.threats.element
        exposed = facts.column("element", "exposure")
        exposure = _recode(exposed.values, EXPOSURES)[np.append(exposed.codes, 0)][element]
        flowing = facts.column("flow", "exposure")
        on_flow = np.array([SCOPES[item.at] == "movement" for item in analysis.types], bool)[
            analysis.threats.type
        ]
        place = np.where(on_flow, analysis.threats.place, 0)
        if on_flow.any():
            via = _recode(flowing.values, EXPOSURES)[flowing.codes][analysis.columns.movement_flow[place]]
            exposure = np.where(on_flow, via, exposure)
        public = facts.column("element", "public_access").among(["yes"]) == YES
        exposure = np.where(np.append(public, False)[element], EXPOSURES.index("internet"), exposure)
        client = facts.column("flow", "client_auth")
        asks = np.append(facts.column("element", "authenticated").among(["yes"]), 1)[element]
        if on_flow.any():
            by_flow = client.among([value for value in client.values[2:] if value != "none"])
            asks = np.where(on_flow & (asks == 1), by_flow[analysis.columns.movement_flow[place]], asks)
        restricted = np.maximum(
            facts.column("element", "access_controlled").among(["yes"]),
            facts.column("element", "least_privilege").among(["yes"]),
        )
        operator = facts.column("element", "operated_by")
        run_by = _recode(operator.values, OPERATORS)[np.append(operator.codes, operator.code("us"))][element]
        return situation_row(exposure, asks, np.append(restricted, 1)[element], run_by)

    def _choose_agents(self) -> None:
        """Pick, for each type and situation, the agent that makes it likeliest, and look up its scores."""
        cast: Sequence[Agent] = list(self.cast.values())
        chances = np.array(
            [[opportunity(agent, situation) for situation in SITUATIONS] for agent in cast], np.float32
        )
        crowds = np.array(
            [[size(agent, situation) for situation in SITUATIONS] for agent in cast], np.float32
        )
        skill = np.array([agent.skill for agent in cast], np.float32)
        caps = np.array([agent.motive_cap for agent in cast], np.float32)
        named = np.array([[kind in item.agents for kind in self.kinds] for item in self.analysis.types], bool)
        likely = chances[:, :, BEST] + crowds[:, :, BEST] + skill[:, None] + caps[:, None] / 2
        likely[chances[:, :, HIGH] == 0] = -1
        best = (
            np.where(named[:, :, None], likely[None], -2).argmax(axis=1)
            if len(named)
            else np.zeros((0, len(SITUATIONS)), int)
        )
        self.agent = best[self.analysis.threats.type, self.situation].astype(np.int8)
        """Row of `kinds` per threat."""
        self._chance = chances[self.agent, self.situation]
        self._crowd = crowds[self.agent, self.situation]
        self._skill = skill[self.agent]
        self._cap = caps[self.agent]

    def _factors(self) -> Scores:
        table, types, numbers = self.analysis.threats, self.analysis.types, tables()
        factors = np.full((3, len(table), 16), UNSET_SCORE, np.float32)
        factors[:, :, 0] = self._skill
        need = np.stack([self._need(column) for column in range(3)])
        factors[:, :, 1] = np.minimum(np.array(MOTIVE, np.float32)[need], self._cap)
        factors[:, :, 2] = self._chance.T
        factors[:, :, 3] = self._crowd.T
        for column, name in ((4, "discovery"), (5, "exploit"), (6, "awareness")):
            score = np.array([getattr(item.vulnerability, name) for item in types], np.float32)[table.type]
            factors[:, :, column] = score
        self._soften(factors)
        factors[:, :, 7] = self._by_logging(numbers.detection)
        affected = self._affected()
        extent = np.array([numbers.extent.index(item.scope) for item in types], np.int8)[table.type]
        for letter, code in enumerate(("LC", "LI", "LAV")):
            lookup = np.array(numbers.scores[code], np.float32)
            for band in range(3):
                scores = lookup[self.stake[:, letter * 3 + band], extent]
                factors[band, :, 8 + letter] = np.where(affected[:, letter], scores, 0)
        factors[:, :, 11] = self._by_logging(numbers.traceability)
        if self.analysis.sections.system.business is not UNSET:
            self._business(factors, self.analysis.sections.system.business)
        return factors

    def _affected(self) -> NDArray[np.bool_]:
        flags = np.array([[letter in item.cia for letter in LETTERS] for item in self.analysis.types], bool)
        return flags.reshape(-1, 3)[self.analysis.threats.type]

    def _need(self, band: int) -> Levels:
        """Return the most that the affected letters need, per threat."""
        return np.where(self._affected(), self.stake[:, [band, 3 + band, 6 + band]], 0).max(axis=1)

    def _soften(self, factors: Scores) -> None:
        """Where it isn't known whether something prevents the threat, estimate exploiting it half-way to theoretical."""
        unsure = self.analysis.threats.unsure
        for column in (4, 5):
            full = factors[HIGH, :, column]
            factors[BEST, :, column] = np.where(unsure, np.rint((full + 1) / 2), full)
            factors[LOW, :, column] = np.where(unsure, 1, full)

    def _by_logging(self, scores: dict[str, int]) -> Scores:
        """Score what depends on the place being logged and watched; shape (3, threats)."""
        facts, element = self.analysis.atoms.facts, self.analysis.threats.element
        logged = np.append(facts.column("element", "logged").among(["yes"]), 1)[element]
        watched = np.append(facts.column("element", "log_reviewed").among(["yes"]), 1)[element]
        active = np.append(facts.column("element", "query_monitored").among(["yes"]), 1)[element]
        lookup = np.zeros((3, 3, 3, 3), np.float32)
        for a, b, c in np.ndindex(3, 3, 3):
            lookup[a, b, c] = logging_score(scores, a, b, c)
        return lookup[logged, watched, active].T

    def _business(self, factors: Scores, business: Business) -> None:
        """Scale what a loss would cost by what is at stake; people count by their number."""
        numbers = tables()
        share = np.array([1 / 3, 2 / 3, 1, 1], np.float32)
        stated = {"FD": business.financial, "RD": business.reputation, "NC": business.compliance}
        level = "medium" if business.criticality is UNSET else business.criticality
        personal = self.concerns_people()
        steps = np.array([0, *(score for _, score in numbers.people[:3]), 7, 9], np.float32)
        for band in range(3):
            need = self._need(band)
            for column, code in ((12, "FD"), (13, "RD"), (14, "NC")):
                value = stated[code]
                whole = float(numbers.business[code][level] if value is UNSET else value)
                factors[band, :, column] = np.rint(whole * share[need])
            crowd = steps[self.stake[:, CROWD]]
            hurt = np.where(personal, np.maximum(crowd, 3), 0)
            factors[band, :, 15] = hurt if business.privacy is UNSET else np.minimum(hurt, business.privacy)

    def concerns_people(self) -> NDArray[np.bool_]:
        """Tell of each threat whether people in the data are hurt by it."""
        private = np.array(
            [
                bool(item.linddun) or "confidentiality" in item.cia or "integrity" in item.cia
                for item in self.analysis.types
            ],
            bool,
        )
        return (self.stake[:, HARM] > 0) & private[self.analysis.threats.type]

    def harm(self) -> NDArray[np.int8]:
        """Return harm to the people in the data per threat, 0 negligible to 3 maximum; shape (threats, 2): estimate, worst."""
        return np.where(self.concerns_people()[:, None], self.stake[:, [HARM, HARM_HIGH]], 0).astype(np.int8)

    def vector(self, row: int, band: int = BEST) -> str:
        """Return the OWASP vector of a threat."""
        scores = self.factors[band, row].tolist()
        return "/".join(
            f"{code}:{score:g}" for code, score in zip(FACTORS, scores, strict=True) if score >= 0
        )


def logging_score(
    scores: dict[str, int], logged: int, watched: int, active: int
) -> tuple[float, float, float]:
    """Return (estimate, low, high) of a score that falls with logging; three-valued facts."""
    if active == YES and "active" in scores:
        return (float(scores["active"]),) * 3
    if watched == YES:
        return (float(scores["reviewed"]),) * 3
    if logged == YES:
        low = scores["logged"] if watched == 0 else scores["reviewed"]
        return float(scores["logged"]), float(low), float(scores["logged"])
    if logged == 0:
        return (float(scores["unlogged"]),) * 3
    return float(scores["unknown"]), float(scores["reviewed"]), float(scores["unlogged"])


def levels(scores: Scores) -> NDArray[np.int8]:
    """Return 0 low, 1 medium, 2 high of scores 0-9."""
    return np.minimum(scores // 3, 2).astype(np.int8)


def runs(column: NDArray[np.int32]) -> list[tuple[int, int, int]]:
    """Return (value, start, end) of each run of equal values."""
    if not len(column):
        return []
    edges = np.flatnonzero(np.diff(column)) + 1
    bounds = [0, *edges.tolist(), len(column)]
    return [(int(column[start]), start, end) for start, end in pairwise(bounds)]


def _recode(values: Sequence[str], order: Sequence[str]) -> NDArray[np.int16]:
    """Map a fact column's codes to positions in a fixed order; unknown values to the first."""
    return np.array([order.index(value) if value in order else 0 for value in values], np.int16)
