# ruff: noqa: D102 (each method is the grammar rule of its name)
"""Grammar reductions to tree nodes, and what the language forbids though the grammar allows it."""

from __future__ import annotations

import math
from typing import Any, Literal, cast

from lark import Token, Transformer

from mantlet.base.suggest import suggest
from mantlet.rules import tree as nodes
from mantlet.rules.tree import DATA_WORDS, Tree

_CONSTANTS: dict[str, Literal[0, 1, 2]] = {"no": 0, "unknown": 1, "yes": 2}


class FaultError(Exception):
    """Something the grammar allows and the language does not."""

    def __init__(self, what: str, position: int, mend: str = "") -> None:
        super().__init__(what)
        self.what, self.position, self.mend = what, position, mend


class Builder(Transformer[Token, Tree]):
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
                raise FaultError(
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
            raise FaultError(f"{items[2]} is too large a number", items[2].start_pos or 0)
        subject, fact = _fact(items[0])
        return nodes.FactCompare(subject, fact, cast("Any", str(items[1])), number)

    def crosses(self, items: list[Any]) -> Tree:
        if items[0].lower() != "flow":
            raise FaultError(
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
            raise FaultError(f"'{item}' is no word for data", item.start_pos or 0, mend)
    return tuple(words), tuple(types)
