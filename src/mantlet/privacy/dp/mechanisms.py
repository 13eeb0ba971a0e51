"""Noise, and nothing else: OpenDP's exact integer mechanisms, never seeded.

Exact sampling matters: floating-point Laplace noise leaks through its gaps (Mironov 2012).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from types import ModuleType

from mantlet.base.errors import MissingToolError, UsageError

MAX_VALUE = 2**62
"""Largest sum in units of its resolution that 64-bit integers hold with room for noise."""


@functools.cache
def _opendp() -> ModuleType:
    try:
        import opendp.prelude as dp  # noqa: PLC0415  # an extra
    except ImportError:
        raise MissingToolError(
            "differential privacy needs the package opendp", mend="pip install 'mantlet[dp]'"
        ) from None
    dp.enable_features("contrib", "honest-but-curious")
    return dp


def laplace(values: Sequence[int], sensitivity: int, epsilon: float) -> list[int]:
    """Return the values with discrete Laplace noise; `sensitivity` is how far one unit can move them, in all (L1)."""
    _check(values, sensitivity, epsilon)
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    mechanism = dp.m.make_laplace(*space, scale=sensitivity / epsilon)
    _prove(mechanism.map(sensitivity), epsilon)
    return list(mechanism(list(values)))


def choose(scores: Sequence[int], sensitivity: int, epsilon: float) -> int:
    """Return the place of a lowest score, by permute-and-flip; `sensitivity` is how far one unit can move any score."""
    _check(scores, sensitivity, epsilon)
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.linf_distance(T="i64")
    mechanism = dp.m.make_noisy_max(*space, dp.max_divergence(), scale=2 * sensitivity / epsilon, negate=True)
    _prove(mechanism.map(sensitivity), epsilon)
    return int(mechanism(list(scores)))


def error_bound(sensitivity: int, epsilon: float, confidence: float = 0.95) -> int:
    """Return how far discrete Laplace noise moves a value at most, with this confidence or more.

    Beyond a bound b lie 2 r^(b+1) / (1 + r) of the draws, with r = exp(-epsilon / sensitivity).
    """
    ratio = math.exp(-epsilon / sensitivity)
    if not 0 < ratio < 1:
        return 0
    return max(math.ceil(math.log((1 - confidence) * (1 + ratio) / 2) / math.log(ratio)) - 1, 0)


def threshold(rows_per_unit: int, epsilon: float, delta: float) -> float:
    """Return the noisy count from which a group with a name of its own may be shown: below, one unit could be all of it.

    One unit has at most ``rows_per_unit`` rows, in as many groups (Korolova et al. 2009, with counts of rows).
    """
    if not 0 < delta < 1:
        raise UsageError(
            "groups whose names come from the data need a delta above 0",
            mend="give --delta 1e-6, or the groups with --keys",
        )
    return rows_per_unit + rows_per_unit / epsilon * math.log(rows_per_unit / (2 * delta))


def _check(values: Sequence[int], sensitivity: int, epsilon: float) -> None:
    if not (0 < epsilon < 100) or sensitivity < 1:
        raise UsageError("noise needs an epsilon above 0 and a sensitivity of at least 1")
    if sensitivity > MAX_VALUE or any(abs(value) > MAX_VALUE for value in values):
        raise UsageError("a sum is too large for exact noise", mend="use a coarser --resolution")


def _prove(cost: float, epsilon: float) -> None:
    """Stop where the library's own accounting says that the mechanism costs more than was asked for."""
    if cost > epsilon * (1 + 1e-9):
        raise UsageError(
            f"the mechanism would cost epsilon {cost:g} instead of {epsilon:g}",
            mend="ask for a slightly larger epsilon",
        )
