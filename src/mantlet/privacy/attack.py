"""What somebody who knows people could learn from a released table: pick their row, single them out, infer what is sensitive.

The attacker knows a person's quasi-identifiers as the original has them. A released row is a candidate where each of its
values can stand for the person's: the value itself, a band or span that holds it, a list with it, a beginning of it, or `*`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mantlet.base.errors import UsageError
from mantlet.privacy.metrics import named

SEED = 20_250_101
PEOPLE = 2_000
"""People that are attacked: a seeded sample, which gives intervals of about ± 2 percent."""
_SPAN = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)")
_Z = 1.96


@dataclass(frozen=True)
class Rate:
    """A share of attacked people, with its 95 % interval (Wilson 1927)."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, hits: float, tries: int) -> Rate:
        """Return the rate of hits among tries."""
        if not tries:
            return cls(0.0, 0.0, 0.0)
        share = hits / tries
        centre = (share + _Z**2 / (2 * tries)) / (1 + _Z**2 / tries)
        spread = _Z * math.sqrt(share * (1 - share) / tries + _Z**2 / (4 * tries**2)) / (1 + _Z**2 / tries)
        return cls(share, max(centre - spread, 0.0), min(centre + spread, 1.0))


@dataclass(frozen=True)
class Attacked:
    """How the attacks went on one table."""

    people: int
    found: Rate
    """Singling out: people for whom exactly one row is a candidate."""
    linked: Rate
    """Linkage: chance to pick a person's own row among the candidates (only where rows kept their order)."""
    inferred: Rate
    """Inference: people whose sensitive value is guessed right from the candidates."""
    baseline: Rate
    """The same guess without the table's rows: always the commonest value."""
    prosecutor: float
    """Highest chance to pick the right row."""
    journalist: float
    """Mean chance over people."""
    marketer: float
    """Share of rows picked right if all are tried at once."""


@dataclass(frozen=True)
class Comparison:
    """Risk before and after: the original attacked as if it were published, and the release."""

    before: Attacked
    after: Attacked
    quasi: tuple[str, ...]
    sensitive: str


def compare(
    original: pl.DataFrame,
    released: pl.DataFrame,
    quasi: Sequence[str],
    sensitive: str = "",
    *,
    seed: int = SEED,
) -> Comparison:
    """Attack the original and the release by the same people; raises `UsageError` where columns are missing."""
    known = named(original.lazy(), quasi)
    shown = [name for name in known if name in released.columns]
    if not known:
        raise UsageError("no quasi-identifiers given", mend="name columns such as --quasi age,sex,postcode")
    secret = named(original.lazy(), [sensitive])[0] if sensitive else ""
    rows = np.random.default_rng(seed).permutation(len(original))[:PEOPLE]
    aligned = len(original) == len(released)
    before = _attack(original, original, known, secret, rows, aligned=True)
    after = _attack(
        original, released, shown, secret if secret in released.columns else "", rows, aligned=aligned
    )
    return Comparison(before, after, tuple(known), secret)


def _attack(
    original: pl.DataFrame,
    released: pl.DataFrame,
    quasi: Sequence[str],
    secret: str,
    people: NDArray[np.int64],
    *,
    aligned: bool,
) -> Attacked:
    classes, of_row, sizes = _classes(released, quasi)
    counts = np.zeros(len(people))
    linked = guessed = plain = 0.0
    truth = _texts(original, secret) if secret else []
    shown = _votes(released, secret, of_row, len(sizes)) if secret else None
    common = Counter(truth).most_common(1)[0][0] if truth else ""
    wanted = [_texts(original, name) for name in quasi]
    for place, row in enumerate(people.tolist()):
        fits = _candidates(classes, [values[row] for values in wanted], len(sizes))
        size = int(sizes[fits].sum())
        counts[place] = size
        if aligned and size and fits[of_row[row]]:
            linked += 1 / size
        if shown is not None:
            votes = shown[1][fits].sum(axis=0)
            guessed += bool(size) and shown[0][int(votes.argmax())] == truth[row]
            plain += truth[row] == common
    chances = np.divide(1, counts, out=np.zeros_like(counts), where=counts > 0)
    tries = len(people)
    return Attacked(
        tries,
        Rate.of(int((counts == 1).sum()), tries),
        Rate.of(linked, tries),
        Rate.of(guessed, tries),
        Rate.of(plain, tries),
        float(chances.max(initial=0.0)),
        float(chances.mean()) if tries else 0.0,
        len(sizes) / max(len(released), 1) if quasi else 1 / max(len(released), 1),
    )


def _texts(frame: pl.DataFrame, name: str) -> list[str]:
    return [value.strip() for value in frame[name].cast(pl.String).fill_null("").to_list()]


class _Column:
    """The labels of one released column: which classes show each, and which labels can stand for a value."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._names = sorted(set(labels))
        place = {name: number for number, name in enumerate(self._names)}
        self._of_class = np.asarray([place[label] for label in labels], dtype=np.int64)
        self._known: dict[str, NDArray[np.bool_]] = {}

    def fitting(self, value: str) -> NDArray[np.bool_]:
        """Return for each class whether its label can stand for a value."""
        if value not in self._known:
            names = np.asarray([stands_for(name, value) for name in self._names], dtype=bool)
            self._known[value] = names[self._of_class]
        return self._known[value]


def _classes(
    released: pl.DataFrame, quasi: Sequence[str]
) -> tuple[list[_Column], NDArray[np.int64], NDArray[np.int64]]:
    """Return the classes of equal rows: their labels by column, the class of each row, and the size of each class."""
    columns = [_texts(released, name) for name in quasi]
    keys = list(zip(*columns, strict=True)) if columns else [()] * len(released)
    number = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    of_row = np.asarray([number[key] for key in keys], dtype=np.int64)
    sizes = np.bincount(of_row, minlength=len(number))
    return [_Column([key[place] for key in number]) for place in range(len(columns))], of_row, sizes


def _candidates(columns: Sequence[_Column], values: Sequence[str], classes: int) -> NDArray[np.bool_]:
    fits = np.ones(classes, dtype=bool)
    for column, value in zip(columns, values, strict=True):
        fits &= column.fitting(value)
    return fits


def _votes(
    released: pl.DataFrame, secret: str, of_row: NDArray[np.int64], classes: int
) -> tuple[list[str], NDArray[np.int64]]:
    """Return the sensitive values, and how often each class holds each."""
    shown = _texts(released, secret)
    names = sorted(set(shown))
    place = {name: number for number, name in enumerate(names)}
    votes = np.zeros((classes, len(names)), dtype=np.int64)
    np.add.at(votes, (of_row, np.asarray([place[value] for value in shown], dtype=np.int64)), 1)
    return names, votes


def stands_for(label: str, value: str) -> bool:
    """Tell whether a released label can stand for a person's value."""
    if label in {value, "*"}:
        return True
    if not value or not label:
        return False
    span = _SPAN.fullmatch(label)
    if span is not None:
        try:
            return float(span[1]) <= float(value) <= float(span[2])
        except ValueError:
            return False
    if " | " in label:
        return value in label.split(" | ")
    stem = label.rstrip("*·")
    return bool(stem) and stem != value and value.startswith(stem) and (stem != label or len(stem) >= 2)
