"""Strings and paths put together from parts; parts that aren't known leave holes."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from mantlet.discovery.python.values import HOLE, Mapping, PathText, Sequence, Soft, Value, cap, constant

MAX_TEXT = 2000
_PERCENT = re.compile(r"%(?:\((\w+)\))?[-+ #0]*[\d*]*(?:\.\d+)?[sdifrgxeu]")
_BRACES = re.compile(r"\{([^{}:!]*)(?:[:!][^{}]*)?\}")


def one(value: Value) -> str:
    """Return a value as text; a hole where it isn't known."""
    for atom in value.atoms:
        if isinstance(atom, (str, int, float)) and not isinstance(atom, bool):
            return str(atom)
    return HOLE


def choices(value: Value) -> list[str]:
    """Return the texts that a value may be, at most four."""
    found = [str(a) for a in value.atoms if isinstance(a, (str, int, float)) and not isinstance(a, bool)]
    return found[:4] or [HOLE]


def concatenate(left: Value, right: Value) -> Value:
    """Return two texts one after the other."""
    soft = any(isinstance(atom, Soft) for atom in (*left.atoms, *right.atoms))
    texts = [(a + b)[:MAX_TEXT] for a in choices(left) for b in choices(right)]
    kind = Soft if soft else str
    return Value(tuple(kind(text) for text in texts[:6]), cap(left.origins | right.origins))


def join_paths(parts: list[Value]) -> Value:
    """Return a path joined from its parts."""
    texts = [""]
    for part in parts:
        texts = [_joined(head, tail) for head in texts for tail in choices(part)][:6]
    path = any(isinstance(atom, PathText) for part in parts for atom in part.atoms)
    kind: Any = PathText if path else Soft
    return Value(tuple(kind(text) for text in texts))


def _joined(head: str, tail: str) -> str:
    if not head:
        return tail[:MAX_TEXT]
    if tail.startswith("\x01"):
        return tail
    joined = posixpath.join(head, tail)[:MAX_TEXT]
    return normal(joined)


def normal(path: str) -> str:
    """Fold `..` and `.` of a path; what stands above the root is left out."""
    if ".." not in path and "./" not in path:
        return path
    return posixpath.normpath(path)


def format_parts(pattern: str, value: Value) -> Value:
    """Return `pattern % value`."""
    parts: list[Value] = []
    named: dict[Any, Value] = {}
    for atom in value.atoms:
        if isinstance(atom, Sequence):
            parts = atom.items
        elif isinstance(atom, Mapping):
            named = atom.items
    if not parts:
        parts = [value]
    numbers = iter(range(100))

    def fill(found: re.Match[str]) -> str:
        if found[1]:
            return one(named.get(found[1], Value()))
        number = next(numbers, 99)
        return one(parts[number]) if number < len(parts) else HOLE

    return constant(_PERCENT.sub(fill, pattern)[:MAX_TEXT])


def format_braces(pattern: str, args: list[Value], named: dict[str, Value]) -> Value:
    """Return `pattern.format(*args, **named)`."""
    numbers = iter(range(100))

    def fill(found: re.Match[str]) -> str:
        name = re.split(r"[.\[]", found[1])[0]
        if not name:
            number = next(numbers, 99)
        elif name.isdigit():
            number = int(name)
        else:
            return one(named.get(name, Value()))
        return one(args[number]) if number < len(args) else HOLE

    return constant(_BRACES.sub(fill, pattern)[:MAX_TEXT])
