"""Plain data to records and back: everything wrong is said at once, in words people use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar, cast, overload

import msgspec
import msgspec.inspect as mi
from msgspec import Struct

from mantlet.base.errors import MAX_ERRORS, InputError, Location, MantletError, raise_all
from mantlet.base.limits import MAX_DEPTH
from mantlet.base.memory import without_collection
from mantlet.model.entries import Sections
from mantlet.model.problem import Problem
from mantlet.store.explain import explain
from mantlet.store.shape import COLLECTED, below, chosen, fields, takes_foreign, type_of
from mantlet.store.tree import FOREIGN, Path, Raw, oddities

T = TypeVar("T", bound=Struct)
Locator = Callable[[Path, bool], Location | None]
"""From a path, and whether its key or its value is meant, to the place in the file."""


@overload
def from_raw(raw: Raw, *, odd: list[Path] | None = None, where: Locator | None = None) -> Sections: ...
@overload
def from_raw(
    raw: Raw, record: type[T], *, odd: list[Path] | None = None, where: Locator | None = None
) -> T: ...
def from_raw(
    raw: Raw, record: type[Struct] = Sections, *, odd: list[Path] | None = None, where: Locator | None = None
) -> Struct:
    """Return the record that plain data describes, or raise every error with its place.

    What is `null` is taken as not written and leaves ``raw``; ``odd`` says where such things and foreign keys are, if known.
    """
    with without_collection():
        parents, problems = settle(raw, oddities(raw) if odd is None else odd, type_of(record))
        try:
            result = msgspec.convert(_gathered(raw, parents), record, strict=False)
        except msgspec.ValidationError as error:
            problems += explain(raw, type_of(record)) or [
                Problem((), f"the file does not fit the schema: {error}")
            ]
        except RecursionError:
            problems.append(Problem((), f"nested deeper than {MAX_DEPTH} levels"))
    if problems:
        raise_problems(problems, where)
    return result


def to_raw(record: Struct) -> dict[str, Raw]:
    """Return a record as the plain data that a file would hold, in the schema's order; what is as by default is left out."""
    raw: dict[str, Raw] = {}
    for name, key, default in _plan(type(record)):
        value = getattr(record, name)
        if value is not msgspec.UNSET and value != default:
            raw[key] = _plain(value)
    raw.update(_plain(getattr(record, "extra", {})))
    return raw


def _plain(value: Any) -> Raw:
    if isinstance(value, Struct):
        return to_raw(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


@cache
def _plan(record: type[Struct]) -> list[tuple[str, str, object]]:
    """Return each field's name, key in files and default; `NODEFAULT`, which nothing equals, where it must be written."""
    plan = []
    for key, item in fields(record).items():
        default = item.default if item.default_factory is msgspec.NODEFAULT else item.default_factory()
        plan.append((item.name, key, default))
    return plan


def raise_problems(
    problems: Iterable[Problem], where: Locator | None, before: Sequence[MantletError] = ()
) -> None:
    """Raise problems as errors that name their place; after the first hundred, only how many more there are.

    ``before`` are errors that are known already.
    """
    listed = list(problems)
    errors = list(before)
    for problem in listed[:MAX_ERRORS]:
        place = where(problem.path, problem.at_key) if where else None
        prefix = "" if place or not problem.path else f"{'.'.join(map(str, problem.path))}: "
        errors.append(InputError(prefix + problem.message, where=place, mend=problem.mend))
    raise_all(errors, len(listed) + len(before))


def settle(raw: Raw, odd: list[Path], kind: mi.Type | None) -> tuple[list[Path], list[Problem]]:
    """Take out or fill what is empty, and find the records that hold foreign keys."""
    parents: dict[Path, None] = {}
    problems: list[Problem] = []
    for path in odd:
        if not path:
            continue
        holder, value, current = raw, raw, kind
        for key in path[:-1]:
            current, value = below(chosen(current, value), key), value[key]
        holder, current, key = value, chosen(current, value), path[-1]
        if isinstance(key, str) and key.startswith(FOREIGN):
            if isinstance(current, mi.StructType):
                if takes_foreign(current.cls):
                    parents[path[:-1]] = None
                    problems += _too_deep(path, holder[key])
            elif current is not None:
                message = f"'{key}' cannot start with '{FOREIGN}'"
                problems.append(
                    Problem(
                        path,
                        message,
                        "such keys are kept for foreign fields of records; choose another name",
                        True,
                    )
                )
        elif holder[key] is None:
            _fill(holder, key, current)
    return list(parents), problems


def _fill(holder: Any, key: str | int, kind: mi.Type | None) -> None:
    """Put the empty value that fits; an optional field or fact that is empty was not written."""
    if isinstance(kind, mi.StructType):
        if key in fields(kind.cls):
            del holder[key]
    elif isinstance(kind, mi.DictType):
        inner = chosen(kind.value_type, None)
        if isinstance(inner, mi.UnionType):
            del holder[key]
        else:
            holder[key] = (
                [] if isinstance(inner, mi.ListType) else "" if isinstance(inner, mi.StrType) else {}
            )


def _too_deep(path: Path, value: Raw) -> list[Problem]:
    """Refuse foreign values that later work could not walk through."""
    stack = [(value, len(path))]
    while stack:
        item, depth = stack.pop()
        if depth > MAX_DEPTH:
            return [Problem(path, f"nested deeper than {MAX_DEPTH} levels", "flatten it")]
        if isinstance(item, dict):
            stack += [(child, depth + 1) for child in item.values()]
        elif isinstance(item, list):
            stack += [(child, depth + 1) for child in item]
    return []


def _gathered(raw: Raw, parents: list[Path]) -> Raw:
    """Return the tree with each record's foreign keys under one key; what isn't touched is shared with ``raw``."""
    if not parents:
        return raw
    copies: dict[Path, Any] = {(): dict(raw)}
    for parent in parents:
        for length in range(1, len(parent) + 1):
            path = parent[:length]
            if path not in copies:
                above, key = copies[path[:-1]], cast("Any", path[-1])
                copies[path] = above[key] = above[key].copy()
        record = copies[parent]
        record[COLLECTED] = {
            key: record.pop(key) for key in [key for key in record if key.startswith(FOREIGN)]
        }
    return copies[()]
