"""Sixteen OWASP factors for each case: estimate, and the band where facts are unknown.

Agent factors come from the likeliest agent in the situation, vulnerability factors from the threat type and logging,
technical factors from what is at stake, business factors only from what the model says of the business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
from msgspec import UNSET, Struct
from numpy.typing import NDArray

from mantlet.catalogue.schema import ThreatType
from mantlet.model.entries import Business, Sections
from mantlet.risk.agents import Agent, chances
from mantlet.risk.cases import Cases
from mantlet.risk.needs import CROWD, HARM, HARM_HIGH, Levels, tables
from mantlet.rules.tree import YES

Scores = NDArray[np.float32]
BEST, LOW, HIGH = range(3)
UNSET_SCORE = -1
LETTERS = ("confidentiality", "integrity", "availability")
MOTIVE = (1, 4, 6, 9)
"""What an attacker gains by the need of the data: little, possible, good, high reward."""
LEAST_SHARE = 1 / 3
"""Of the stated business damage, what any threat costs: it has to be dealt with and told, whatever is lost."""


class TypeTable(Struct):
    """What ratings need of threat types, a row per type."""

    scores: Scores
    """Ease of discovery, ease of exploit, awareness."""
    affected: NDArray[np.bool_]
    """Confidentiality, integrity, availability."""
    extent: NDArray[np.int8]
    private: NDArray[np.bool_]
    """Whether it can hurt the people in the data."""
    agents: NDArray[np.bool_]
    """Which agents of the cast it names."""

    @classmethod
    def of(cls, types: Sequence[ThreatType], cast: Iterable[str]) -> TypeTable:
        """Read the types."""
        extent, kinds, count = tables().extent, list(cast), len(types)
        rated = [
            (item.vulnerability.discovery, item.vulnerability.exploit, item.vulnerability.awareness)
            for item in types
        ]
        affected = np.array([[letter in item.cia for letter in LETTERS] for item in types], bool).reshape(
            count, 3
        )
        return cls(
            np.array(rated, np.float32).reshape(count, 3),
            affected,
            np.array([extent.index(item.scope) for item in types], np.int8),
            np.array([bool(item.linddun) for item in types], bool) | affected[:, 0] | affected[:, 1],
            np.array([[kind in item.agents for kind in kinds] for item in types], bool).reshape(
                count, len(kinds)
            ),
        )

    def and_(self, other: TypeTable) -> TypeTable:
        """Return the table with another's types after its own."""
        fields = self.__struct_fields__
        return TypeTable(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in fields))


class Estimator:
    """Works out the factors of cases."""

    def __init__(self, types: TypeTable, sections: Sections, cast: dict[str, Agent], cases: Cases) -> None:
        self.cases = cases
        self.type = cases.type
        self.types = types
        self.affected = self.types.affected[self.type]
        self.business = sections.system.business
        self.cast = list(cast.values())
        there, self.situation = np.unique(cases.situation, return_inverse=True)
        self.opportunity, self.crowd = chances(cast, there.tolist())
        self.agent = self._likeliest()
        """Row of the cast per case."""

    def _likeliest(self) -> NDArray[np.int64]:
        """Pick, for each case, the agent of those its type names that the situation makes likeliest."""
        weight = self.opportunity[:, :, BEST] + self.crowd[:, :, BEST]
        weight += np.array([agent.skill + agent.motive_cap / 2 for agent in self.cast], np.float32)[:, None]
        weight[self.opportunity[:, :, HIGH] == 0] = -1
        return np.where(self.types.agents[self.type], weight.T[self.situation], -2).argmax(axis=1)

    def factors(self) -> Scores:
        """Return all factors; shape (3, cases, 16): estimate, low, high."""
        cases = self.cases
        factors = np.full((3, len(cases), 16), UNSET_SCORE, np.float32)
        factors[:, :, 0] = np.array([agent.skill for agent in self.cast], np.float32)[self.agent]
        caps = np.array([agent.motive_cap for agent in self.cast], np.float32)[self.agent]
        factors[:, :, 1] = np.minimum(np.array(MOTIVE, np.float32)[self.needs()], caps)
        factors[:, :, 2] = self.opportunity[self.agent, self.situation].T
        factors[:, :, 3] = self.crowd[self.agent, self.situation].T
        factors[:, :, 4:7] = self.types.scores[self.type]
        self._soften(factors)
        factors[:, :, 7] = by_logging("detection")[cases.logging].T
        factors[:, :, 8:11] = self._losses()
        factors[:, :, 11] = by_logging("traceability")[cases.logging].T
        if self.business is not UNSET:
            self._add_business(factors, self.business)
        return factors

    def needs(self) -> Levels:
        """Return the most that the affected letters need; shape (3, cases): estimate, low, high."""
        by_letter = self.cases.stake[:, :9].reshape(-1, 3, 3)
        most: Levels = np.where(self.affected[:, :, None], by_letter, 0).max(axis=1, initial=0)
        return most.T

    def _losses(self) -> Scores:
        """Return what is lost of confidentiality, integrity and availability; shape (3, cases, 3)."""
        scores = np.array([tables().scores[code] for code in ("LC", "LI", "LAV")], np.float32)
        by_letter = self.cases.stake[:, :9].reshape(-1, 3, 3)
        extent = self.types.extent[self.type][:, None, None]
        lost = scores[np.arange(3)[:, None], by_letter, extent]
        return np.where(self.affected[:, :, None], lost, 0).transpose(2, 0, 1)

    def _soften(self, factors: Scores) -> None:
        """Where it isn't known whether something prevents the threat, estimate exploiting it half-way to theoretical."""
        for column in (4, 5):
            full = factors[HIGH, :, column]
            factors[BEST, :, column] = np.where(self.cases.unsure, np.rint((full + 1) / 2), full)
            factors[LOW, :, column] = np.where(self.cases.unsure, np.minimum(full, 1), full)

    def _add_business(self, factors: Scores, business: Business) -> None:
        """Scale what losing everything would cost by how bad the loss is technically; people count by their number."""
        numbers = tables()
        stated = {"FD": business.financial, "RD": business.reputation, "NC": business.compliance}
        level = "medium" if business.criticality is UNSET else business.criticality
        people = self._people()
        for band in range(3):
            share = np.maximum(factors[band, :, 8:11].max(axis=1) / 9, LEAST_SHARE)
            for column, code in ((12, "FD"), (13, "RD"), (14, "NC")):
                value = stated[code]
                whole = float(numbers.business[code][level] if value is UNSET else value)
                factors[band, :, column] = np.rint(whole * share)
            factors[band, :, 15] = (
                people if business.privacy is UNSET else np.minimum(people, business.privacy)
            )

    def _people(self) -> Scores:
        """Score how many people's data a threat discloses: one, a part of the crowd, or all of it."""
        numbers = tables()
        one, few, many, masses = (score for _, score in numbers.people)
        whole = np.array([one, one, few, many, many, masses], np.float32)[self.cases.stake[:, CROWD]]
        part = np.array([one, one, one, few, few, many], np.float32)[self.cases.stake[:, CROWD]]
        extent = self.types.extent[self.type]
        reached = np.where(extent == 0, np.float32(one), np.where(extent == 1, part, whole))
        return np.where(self.hurts(), reached, 0).astype(np.float32)

    def hurts(self) -> NDArray[np.bool_]:
        """Tell of each case whether people in the data are hurt by it."""
        return (self.cases.stake[:, HARM] > 0) & self.types.private[self.type]

    def harm(self) -> NDArray[np.int8]:
        """Return harm to the people in the data, 0 negligible to 3 maximum; shape (cases, 2): estimate, worst."""
        return np.where(self.hurts()[:, None], self.cases.stake[:, [HARM, HARM_HIGH]], 0).astype(np.int8)


@lru_cache(maxsize=2)
def by_logging(name: Literal["detection", "traceability"]) -> Scores:
    """Return a score by how a place is logged; shape (27, 3): estimate, low, high. See `Cases.logging`."""
    scores = getattr(tables(), name)
    return np.array([_logged(scores, *known) for known in product(range(3), repeat=3)], np.float32)


def _logged(scores: dict[str, int], logged: int, watched: int, active: int) -> tuple[float, float, float]:
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
