"""Anonymise a table, and prove the result by the measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from mantlet.base.errors import UsageError
from mantlet.privacy.anonymise.encode import Coded, encode_all, sensitive_codes
from mantlet.privacy.anonymise.fulldomain import recode
from mantlet.privacy.anonymise.hierarchy import ALL
from mantlet.privacy.anonymise.mondrian import partition
from mantlet.privacy.anonymise.rules import Demand, Judge, Rows
from mantlet.privacy.metrics import Anonymity, measure, named

Method = Literal["mondrian", "full-domain"]
MAX_LISTED = 4
"""Categories that a group's name lists before it becomes `*`."""


@dataclass(frozen=True)
class Anonymised:
    """The result: the table, what was lost, and its measures before and after."""

    frame: pl.DataFrame
    suppressed: int
    loss: float
    """Normalised certainty penalty: mean share of a column's values that a cell stands for; suppressed rows count 1."""
    before: Anonymity
    after: Anonymity
    levels: Mapping[str, int]
    """The level of each column, in full-domain recoding."""


def anonymise(
    frame: pl.DataFrame,
    quasi: Sequence[str],
    demand: Demand,
    *,
    sensitive: Sequence[str] = (),
    method: Method = "mondrian",
    hierarchies: Mapping[str, Path] | None = None,
    suppress: float = 0.02,
) -> Anonymised:
    """Return the table with its quasi-identifiers generalised until every group fulfils the demand.

    Mondrian keeps every row; full-domain recoding may suppress the share ``suppress`` of them. Raises `UsageError` where the
    demand cannot be met.
    """
    lazy = frame.lazy()
    quasi, sensitive = named(lazy, quasi), named(lazy, sensitive)
    demand.check(len(frame), len(sensitive))
    files = {name: path for key, path in (hierarchies or {}).items() for name in named(lazy, [key])}
    columns = encode_all(frame, quasi, files, named=method == "full-domain")
    judge = Judge(demand, sensitive_codes(frame, sensitive))
    if method == "mondrian":
        if not judge.good(np.arange(len(frame))):
            raise UsageError("even the whole table as one group does not fulfil this", mend="ask for less")
        groups, gone, levels = partition(columns, judge), np.arange(0), {}
        names = [_group_names(column, groups, len(frame)) for column in columns]
    else:
        found = recode(columns, judge, suppress)
        groups, gone = found.groups, found.suppressed
        levels = dict(zip(quasi, found.levels, strict=True))
        names = [_level_names(column, level) for column, level in zip(columns, found.levels, strict=True)]
    kept = np.setdiff1d(np.arange(len(frame)), gone)
    result = frame.with_columns(
        pl.Series(column.name, own, dtype=pl.String) for column, own in zip(columns, names, strict=True)
    )[kept]
    after = measure(result.lazy(), quasi, sensitive)
    return Anonymised(
        result,
        len(gone),
        _loss(columns, groups, levels, len(gone), len(frame)),
        measure(lazy, quasi, sensitive),
        after,
        levels,
    )


def _group_names(column: Coded, groups: Sequence[Rows], rows: int) -> list[str | None]:
    """Return each row's name for what its group spans in a column."""
    names: list[str | None] = [None] * rows
    for group in groups:
        name = _name(column, np.unique(column.codes[group]))
        for row in group.tolist():
            names[row] = name
    return names


def _name(column: Coded, codes: np.ndarray) -> str | None:
    """Return the name of a set of values: the value, a span, the finest common name, a short list, or `*`."""
    values = [column.values[code] for code in codes.tolist()]
    if len(values) == 1:
        return values[0] or None
    if "" in values:
        return ALL
    if column.is_number:
        return f"{values[0]}-{values[-1]}"
    assert column.hierarchy is not None  # noqa: S101  # only numbers lack one
    common = column.hierarchy.common(values)
    return " | ".join(sorted(values)) if common == ALL and len(values) <= MAX_LISTED else common


def _level_names(column: Coded, level: int) -> list[str | None]:
    assert column.hierarchy is not None  # noqa: S101  # full-domain recoding encodes with hierarchies
    top = level == column.hierarchy.height - 1
    names = [ALL if top else None, *(column.hierarchy.levels[value][level] for value in column.values[1:])]
    return [names[code] for code in column.codes.tolist()]


def _loss(
    columns: Sequence[Coded], groups: Sequence[Rows], levels: Mapping[str, int], suppressed: int, rows: int
) -> float:
    if not rows or not columns:
        return 0.0
    lost = float(suppressed * len(columns))
    for column in columns:
        distinct = max(len(column.values) - 2, 1)
        for group in groups:
            codes = np.unique(column.codes[group])
            if len(codes) < 2 and not levels.get(column.name):
                continue
            if column.is_number and codes[0]:
                share = float(column.places[codes[-1]] - column.places[codes[0]]) / column.span
            elif levels:
                share = _level_share(column, levels[column.name], int(codes[0]))
            else:
                share = min((len(codes) - 1) / distinct, 1.0)
            lost += len(group) * share
    return lost / (rows * len(columns))


def _level_share(column: Coded, level: int, code: int) -> float:
    """Return the share of the column's values that a code's name stands for at a level."""
    if code == 0 or column.hierarchy is None:
        return 0.0 if column.hierarchy is None or level < column.hierarchy.height - 1 else 1.0
    own = column.hierarchy.levels[column.values[code]][level]
    alike = sum(row[level] == own for row in column.hierarchy.levels.values())
    return (alike - 1) / max(len(column.hierarchy.levels) - 1, 1)
