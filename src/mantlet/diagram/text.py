"""Text as it is drawn: made harmless, measured with the bundled font's widths, and wrapped.

Sizes are in pixels. The widths leave kerning out; Inter's kerning moves a label's width by less than 2 %.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from mantlet.base.limits import MAX_NAME

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Inter"
Weight = Literal["regular", "semibold"]
ELLIPSIS = "…"

_DROPPED = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
_BLANK = re.compile("[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"(?<=[-/_.,:;|+&@])(?=[^\s\d])|(?<=[a-z])(?=[A-Z])")
_STACKED = 2
"""Combining marks kept on one character; more would run into the lines above and below."""


def clean(text: str, limit: int = MAX_NAME) -> str:
    """Return one line of text that any output can hold: no controls, no direction marks, at most ``limit`` characters."""
    text = text[: 4 * limit]
    text = _ILLEGAL.sub("\ufffd", _DROPPED.sub("", text))
    text = _BLANK.sub(" ", text).strip()
    if not text.isascii():
        text = _unstack(unicodedata.normalize("NFC", text))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def _unstack(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _STACKED:
            kept.append(char)
    return "".join(kept)


@cache
def _table(weight: Weight) -> dict[str, float]:
    """Return widths per character as a share of the font size."""
    raw = json.loads((FONTS / "widths.json").read_text(encoding="ascii"))
    units = raw["units"]
    return {
        chr(first + offset): width / units for first, row in raw[weight] for offset, width in enumerate(row)
    }


def _foreign(char: str) -> float:
    """Return a width for a character that the font lacks; wide ones take a whole em."""
    if unicodedata.combining(char):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(char) in ("W", "F") else 0.66


@lru_cache(maxsize=8192)
def width(text: str, size: float, weight: Weight = "regular") -> float:
    """Return the text's width in pixels."""
    table = _table(weight)
    total = 0.0
    for char in text:
        share = table.get(char)
        total += _foreign(char) if share is None else share
    return total * size


def fit(text: str, room: float, size: float, weight: Weight = "regular") -> str:
    """Return the text, cut with an ellipsis where it is wider than ``room``."""
    if width(text, size, weight) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + ELLIPSIS, size, weight) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def wrap(text: str, room: float, size: float, weight: Weight = "regular", lines: int = 2) -> list[str]:
    """Return the text as at most ``lines`` lines no wider than ``room``, of about equal width; the rest is cut."""
    text = clean(text)
    if not text:
        return []
    words = _words(text, room, size, weight)
    filled = _fill(words, room, size, weight)
    if len(filled) > lines:
        kept = filled[: lines - 1]
        return [*kept, fit(" ".join(filled[lines - 1 :]), room, size, weight)]
    return _balanced(words, len(filled), room, size, weight) if len(filled) > 1 else filled


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    glue: str
    """What stands before it on the same line: a space, or nothing after a hyphen."""


def _words(text: str, room: float, size: float, weight: Weight) -> list[_Word]:
    """Split at spaces; a word too wide for a line is split after its punctuation, then anywhere."""
    words: list[_Word] = []
    for token in text.split(" "):
        glue = " "
        for part in _BREAKS.split(token) if width(token, size, weight) > room else [token]:
            rest = part
            while width(rest, size, weight) > room and len(rest) > 1:
                count = max(1, int(len(rest) * room / width(rest, size, weight)) - 1)
                words.append(_Word(rest[:count], glue))
                rest, glue = rest[count:], ""
            words.append(_Word(rest, glue))
            glue = ""
    return words


def _fill(words: list[_Word], room: float, size: float, weight: Weight) -> list[str]:
    found: list[str] = []
    line = ""
    for word in words:
        longer = line + word.glue + word.text if line else word.text
        if line and width(longer, size, weight) > room:
            found.append(line)
            line = word.text
        else:
            line = longer
    return [*found, line]


def _balanced(words: list[_Word], count: int, room: float, size: float, weight: Weight) -> list[str]:
    """Return the same number of lines, with the narrowest room that still gives it."""
    low, high = room / 3, room
    best = _fill(words, room, size, weight)
    for _ in range(7):
        middle = (low + high) / 2
        tried = _fill(words, middle, size, weight)
        if len(tried) == count and max(width(line, size, weight) for line in tried) <= middle:
            best, high = tried, middle
        else:
            low = middle
    return best
