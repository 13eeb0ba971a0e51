"""Lines on a drawing that meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""A line as a row of points."""


def meet(one: Points, other: Points) -> bool:
    """Tell whether two lines have a point in common."""
    if (one.max(0) < other.min(0)).any() or (other.max(0) < one.min(0)).any():
        return False
    one, other = _pieces(one, other), _pieces(other, one)
    if not len(one) or not len(other):
        return False
    a, b = one[:, None, 0], one[:, None, 1]
    c, d = other[None, :, 0], other[None, :, 1]
    first, second = _side(a, b, c) * _side(a, b, d), _side(c, d, a) * _side(c, d, b)
    return bool(((first <= 0) & (second <= 0) & _near(a, b, c, d)).any())


def _pieces(line: Points, other: Points) -> Points:
    """Return the straight pieces of a line that the box round another touches, as pairs of points."""
    pieces = np.stack([line[:-1], line[1:]], axis=1)
    touching = (pieces.min(axis=1) <= other.max(0)) & (pieces.max(axis=1) >= other.min(0))
    return np.asarray(pieces[touching.all(axis=1)])


def _near(a: Points, b: Points, c: Points, d: Points) -> NDArray[np.bool_]:
    """Tell of pairs of straight pieces whether the boxes round them overlap."""
    high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    low = np.maximum(np.minimum(a, b), np.minimum(c, d))
    return np.asarray((low <= high).all(axis=-1))


def _side(a: Points, b: Points, point: Points) -> Points:
    line, off = b - a, point - a
    return np.sign(line[..., 0] * off[..., 1] - line[..., 1] * off[..., 0])
