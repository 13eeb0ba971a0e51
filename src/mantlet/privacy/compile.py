"""A plan compiled to expressions of Polars, once; every engine runs these same expressions, so none can differ.

Steps look at single rows. What must look at a whole column first (`shuffle`, `token`) is a separate, global step.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import polars_hash  # noqa: F401  # gives expressions their `chash` names
import yaml

from mantlet.base.data import read_beside
from mantlet.base.errors import UsageError
from mantlet.privacy import lexicon
from mantlet.privacy import plan as steps
from mantlet.privacy.keys import Key


@dataclass(frozen=True)
class Compiled:
    """A plan for one table: row-wise expressions, and the columns that need a global step first."""

    expressions: tuple[pl.Expr, ...]
    shuffled: tuple[str, ...]
    tokenised: tuple[str, ...]

    def apply(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Return the masked table; only for plans without global steps, or after these."""
        return frame.select(self.expressions)


def compile_plan(resolved: Mapping[str, steps.AnyStep], key: Key | None) -> Compiled:
    """Compile the steps of a table's columns; raises `UsageError` where a step needs a key and none is given."""
    if key is None and any(isinstance(step, steps.NEEDS_KEY) for step in resolved.values()):
        raise UsageError(
            "the plan has steps that need a key",
            mend="name it in the plan, `key: …`, and set it: `mantlet privacy key`",
        )
    return Compiled(
        tuple(
            _expression(name, step, key)
            for name, step in resolved.items()
            if not isinstance(step, steps.Drop)
        ),
        tuple(name for name, step in resolved.items() if isinstance(step, steps.Shuffle)),
        tuple(name for name, step in resolved.items() if isinstance(step, steps.Token)),
    )


def _expression(name: str, step: steps.AnyStep, key: Key | None) -> pl.Expr:
    column = pl.col(name)
    made = _MAKERS.get(type(step))
    return (made(column, step, key) if made else column).alias(name)


def _text(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.String)


def _filled(column: pl.Expr, masked: pl.Expr) -> pl.Expr:
    """Leave empty values empty: that somebody gave none is part of the data, and they carry nothing."""
    text = _text(column)
    return pl.when(text.is_null() | (text == "")).then(text).otherwise(masked)


def _redact(column: pl.Expr, step: steps.Redact, _key: Key | None) -> pl.Expr:
    return _filled(column, pl.lit(step.by))


def _partial(column: pl.Expr, step: steps.Partial, _key: Key | None) -> pl.Expr:
    text = _text(column)
    shown = pl.concat_str(
        text.str.head(step.first), pl.lit(step.by), text.str.tail(step.last) if step.last else pl.lit("")
    )
    long_enough = text.str.len_chars() > 2 * (step.first + step.last)
    return _filled(column, pl.when(long_enough).then(shown).otherwise(pl.lit(step.by)))


def _digest(column: pl.Expr, key: Key | None, purpose: str, domain: str) -> pl.Expr:
    assert key is not None  # noqa: S101  # `compile_plan` has looked
    return _text(column).chash.hmac_sha256(key=key.derive(purpose, domain))  # type: ignore[attr-defined]  # a plug-in's name


def _pseudonym(column: pl.Expr, step: steps.Pseudonym, key: Key | None) -> pl.Expr:
    digest = _digest(column, key, "pseudonym", step.domain).str.head(step.length)
    return _filled(column, pl.concat_str(pl.lit(step.prefix), digest) if step.prefix else digest)


def _number(column: pl.Expr) -> pl.Expr:
    return _text(column).str.strip_chars().cast(pl.Float64, strict=False)


def _bin(column: pl.Expr, step: steps.Bin, _key: Key | None) -> pl.Expr:
    """Return bands; whole widths and starts give whole ends that don't overlap, `30-39`."""
    low = ((_number(column) - step.start) / step.width).floor() * step.width + step.start
    whole = float(step.width).is_integer() and float(step.start).is_integer()
    high = low + step.width - (1 if whole else 0)
    kind = pl.Int64 if whole else pl.Float64
    band = low.is_finite() & (low.abs() < 2**53)
    return (
        pl.when(band)
        .then(pl.concat_str(low.cast(kind, strict=False), pl.lit("-"), high.cast(kind, strict=False)))
        .otherwise(None)
    )


def _prefix(column: pl.Expr, step: steps.Prefix, _key: Key | None) -> pl.Expr:
    text = _text(column)
    return _filled(
        column,
        pl.concat_str(text.str.head(step.chars), pl.lit(step.by)) if step.by else text.str.head(step.chars),
    )


_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y%m%d")
_EVERY = {"year": "1y", "quarter": "1q", "month": "1mo", "week": "1w", "day": "1d", "hour": "1h"}
_SHOWN = {"year": "%Y", "month": "%Y-%m", "hour": "%Y-%m-%dT%H"}


def _truncate(column: pl.Expr, step: steps.Truncate, _key: Key | None) -> pl.Expr:
    text = _text(column).str.strip_chars()
    days = [text.str.head(10).str.to_datetime(form, strict=False) for form in _DATES]
    full = [
        text.str.to_datetime(form, strict=False) for form in ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f")
    ]
    when = pl.coalesce(*full, *days).dt.truncate(_EVERY[step.to])
    return when.dt.to_string(_SHOWN.get(step.to, "%Y-%m-%d"))


def _unit(digest: pl.Expr) -> pl.Expr:
    """Return a number in (0, 1) from 52 bits of a digest."""
    return (digest.str.head(13).str.to_integer(base=16, strict=False).cast(pl.Float64) + 0.5) / 2**52


def _noise(column: pl.Expr, step: steps.Noise, key: Key | None) -> pl.Expr:
    """Return keyed Laplace noise by its inverse distribution, so that any engine adds the same."""
    parts = [_text(pl.col(name)).fill_null("") for name in step.by] + [_text(column).fill_null("")]
    unit = _unit(_digest(pl.concat_str(parts, separator="\x1f"), key, "noise", "")) - 0.5
    moved = _number(column) - step.scale * unit.sign() * (1 - 2 * unit.abs()).log(math.e)
    rounded = moved.round(step.decimals)
    return rounded.cast(pl.Int64, strict=False) if step.decimals == 0 else rounded


_FAKE_NAMES = 4_096
"""Invented values of a kind that are dealt out; many people share one, as they do in life."""


@functools.cache
def _names(kind: str) -> tuple[str, ...]:
    source = lexicon.given_names() if kind == "first-name" else lexicon.family_names()
    fit = sorted(name for name in source if name.isascii() and name.isalpha() and 3 <= len(name) <= 12)
    step = max(len(fit) // _FAKE_NAMES, 1)
    return tuple(name.capitalize() for name in fit[::step][:_FAKE_NAMES])


def _dealt(digest: pl.Expr, start: int, names: Sequence[str]) -> pl.Expr:
    place = digest.str.slice(start, 8).str.to_integer(base=16, strict=False) % len(names)
    return place.replace_strict(range(len(names)), names, return_dtype=pl.String, default=None)


def _fake(column: pl.Expr, step: steps.Fake, key: Key | None) -> pl.Expr:
    digest = _digest(column, key, "fake", step.domain)
    return _filled(column, _FAKES[step.kind](digest))


def _digits(digest: pl.Expr, start: int, count: int) -> pl.Expr:
    number = digest.str.slice(start, 12).str.to_integer(base=16, strict=False) % 10**count
    return number.cast(pl.String).str.zfill(count)


def _first(digest: pl.Expr) -> pl.Expr:
    return _dealt(digest, 0, _names("first-name"))


def _last(digest: pl.Expr) -> pl.Expr:
    return _dealt(digest, 8, _names("last-name"))


def _join(*parts: pl.Expr | str) -> pl.Expr:
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])


_FAKES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "first-name": _first,
    "last-name": _last,
    "full-name": lambda digest: _join(_first(digest), " ", _last(digest)),
    "username": lambda digest: _join(_first(digest).str.to_lowercase(), _digits(digest, 20, 6)),
    "email": lambda digest: _join(
        _first(digest).str.to_lowercase(),
        ".",
        _last(digest).str.to_lowercase(),
        _digits(digest, 20, 4),
        "@example.org",
    ),
    "phone": lambda digest: _join("+999 ", _digits(digest, 0, 3), " ", _digits(digest, 20, 6)),
    "street-address": lambda digest: _join(
        _digits(digest, 0, 2).str.strip_chars_start("0"), " ", _last(digest), " Street"
    ),
    "city": lambda digest: _join(_last(digest), "ville"),
}
"""Invented values: e-mail addresses at example.org (RFC 2606) and phone numbers under +999, which no country has."""


@functools.cache
def masks() -> dict[str, str]:
    """Return the patterns of personal data in texts, in the order in which they are hidden."""
    raw: dict[str, str] = yaml.load(read_beside(__file__, "data/masks.yaml"), Loader=yaml.BaseLoader)  # noqa: S506  # makes strings only
    return raw


def _mask_text(column: pl.Expr, step: steps.MaskText, _key: Key | None) -> pl.Expr:
    unknown = [name for name in step.classes if name not in masks()]
    if unknown:
        raise UsageError(f"'{unknown[0]}' cannot be masked inside texts", mend=f"one of {', '.join(masks())}")
    text = _text(column)
    if step.names:
        text = text.map_batches(_without_names, return_dtype=pl.String)
    for name, pattern in masks().items():
        if name in step.classes or (name == "number" and step.numbers):
            text = text.str.replace_all(pattern, f"[{name}]")
    return text


def _without_names(texts: pl.Series) -> pl.Series:
    """Put labels in place of names and places, text by text."""
    from mantlet.privacy.names import hide_names  # noqa: PLC0415  # an extra, and half a second to load

    return pl.Series(texts.name, hide_names(texts.to_list()), dtype=pl.String)


_MAKERS: dict[type, Callable[..., pl.Expr]] = {
    steps.Redact: _redact,
    steps.Partial: _partial,
    steps.Pseudonym: _pseudonym,
    steps.Bin: _bin,
    steps.Prefix: _prefix,
    steps.Truncate: _truncate,
    steps.Noise: _noise,
    steps.Fake: _fake,
    steps.MaskText: _mask_text,
}
