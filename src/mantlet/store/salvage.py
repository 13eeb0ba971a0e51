"""What can be read of a model whose file does not fit the schema, so that all of its mistakes are found in one go.

What does not fit is taken out and what is missing is filled with a placeholder. Later checks look at the result, and
what they say because of that is left out.
"""

from __future__ import annotations

import copy
from typing import Any

import msgspec.inspect as mi
from msgspec import NODEFAULT, Struct

from mantlet.base.errors import MantletError
from mantlet.model.entries import Sections
from mantlet.model.problem import Problem
from mantlet.store.convert import from_raw, settle
from mantlet.store.explain import explain
from mantlet.store.rawedit import is_foreign
from mantlet.store.shape import below, chosen, fields, type_of
from mantlet.store.tree import Path, Raw, oddities

MAX_PROBLEMS = 1000
"""With more mistakes than this nobody waits for further ones."""
_ROUNDS = 8
_PLACEHOLDER = "?"
_DAY = "2000-01-01"


class Salvage(Struct, frozen=True):
    """A model as far as it could be read, and where it is not what the file says."""

    sections: Sections
    touched: frozenset[Path]
    """Values that were taken out or filled in."""

    def doubts(self, problem: Problem) -> bool:
        """Tell whether a mistake may only be there because of what was taken out or filled in."""
        for path in self.touched:
            above = path[: len(problem.path)] == problem.path and not problem.at_key
            if above or problem.path[: len(path)] == path:
                return True
            if problem.path[:2] == path[:2]:
                said = f"{problem.message} {problem.mend}"
                if any(f"`{name}" in said for name in path[2:3]):
                    return True
            elif any(f"'{name}'" in problem.message for name in path[1:2]):
                return True
        return False


def salvage(raw: Raw) -> Salvage | None:
    """Return what can be read of plain data that does not fit; None where too little of it does.

    A section that is none, or whose name is wrong, would leave everything that refers to it unknown, so nothing more
    is said then.
    """
    kind, tree, touched = type_of(Sections), copy.deepcopy(raw), set[Path]()
    for problem in settle(tree, oddities(tree), kind)[1]:
        touched |= _mend(tree, kind, problem)
    for _ in range(_ROUNDS):
        problems = explain(tree, kind)
        if not problems:
            break
        if len(problems) > MAX_PROBLEMS or any(len(problem.path) < 2 for problem in problems):
            return None
        for problem in reversed(problems):
            touched |= _mend(tree, kind, problem)
    try:
        return Salvage(from_raw(tree), frozenset(touched))
    except MantletError:
        return None


def _mend(tree: Raw, kind: mi.Type, problem: Problem) -> set[Path]:
    """Take out what is wrong, or fill what is missing; return the paths that differ now."""
    foreign = is_foreign(problem.path)
    holder, current = _at(tree, kind, problem.path[:-1])
    key = problem.path[-1]
    there = holder is not None and (key in holder if isinstance(holder, dict) else int(key) < len(holder))
    if not there:
        return set()
    value, inner = holder[key], chosen(below(current, key), holder[key])
    if isinstance(inner, mi.StructType) and isinstance(value, dict) and not foreign:
        return _fill(value, inner, problem.path)
    known = not isinstance(current, mi.StructType) or str(key) in fields(current.cls)
    if isinstance(current, mi.DictType) and isinstance(inner, mi.StructType) and not foreign:
        holder[key] = {}
    else:
        del holder[key]
    return {problem.path} if known else set()


def _at(tree: Any, kind: mi.Type | None, path: Path) -> tuple[Any, mi.Type | None]:
    """Return what stands at a path, and its type."""
    for key in path:
        try:
            kind, tree = below(chosen(kind, tree), key), tree[key]
        except (KeyError, IndexError, TypeError):
            return None, None
    return (tree, chosen(kind, tree)) if isinstance(tree, (dict, list)) else (None, None)


def _fill(record: dict[str, Any], kind: mi.StructType, path: Path) -> set[Path]:
    """Give a record what it lacks."""
    filled = set()
    for key, field in fields(kind.cls).items():
        if field.default is NODEFAULT and field.default_factory is NODEFAULT and key not in record:
            record[key] = _placeholder(field.type)
            filled.add((*path, key))
    return filled


def _placeholder(kind: mi.Type) -> Raw:
    kind = chosen(kind, "") or kind
    if isinstance(kind, mi.LiteralType):
        return str(kind.values[0])
    if isinstance(kind, mi.StrType):
        return _DAY if kind.pattern else _PLACEHOLDER
    return [] if isinstance(kind, mi.ListType) else {}
