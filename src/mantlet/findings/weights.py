"""How far evidence moves the factors of a threat's likelihood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from mantlet.base.data import read_beside
from mantlet.findings.marks import Mark


class Weights(Struct, forbid_unknown_fields=True):
    """The numbers, from the data file."""

    confirm: dict[str, dict[str, float]]
    """By severity: the least that a factor is then."""
    weaken: dict[str, float]
    """What a factor loses."""


@lru_cache(maxsize=1)
def weights() -> Weights:
    """Return the numbers."""
    import yaml  # noqa: PLC0415  (only where there is evidence)
    from msgspec import convert  # noqa: PLC0415

    raw = yaml.load(read_beside(__file__, "data/weights.yaml"), yaml.CSafeLoader)  # package data
    return convert(raw, Weights)


def moves(marks: Sequence[Mark]) -> Mapping[str, tuple[float, bool, Mark]]:
    """Return per factor how evidence moves it: the number, whether that is the least it is then, and what does it.

    Where anything confirms the threat, nothing weakens it.
    """
    found: dict[str, tuple[float, bool, Mark]] = {}
    confirming = [mark for mark in marks if mark.effect == "confirm"]
    for mark in confirming:
        for code, least in weights().confirm[mark.severity].items():
            if code not in found or found[code][0] < least:
                found[code] = (least, True, mark)
    if not confirming:
        for mark in (mark for mark in marks if mark.effect == "weaken"):
            for code, less in weights().weaken.items():
                found.setdefault(code, (less, False, mark))
    return found
