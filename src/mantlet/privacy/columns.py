"""Which columns of a table hold which personal data: what the name claims, checked against sampled values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mantlet.privacy.checks import ALONE, CHECKS
from mantlet.privacy.classes import PersonalClass, classes
from mantlet.privacy.headers import claims

SAMPLE = 60
"""Values of a column that are looked at to tell its class."""
_GLANCE = 8
"""Values that a column whose name says nothing must first convince with."""
_EMPTY = frozenset(["", "null", "none", "nan", "n/a", "na", "-", "?", "unknown", "nil", "tbd"])


class Verdict(NamedTuple):
    """What a column holds; an empty `id` means none of the known classes."""

    id: str
    confidence: float
    why: str

    @property
    def kind(self) -> PersonalClass | None:
        """The class itself."""
        return classes().get(self.id)

    @property
    def is_personal(self) -> bool:
        """Whether the column holds data that is personal by itself."""
        return self.id != "" and classes()[self.id].is_personal

    @property
    def is_quasi_identifier(self) -> bool:
        """Whether the column helps to single people out together with others."""
        return self.id in QUASI or (self.id != "" and not classes()[self.id].is_personal)


QUASI = frozenset(
    ["postcode", "city", "birth-date", "birth-year", "age", "gender", "race", "coordinates", "street-address"]
)
"""Classes that are personal and, besides, what linkage attacks join on (Sweeney 2000)."""
NOTHING = Verdict("", 0.0, "neither its name nor its values show personal data")


def classify(name: str, values: Sequence[str]) -> Verdict:
    """Return what a column holds, from its name and a sample of its values (empty ones don't count)."""
    sample = [value for value in map(_tidy, values[: SAMPLE * 2]) if value.casefold() not in _EMPTY][:SAMPLE]
    refused = ""
    for claim in claims(name):
        kind = classes()[claim.id]
        if not sample:
            return Verdict(claim.id, 0.4, "its name says so; it has no values to check")
        share = _share(kind.values, sample)
        if share >= kind.needs:
            confidence = min(0.99, 0.55 + 0.4 * share + 0.02 * min(claim.weight, 5))
            return Verdict(
                claim.id,
                round(confidence, 2),
                f"its name says so and {share:.0%} of {len(sample)} sampled values fit",
            )
        refused = (
            refused
            or f"its name says {kind.title.lower()}, but only {share:.0%} of {len(sample)} sampled values fit"
        )
    return _by_values(sample) or (NOTHING if not refused else Verdict("", 0.0, refused))


def _by_values(sample: Sequence[str]) -> Verdict | None:
    """Return what the values show without help from the name."""
    if not sample:
        return None
    for name, kind in classes().items():
        check = ALONE.get(kind.values)
        if check is None or kind.alone > 1:
            continue
        glance = sample[:_GLANCE]
        if sum(map(check, glance)) < kind.alone * len(glance) - 1:
            continue
        share = sum(map(check, sample)) / len(sample)
        if share >= kind.alone and (kind.values not in _CODED or len(set(sample)) > 1):
            return Verdict(
                name, round(0.9 * share, 2), f"{share:.0%} of {len(sample)} sampled values have its form"
            )
    return None


_CODED = frozenset(["gender", "race"])
"""Checks whose words, alone and always the same, prove nothing."""


def _share(check: str, sample: Sequence[str]) -> float:
    return sum(map(CHECKS[check], sample)) / len(sample)


def _tidy(value: str) -> str:
    """Return a value as people would write it: whole numbers that a table stored as decimals lose their `.0`."""
    value = value.strip()
    return value[:-2] if value.endswith(".0") and value[:-2].isdigit() else value
