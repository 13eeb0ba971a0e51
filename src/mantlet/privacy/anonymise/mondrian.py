"""Mondrian: the table is halved again and again along the column where that loses least, as long as both halves are good groups.

LeFevre, DeWitt, Ramakrishnan: Mondrian multidimensional k-anonymity (2006). No row is suppressed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mantlet.privacy.anonymise.encode import Coded
from mantlet.privacy.anonymise.rules import Judge, Rows

EXACT = 4_000
"""Rows up to which every column is tried for a cut and the best taken; above, the widest that can be cut."""


def partition(columns: Sequence[Coded], judge: Judge) -> list[Rows]:
    """Return groups of rows that cover the table, each a good one; one group of all rows if nothing can be cut."""
    rows = np.arange(len(columns[0].codes)) if columns else np.arange(0)
    waiting, done = [rows], []
    while waiting:
        group = waiting.pop()
        halves = _cut(columns, judge, group) if len(group) >= 2 * judge.demand.k else None
        if halves is None:
            done.append(group)
        else:
            waiting.extend(halves)
    return done


def _cut(columns: Sequence[Coded], judge: Judge, group: Rows) -> tuple[Rows, Rows] | None:
    """Return the best cut of a group: along the column and at the value that leave the least spread in both halves."""
    codes = [column.codes[group] for column in columns]
    widths = [_width(column, own) for column, own in zip(columns, codes, strict=True)]
    best: tuple[float, Rows, Rows] | None = None
    for place in sorted(range(len(columns)), key=lambda one: -widths[one]):
        if widths[place] <= 0:
            break
        halves = _halve(codes[place], judge, group)
        if halves is None:
            continue
        if len(group) > EXACT:
            return halves
        loss = sum(
            len(half) * sum(_width(column, column.codes[half]) for column in columns) for half in halves
        )
        if best is None or loss < best[0]:
            best = (loss, *halves)
    return None if best is None else (best[1], best[2])


def _halve(codes: np.ndarray, judge: Judge, group: Rows) -> tuple[Rows, Rows] | None:
    """Return the halves below and above the value nearest the middle at which both are good groups."""
    counts = np.bincount(codes)
    values = np.flatnonzero(counts)
    sizes = np.cumsum(counts[values])[:-1]
    able = np.flatnonzero((sizes >= judge.demand.k) & (len(group) - sizes >= judge.demand.k))
    for place in able[np.argsort(np.abs(sizes[able] - len(group) / 2), kind="stable")][:3]:
        low = codes <= values[place]
        halves = group[low], group[~low]
        if judge.good(halves[0]) and judge.good(halves[1]):
            return halves
    return None


def _width(column: Coded, codes: np.ndarray) -> float:
    """Return how much of the column's line a group spans, from 0 to 1; empty beside filled spans all of it."""
    low, high = int(codes.min()), int(codes.max())
    if low == high:
        return 0.0
    if low == 0:
        return 1.0
    return float((column.places[high] - column.places[low]) / column.span)
