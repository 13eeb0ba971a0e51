"""Synthetic tables from differentially private marginals: counts of every column and pair, and rows drawn along a tree of them.

Choosing the tree and drawing rows look at noisy counts only, so they cost nothing more (post-processing; compare MST,
McKenna et al. 2021). What ties three columns together beyond pairs is not kept.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import yaml
from msgspec import Struct
from numpy.typing import NDArray

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.limits import read_text
from mantlet.privacy.dp.ledger import Ledger
from mantlet.privacy.dp.mechanisms import laplace
from mantlet.privacy.dp.query import bounded
from mantlet.privacy.metrics import named

Counts = NDArray[np.float64]
MAX_CELLS = 200_000
"""Cells of one pair's table."""
MAX_COLUMNS = 16


class Domain(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a column may hold, known without the data: its values, or bounds and the width of bins."""

    values: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    width: float = 0.0

    @property
    def size(self) -> int:
        """The number of values or bins."""
        return len(self.values) or max(math.ceil((self.high - self.low) / self.width), 1)

    def check(self, name: str) -> None:
        """Raise `UsageError` where it says neither."""
        bounds = (self.low, self.high, self.width)
        if not self.values and not (
            all(map(math.isfinite, bounds)) and self.width > 0 and self.low < self.high
        ):
            raise UsageError(
                f"the domain of '{name}' says neither its values nor bounds and width",
                mend="write {values: [a, b]} or {low: 0, high: 100, width: 5}",
            )
        if not self.values and (self.high - self.low) / self.width > MAX_CELLS:
            raise UsageError(
                f"the domain of '{name}' has more than {MAX_CELLS:,} bins", mend="write a larger width"
            )


def read_domains(path: Path) -> dict[str, Domain]:
    """Read the domains of columns from YAML or JSON; raises `InputError`."""
    text = read_text(path)
    try:
        raw = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # makes strings only
        return msgspec.convert(raw, dict[str, Domain], strict=False)
    except (yaml.YAMLError, msgspec.ValidationError, RecursionError) as error:
        raise InputError(
            f"not readable as domains: {error}",
            where=Location(str(path)),
            mend="write `age: {low: 0, high: 100, width: 5}`",
        ) from None


def synthesise(
    frame: pl.LazyFrame, domains: Mapping[str, Domain], epsilon: float, ledger: Ledger, *, rows: int = 0
) -> pl.DataFrame:
    """Return invented rows with the table's columns in ``domains``; as many as the noisy count says, or ``rows``.

    Values outside a domain are left out of the counts. Spends ``epsilon`` before anything is counted.
    """
    if not 1 <= len(domains) <= MAX_COLUMNS:
        raise UsageError(f"a synthetic table has 1 to {MAX_COLUMNS} columns")
    for name, domain in domains.items():
        domain.check(name)
    sizes = [domain.size for domain in domains.values()]
    if math.prod(sorted(sizes)[-2:]) > MAX_CELLS:
        raise UsageError("two of the domains are too large together", mend="use wider bins or fewer values")
    columns = named(frame, list(domains))
    budget = ledger.read().budget
    unit = named(frame, [budget.unit])[0] if budget.unit else ""
    ledger.check(epsilon)
    codes = _codes(bounded(frame, unit, budget.rows_per_unit), columns, list(domains.values()))
    ledger.spend(f"synthetic table of {', '.join(columns)}", epsilon)
    pairs = list(itertools.combinations(range(len(columns)), 2))
    share = epsilon / (len(columns) + len(pairs))
    singles = [
        _noisy(codes[:, [one]], [sizes[one]], share, budget.rows_per_unit) for one in range(len(columns))
    ]
    joint = {
        pair: _noisy(codes[:, list(pair)], [sizes[pair[0]], sizes[pair[1]]], share, budget.rows_per_unit)
        for pair in pairs
    }
    number = rows or max(round(float(np.mean([table.sum() for table in singles]))), 0)
    drawn = _drawn(singles, joint, number)
    return pl.DataFrame(
        {
            name: _values(domain, drawn[:, place])
            for place, (name, domain) in enumerate(zip(columns, domains.values(), strict=True))
        }
    )


def _codes(frame: pl.LazyFrame, columns: Sequence[str], domains: Sequence[Domain]) -> NDArray[np.int64]:
    """Return each row's place in each column's domain; -1 outside."""
    expressions = []
    for name, domain in zip(columns, domains, strict=True):
        text = pl.col(name).cast(pl.String).str.strip_chars()
        if domain.values:
            place = text.replace_strict(
                list(domain.values), list(range(len(domain.values))), default=-1, return_dtype=pl.Int64
            )
        else:
            number = text.cast(pl.Float64, strict=False)
            inside = number.is_between(domain.low, domain.high)
            place = (
                pl.when(inside)
                .then(((number - domain.low) / domain.width).floor().clip(0, domain.size - 1))
                .otherwise(-1)
                .cast(pl.Int64, strict=False)
            )
        expressions.append(place.fill_null(-1).alias(name))
    return frame.select(expressions).collect(engine="streaming").to_numpy().astype(np.int64)


def _noisy(codes: NDArray[np.int64], sizes: Sequence[int], epsilon: float, rows: int) -> Counts:
    """Return the noisy counts of a table of one or two columns, none below zero."""
    inside = codes[(codes >= 0).all(axis=1)]
    flat = np.ravel_multi_index(tuple(inside.T), tuple(sizes)) if len(inside) else np.zeros(0, dtype=np.int64)
    counts = np.bincount(flat, minlength=math.prod(sizes))
    noisy = np.asarray(laplace(counts.tolist(), rows, epsilon), dtype=np.float64)
    return np.maximum(noisy, 0).reshape(tuple(sizes))


def _drawn(
    singles: Sequence[Counts], joint: Mapping[tuple[int, int], Counts], rows: int
) -> NDArray[np.int64]:
    """Draw rows along the tree of pairs that tell most of each other."""
    rng = np.random.default_rng()
    drawn = np.zeros((rows, len(singles)), dtype=np.int64)
    done: list[int] = [0]
    drawn[:, 0] = rng.choice(len(singles[0]), size=rows, p=_shares(singles[0]))
    while len(done) < len(singles):
        first, second = max(
            ((one, other) for one in done for other in range(len(singles)) if other not in done),
            key=lambda pair: _information(joint[min(pair), max(pair)]),
        )
        table = joint[min(first, second), max(first, second)]
        given = table if first < second else table.T
        for value in range(given.shape[0]):
            here = np.flatnonzero(drawn[:, first] == value)
            if len(here):
                weights = given[value] if given[value].sum() > 0 else singles[second]
                drawn[here, second] = rng.choice(given.shape[1], size=len(here), p=_shares(weights))
        done.append(second)
    return drawn


def _shares(counts: Counts) -> Counts:
    total = counts.sum()
    return counts / total if total > 0 else np.full(len(counts), 1 / len(counts))


def _information(table: Counts) -> float:
    """Return how much two columns tell of each other (mutual information, from noisy counts)."""
    total = table.sum()
    if total <= 0:
        return 0.0
    shares = table / total
    apart = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    known = shares > 0
    return float((shares[known] * np.log(shares[known] / apart[known])).sum())


def _values(domain: Domain, codes: NDArray[np.int64]) -> list[str] | list[float]:
    """Return values for places: names as they are, numbers anywhere in their bin."""
    if domain.values:
        return [domain.values[code] for code in codes.tolist()]
    rng = np.random.default_rng()
    whole = float(domain.low).is_integer() and float(domain.width).is_integer()
    low = domain.low + codes * domain.width
    moved = low + (
        rng.integers(0, int(domain.width), len(codes)) if whole else rng.random(len(codes)) * domain.width
    )
    return np.minimum(moved, domain.high).tolist()
