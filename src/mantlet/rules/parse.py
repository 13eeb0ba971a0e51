"""Rule text to tree, with errors that show the place and the mend.

The parser is LALR and builds the tree as it reads, so it needs no recursion; text length and nesting
are limited, because everything after it walks trees recursively.
"""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal, NoReturn, cast

from lark import (
    Lark,
    Token,
    Transformer,
    UnexpectedCharacters,
    UnexpectedEOF,
    UnexpectedInput,
    UnexpectedToken,
)

from mantlet.base.errors import InputError, LimitError, Location
from mantlet.base.suggest import suggest
from mantlet.rules import tree as nodes
from mantlet.rules.tree import DATA_WORDS, Tree

MAX_LENGTH = 32_768
"""Characters of one rule; the longest in the public templates has about 1,500."""
MAX_NESTING = 48
"""Open parentheses and `not` in a row."""

_CONSTANTS: dict[str, Literal[0, 1, 2]] = {"no": 0, "unknown": 1, "yes": 2}
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
_NESTING = re.compile(r"'(?:[^']|'')*'|[()]|[\w.-]+", re.IGNORECASE)


def parse(text: str, where: Location | None = None) -> Tree:
    """Return the tree of a rule, or raise `InputError` with the place in the rule's text.

    ``where`` is where the text starts in its file; where the file's line shows the text, the error points there.
    """
    _check_size(text, where)
    try:
        return cast("Tree", _parser().parse(text))
    except _FaultError as fault:
        _refuse(fault.what, text, fault.position, where, fault.mend)
    except UnexpectedInput as error:
        what, mend = _explain(error, text)
        _refuse(what, text, _position(error, text), where, mend)


class _FaultError(Exception):
    """Something the grammar allows and the language does not."""

    def __init__(self, what: str, position: int, mend: str = "") -> None:
        super().__init__(what)
        self.what, self.position, self.mend = what, position, mend


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
    return Lark(grammar, parser="lalr", transformer=_Builder(), maybe_placeholders=False)


class _Builder(Transformer[Token, Tree]):
    """Make nodes as the parser reduces; each method is a rule of the grammar with its children."""

    def any_of(self, items: list[Tree]) -> Tree:
        return nodes.Or(tuple(items))

    def all_of(self, items: list[Tree]) -> Tree:
        return nodes.And(tuple(items))

    def negation(self, items: list[Tree]) -> Tree:
        return nodes.Not(items[0])

    def constant(self, items: list[Token]) -> Tree:
        return nodes.Const(_CONSTANTS[items[0].lower()])

    def texts(self, items: list[Token]) -> list[Token]:
        return items

    def names(self, items: list[Any]) -> tuple[str, ...]:
        listed = items[0] if isinstance(items[0], list) else items
        return tuple(_text(item) for item in listed)

    def wanted(self, items: list[Token]) -> list[Token]:
        return items

    def is_(self, items: list[Any]) -> Tree:
        subject, wanted = _lower(items[0]), items[1]
        if subject == "data":
            words, types = _wanted(wanted)
            return nodes.DataIs(words, types)
        for item in wanted:
            if item.type != "STRING":
                raise _FaultError(
                    f"'{item}' is not quoted",
                    item.start_pos,
                    f"write {subject} is '{item}' if you mean the type",
                )
        return nodes.TypeIs(subject, tuple(_text(item) for item in wanted))

    def fact_in(self, items: list[Any]) -> Tree:
        subject, fact = _fact(items[0])
        values = items[1] if isinstance(items[1], list) else [items[1]]
        return nodes.FactIn(subject, fact, tuple(_text(item) for item in values))

    def fact_known(self, items: list[Token]) -> Tree:
        return nodes.FactKnown(*_fact(items[0]))

    def fact_compare(self, items: list[Token]) -> Tree:
        number = float(items[2])
        if not math.isfinite(number):
            raise _FaultError(f"{items[2]} is too large a number", items[2].start_pos or 0)
        subject, fact = _fact(items[0])
        return nodes.FactCompare(subject, fact, cast("Any", str(items[1])), number)

    def crosses(self, items: list[Any]) -> Tree:
        if items[0].lower() != "flow":
            raise _FaultError(
                f"only a flow crosses boundaries, not '{items[0]}'",
                items[0].start_pos,
                "write: flow crosses …",
            )
        return nodes.Crosses(items[1])

    def within(self, items: list[Any]) -> Tree:
        return nodes.Within(_lower(items[0]), items[1])

    def carries(self, items: list[Any]) -> Tree:
        return nodes.Carries(_lower(items[0]), _lower(items[1]), *_wanted(items[2]))

    def lineage(self, items: list[Any]) -> Tree:
        return nodes.Lineage(_lower(items[0]), _lower(items[1]), *_wanted(items[2]))

    def linked(self, items: list[Any]) -> Tree:
        return nodes.Linked(_lower(items[0]), _lower(items[1]), items[2])

    def control_on(self, items: list[Token]) -> Tree:
        return nodes.ControlOn(_text(items[0]), _lower(items[1]))


def _lower(token: Token) -> Any:
    return token.lower()


def _text(token: Token) -> str:
    return token[1:-1].replace("''", "'")


def _fact(token: Token) -> tuple[Any, str]:
    subject, _, fact = token.partition(".")
    return subject.lower(), fact


def _wanted(items: list[Token]) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """Part the bare words from the quoted types."""
    words: list[str] = []
    types: list[str] = []
    for item in items:
        if item.type == "STRING":
            types.append(_text(item))
        elif item.lower() in DATA_WORDS:
            words.append(item.lower())
        else:
            mend = (
                suggest(item, DATA_WORDS)
                or f"the words are {', '.join(DATA_WORDS)}; data types are quoted: '{item}'"
            )
            raise _FaultError(f"'{item}' is no word for data", item.start_pos or 0, mend)
    return tuple(words), tuple(types)


def _position(error: UnexpectedInput, text: str) -> int:
    if isinstance(error, UnexpectedEOF) or (
        isinstance(error, UnexpectedToken) and error.token.type == "$END"
    ):
        return len(text.rstrip())
    return error.pos_in_stream or 0


def _explain(error: UnexpectedInput, text: str) -> tuple[str, str]:
    """Return what is wrong and how to mend it."""
    if isinstance(error, UnexpectedToken):
        expected = error.accepts or error.expected
        options = _options(expected)
        if error.token.type == "$END":
            return "the rule ends too early", f"here could stand {options}"
        found = str(error.token)
        near = suggest(found.lower(), _keywords(expected))
        if not near and "STRING" in expected and error.token.type not in {"LPAR", "RPAR", "COMMA"}:
            near = f"write '{found}' in single quotes"
        return f"unexpected {_shown(found)}", near or f"here could stand {options}"
    if isinstance(error, UnexpectedCharacters):
        char = text[error.pos_in_stream or 0]
        if char == "'":
            return (
                "the text that starts here has no closing quote",
                "add a ' (inside the text, '' means one quote)",
            )
        if char in '"“”‘’`':
            return f"{char} is no quote here", "use straight single quotes: 'like-this'"
        if char == "=":
            return "= is no comparison here", "write: is 'value', or one of < <= > >="
        return f"unexpected character {_shown(char)}", ""
    return "the rule cannot be read", ""


def _options(expected: Any) -> str:
    phrases = [_PHRASES.get(name) or " ".join(_keywords([name])) for name in sorted(expected)]
    return ", ".join(phrase for phrase in phrases if phrase) or "nothing"


def _keywords(expected: Any) -> list[str]:
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
    offset = max(where.column - 1, 0)
    for quote in (0, 1):
        if where.excerpt and where.excerpt.startswith(line, offset + quote) and not start:
            return Location(where.file, where.line, offset + quote + position + 1, where.excerpt)
    return Location(where.file, where.line, position - start + 1, line)
