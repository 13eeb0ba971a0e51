"""What a column's name says it holds: the longest run of words that a class of personal data claims."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

from mantlet.privacy.classes import classes

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_TOKEN = re.compile(r"[a-z]+|\d+")
_LONGEST = 6
_WHOLE = 10.0
"""The weight of a claim on the whole name."""
_SQUASHED = 5
"""Letters of a name run together (`custphone`) that are enough to recognise its end."""
_WEAK = frozenset(["any", "words"])
"""Checks that nearly all values pass: in a name that is a whole question, they would make a claim of any word."""
MAX_HEADER = 200


class Claim(NamedTuple):
    """A class that the name speaks for; `weight` grows with how much of the name it explains."""

    id: str
    weight: float


class _Phrases(NamedTuple):
    parts: dict[tuple[str, ...], tuple[str, ...]]
    whole: dict[tuple[str, ...], tuple[str, ...]]
    squashed: dict[str, tuple[str, ...]]


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a column's name in lower case without accents: `custEmail_Addr1` is cust, email, addr, 1."""
    plain = unicodedata.normalize("NFKD", name[:MAX_HEADER].replace("ß", "ss"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(_TOKEN.findall(_CAMEL.sub(" ", plain).lower()))


@functools.lru_cache(maxsize=50_000)
def claims(name: str) -> tuple[Claim, ...]:
    """Return the classes that a column's name speaks for, the likeliest first."""
    tokens = words_of(name)
    if not tokens:
        return ()
    phrases = _phrases()
    letters = tuple(token for token in tokens if not token.isdigit())
    found = dict.fromkeys((*phrases.whole.get(tokens, ()), *phrases.whole.get(letters, ())), _WHOLE)
    for start in range(len(tokens)):
        for end in range(start + 1, min(len(tokens), start + _LONGEST) + 1):
            for claimed in phrases.parts.get(tokens[start:end], ()):
                if _allowed(claimed, tokens, start, end):
                    weight = (end - start) * 2 + end / len(tokens)
                    found[claimed] = max(found.get(claimed, 0.0), weight)
    if not found and len(letters) == 1:
        found = _run_together(letters[0])
    return tuple(Claim(*item) for item in sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _run_together(squashed: str) -> dict[str, float]:
    """Return claims on a name without word breaks, by its longest known end."""
    known = _phrases().squashed
    for start in range(max(len(squashed) - _SQUASHED + 1, 0)):
        if ids := known.get(squashed[start:]):
            rest = squashed[:start]
            return dict.fromkeys((one for one in ids if not _speaks_against(one, rest)), 1.0)
    return {}


def _speaks_against(claimed: str, rest: str) -> bool:
    return any(word in rest for word in classes()[claimed].never if len(word) > 3)


def _allowed(claimed: str, tokens: tuple[str, ...], start: int, end: int) -> bool:
    kind = classes()[claimed]
    if len(tokens) > _LONGEST and kind.values in _WEAK:
        return False
    return all(word not in kind.never for word in tokens[:start] + tokens[end:])


@functools.cache
def _phrases() -> _Phrases:
    parts: dict[tuple[str, ...], list[str]] = {}
    whole: dict[tuple[str, ...], list[str]] = {}
    squashed: dict[str, list[str]] = {}
    for claimed, kind in classes().items():
        for phrase in kind.headers:
            tokens = words_of(phrase)
            (whole if phrase.startswith("=") else parts).setdefault(tokens, []).append(claimed)
            run = "".join(token for token in tokens if not token.isdigit())
            if len(run) >= _SQUASHED and not phrase.startswith("="):
                squashed.setdefault(run, []).append(claimed)
    return _Phrases(
        {key: tuple(ids) for key, ids in parts.items()},
        {key: tuple(ids) for key, ids in whole.items()},
        {key: tuple(ids) for key, ids in squashed.items()},
    )
