"""Small wrongs in a rule, each of which a good set of tests must notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from mantlet.rules.tree import And, Const, Not, Or, Tree
from mantlet.rules.write import unparse

_VALUES: tuple[Literal[0, 1, 2], ...] = (0, 1, 2)
_NAMES = ("no", "unknown", "yes")


class Mutant(Struct, frozen=True):
    """A changed rule and what was changed."""

    tree: Tree
    change: str


def mutants(tree: Tree) -> Iterator[Mutant]:
    """Yield every tree with one atom replaced by a constant, one `and`/`or` swapped, or one `not` dropped."""
    match tree:
        case And(items) | Or(items):
            other, word = (Or, "'and' → 'or'") if isinstance(tree, And) else (And, "'or' → 'and'")
            yield Mutant(other(items), f"{word} in: {unparse(tree)}")
            for number, item in enumerate(items):
                for mutant in mutants(item):
                    changed = (*items[:number], mutant.tree, *items[number + 1 :])
                    yield Mutant(type(tree)(changed), mutant.change)
        case Not(item):
            yield Mutant(item, f"'not' dropped in: {unparse(tree)}")
            for mutant in mutants(item):
                yield Mutant(Not(mutant.tree), mutant.change)
        case Const(value):
            flipped: Literal[0, 2] = 2 if value == 0 else 0
            yield Mutant(Const(flipped), f"{_NAMES[value]} → {_NAMES[flipped]}")
        case _:
            for value in _VALUES:
                yield Mutant(Const(value), f"{unparse(tree)} → {_NAMES[value]}")
