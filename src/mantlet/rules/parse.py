"""Rule text to tree, with errors that show the place and the mend.

The parser is LALR and builds the tree as it reads, so it needs no recursion; text length and nesting
are limited, because everything after it walks trees recursively.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NoReturn, cast

from lark import (
    Lark,
    UnexpectedEOF,
    UnexpectedInput,
    UnexpectedToken,
)

from mantlet.base.errors import InputError, LimitError, Location
from mantlet.base.suggest import suggest
from mantlet.rules.builder import Builder, FaultError
from mantlet.rules.tree import Tree

MAX_LENGTH = 32_768
"""Characters of one rule; the longest in the public templates has about 1,500."""
MAX_NESTING = 48
"""Open parentheses and `not` in a row."""

_WORDS: dict[str, tuple[str, ...]] = {
    "CONSTANT": ("yes", "no", "unknown"),
    "DATA_RELATION": ("carries", "holds", "handles"),
    "LINEAGE_RELATION": ("trains-on", "derived-from"),
    "LINK_RELATION": ("receives-from", "sends-to", "reached-from", "reaches"),
    "SUBJECT": ("flow", "source", "target", "element", "boundary", "data", "copy", "system"),
}
_PHRASES = {
    "FACT": "a fact (as in flow.encrypted)",
    "STRING": "a quoted name",
    "WORD": "a word for data (as in personal)",
    "NUMBER": "a number",
    "COMPARISON": "a comparison (<, <=, >, >=)",
    "LPAR": "'('",
    "RPAR": "')'",
    "COMMA": "','",
    "$END": "the end of the rule",
}
_QUOTES = "use straight single quotes: 'like-this'"
_CHARACTERS = {
    "'": ("the text that starts here has no closing quote", "add a ' (inside the text, '' means one quote)"),
    **{char: (f"{char} is no quote here", _QUOTES) for char in '"“”‘’`'},
    "=": ("= is no comparison here", "write: is 'value', or one of < <= > >="),
    "!": ("! means nothing here", "write: not … is '…'"),
    "&": ("& means nothing here", "write: and"),
    "|": ("| means nothing here", "write: or"),
}
_NESTING = re.compile(r"'(?:[^']|'')*'|[()]|[\w.-]+", re.IGNORECASE)


def parse(text: str, where: Location | None = None) -> Tree:
    """Return the tree of a rule, or raise `InputError` with the place in the rule's text.

    ``where`` is where the text starts in its file; where the file's line shows the text, the error points there.
    """
    _check_size(text, where)
    try:
        return cast("Tree", _parser().parse(text))
    except FaultError as fault:
        _refuse(fault.what, text, fault.position, where, fault.mend)
    except UnexpectedInput as error:
        what, mend = _explain(error, text)
        _refuse(what, text, _position(error, text), where, mend)


def _check_size(text: str, where: Location | None) -> None:
    if len(text) > MAX_LENGTH:
        raise LimitError(
            f"the rule has {len(text)} characters; at most {MAX_LENGTH} are read",
            where=where,
            mend="split the threat",
        )
    if not text.strip():
        raise InputError("the rule is empty", where=where, mend="write a condition, or yes or no")
    depth = negations = 0
    for found in _NESTING.finditer(text):
        word = found.group()
        if word == ")":
            depth -= 1
        elif word == "(":
            depth += 1
        negations = negations + 1 if word.lower() == "not" else negations if word == "(" else 0
        if depth + negations > MAX_NESTING:
            _refuse(
                f"the rule nests deeper than {MAX_NESTING} levels", text, found.start(), where, "", LimitError
            )


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=Builder(), maybe_placeholders=False)


def _position(error: UnexpectedInput, text: str) -> int:
    if isinstance(error, UnexpectedEOF) or (
        isinstance(error, UnexpectedToken) and error.token.type == "$END"
    ):
        return len(text.rstrip())
    return cast("int | None", error.pos_in_stream) or 0


def _explain(error: UnexpectedInput, text: str) -> tuple[str, str]:
    """Return what is wrong and how to mend it."""
    if isinstance(error, UnexpectedToken):
        return _explain_token(error)
    char = text[cast("int | None", error.pos_in_stream) or 0]
    return _CHARACTERS.get(char, (f"unexpected character {_shown(char)}", ""))


def _explain_token(error: UnexpectedToken) -> tuple[str, str]:
    expected = set(error.accepts or error.expected)
    if error.token.type == "$END":
        return "the rule ends too early", f"here could stand {_options(expected)}"
    found = str(error.token)
    what = f"unexpected {_shown(found)}"
    near = suggest(found.lower(), _keywords(expected))
    if near:
        return what, near
    if "STRING" in expected and error.token.type == "_NOT":
        return what, "write the 'not' before the whole condition: not source is 'process'"
    if "STRING" in expected and error.token.type == "LPAR":
        return what, "for several values write: in ('a', 'b')"
    if expected == {"LPAR"}:
        return what, "put the values in parentheses: in ('a', 'b')"
    if "STRING" in expected and error.token.type not in {"RPAR", "COMMA"}:
        return what, f"write '{found[:60]}' in single quotes"
    return what, f"here could stand {_options(expected)}"


def _options(expected: Collection[str]) -> str:
    if {"FACT", "SUBJECT", "_NOT"} <= set(expected):
        return "a condition, as in: source is 'process', flow.encrypted is 'yes', not …, (…)"
    phrases = [_PHRASES.get(name) or ", ".join(_keywords([name])) for name in sorted(expected)]
    return ", ".join(phrase for phrase in phrases if phrase) or "nothing"


def _keywords(expected: Collection[str]) -> list[str]:
    """Return the keywords behind terminal names."""
    found: list[str] = []
    for name in sorted(expected):
        if name in _WORDS:
            found += _WORDS[name]
        elif name.startswith("_") and not name.startswith("__"):
            found.append(name[1:].lower())
    return found


def _shown(text: str) -> str:
    return "'" + "".join(char if char.isprintable() else "·" for char in text[:60]) + "'"


def _refuse(
    what: str,
    text: str,
    position: int,
    where: Location | None,
    mend: str,
    kind: type[InputError] = InputError,
) -> NoReturn:
    raise kind(what, where=_locate(text, position, where), mend=mend) from None


def _locate(text: str, position: int, where: Location | None) -> Location:
    """Point into the file's own line if it shows the rule there, else into the rule's text."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[start : end if end >= 0 else len(text)]
    if where is None:
        return Location("rule", text.count("\n", 0, position) + 1, position - start + 1, line)
    offset = max(where.column - where.skipped, 1) - 1
    for quote in (0, 1):
        if where.excerpt and where.excerpt.startswith(line, offset + quote) and not start:
            return replace(where, column=where.skipped + offset + quote + position + 1)
    return Location(where.file, where.line, position - start + 1, line)
