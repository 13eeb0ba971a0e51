"""One fact over one table of the model: a code per row, what the codes mean, and whose word each value is."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index, Mask, Ternary
from mantlet.rules.tree import NO, UNKNOWN, YES

Codes = NDArray[np.int16]
UNWRITTEN, INAPPLICABLE = 0, 1
ABSENT_WORDS = {"unknown": UNWRITTEN, "n/a": INAPPLICABLE}


class Origin(IntEnum):
    """Which layer a fact's value comes from, farthest first."""

    NOBODY = 0
    TYPE = 1
    BOUNDARY = 2
    HOLDER = 3
    IMPLIED = 4
    CONTROL = 5
    WRITTEN = 6
    VERIFIED = 7
    """Evidence: a control in place that somebody verified."""
    CONTRADICTED = 8
    """Evidence, where the model claims otherwise."""
    DERIVED = 9


class FactColumn(Struct):
    """One fact over one table: a code per row, what the codes mean, and each value's layer."""

    codes: Codes
    origin: NDArray[np.int8]
    values: list[str]
    """Values by code; codes 0 and 1 are unknown and not applicable."""

    @classmethod
    def empty(cls, rows: int) -> FactColumn:
        """Return a column of which nobody wrote anything."""
        return cls(np.zeros(rows, np.int16), np.zeros(rows, np.int8), ["unknown", "n/a"])

    def code(self, value: str) -> int:
        """Return a value's code, a new one if need be."""
        if value in ABSENT_WORDS:
            return ABSENT_WORDS[value]
        if value not in self.values:
            self.values.append(value)
        return self.values.index(value)

    def put(self, rows: Index | Mask, value: str, origin: Origin) -> None:
        """Let rows have a value."""
        self.codes[rows] = self.code(value)
        self.origin[rows] = origin

    def among(self, values: Iterable[str]) -> Ternary:
        """Tell of each row whether its value is one of these; unknown where nobody wrote it."""
        wanted = set(values)
        lookup = np.array([YES if value in wanted else NO for value in self.values], np.int8)
        lookup[UNWRITTEN] = UNKNOWN
        return lookup[self.codes]

    def known(self) -> Ternary:
        """Tell of each row whether somebody wrote it."""
        return np.where(self.codes == UNWRITTEN, NO, YES).astype(np.int8)

    def compare(self, op: str, number: float) -> Ternary:
        """Compare values that are numbers; others, and unwritten ones, are unknown."""
        lookup = np.array([_compare(value, op, number) for value in self.values], np.int8)
        lookup[INAPPLICABLE] = NO
        return lookup[self.codes]


def _compare(value: str, op: str, number: float) -> int:
    try:
        left = float(value)
    except ValueError:
        return UNKNOWN
    result = {"<": left < number, "<=": left <= number, ">": left > number, ">=": left >= number}[op]
    return YES if result else NO
