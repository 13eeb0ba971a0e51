"""Generalisation hierarchies: for each value its ever coarser names, read from a file or made from the values.

A file has a line for each value, `value,level 1,level 2,…`, the coarsest last, with commas or semicolons (as ARX has them).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mantlet.base.errors import InputError, Location
from mantlet.base.limits import read_text

ALL = "*"
"""The name of everything."""
MAX_WIDTHS = 6


@dataclass(frozen=True)
class Hierarchy:
    """The names of each value, from itself (level 0) to `*`; all values have as many levels."""

    levels: Mapping[str, tuple[str, ...]]

    @property
    def height(self) -> int:
        """The number of levels, the value itself and `*` included."""
        return len(next(iter(self.levels.values()), ("", ALL)))

    def order(self) -> list[str]:
        """Return the values so that those that share names stand together."""
        return sorted(self.levels, key=lambda value: tuple(reversed(self.levels[value])))

    def common(self, values: Sequence[str]) -> str:
        """Return the finest name that all the values share."""
        rows = [self.levels[value] for value in values]
        for level in range(self.height):
            if len({row[level] for row in rows}) == 1:
                return rows[0][level]
        return ALL


def read_hierarchy(path: Path, values: Sequence[str]) -> Hierarchy:
    """Read a hierarchy for the values of a column; raises `InputError` where it lacks one, or levels disagree."""
    text = read_text(path)
    separator = ";" if text.count(";") > text.count(",") else ","
    rows = [
        [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator) if row
    ]
    where = Location(str(path))
    widths = {len(row) for row in rows}
    if len(widths) != 1 or max(widths) < 2:
        raise InputError(
            "lines of a hierarchy have the same number of names, at least two",
            where=where,
            mend="write value,group,*",
        )
    known = {row[0]: tuple(row) if row[-1] == ALL else (*row, ALL) for row in rows}
    missing = [value for value in values if value and value.strip() not in known]
    if missing:
        raise InputError(
            f"says nothing of {len(missing)} of the column's values",
            where=where,
            mend="give each value a line",
        )
    height = len(next(iter(known.values())))
    levels = {value: known.get(value.strip(), (value, *[ALL] * (height - 1))) for value in values}
    return Hierarchy(_nested(levels, where))


def _nested(levels: dict[str, tuple[str, ...]], where: Location) -> dict[str, tuple[str, ...]]:
    """Check that what shares a name shares every coarser name."""
    above: dict[tuple[int, str], str] = {}
    for row in levels.values():
        for level in range(1, len(row) - 1):
            if above.setdefault((level, row[level]), row[level + 1]) != row[level + 1]:
                raise InputError(
                    f"'{row[level]}' is in two groups", where=where, mend="give it one name above"
                )
    return levels


def made_hierarchy(values: Sequence[str], numbers: Sequence[float] | None) -> Hierarchy:
    """Make a hierarchy: bands that double for numbers, years and months for dates, ever fewer characters for codes, else `*`."""
    if numbers is not None and len(set(numbers)) > 2:
        return Hierarchy(_bands(values, numbers))
    filled = [value for value in values if value]
    if filled and all(re.fullmatch(r"\d{4}-\d\d-\d\d", value) for value in filled):
        return Hierarchy(
            {
                value: (value, value[:7], value[:4], value[:3] + ALL if value else value, ALL)
                for value in values
            }
        )
    if (
        filled
        and len({len(value) for value in filled}) <= 2
        and len(filled) > 20
        and all(re.search(r"\d", value) for value in filled)
    ):
        longest = max(map(len, filled))
        return Hierarchy(
            {
                value: (
                    value,
                    *(value[: longest - cut] + ALL * min(cut, longest) for cut in range(1, longest)),
                    ALL,
                )
                for value in values
            }
        )
    return Hierarchy({value: (value, ALL) for value in values})


def _bands(values: Sequence[str], numbers: Sequence[float]) -> dict[str, tuple[str, ...]]:
    span = max(numbers) - min(numbers)
    widths = [width for width in (_nice(span / 2**power) for power in range(MAX_WIDTHS, 0, -1)) if width > 0]
    widths = list(dict.fromkeys(widths))
    return {
        value: (value, *(_band(number, width) for width in widths), ALL)
        for value, number in zip(values, numbers, strict=True)
    }


def _nice(width: float) -> float:
    """Return the next width that people count in: 1, 2 or 5 times a power of ten, so that wider bands hold whole narrower ones as far as can be."""
    if width <= 0:
        return 0.0
    power = 10.0 ** int(f"{width:e}".split("e")[1])
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= width * 0.999))


def _band(number: float, width: float) -> str:
    low = number // width * width
    high = low + width - (1 if float(width).is_integer() else 0)
    return f"{low:g}-{high:g}"
