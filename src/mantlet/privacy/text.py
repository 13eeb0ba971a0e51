"""Personal data inside free text: spans of e-mail addresses, cards, accounts, IP addresses, numbers, phones and web addresses.

Names and places need a model (`names.py`, the `text` extra); these rules don't look for them, and reports must say so.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import yaml

from mantlet.base.data import read_beside
from mantlet.privacy import checks
from mantlet.privacy.phones import likely_phone


class Span(NamedTuple):
    """A piece of a text (`start` to `end`, in characters) and the class of personal data that it is."""

    start: int
    end: int
    id: str
    score: float


class Pattern(NamedTuple):
    """One rule: where it may match and what a match must pass."""

    id: str
    regex: re.Pattern[str]
    check: str
    score: float
    hint: str


@functools.cache
def patterns() -> tuple[Pattern, ...]:
    """Return the rules of `data/patterns.yaml`."""
    raw = yaml.load(read_beside(__file__, "data/patterns.yaml"), Loader=yaml.BaseLoader)  # noqa: S506  # makes strings only
    return tuple(
        Pattern(
            name,
            re.compile(rule["pattern"], re.IGNORECASE if name == "url" else 0),
            rule["check"],
            float(rule["score"]),
            rule.get("hint", ""),
        )
        for name, rule in raw["patterns"].items()
    )


def find(text: str) -> list[Span]:
    """Return the spans that the rules find, in order and without overlap: the surest wins, then the longest."""
    has_digit = _DIGIT.search(text) is not None
    found: list[Span] = []
    for rule in patterns():
        if (rule.hint and rule.hint not in text) or (not rule.hint and not has_digit):
            continue
        found.extend(_matches(rule, text))
    return settle(found)


def settle(spans: list[Span]) -> list[Span]:
    """Return spans without overlap, in order of the text; the surest of overlapping ones stays, then the longest."""
    if len(spans) < 2:
        return spans
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (-one.score, one.start - one.end, one.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept)


_DIGIT = re.compile(r"\d|::")
_URL_TAIL = ".,;:!?'\""


def _matches(rule: Pattern, text: str) -> Iterator[Span]:
    accept = _ACCEPT[rule.check]
    for match in rule.regex.finditer(text):
        start, end = match.span()
        while rule.id in {"url", "email"} and end > start and text[end - 1] in _URL_TAIL:
            end -= 1
        if accept(text, start, end):
            yield Span(start, end, rule.id, rule.score)


def _value(check: Callable[[str], bool]) -> Callable[[str, int, int], bool]:
    return lambda text, start, end: check(text[start:end])


def _url(text: str, start: int, end: int) -> bool:
    """Refuse the host part of an e-mail address and sentence ends that lack a blank (`done.So`)."""
    piece = text[start:end]
    return text[max(start - 1, 0)] != "@" and (
        piece[:4].lower() in {"http", "www.", "ftp:"} or piece == piece.lower() or piece.istitle()
    )


_ACCEPT: dict[str, Callable[[str, int, int], bool]] = {
    "any": lambda _text, _start, _end: True,
    "card": _value(checks.card),
    "iban": _value(checks.iban_valid),
    "ip": _value(checks.ip),
    "phone": likely_phone,
    "ssn": _value(lambda value: checks.ssn(value.replace(" ", "-"))),
    "url": _url,
}
