"""Tree to rule text: what `explain`, exports and messages show."""

from __future__ import annotations

from collections.abc import Iterable

from mantlet.rules.tree import (
    And,
    Carries,
    Const,
    ControlOn,
    Crosses,
    DataIs,
    FactCompare,
    FactIn,
    FactKnown,
    Lineage,
    Linked,
    Not,
    Or,
    Tree,
    TypeIs,
    Within,
)

_CONSTANTS = ("no", "unknown", "yes")


def unparse(tree: Tree) -> str:
    """Return rule text that parses to an equal tree."""
    match tree:
        case And(items):
            return " and ".join(_grouped(item, And, Or) for item in items)
        case Or(items):
            return " or ".join(_grouped(item, Or) for item in items)
        case Not(item):
            return f"not {_grouped(item, And, Or)}"
        case Const(value):
            return _CONSTANTS[value]
        case _:
            return _atom(tree)


def _grouped(tree: Tree, *kinds: type) -> str:
    return f"({unparse(tree)})" if isinstance(tree, kinds) else unparse(tree)


def _atom(tree: Tree) -> str:
    match tree:
        case TypeIs(subject, types):
            text = _is(subject, types)
        case FactIn(subject, fact, values):
            text = _is(f"{subject}.{fact}", values)
        case FactCompare(subject, fact, op, number):
            text = f"{subject}.{fact} {op} {number:.17g}"
        case FactKnown(subject, fact):
            text = f"{subject}.{fact} is known"
        case Crosses(types):
            text = f"flow crosses {_names(types)}"
        case Within(subject, types):
            text = f"{subject} within {_names(types)}"
        case Carries(subject, relation, words, types) | Lineage(subject, relation, words, types):
            text = f"{subject} {relation} {_wanted(words, types)}"
        case DataIs(words, types):
            text = f"data is {_wanted(words, types)}"
        case Linked(subject, relation, types):
            text = f"{subject} {relation} {_names(types)}"
        case ControlOn(control, subject):
            text = f"control {_quoted(control)} on {subject}"
        case _:
            raise TypeError(f"{type(tree).__name__} is no part of a rule")
    return text


def _is(left: str, values: tuple[str, ...]) -> str:
    return f"{left} is {_quoted(values[0])}" if len(values) == 1 else f"{left} in {_names(values)}"


def _names(values: tuple[str, ...]) -> str:
    return _quoted(values[0]) if len(values) == 1 else _listed(_quoted(value) for value in values)


def _wanted(words: tuple[str, ...], types: tuple[str, ...]) -> str:
    items = [*words, *(_quoted(name) for name in types)]
    return items[0] if len(items) == 1 else _listed(items)


def _listed(items: Iterable[str]) -> str:
    return f"({', '.join(items)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
