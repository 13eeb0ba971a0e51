"""A table's columns as numbers for training, scaled by domains that are known without the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mantlet.base.errors import UsageError
from mantlet.privacy.dp.synth import Domain
from mantlet.privacy.metrics import named


def table_of(
    frame: pl.LazyFrame, domains: Mapping[str, Domain], target: str, positive: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Return features from 0 to 1, the target as 0 and 1, and the features' names.

    A number is clipped to its bounds and scaled by them; each value of a category is a feature of its own; what is outside
    its domain is 0 everywhere.
    """
    if not domains:
        raise UsageError("no features given", mend="name them with their domains")
    columns = named(frame, list(domains))
    wanted = named(frame, [target])[0]
    parts: list[pl.Expr] = []
    names: list[str] = []
    for column, domain in zip(columns, domains.values(), strict=True):
        domain.check(column)
        text = pl.col(column).cast(pl.String).str.strip_chars()
        if domain.values:
            parts += [
                (text == value).fill_null(value=False).cast(pl.Float64).alias(f"{len(parts) + place}")
                for place, value in enumerate(domain.values)
            ]
            names += [f"{column}={value}" for value in domain.values]
        else:
            number = text.cast(pl.Float64, strict=False).fill_nan(None).clip(domain.low, domain.high)
            parts.append(
                ((number - domain.low) / (domain.high - domain.low)).fill_null(0.0).alias(f"{len(parts)}")
            )
            names.append(column)
    answer = (
        (pl.col(wanted).cast(pl.String).str.strip_chars() == positive)
        .fill_null(value=False)
        .cast(pl.Float64)
        .alias("target")
    )
    table = frame.select(*parts, answer).collect(engine="streaming")
    return (
        table.drop("target").to_numpy().astype(np.float64),
        table["target"].to_numpy().astype(np.float64),
        names,
    )
