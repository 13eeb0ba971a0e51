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
Answer = Values | int
"""A value for each place, or one number where every place has the same."""
Memo = dict[tuple[Scope, bool, Tree], Answer]
"""What was worked out before, by scope, closed-world flag and subtree; share one per analysed model."""


class Atoms(Protocol):
    """What knows the model's answers; the evaluator only combines them."""

    def size(self, scope: Scope) -> int:
        """Return the number of places of a scope."""
        ...

    def atom(self, atom: Atom, scope: Scope) -> Answer:
        """Return 0, 1 or 2 for each place of the scope, or once for all; the array is never changed afterwards."""
        ...


def evaluate(
    tree: Tree, scope: Scope, atoms: Atoms, memo: Memo | None = None, *, closed: bool = False
) -> Values:
    """Return the rule's value at each place of ``scope``; treat the array as read-only, it may be shared.

    ``closed`` judges as Microsoft's tool does: what nobody wrote is no match, so an unknown atom counts as no.
    """
    found = answer(tree, scope, atoms, memo, closed=closed)
    return np.full(atoms.size(scope), found, np.int8) if isinstance(found, int) else found


def answer(
    tree: Tree, scope: Scope, atoms: Atoms, memo: Memo | None = None, *, closed: bool = False
) -> Answer:
    """Return what `evaluate` does, but one number where every place has the same value.

    Most facts are unknown everywhere and most types are nowhere, so most of a catalogue is settled without an array.
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
            inner = answer(item, scope, atoms, memo, closed=closed)
            result = YES - inner if isinstance(inner, int) else np.subtract(YES, inner, dtype=np.int8)
        case Const(number):
            result = int(number)
        case _:
            result = atoms.atom(tree, scope)
    if closed and not isinstance(tree, (And, Or, Not)):
        result = _closed(result)
    memo[key] = result
    return result


def _closed(found: Answer) -> Answer:
    if isinstance(found, int):
        return NO if found == UNKNOWN else found
    return np.where(found == UNKNOWN, np.int8(NO), found)


def _join(
    items: tuple[Tree, ...], scope: Scope, atoms: Atoms, memo: Memo, *, closed: bool, stop: int
) -> Answer:
    """Fold with minimum or maximum, and leave the rest alone once every place has the value nothing can change."""
    combine, pick = (np.minimum, min) if stop == NO else (np.maximum, max)
    common = YES - stop
    varying: Values | None = None
    for item in items:
        found = answer(item, scope, atoms, memo, closed=closed)
        if isinstance(found, int):
            common = pick(common, found)
            if common == stop:
                return stop
            continue
        varying = found if varying is None else combine(varying, found)
        if not (varying != stop).any():
            return stop
    if varying is None:
        return common
    return varying if common == YES - stop else combine(varying, np.int8(common))


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
