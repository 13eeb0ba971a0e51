"""Full-domain recoding: one level of its hierarchy for each column, the combination that loses least, few rows suppressed.

The combinations form a lattice in which groups only grow upwards, so what fails rules out all below it (Samarati 2001).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mantlet.base.errors import UsageError
from mantlet.privacy.anonymise.encode import Coded
from mantlet.privacy.anonymise.rules import Judge, Rows

MAX_NODES = 200_000
"""Combinations of levels that are looked through; wider tables use Mondrian."""


@dataclass(frozen=True)
class Recoding:
    """The levels chosen, the groups they make, and the rows of groups too small to keep."""

    levels: tuple[int, ...]
    groups: list[Rows]
    suppressed: Rows


class _Lattice:
    def __init__(self, columns: Sequence[Coded], judge: Judge, limit: int) -> None:
        self._judge, self._limit = judge, limit
        self._maps = [_level_maps(column) for column in columns]
        self._codes = [column.codes for column in columns]
        self._losses = [_level_losses(column, maps) for column, maps in zip(columns, self._maps, strict=True)]

    def nodes(self) -> list[tuple[float, tuple[int, ...]]]:
        """Return the combinations, the least loss first."""
        shape = [range(len(maps)) for maps in self._maps]
        total = int(np.prod([len(levels) for levels in shape], dtype=float))
        if total > MAX_NODES:
            raise UsageError(
                f"these hierarchies have {total:,} combinations of levels",
                mend="use --method mondrian, or fewer levels",
            )
        return sorted(
            (sum(losses[level] for losses, level in zip(self._losses, node, strict=True)) / len(node), node)
            for node in itertools.product(*shape)
        )

    def recode(self, node: tuple[int, ...]) -> Recoding | None:
        """Return the groups of a combination, or None where too many rows would have to go."""
        key = np.zeros(len(self._codes[0]), dtype=np.int64)
        for maps, level, codes in zip(self._maps, node, self._codes, strict=True):
            names = maps[level]
            key = key * (int(names.max(initial=0)) + 1) + names[codes]
            if key.max(initial=0) > 2**40:
                key = np.unique(key, return_inverse=True)[1].astype(np.int64)
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        sizes = np.diff(np.append(starts, len(order)))
        if sizes[sizes < self._judge.demand.k].sum() > self._limit:
            return None
        groups: list[Rows] = []
        small: list[Rows] = []
        for group in np.split(order, starts[1:]):
            (groups if self._judge.good(group) else small).append(group)
        suppressed = np.concatenate(small) if small else np.arange(0)
        return None if len(suppressed) > self._limit else Recoding(node, groups, suppressed)


def recode(columns: Sequence[Coded], judge: Judge, suppress: float) -> Recoding:
    """Return the recoding of least loss, suppressed rows counted as lost whole; ``suppress`` is the share that may go."""
    rows = len(columns[0].codes)
    lattice = _Lattice(columns, judge, int(suppress * rows))
    best: tuple[float, Recoding] | None = None
    failed: list[np.ndarray] = []
    for loss, node in lattice.nodes():
        if best is not None and loss >= best[0]:
            break
        here = np.asarray(node)
        if any((here <= other).all() for other in failed):
            continue
        found = lattice.recode(node)
        if found is None:
            failed = [other for other in failed if not (other <= here).all()] + [here]
            continue
        share = len(found.suppressed) / rows
        total = loss * (1 - share) + share
        if best is None or total < best[0]:
            best = (total, found)
    if best is None:
        raise UsageError(
            "no recoding fulfils this, even with all columns hidden",
            mend="ask for less, allow more suppression, or use --method mondrian",
        )
    return best[1]


def _level_maps(column: Coded) -> list[np.ndarray]:
    """Return for each level the number of each code's name; the empty value stays apart below `*`."""
    assert column.hierarchy is not None  # noqa: S101  # full-domain recoding encodes with hierarchies
    maps = []
    for level in range(column.hierarchy.height):
        top = level == column.hierarchy.height - 1
        names = ["*" if top else "\0"] + [
            column.hierarchy.levels[value][level] for value in column.values[1:]
        ]
        number = {name: place for place, name in enumerate(dict.fromkeys(names))}
        maps.append(np.asarray([number[name] for name in names]))
    return maps


def _level_losses(column: Coded, maps: Sequence[np.ndarray]) -> list[float]:
    """Return the share of the column's values that a row's name stands for, on average over rows (normalised certainty penalty)."""
    filled = max(len(column.values) - 1, 1)
    losses = []
    for names in maps:
        sizes = np.bincount(names)
        own = (sizes[names] - 1) / max(filled - 1, 1)
        losses.append(float(np.minimum(own, 1.0)[column.codes].mean()) if len(column.codes) else 0.0)
    return losses
