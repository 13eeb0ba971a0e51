"""Quasi-identifiers as small numbers: each column's values in an order in which near ones stand together.

An empty value is a category of its own, code 0; numbers are ordered by size, categories by their hierarchy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mantlet.privacy.anonymise.hierarchy import Hierarchy, made_hierarchy, read_hierarchy

Codes = NDArray[np.int32]
MIN_NUMBERS = 3
"""Distinct numbers from which a column is one of numbers."""


@dataclass(frozen=True)
class Coded:
    """One column: its codes by row, and what each code stands for."""

    name: str
    codes: Codes
    values: tuple[str, ...]
    """The value of each code; code 0 is the empty one."""
    places: NDArray[np.float64]
    """Where each code lies on the column's line: the number itself, or the rank of a category."""
    hierarchy: Hierarchy | None
    """None for numbers without one: they are generalised to spans."""

    @property
    def is_number(self) -> bool:
        """Whether the column is one of numbers."""
        return self.hierarchy is None

    @property
    def span(self) -> float:
        """The length of the column's line, at least 1 so that it can divide."""
        filled = self.places[1:]
        return float(filled.max() - filled.min()) or 1.0 if len(filled) else 1.0


def encode(frame: pl.DataFrame, name: str, hierarchy: Path | None = None, *, named: bool = False) -> Coded:
    """Encode a column of text or numbers; ``named`` makes a hierarchy for numbers, too."""
    column = frame[name].cast(pl.String).fill_null("").str.strip_chars()
    values = column.unique().sort().to_list()
    filled = [value for value in values if value]
    numbers = _numbers(filled)
    tree: Hierarchy | None = None
    if hierarchy is not None:
        tree = read_hierarchy(hierarchy, filled)
    elif numbers is None or named:
        tree = made_hierarchy(filled, numbers)
    if numbers is not None:
        order = [value for _, value in sorted(zip(numbers, filled, strict=True))]
        places = [0.0, *sorted(numbers)]
    else:
        assert tree is not None  # noqa: S101  # made above where there are no numbers
        order = tree.order()
        places = [float(rank) for rank in range(len(order) + 1)]
    rank = {"": 0} | {value: place for place, value in enumerate(order, 1)}
    codes = column.replace_strict(rank, return_dtype=pl.Int32).to_numpy()
    return Coded(name, codes, ("", *order), np.asarray(places), tree)


def _numbers(values: Sequence[str]) -> list[float] | None:
    """Return the values as numbers, or None where one is none or there are too few to speak of spans."""
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return None
    return numbers if len(set(numbers)) >= MIN_NUMBERS and all(np.isfinite(numbers)) else None


def encode_all(
    frame: pl.DataFrame, quasi: Sequence[str], hierarchies: Mapping[str, Path], *, named: bool = False
) -> list[Coded]:
    """Encode the quasi-identifiers of a table."""
    return [encode(frame, name, hierarchies.get(name), named=named) for name in quasi]


def sensitive_codes(frame: pl.DataFrame, names: Sequence[str]) -> list[Codes]:
    """Return the codes of the sensitive columns; empty is a category."""
    found = []
    for name in names:
        column = frame[name].cast(pl.String).fill_null("")
        rank = {value: place for place, value in enumerate(column.unique().sort().to_list())}
        found.append(column.replace_strict(rank, return_dtype=pl.Int32).to_numpy())
    return found
