"""OWASP vectors as people and files write them: sixteen factors by code, each from 0 to 9."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mantlet.base.errors import InputError, Location
from mantlet.base.suggest import suggest

FACTORS: tuple[str, ...] = (
    "SL",
    "M",
    "O",
    "S",
    "ED",
    "EE",
    "A",
    "ID",
    "LC",
    "LI",
    "LAV",
    "LAC",
    "FD",
    "RD",
    "NC",
    "PV",
)
"""Codes in the order of the method page and the vector."""
_ITEM = re.compile(r"([A-Za-z]{1,3}):(\d(?:\.\d{1,3})?)")
_PREFIX = re.compile(r"^OWASP/", re.IGNORECASE)


def parse_vector(text: str) -> dict[str, float]:
    """Return factors by code from `SL:5/M:4/…`, with or without parentheses or the prefix `OWASP/`.

    Parts may be missing (a rating needs the likelihood and one impact group); repeated, unknown or unreadable ones are errors.
    """
    bare = _PREFIX.sub("", text.strip())
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1]
    factors: dict[str, float] = {}
    offset = text.find(bare) if bare else 0
    for part in bare.split("/"):
        match = _ITEM.fullmatch(part.strip())
        where = Location("vector", 1, offset + 1, text[:500])
        if not match:
            raise InputError(
                f"'{part[:40]}' is not a factor with a score", where=where, mend="write it like SL:5"
            )
        code = match[1].upper()
        if code not in FACTORS:
            raise InputError(
                f"unknown factor '{match[1]}'", where=where, mend=suggest(code, FACTORS) or ", ".join(FACTORS)
            )
        if code in factors:
            raise InputError(f"{code} is given twice", where=where)
        value = float(match[2])
        if value > 9:
            raise InputError(f"{code} is {value:g}; scores run from 0 to 9", where=where)
        factors[code] = value
        offset += len(part) + 1
    return factors


def to_vector(factors: Mapping[str, float]) -> str:
    """Return the vector of the given factors, in the method's order."""
    return "/".join(f"{code}:{factors[code]:g}" for code in FACTORS if code in factors)
