"""What one data asset is by itself, before anything follows from what it was made of: no 0, unknown 1, yes 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import UNSET

from mantlet.model.entries import Data
from mantlet.rules.tree import NO, UNKNOWN, YES, DataWord

IMPERSONAL_TYPES = ("model", "code", "configuration", "hyperparameters", "metric", "secret", "system-prompt")
"""Data that isn't about people unless the model says so."""
SPECIAL_CATEGORIES = frozenset(
    {
        "health", "genetic", "genome", "biometric", "face", "fingerprint", "voiceprint", "iris", "ethnicity", "race", "religion",
        "political-opinion", "politics", "trade-union", "sex-life", "sexual-orientation", "criminal-record", "diagnosis",
        "medical-record", "medication", "disability",
    }
)  # fmt: skip
"""GDPR articles 9 and 10, in the words models use for them."""


def _personal(asset: Data) -> int:
    if asset.personal is not UNSET:
        return YES if asset.personal else NO
    if asset.derived_from is UNSET and asset.type in IMPERSONAL_TYPES:
        return NO
    return NO if asset.type in IMPERSONAL_TYPES else UNKNOWN


def _special(asset: Data) -> int:
    if asset.personal is not UNSET:
        return YES if not SPECIAL_CATEGORIES.isdisjoint(_normal(asset.personal)) else NO
    return _personal(asset)


def _normal(words: Iterable[str]) -> list[str]:
    return [word.lower().replace(" ", "-").replace("_", "-") for word in words]


def _classified(levels: tuple[str, ...]) -> Callable[[Data], int]:
    def test(asset: Data) -> int:
        if asset.classification is not UNSET:
            return YES if asset.classification in levels else NO
        if "confidential" in levels and (asset.personal or asset.type == "secret"):
            return YES
        return UNKNOWN

    return test


def _automated(asset: Data) -> int:
    if asset.automated_decisions is UNSET:
        return UNKNOWN if asset.type in {"prediction", "completion"} else NO
    return YES if asset.automated_decisions == "yes" else NO


TESTS: dict[DataWord, Callable[[Data], int]] = {
    "any": lambda asset: YES,  # noqa: ARG005
    "personal": _personal,
    "special-category": _special,
    "confidential": _classified(("confidential", "restricted")),
    "restricted": _classified(("restricted",)),
    "automated-decisions": _automated,
}
"""What each word of the rules asks of an asset."""
