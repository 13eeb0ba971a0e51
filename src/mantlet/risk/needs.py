"""What is at stake: how much confidentiality, integrity and availability the data at each place needs, and harm to people.

Needs are levels 0 low, 1 medium, 2 high, 3 very high, each as estimate and band. What the model states is exact; what it
leaves open is estimated from the kind of data, with the band saying how far off that may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec
import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from mantlet.analysis.arrays import Ragged
from mantlet.analysis.assets import SPECIAL_CATEGORIES
from mantlet.analysis.engine import Analysis
from mantlet.base.data import read_beside
from mantlet.catalogue.schema import ThreatType
from mantlet.model.entries import Data
from mantlet.model.vocabulary import Vocabulary
from mantlet.rules.tree import DATA_WORDS, SCOPES, YES, DataWord

Levels = NDArray[np.int8]
WIDTH = 12
"""Columns of a stake: C, I, A each as estimate, low, high (9), harm as estimate and high (2), size of the crowd (1)."""
HARM, HARM_HIGH, CROWD = 9, 10, 11
HARM_WORDS = ("negligible", "limited", "significant", "maximum")
CROWD_STEPS = (1, 100, 1_000, 10_000, 1_000_000)
"""People in the data; the crowd column counts how many of these are reached."""


class NeedTables(msgspec.Struct, frozen=True):
    """The numbers behind the estimate; see `needs.json`."""

    levels: dict[str, int]
    classification: dict[str, int]
    typical: dict[str, tuple[int, int, int]]
    scores: dict[str, list[list[int]]]
    extent: list[str]
    traceability: dict[str, int]
    detection: dict[str, int]
    business: dict[str, dict[str, int]]
    people: list[tuple[int, int]]


@lru_cache(maxsize=1)
def tables() -> NeedTables:
    """Return the estimate's tables."""
    return msgspec.json.decode(read_beside(__file__, "needs.json"), type=NeedTables)


class Stakes:
    """What is at stake per asset, and per place of a threat type."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        columns = analysis.columns
        lineage = analysis.atoms.lineage
        self._personal = lineage.assets(("personal",), ())
        self._special = lineage.assets(("special-category",), ())
        assets = list(columns.sections.data.values())
        self.assets = np.array(
            [
                stake(asset, self._personal[row], self._special[row], columns.vocabulary)
                for row, asset in enumerate(assets)
            ],
            np.int8,
        ).reshape(len(assets), WIDTH)
        self._places: dict[tuple[str, tuple[str, ...], bool], Levels] = {}
        self._kinds: dict[int, NDArray[np.int64]] = {}
        self.vary = bool(assets)
        """Whether the places of one type can have different stakes."""

    def at(self, item: ThreatType) -> Levels:
        """Return the stakes at every place of a type; shape (places, WIDTH). The most needy data there decides."""
        key = (item.at, tuple(item.assets), item_moves(item))
        if key not in self._places:
            self._places[key] = self._gather(item)
        return self._places[key]

    def usual(self) -> Levels:
        """Return the stakes of each type where no data is listed."""
        types, own, vocabulary = (
            self.analysis.types,
            self.analysis.catalogued,
            self.analysis.columns.vocabulary,
        )

        def rows(some: Iterable[ThreatType]) -> Levels:
            levels = [typical(tuple(item.assets), vocabulary) for item in some]
            return np.array(levels, np.int8).reshape(-1, WIDTH)

        key = ("usual", self.analysis.sections.catalogue.chosen)
        known = self.analysis.catalogue.once(key, lambda: rows(types[:own]))
        return np.concatenate([known, rows(types[own:])]) if len(types) > own else known

    def kinds(self, item: ThreatType) -> NDArray[np.int64]:
        """Return a small number per place of a type, the same where the stakes are."""
        levels = self.at(item)
        if id(levels) not in self._kinds:
            packed = levels @ (np.int64(8) ** np.arange(WIDTH, dtype=np.int64))
            self._kinds[id(levels)] = np.unique(packed, return_inverse=True)[1]
        return self._kinds[id(levels)]

    def _gather(self, item: ThreatType) -> Levels:
        columns = self.analysis.columns
        words, types = split(item.assets)
        scope = SCOPES[item.at]
        chosen = (
            self.analysis.atoms.lineage.assets(words, types) == YES
            if item.assets
            else np.ones(len(self.assets), bool)
        )
        fallback = typical(tuple(item.assets), columns.vocabulary)
        if scope == "copy":
            rows = self.analysis.atoms.facts.copy_data
            return np.where(chosen[rows, None], self.assets[rows], fallback).astype(np.int8)
        if scope == "movement":
            own = _most(columns.moves, self.assets, chosen, fallback)
            if item.at == "flow":
                return own
            held = _most(columns.handled, self.assets, chosen, fallback)[self.analysis.element_of(item)]
            return np.where(item_moves(item), own, held).astype(np.int8)
        if scope == "element":
            return _most(columns.handled, self.assets, chosen, fallback)
        everything = Ragged.of([range(len(self.assets))] * self.analysis.atoms.size(scope))
        return _most(everything, self.assets, chosen, fallback)


def item_moves(item: ThreatType) -> bool:
    """Tell whether a threat at a flow's end is about what moves rather than about all that the end handles."""
    return not item.assets and set(item.stride) <= {"information-disclosure", "tampering"}


def split(asset: list[str]) -> tuple[tuple[DataWord, ...], tuple[str, ...]]:
    """Part data words (`personal`) from data types (`model`)."""
    words = tuple(word for word in DATA_WORDS if word in asset)
    return words, tuple(name for name in asset if name not in DATA_WORDS)


def stake(asset: Data, personal: int, special: int, vocabulary: Vocabulary) -> list[int]:
    """Return one asset's row: needs as estimate and band, harm to the people in it, and how many they are."""
    numbers = tables()
    base = next(
        (numbers.typical[name] for name in vocabulary.lineage(asset.type, "data") if name in numbers.typical),
        (1, 1, 1),
    )
    if personal == YES:
        base = tuple(
            max(pair)
            for pair in zip(
                base, numbers.typical["special-category" if special == YES else "personal"], strict=True
            )
        )  # type: ignore[assignment]
    stated: list[int | None] = [None, None, None]
    if asset.classification is not UNSET:
        stated[0] = max(numbers.classification[asset.classification], base[0] if personal == YES else 0)
    if asset.needs is not UNSET:
        for letter, level in enumerate(
            (asset.needs.confidentiality, asset.needs.integrity, asset.needs.availability)
        ):
            if level is not UNSET:
                stated[letter] = numbers.levels[level]
    row: list[int] = []
    for estimate, exact in zip(base, stated, strict=True):
        row += [exact] * 3 if exact is not None else [estimate, max(estimate - 1, 0), min(estimate + 1, 3)]
    crowd = _crowd(asset)
    harm = _harm(asset, personal, special, crowd)
    return [*row, harm, harm if personal != 1 else max(harm, 2), crowd]


def _crowd(asset: Data) -> int:
    count = 0 if asset.subjects is UNSET or asset.subjects.count is UNSET else asset.subjects.count
    return sum(count >= step for step in CROWD_STEPS)


def _harm(asset: Data, personal: int, special: int, crowd: int) -> int:
    """Grade harm to the people in the data: the more sensitive, the more vulnerable, the more of them, the worse."""
    if personal != YES:
        return 0
    vulnerable = asset.subjects is not UNSET and asset.subjects.vulnerable == "yes"
    telling = asset.personal is not UNSET and not SPECIAL_CATEGORIES.isdisjoint(asset.personal)
    grade = 1 + (special == YES or telling) + vulnerable + (crowd >= 4) + (asset.automated_decisions == "yes")
    return min(grade, 3)


@lru_cache(maxsize=1024)
def typical(asset: tuple[str, ...], vocabulary: Vocabulary) -> tuple[int, ...]:
    """Return the stakes where no such data is listed: the typical needs with a wide band."""
    numbers = tables()
    found = [
        next(
            (
                numbers.typical[step]
                for step in (name, *vocabulary.lineage(name, "data"))
                if step in numbers.typical
            ),
            (1, 1, 1),
        )
        for name in asset or ("any",)
    ]
    base = [max(levels) for levels in zip(*found, strict=True)]
    row = [value for estimate in base for value in (estimate, max(estimate - 1, 0), min(estimate + 1, 3))]
    personal = any(name in {"personal", "special-category"} for name in asset)
    return *row, 1 if personal else 0, 2 if personal else 1, 0


def _most(table: Ragged, stakes: Levels, chosen: NDArray[np.bool_], fallback: Sequence[int]) -> Levels:
    """Return, per row, the most of its chosen assets' stakes; the fallback where there are none."""
    rows = len(table.starts) - 1
    result = np.zeros((rows, WIDTH), np.int8)
    result[:] = fallback
    keep = chosen[table.items] if len(table.items) else np.zeros(0, bool)
    if keep.any():
        items, owners = table.items[keep], table.owner_rows()[keep]
        first = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        result[owners[first]] = np.maximum.reduceat(stakes[items], first, axis=0)
    return result
