"""What is wrong with plain data that doesn't fit its record: each error with its own path, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec.inspect as mi

from mantlet.base.suggest import suggest
from mantlet.model.problem import Problem
from mantlet.store.shape import Type, chosen, fields, takes_foreign, words
from mantlet.store.tree import FOREIGN, Path, Raw

_INT = re.compile(r"[-+]?(0|[1-9]\d{0,18})")
_NUMBER = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")
_SHOWN = 60
_OTHER_FORMAT = "this is the version of the file format: write 1, or read the file with a newer mantlet"
_SWITCHES = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def explain(raw: Raw, kind: Type) -> list[Problem]:
    """Return every place where plain data is not what the type asks for; empty if it fits."""
    return list(_walk(raw, kind, ()))


def _walk(
    value: Raw, kind: Type | None, path: Path, allowed: tuple[str | int, ...] = ()
) -> Iterator[Problem]:
    kind = chosen(kind, value)
    if isinstance(kind, mi.StructType):
        yield from _struct(value, kind, path)
    elif isinstance(kind, mi.DictType) and isinstance(value, dict):
        known = (allowed or kind.key_type.values) if isinstance(kind.key_type, mi.LiteralType) else ()
        for key, item in value.items():
            if known and key not in known:
                yield _unknown_key(key, known, path)
            yield from _walk(item, kind.value_type, (*path, key))
    elif isinstance(kind, mi.ListType) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, kind.item_type, (*path, index), allowed)
    elif kind is not None and not _fits(value, kind):
        expected = _one_of(allowed) if allowed else _expected(kind)
        mend = _mend(value, kind, allowed) or (_OTHER_FORMAT if path == ("mantlet",) else "")
        yield Problem(path, f"expected {expected}, found {shown(value)}", mend)


def _struct(value: Raw, kind: mi.StructType, path: Path) -> Iterator[Problem]:
    known = fields(kind.cls)
    if not isinstance(value, dict):
        yield Problem(path, f"expected {_expected(kind)}, found {shown(value)}", _struct_mend(value, known))
        return
    for key, item in value.items():
        if str(key).startswith(FOREIGN) and takes_foreign(kind.cls):
            continue
        if key not in known:
            yield _unknown_key(key, known, path)
            continue
        yield from _walk(item, known[key].type, (*path, key), words(kind.cls, key))
    for key, field in known.items():
        if field.required and key not in value:
            yield Problem(path, f"'{key}' is missing", f"add `{key}: …`", at_key=True)


def _unknown_key(key: Raw, known: Iterable[Raw], path: Path) -> Problem:
    names = [str(name) for name in known]
    mend = suggest(str(key), names) or f"known here: {', '.join(names)}"
    return Problem((*path, key), f"unknown key {shown(key)}", mend, at_key=True)


def _fits(value: Raw, kind: Type) -> bool:
    if isinstance(kind, mi.UnionType):
        return any(_fits(value, option) for option in kind.types if chosen(option, value) is option)
    if isinstance(kind, mi.LiteralType):
        return value in kind.values or str(value) in [
            str(item) for item in kind.values if not isinstance(item, str)
        ]
    if isinstance(kind, mi.StrType):
        return isinstance(value, str) and (kind.pattern is None or re.search(kind.pattern, value) is not None)
    if isinstance(kind, mi.BoolType):
        return isinstance(value, bool)
    if isinstance(kind, mi.IntType | mi.FloatType):
        return _number_fits(value, kind)
    return isinstance(kind, mi.AnyType | mi.CustomType)


def _number_fits(value: Raw, kind: mi.IntType | mi.FloatType) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    if isinstance(value, str) and not (_INT if isinstance(kind, mi.IntType) else _NUMBER).fullmatch(value):
        return False
    if isinstance(kind, mi.IntType) and isinstance(value, float) and not value.is_integer():
        return False
    try:
        number = float(value)
    except OverflowError:
        return False
    return (
        (kind.ge is None or number >= kind.ge)
        and (kind.le is None or number <= kind.le)
        and abs(number) != float("inf")
    )


_PLAIN = {
    mi.StructType: "a mapping (`key: value`)",
    mi.DictType: "a mapping (`id: …`)",
    mi.ListType: "a list",
    mi.BoolType: "true or false",
}


def _expected(kind: Type) -> str:
    if isinstance(kind, mi.LiteralType):
        return _one_of(tuple(value for value in kind.values if isinstance(value, str | int)))
    if isinstance(kind, mi.UnionType):
        if any(isinstance(option, mi.IntType) for option in kind.types):
            return "text, a number, yes or no"
        return " or ".join(dict.fromkeys(_expected(option) for option in kind.types))
    if isinstance(kind, mi.IntType | mi.FloatType):
        whole = "a whole number" if isinstance(kind, mi.IntType) else "a number"
        if kind.le is not None:
            return f"{whole} from {kind.ge} to {kind.le}"
        return f"{whole}, {kind.ge} or more" if kind.ge is not None else whole
    if isinstance(kind, mi.StrType):
        return "a date, YYYY-MM-DD" if kind.pattern else "text"
    return _PLAIN.get(type(kind), "something else")


def _one_of(values: tuple[str | int, ...]) -> str:
    return f"one of {', '.join(map(str, values))}" if len(values) > 1 else str(values[0])


def _mend(value: Raw, kind: Type, allowed: tuple[str | int, ...]) -> str:
    if allowed:
        if isinstance(value, bool) and "yes" in allowed:
            return f'write "{"yes" if value else "no"}"'
        return suggest(str(value), map(str, allowed))
    if isinstance(kind, mi.StrType) and isinstance(value, int | float) and not kind.pattern:
        return "put it in quotes"
    if isinstance(kind, mi.BoolType) and isinstance(value, str) and value in _SWITCHES:
        return f"write {_SWITCHES[value]}"
    takes_list = any(
        isinstance(option, mi.ListType)
        for option in (kind.types if isinstance(kind, mi.UnionType) else [kind])
    )
    if takes_list and isinstance(value, str):
        return f"write it as a list: [{value[:_SHOWN]}]"
    return ""


def _struct_mend(value: Raw, known: dict[str, mi.Field]) -> str:
    required = [key for key, field in known.items() if field.required]
    if isinstance(value, str) and len(required) == 1:
        return f"write {{{required[0]}: {value[:_SHOWN]}}}"
    return f"known keys: {', '.join(known)}"


def shown(value: Raw) -> str:
    """Return a value as a message shows it: what kind of thing, and for a short one which."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {str(value)[:_SHOWN]}"
    text = str(value)
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return "'" + "".join(char if char.isprintable() else "·" for char in cut) + "'"
