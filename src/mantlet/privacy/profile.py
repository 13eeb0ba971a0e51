"""What personal data a table holds, in which columns, how it singles people out, and what inside its texts.

A column is told from a seeded sample, and then counted in full where a pattern can: shallow and deep looks then agree,
and both figures are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from mantlet.privacy import columns as judge
from mantlet.privacy.metrics import Anonymity, measure
from mantlet.privacy.tables import Table, reading
from mantlet.privacy.text import find

SAMPLE_ROWS = 2_000
"""Rows sampled from a table; of each column the first 60 values that say something are judged."""
SEED = 20_250_101
TEXT_LENGTH = 24
"""Characters on average from which a column of words is searched as free text."""
SEARCHED = 20_000
"""Characters of a sampled text that are searched; what counts is that the value holds something."""
MAX_QUASI = 8
"""Quasi-identifiers that people are singled out by; the profile names those it took."""
_FULL = {
    "email": r"(?i)[\w.+'%-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}",
    "phone": r"^[+(]{0,2}\d[\d\s().\-/]{5,22}\d",
    "card": r"^\d(?:[ -]?\d){11,18}$",
    "iban": r"(?i)^[A-Z]{2}\d{2}[A-Z0-9 ]{10,34}$",
    "ip": r"^(?:\d{1,3}\.){3}\d{1,3}(?:/\d+)?$|^[0-9A-Fa-f:]*::?[0-9A-Fa-f:.]+$",
    "national": r"\d{3}",
    "postcode": r"(?i)^[A-Z0-9][A-Z0-9 -]{2,9}$",
}
"""Patterns of the engine's dialect by which the values of a class are counted over the whole column."""


@dataclass(frozen=True)
class Column:
    """One column as the profile sees it."""

    file: str
    index: int
    name: str
    verdict: judge.Verdict
    sampled: int
    """Values of the sample that were judged."""
    filled: int
    """Values in the whole column that are not empty."""
    matching: int
    """Values in the whole column that have the class's form; -1 where no pattern can tell."""
    distinct: int
    in_text: dict[str, int]
    """Values of the sample, searched as free text, that hold data of a class."""

    @property
    def personal(self) -> bool:
        """Whether the column holds personal data, by its class or inside its texts."""
        return self.verdict.is_personal or bool(self.in_text)

    def record(self) -> dict[str, object]:
        """Return the column as JSON has it."""
        kind = self.verdict.kind
        return {
            "file": self.file,
            "index": self.index,
            "name": self.name,
            "personal": self.personal,
            "class": (kind.group or self.verdict.id) if kind else "",
            "kind": self.verdict.id,
            "special": bool(kind and kind.is_special),
            "quasi_identifier": self.verdict.is_quasi_identifier,
            "confidence": self.verdict.confidence,
            "why": self.verdict.why,
            "sampled": self.sampled,
            "filled": self.filled,
            "matching": None if self.matching < 0 else self.matching,
            "distinct": self.distinct,
            "in_text": self.in_text,
        }


@dataclass(frozen=True)
class Profile:
    """What one table holds."""

    name: str
    rows: int
    columns: tuple[Column, ...]
    anonymity: Anonymity | None
    """Measured over the quasi-identifiers found; None where there are none."""
    quasi: tuple[str, ...]
    names_in_text: str
    """What was done about names in free text: “checked”, or that they were not."""

    @property
    def personal(self) -> tuple[Column, ...]:
        """The columns that hold personal data."""
        return tuple(column for column in self.columns if column.personal)

    def categories(self) -> tuple[str, ...]:
        """Return the words that `personal:` of the model file takes, each once, in the table's order."""
        words: dict[str, None] = {}
        for column in self.columns:
            if column.verdict.is_personal and column.verdict.kind:
                words[column.verdict.kind.model] = None
            for name in column.in_text:
                words[_IN_TEXT.get(name, name)] = None
        return tuple(words)


_IN_TEXT = {
    "card": "payment-data",
    "iban": "payment-data",
    "ip": "online-id",
    "ssn": "national-id",
    "url": "online-id",
}
"""The model's words for what is found inside texts."""
NOT_CHECKED = "names in free text were not looked for"


def profile(table: Table, *, seed: int = SEED, rows: int = SAMPLE_ROWS) -> Profile:
    """Profile a table; the same seed gives the same sample, whatever the machine."""
    with reading(table.name):
        total = int(table.frame.select(pl.len()).collect(engine="streaming").item())
        sample = _sample(table.frame, total, seed, rows)
        judged = {name: _judge(name, sample[name]) for name in table.columns}
        counts = _counts(table, {name: verdict for name, (verdict, _, _) in judged.items()})
        found = tuple(
            Column(table.name, index, name, *judged[name][:2], *counts[name], judged[name][2])
            for index, name in enumerate(table.columns)
        )
        quasi = tuple(column.name for column in found if column.verdict.is_quasi_identifier)[:MAX_QUASI]
        anonymity = measure(table.frame, quasi) if quasi and total else None
    return Profile(table.name, total, found, anonymity, quasi, NOT_CHECKED)


def _sample(frame: pl.LazyFrame, total: int, seed: int, rows: int) -> pl.DataFrame:
    """Return rows spread over the whole table, chosen by a hash of their place."""
    texts = frame.select(pl.all().cast(pl.String, strict=False))
    if total <= rows:
        return texts.collect(engine="streaming")
    step = max(total // rows, 1)
    place = pl.int_range(1, pl.len() + 1, dtype=pl.UInt64)
    mixed = (place * _MIX + pl.lit(seed % 2**63, dtype=pl.UInt64)) * _MIX
    return texts.filter((mixed // 2**33) % step == 0).collect(engine="streaming")


_MIX = pl.lit(0x9E37_79B9_7F4A_7C15, dtype=pl.UInt64)
"""The golden ratio in 64 bits (Fibonacci hashing): spreads places so that no period of the data shows in the sample."""


def _judge(name: str, values: pl.Series) -> tuple[judge.Verdict, int, dict[str, int]]:
    """Return the verdict on a column, how many values it rests on, and what its texts hold."""
    texts = [value for value in values.drop_nulls().to_list() if value.strip()]
    verdict = judge.classify(name, texts)
    sampled = min(len(texts), judge.SAMPLE)
    inside: dict[str, int] = {}
    if not verdict.id and texts and sum(map(len, texts[:200])) / len(texts[:200]) >= TEXT_LENGTH:
        for text in texts:
            for found in {span.id for span in find(text[:SEARCHED])}:
                inside[found] = inside.get(found, 0) + 1
    return verdict, sampled, dict(sorted(inside.items()))


def _counts(table: Table, verdicts: dict[str, judge.Verdict]) -> dict[str, tuple[int, int, int]]:
    """Return of each column, over all rows: values that are not empty, values of its class's form (-1: unknown), distinct values."""
    wanted: list[pl.Expr] = []
    for index, name in enumerate(table.columns):
        text = pl.col(name).cast(pl.String, strict=False)
        filled = text.is_not_null() & (text.str.strip_chars() != "")
        kind = verdicts[name].kind
        pattern = _FULL.get(kind.values) if kind else None
        wanted += [
            filled.sum().alias(f"{index}f"),
            (text.str.contains(pattern).sum() if pattern else pl.lit(-1)).alias(f"{index}m"),
            (pl.col(name).n_unique() if kind else pl.col(name).approx_n_unique()).alias(f"{index}d"),
        ]
    row = table.frame.select(wanted).collect(engine="streaming").row(0, named=True)
    return {
        name: (int(row[f"{index}f"] or 0), int(row[f"{index}m"] or 0), int(row[f"{index}d"] or 0))
        for index, name in enumerate(table.columns)
    }


def profile_all(tables: Sequence[Table], *, seed: int = SEED) -> list[Profile]:
    """Profile several tables, in the order given."""
    return [profile(table, seed=seed) for table in tables]
