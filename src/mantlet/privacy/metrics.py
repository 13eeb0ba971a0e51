"""How well a table hides its people: k-anonymity, l-diversity, t-closeness, uniqueness.

A null is a category of its own: whoever leaves a field empty can be singled out by that too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest


@dataclass(frozen=True)
class Anonymity:
    """Measures of one table under one set of quasi-identifiers; `l` and `t` are there when sensitive columns were named."""

    rows: int
    classes: int
    k: int
    unique: float
    """Share of rows that are alone in their class."""
    l: int = 0  # noqa: E741  # the field's own name for it
    t: float = 0.0
    """Greatest distance of a class's distribution from the table's: total variation, as all values are categories."""

    @property
    def prosecutor(self) -> float:
        """Highest chance to pick the right row for somebody known to be in the table: 1/k."""
        return 1 / self.k if self.k else 0.0

    @property
    def marketer(self) -> float:
        """Expected share of rows that are picked right when all are tried: classes per row."""
        return self.classes / self.rows if self.rows else 0.0


def measure(frame: pl.LazyFrame, quasi: Sequence[str], sensitive: Sequence[str] = ()) -> Anonymity:
    """Measure a table; the reference distribution of t-closeness is the whole table given.

    Sweeney 2002 (k), Machanavajjhala et al. 2007 (l: distinct values), Li et al. 2007 (t: equal distance).
    """
    quasi, sensitive = named(frame, quasi), named(frame, sensitive)
    if not quasi:
        raise UsageError("no quasi-identifiers given", mend="name columns such as --quasi age,sex,postcode")
    keys = [pl.col(name).alias(f"q{place}") for place, name in enumerate(quasi)]
    sizes = frame.select(keys).group_by(pl.all()).agg(pl.len().alias("n")).collect(engine="streaming")["n"]
    rows = int(sizes.sum())
    if not rows:
        return Anonymity(0, 0, 0, 0.0)
    parts = [_diversity(frame.select(*keys, pl.col(name).alias("s")), len(quasi), rows) for name in sensitive]
    return Anonymity(
        rows=rows,
        classes=len(sizes),
        k=int(sizes.min()),  # type: ignore[arg-type]  # whole numbers
        unique=int((sizes == 1).sum()) / rows,
        l=min((part[0] for part in parts), default=0),
        t=max((part[1] for part in parts), default=0.0),
    )


def _diversity(frame: pl.LazyFrame, quasi: int, rows: int) -> tuple[int, float]:
    """Return the fewest distinct values in a class, and the greatest distance of a class from the whole.

    The table has columns q0, q1, … and s. A value that a class lacks adds its whole share: half of (sum over present
    |p - q| + share of the absent).
    """
    names = [f"q{place}" for place in range(quasi)]
    cells = frame.group_by(pl.all()).agg(pl.len().alias("n")).collect(engine="streaming")
    whole = cells.group_by("s").agg((pl.col("n").sum() / rows).alias("whole"))
    cells = cells.join(whole, on="s", nulls_equal=True).with_columns(
        (pl.col("n") / pl.col("n").sum().over(names)).alias("share")
    )
    absent = 1 - pl.col("whole").sum()
    classes = cells.group_by(names).agg(
        pl.len().alias("l"), (((pl.col("share") - pl.col("whole")).abs().sum() + absent) / 2).alias("t")
    )
    return int(classes["l"].min()), float(classes["t"].max())  # type: ignore[arg-type]  # numbers


def named(frame: pl.LazyFrame, names: Sequence[str]) -> list[str]:
    """Return the table's own names of columns that people typed: blanks around a header and its case don't matter.

    Raises `UsageError` for a column that the table lacks.
    """
    known = frame.collect_schema().names()
    loose = {name.strip().casefold(): name for name in reversed(known)}
    found = []
    for name in names:
        column = name if name in known else loose.get(name.strip().casefold())
        if column is None:
            raise UsageError(
                f"the table has no column '{name}'",
                mend=suggest(name, known)
                or f"it has {', '.join(known[:12])}{', …' if len(known) > 12 else ''}",
            )
        found.append(column)
    return found
