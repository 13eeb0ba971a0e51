"""What a group must fulfil: at least k rows, l distinct sensitive values, and a distribution within t of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mantlet.base.errors import UsageError
from mantlet.privacy.anonymise.encode import Codes

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Demand:
    """What is asked of every group of the result."""

    k: int
    l: int = 1  # noqa: E741  # the field's own name for it
    t: float = 1.0

    def check(self, rows: int, sensitive: int) -> None:
        """Raise `UsageError` for a demand that makes no sense or that no table of this size can meet."""
        if self.k < 1 or self.l < 1 or not 0 <= self.t <= 1:
            raise UsageError(
                "k and l are at least 1, and t lies between 0 and 1", mend="such as --k 5 --l 2 --t 0.3"
            )
        if self.k > rows:
            raise UsageError(
                f"the table has {rows} rows, fewer than k = {self.k}", mend="ask for a smaller k"
            )
        if (self.l > 1 or self.t < 1) and not sensitive:
            raise UsageError(
                "l and t are about sensitive columns, and none was named", mend="name them with --sensitive"
            )


class Judge:
    """Tells whether a set of rows is a good group."""

    def __init__(self, demand: Demand, sensitive: Sequence[Codes]) -> None:
        self.demand = demand
        self._sensitive = list(sensitive)
        self._whole = [np.bincount(codes) / max(len(codes), 1) for codes in self._sensitive]
        self._only_k = demand.l <= 1 and demand.t >= 1

    def good(self, rows: Rows) -> bool:
        """Tell whether these rows, made alike, fulfil the demand."""
        if len(rows) < self.demand.k:
            return False
        if self._only_k:
            return True
        for codes, whole in zip(self._sensitive, self._whole, strict=True):
            counts = np.bincount(codes[rows], minlength=len(whole))
            if np.count_nonzero(counts) < self.demand.l:
                return False
            if self.demand.t < 1 and np.abs(counts / len(rows) - whole).sum() / 2 > self.demand.t + 1e-12:
                return False
        return True
