"""Small tools that the columns of a model are made of: names as codes, lists end to end, masks as sets of rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mantlet.model.vocabulary import Realm, Vocabulary
from mantlet.rules.tree import YES

Index = NDArray[np.signedinteger]
Mask = NDArray[np.bool_]
Ternary = NDArray[np.int8]
K = TypeVar("K", bound=Hashable)
MAX_MARKS = 1 << 22
"""Up to here numbers are told apart by marking them in an array, which is faster than sorting."""


class Ragged(Struct, frozen=True):
    """Lists of numbers, one per row, end to end: row i is ``items[starts[i]:starts[i + 1]]``."""

    starts: Index
    items: Index

    @classmethod
    def empty(cls, rows: int) -> Ragged:
        """Return as many empty lists."""
        return cls(np.zeros(rows + 1, np.intp), np.zeros(0, np.intp))

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> Ragged:
        """Pack lists."""
        lengths: list[int] = []
        items: list[int] = []
        for row in rows:
            lengths.append(len(row))
            items.extend(row)
        starts = np.zeros(len(lengths) + 1, np.intp)
        np.cumsum(lengths, out=starts[1:])
        return cls(starts, np.asarray(items, np.intp))

    @classmethod
    def of_pairs(cls, pairs: Sequence[tuple[Index, Index]], rows: int, width: int) -> Ragged:
        """Pack (row, item) pairs without repeats, items in ascending order."""
        keys = distinct(
            np.concatenate([owner.astype(np.int64) * max(width, 1) + item for owner, item in pairs])
        )
        owner, item = np.divmod(keys, max(width, 1))
        starts = np.searchsorted(owner, np.arange(rows + 1)).astype(np.intp)
        return cls(starts, item.astype(np.intp))

    def owner_rows(self) -> Index:
        """Return the row that each item belongs to."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.intp), np.diff(self.starts))

    @property
    def filled(self) -> Index:
        """The rows that have items."""
        return np.flatnonzero(self.starts[1:] != self.starts[:-1])

    def of_rows(self, rows: Index) -> tuple[Index, Index]:
        """Return the items of some rows, end to end, and how many each has."""
        first = self.starts[rows]
        lengths = self.starts[rows + 1] - first
        offsets = np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
        return self.items[np.arange(len(offsets)) + offsets], lengths

    def row(self, number: int) -> list[int]:
        """Return one row as a list."""
        return [int(item) for item in self.items[self.starts[number] : self.starts[number + 1]]]


class Names:
    """Ids of one table, with their row numbers."""

    __slots__ = ("ids", "rows")

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = list(ids)
        self.rows = {name: row for row, name in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, names: Iterable[str]) -> list[int]:
        """Return the rows of those names that exist."""
        rows = self.rows
        return [rows[name] for name in names if name in rows]


class Named:
    """A column of names: a small code per row and the names behind the codes."""

    __slots__ = ("codes", "names")

    def __init__(self, names: Iterable[str]) -> None:
        codes: dict[str, int] = {}
        self.codes = np.fromiter((codes.setdefault(name, len(codes)) for name in names), np.intp)
        self.names = list(codes)


class Typed:
    """A table's types: a small code per row and the names behind the codes."""

    def __init__(self, names: Iterable[str], vocabulary: Vocabulary, realm: Realm) -> None:
        named = Named(names)
        self.codes = named.codes
        self.small = named.codes.astype(np.min_scalar_type(len(named.names)))
        """The codes in as few bytes as they fit in."""
        self.names = [vocabulary.resolve(name, realm) for name in named.names]
        self.sets: dict[str, int] = {}
        """Per type, which codes are-a it: bit i is about code i."""
        for code, name in enumerate(self.names):
            for step in {name, *vocabulary.lineage(name, realm)}:
                self.sets[step] = self.sets.get(step, 0) | 1 << code

    def codes_of(self, wanted: Iterable[str]) -> int:
        """Return the set of codes that are-a one of the wanted types."""
        found, sets = 0, self.sets
        for name in wanted:
            found |= sets.get(name, 0)
        return found

    def by_type(self, wanted: Iterable[str]) -> Mask:
        """Tell of each type code whether it is-a one of the wanted types."""
        return flags(self.codes_of(wanted), len(self.names))

    def answers(self, wanted: Iterable[str]) -> Ternary:
        """Return yes or no for each row: whether its type is-a one of the wanted types."""
        return self.are(wanted) * np.int8(YES)

    def are(self, wanted: Iterable[str]) -> Mask:
        """Tell of each row whether its type is-a one of the wanted types."""
        marks = self.by_type(wanted)
        return marks[self.codes] if len(marks) else np.zeros(0, bool)


def flags(rows: int, size: int) -> Mask:
    """Return the mask of ``size`` rows that a set (bit i is about row i) stands for."""
    raw = np.frombuffer(rows.to_bytes((size + 7) // 8, "little"), np.uint8)
    return np.unpackbits(raw, count=size, bitorder="little").view(bool)


def packed(mask: Mask) -> int:
    """Return the set of marked rows; undoes `flags`."""
    return int.from_bytes(np.packbits(mask, bitorder="little"), "little")


def strung(arrays: Mapping[K, Index]) -> tuple[dict[K, int], Index]:
    """Return where each array starts in one that holds them all."""
    starts: dict[K, int] = {}
    total = 0
    for key, array in arrays.items():
        starts[key] = total
        total += len(array)
    return starts, np.concatenate(list(arrays.values())) if arrays else np.zeros(0, np.intp)


def joined(arrays: Sequence[Index]) -> tuple[list[int], Index]:
    """Return where each array starts in one that holds them all, those that are the same object once."""
    starts: dict[int, int] = {}
    total = 0
    for array in arrays:
        if id(array) not in starts:
            starts[id(array)] = total
            total += len(array)
    once = {id(array): array for array in arrays}
    end_to_end = np.concatenate([once[key] for key in starts]) if once else np.zeros(0, np.intp)
    return [starts[id(array)] for array in arrays], end_to_end


def numbered(keys: Index, limit: int) -> tuple[NDArray[np.int64], int]:
    """Number the different keys, all below ``limit``, in ascending order; return each key's number and how many there are."""
    if not len(keys):
        return np.zeros(0, np.int64), 0
    if limit > MAX_MARKS:
        different, numbers = np.unique(keys, return_inverse=True)
        return numbers.astype(np.int64), len(different)
    marks = np.zeros(limit, bool)
    marks[keys] = True
    numbers = np.cumsum(marks) - 1
    return numbers[keys], int(numbers[-1]) + 1


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the different values in ascending order (`np.unique` without options imports masked arrays for it)."""
    ordered = np.sort(values)
    keep = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered[keep]
