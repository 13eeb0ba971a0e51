"""A rule over every place of a scope at once, in three-valued logic.

Values are int8: no 0, unknown 1, yes 2, so that *and* is the minimum, *or* the maximum, *not* is 2 − x.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mantlet.rules.tree import NO, UNKNOWN, YES, And, Atom, Const, Not, Or, Scope, Tree

Values = NDArray[np.int8]
Memo = dict[object, Values]
"""What was worked out before, by (scope, closed-world flag, subtree); share one per analysed model."""


class Atoms(Protocol):
    """What knows the model's answers; the evaluator only combines them."""

    def size(self, scope: Scope) -> int:
        """Return the number of places of a scope."""
        ...

    def atom(self, atom: Atom, scope: Scope) -> Values:
        """Return 0, 1 or 2 for each place of the scope; the array is never changed afterwards."""
        ...


def evaluate(
    tree: Tree, scope: Scope, atoms: Atoms, memo: Memo | None = None, *, closed: bool = False
) -> Values:
    """Return the rule's value at each place of ``scope``; treat the array as read-only, it may be shared.

    ``closed`` judges as Microsoft's tool does: what nobody wrote is no match, so an unknown atom counts as no.
    """
    memo = {} if memo is None else memo
    key = (scope, closed, tree)
    known = memo.get(key)
    if known is not None:
        return known
    match tree:
        case And(items):
            result = _join(items, scope, atoms, memo, closed=closed, stop=NO)
        case Or(items):
            result = _join(items, scope, atoms, memo, closed=closed, stop=YES)
        case Not(item):
            result = np.subtract(YES, evaluate(item, scope, atoms, memo, closed=closed), dtype=np.int8)
        case Const(number):
            result = np.full(atoms.size(scope), number, np.int8)
        case _:
            result = atoms.atom(tree, scope)
    if closed and not isinstance(tree, (And, Or, Not)):
        result = np.where(result == UNKNOWN, np.int8(NO), result)
    memo[key] = result
    return result


def _join(
    items: tuple[Tree, ...], scope: Scope, atoms: Atoms, memo: Memo, *, closed: bool, stop: int
) -> Values:
    """Fold with minimum or maximum, and leave the rest alone once every place has the value nothing can change."""
    combine, settled = (np.minimum, np.max) if stop == NO else (np.maximum, np.min)
    result = evaluate(items[0], scope, atoms, memo, closed=closed)
    for item in items[1:]:
        if not result.size or settled(result) == stop:
            return result
        result = combine(result, evaluate(item, scope, atoms, memo, closed=closed))
    return result


def value(tree: Tree, known: Mapping[Atom, int]) -> int:
    """Return a rule's value at one place from its atoms' values there."""
    match tree:
        case And(items):
            return min(value(item, known) for item in items)
        case Or(items):
            return max(value(item, known) for item in items)
        case Not(item):
            return YES - value(item, known)
        case Const(number):
            return int(number)
        case _:
            return known[tree]
