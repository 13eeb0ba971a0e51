"""OWASP Risk Rating: sixteen factors, their vector, and what they make.

Source: the OWASP Risk Rating Methodology page. Likelihood is the mean of the eight agent and vulnerability factors.
Technical and business impact are means of four each and stay apart; business impact counts where it is known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from mantlet.base.data import read_beside
from mantlet.base.errors import InputError, UsageError
from mantlet.base.suggest import suggest
from mantlet.model.vector import FACTORS, parse_vector, to_vector

LIKELIHOOD, TECHNICAL, BUSINESS = slice(0, 8), slice(8, 12), slice(12, 16)

ImpactMode = Literal["method", "mean8", "max8"]
"""How impact is made of eight factors: as the method page says (business, else technical), their mean, or their maximum."""
IMPACT_MODES: tuple[ImpactMode, ...] = get_args(ImpactMode)


class Level(IntEnum):
    """[0, 3) low, [3, 6) medium, [6, 9] high."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2

    @property
    def word(self) -> str:
        """The level in lower case."""
        return self.name.lower()


class Severity(IntEnum):
    """The overall risk, lowest first."""

    NOTE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The severity in lower case."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Severity:
        """Return the severity of that name."""
        try:
            return cls[word.upper()]
        except KeyError:
            names = [item.word for item in cls]
            raise UsageError(
                f"unknown severity '{word}'", mend=suggest(word, names) or f"one of {', '.join(names)}"
            ) from None


MATRIX = (
    (Severity.NOTE, Severity.LOW, Severity.MEDIUM),
    (Severity.LOW, Severity.MEDIUM, Severity.HIGH),
    (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL),
)
"""Severity by likelihood level, then impact level."""


class Option(msgspec.Struct, frozen=True):
    """An answer that the method page offers for a factor."""

    score: float
    text: str


class FactorText(msgspec.Struct, frozen=True):
    """A factor as the calculator shows it."""

    code: str
    name: str
    group: str
    question: str
    options: tuple[Option, ...]


@lru_cache(maxsize=1)
def factor_texts() -> tuple[FactorText, ...]:
    """Return the sixteen factors with their answers, in vector order."""
    data = read_beside(__file__, "factors.json")
    return msgspec.json.decode(data, type=tuple[FactorText, ...])


class Rating(Struct, frozen=True):
    """What a vector makes. Scores are 0-9; a mean of factors that nobody set is None."""

    vector: str
    likelihood: float
    technical: float | None
    business: float | None
    impact: float
    likelihood_level: Level
    impact_level: Level
    severity: Severity
    mode: ImpactMode

    def to_dict(self) -> dict[str, object]:
        """Return the rating as JSON has it."""
        return {
            "vector": self.vector,
            "likelihood": round(self.likelihood, 3),
            "likelihood_level": self.likelihood_level.word,
            "technical": _rounded(self.technical),
            "business": _rounded(self.business),
            "impact": round(self.impact, 3),
            "impact_level": self.impact_level.word,
            "severity": self.severity.word,
            "impact_mode": self.mode,
        }


def level(score: float) -> Level:
    """Return the level of a score; outside 0-9 there is none."""
    if not 0 <= score <= 9:
        raise InputError(f"the score {score:g} is not between 0 and 9")
    return Level(min(int(score // 3), 2))


def rate(factors: Mapping[str, float], mode: ImpactMode = "method") -> Rating:
    """Rate factors by code. The eight likelihood factors and one whole impact group are needed."""
    scores = {code: _score(code, value) for code, value in factors.items()}
    likelihood = _mean(scores, FACTORS[LIKELIHOOD])
    technical, business = _mean(scores, FACTORS[TECHNICAL]), _mean(scores, FACTORS[BUSINESS])
    if likelihood is None:
        raise InputError("the vector lacks likelihood factors", mend=_missing(scores, FACTORS[LIKELIHOOD]))
    impact = _impact(scores, technical, business, mode)
    levels = level(likelihood), level(impact)
    return Rating(
        to_vector(scores),
        likelihood,
        technical,
        business,
        impact,
        *levels,
        MATRIX[levels[0]][levels[1]],
        mode,
    )


def _impact(
    scores: Mapping[str, float], technical: float | None, business: float | None, mode: ImpactMode
) -> float:
    check_mode(mode)
    if mode == "method":
        known = business if business is not None else technical
        if known is None:
            raise InputError(
                "the vector lacks impact factors",
                mend=f"give all of {', '.join(FACTORS[TECHNICAL])} or all of {', '.join(FACTORS[BUSINESS])}",
            )
        return known
    given = [scores[code] for code in FACTORS[8:] if code in scores]
    if len(given) < (8 if mode == "mean8" else 1):
        raise InputError(
            f"the impact mode {mode} needs all eight impact factors", mend=_missing(scores, FACTORS[8:])
        )
    return math.fsum(given) / 8 if mode == "mean8" else max(given)


def check_mode(mode: str) -> None:
    """Raise `UsageError` for an impact mode that does not exist."""
    if mode not in IMPACT_MODES:
        raise UsageError(
            f"unknown impact mode '{mode}'",
            mend=suggest(mode, IMPACT_MODES) or f"one of {', '.join(IMPACT_MODES)}",
        )


def _mean(scores: Mapping[str, float], codes: tuple[str, ...]) -> float | None:
    if any(code not in scores for code in codes):
        return None
    return math.fsum(scores[code] for code in codes) / len(codes)


def _missing(scores: Mapping[str, float], codes: tuple[str, ...]) -> str:
    return f"add {', '.join(code for code in codes if code not in scores)}"


def _score(code: str, value: float) -> float:
    if code not in FACTORS:
        raise InputError(
            f"unknown factor '{code}'", mend=suggest(code, FACTORS) or f"one of {', '.join(FACTORS)}"
        )
    if not 0 <= value <= 9:
        raise InputError(f"{code} is {value:g}; scores run from 0 to 9")
    return float(value)


def rate_vector(text: str, mode: ImpactMode = "method") -> Rating:
    """Rate a vector."""
    return rate(parse_vector(text), mode)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
