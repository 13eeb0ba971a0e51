"""Queries on a table with differential privacy: counts, sums, means, quantiles, histograms, in groups or for all rows.

What one unit can change is bounded first: its rows, and the values by bounds that people give. Neither is ever taken from
the data, since bounds would tell of the largest value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from mantlet.base.errors import UsageError
from mantlet.privacy.dp.ledger import Ledger
from mantlet.privacy.dp.mechanisms import choose, error_bound, laplace, threshold
from mantlet.privacy.metrics import named

Kind = Literal["count", "sum", "mean", "quantile", "histogram"]
CANDIDATES = 1_000
"""Values between the bounds among which a quantile is chosen."""
_SCORE = 10_000
"""Units in which shares of rows are scored, so that scores are whole numbers."""
MAX_BARS = 10_000
"""Bars of a histogram; each gets noise of its own."""


@dataclass(frozen=True)
class Query:
    """What is asked."""

    kind: Kind
    epsilon: float
    column: str = ""
    by: str = ""
    keys: tuple[str, ...] = ()
    """Names of groups that are public; without them, groups come from the data and small ones are left out."""
    low: float = math.nan
    high: float = math.nan
    """The bounds that values are clipped to; not a number where none were given."""
    width: float = 0.0
    """Of a histogram's bars."""
    quantile: float = 0.5
    resolution: float = 1.0
    """The step in which sums are counted: 0.01 for money in cents."""
    delta: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What may be published."""

    rows: tuple[tuple[str, float], ...]
    """The group (empty for all rows) and its value."""
    epsilon: float
    delta: float
    error: float
    """How far a value is off at most, with 95 % confidence, but for means and quantiles, where it is an estimate."""
    sentence: str


def plan(query: Query, rows_per_unit: int) -> tuple[float, float, str]:
    """Return epsilon, delta and the expected error in words, before anything is spent."""
    _checked(query)
    delta = query.delta if query.by and not query.keys else 0.0
    error = _error(query, rows_per_unit)
    text = f"about ± {error:,.3g}" if not math.isnan(error) else "smaller the more rows there are"
    return query.epsilon, delta, text


def run(frame: pl.LazyFrame, query: Query, ledger: Ledger) -> Answer:
    """Spend and answer; the ledger is written first, so that a crash can lose an answer and never the account of it."""
    budget = ledger.read().budget
    _checked(query)
    columns = named(frame, [name for name in (query.column, query.by, budget.unit) if name])
    place = iter(columns)
    column = next(place) if query.column else ""
    by = next(place) if query.by else ""
    unit = next(place) if budget.unit else ""
    _, delta, _ = plan(query, budget.rows_per_unit)
    ledger.check(query.epsilon, delta)
    table = _prepared(bounded(frame, unit, budget.rows_per_unit), query, column, by)
    ledger.spend(_words(query), query.epsilon, delta)
    rows = _ANSWERS[query.kind](table, query, budget.rows_per_unit)
    return Answer(
        tuple(rows),
        query.epsilon,
        delta,
        _error(query, budget.rows_per_unit),
        sentence(query.epsilon, delta, unit or "row"),
    )


def sentence(epsilon: float, delta: float, unit: str) -> str:
    """Say what epsilon means for one person."""
    times = math.exp(epsilon)
    text = f"Whether or not one {unit} is in the data changes the chance of any published result by a factor of at most {times:,.2f}"
    return text + (f", but for a chance of {delta:g}." if delta else ".")


def _checked(query: Query) -> None:
    if query.epsilon <= 0:
        raise UsageError("a query costs an epsilon above 0", mend="give --epsilon 0.1")
    needs = query.kind in {"sum", "mean", "quantile", "histogram"}
    if needs and (not query.column or not (math.isfinite(query.low) and math.isfinite(query.high))):
        raise UsageError(
            f"a {query.kind} needs a column and bounds that you know without the data",
            mend="give --column, --low and --high",
        )
    if needs and query.low >= query.high:
        raise UsageError("the lower bound must be below the upper one", mend="such as --low 0 --high 100")
    if query.kind == "histogram" and not 0 < query.width < math.inf:
        raise UsageError("a histogram needs the width of its bars", mend="give --width")
    if query.kind == "histogram" and (query.high - query.low) / query.width > MAX_BARS:
        raise UsageError(f"a histogram has at most {MAX_BARS:,} bars", mend="give a larger --width")
    if query.kind == "quantile" and (not 0 <= query.quantile <= 1 or query.by):
        raise UsageError("a quantile lies between 0 and 1, and is asked of all rows", mend="leave out --by")
    if not 0 < query.resolution < math.inf:
        raise UsageError("the resolution must be above 0", mend="such as --resolution 0.01 for cents")


def bounded(frame: pl.LazyFrame, unit: str, rows: int) -> pl.LazyFrame:
    """Keep at most so many rows of each unit, picked by a digest and not by their order; rows without a unit count as one."""
    if not unit:
        return frame
    order = pl.int_range(pl.len()).shuffle().over(unit)
    return frame.filter(order < rows)


def _prepared(frame: pl.LazyFrame, query: Query, column: str, by: str) -> pl.DataFrame:
    """Return a table of `group` and `value`: values clipped to the bounds, in whole steps; what is no number is left out."""
    group = pl.col(by).cast(pl.String).fill_null("") if by else pl.lit("")
    if not column:
        return frame.with_columns(group.alias("group")).select("group").collect(engine="streaming")
    number = pl.col(column).cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    clipped = number.clip(query.low, query.high)
    table = (
        frame.with_columns(group.alias("group"), clipped.alias("value"))
        .select("group", "value")
        .filter(pl.col("value").is_not_null() & pl.col("value").is_not_nan())
    )
    return table.collect(engine="streaming")


def _groups(table: pl.DataFrame, query: Query, value: pl.Expr) -> dict[str, int]:
    found = {name: int(total) for name, total in table.group_by("group").agg(value.alias("v")).iter_rows()}
    if not query.by:
        return {"": found.get("", 0)}
    return {key: found.get(key, 0) for key in query.keys} if query.keys else found


def _released(counts: dict[str, int], query: Query, rows: int, epsilon: float) -> dict[str, int]:
    """Return noisy counts; without public names, of the groups that are large enough only."""
    noisy = dict(zip(counts, laplace(list(counts.values()), rows, epsilon), strict=True)) if counts else {}
    if query.by and not query.keys:
        least = threshold(rows, epsilon, query.delta)
        noisy = {name: count for name, count in noisy.items() if count >= least}
    return dict(sorted(noisy.items()))


def _count(table: pl.DataFrame, query: Query, rows: int) -> list[tuple[str, float]]:
    return [
        (name, float(count))
        for name, count in _released(_groups(table, query, pl.len()), query, rows, query.epsilon).items()
    ]


def _sums(
    table: pl.DataFrame, query: Query, names: Sequence[str], sensitivity: int, epsilon: float, centre: float
) -> dict[str, float]:
    steps = ((pl.col("value") - centre) / query.resolution).round().cast(pl.Int64).sum()
    all_sums = {name: int(total) for name, total in table.group_by("group").agg(steps.alias("v")).iter_rows()}
    noisy = laplace([all_sums.get(name, 0) for name in names], sensitivity, epsilon) if names else []
    return {name: total * query.resolution for name, total in zip(names, noisy, strict=True)}


def _sum(table: pl.DataFrame, query: Query, rows: int) -> list[tuple[str, float]]:
    if query.by and not query.keys:
        half = query.epsilon / 2
        names = list(_released(_groups(table, query, pl.len()), query, rows, half))
        return list(_sums(table, query, names, _steps(query, rows), half, 0.0).items())
    names = list(query.keys) if query.by else [""]
    return list(_sums(table, query, names, _steps(query, rows), query.epsilon, 0.0).items())


def _steps(query: Query, rows: int, centre: float = 0.0) -> int:
    """Return how many steps of the resolution one unit can move a sum."""
    return max(math.ceil(max(abs(query.low - centre), abs(query.high - centre)) / query.resolution), 1) * rows


def _mean(table: pl.DataFrame, query: Query, rows: int) -> list[tuple[str, float]]:
    """Return noisy sums around the middle of the bounds over noisy counts, which halves what a unit can move."""
    centre, half = (query.low + query.high) / 2, query.epsilon / 2
    counts = _released(_groups(table, query, pl.len()), query, rows, half)
    sums = _sums(table, query, list(counts), _steps(query, rows, centre), half, centre)
    return [
        (name, min(max(centre + sums[name] / max(counts[name], 1), query.low), query.high)) for name in counts
    ]


def _quantile(table: pl.DataFrame, query: Query, rows: int) -> list[tuple[str, float]]:
    candidates = [
        query.low + (query.high - query.low) * step / (CANDIDATES - 1) for step in range(CANDIDATES)
    ]
    values, places = table["value"].sort(), pl.Series(candidates)
    below = values.search_sorted(places, side="left").to_list()
    above = [len(values) - int(place) for place in values.search_sorted(places, side="right").to_list()]
    low_weight, high_weight = round((1 - query.quantile) * _SCORE), round(query.quantile * _SCORE)
    scores = [abs(low_weight * under - high_weight * over) for under, over in zip(below, above, strict=True)]
    return [("", candidates[choose(scores, max(low_weight, high_weight) * rows, query.epsilon)])]


def _histogram(table: pl.DataFrame, query: Query, rows: int) -> list[tuple[str, float]]:
    """Return counts of bars whose places the bounds give: all of them public, so empty ones are noisy, too."""
    bars = max(math.ceil((query.high - query.low) / query.width), 1)
    place = ((pl.col("value") - query.low) / query.width).floor().clip(0, bars - 1).cast(pl.Int64)
    found = dict(table.group_by(place.alias("bar")).agg(pl.len()).iter_rows())
    noisy = laplace([int(found.get(bar, 0)) for bar in range(bars)], rows, query.epsilon)
    return [
        (
            f"{query.low + bar * query.width:g}-{min(query.low + (bar + 1) * query.width, query.high):g}",
            float(count),
        )
        for bar, count in enumerate(noisy)
    ]


def _error(query: Query, rows: int) -> float:
    if query.kind in {"count", "histogram"}:
        return error_bound(rows, query.epsilon)
    if query.kind == "sum":
        split = 2 if query.by and not query.keys else 1
        return error_bound(_steps(query, rows), query.epsilon / split) * query.resolution
    return math.nan


def _words(query: Query) -> str:
    parts = [
        query.kind,
        *(["of " + query.column] if query.column else []),
        *(["by " + query.by] if query.by else []),
    ]
    return " ".join(parts)


_ANSWERS = {"count": _count, "sum": _sum, "mean": _mean, "quantile": _quantile, "histogram": _histogram}
