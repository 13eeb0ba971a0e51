"""Methods of strings and paths."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python.pathcalls import path_method
from mantlet.discovery.python.texts import format_braces, one
from mantlet.discovery.python.values import HOLE, Origin, PathText, Sequence, Soft, Value, constant, join

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

Args = list[Value]
Named = dict[str, Value]


def _split(owner: str, name: str, separator: str, most: str, origins: frozenset[Origin]) -> Value:
    count = int(most) if most.lstrip("-").isdigit() else -1
    if not separator:
        return Value((Sequence([], constant(HOLE)),), origins)
    if name in {"partition", "rpartition"}:
        parts = list(owner.partition(separator) if name == "partition" else owner.rpartition(separator))
    else:
        parts = owner.split(separator, count) if name == "split" else owner.rsplit(separator, count)
    return Value((Sequence([constant(Soft(part)) for part in parts[:64]]),), origins)


def text_method(
    m: Machine, owner: str, name: str, args: Args, named: Named, node: ast.AST, origins: frozenset[Origin]
) -> Value:
    """Call a method of a string or path."""
    if isinstance(owner, PathText):
        result = path_method(m, owner, name, args, named, node, origins)
        if result is not None:
            return result
    if name == "format":
        carried = join(*args, *named.values())
        m.use(carried, node)
        return format_braces(owner, args, named).with_origins(m.made() if carried.origins else frozenset())
    if name == "join":
        return constant(HOLE).with_origins((args[0] if args else Value()).origins)
    if name in {"strip", "lstrip", "rstrip", "lower", "upper", "encode", "get_secret_value", "title"}:
        simple = {"lower": owner.lower, "upper": owner.upper}.get(name)
        return Value((Soft(simple() if simple else owner),), origins)
    if name == "replace" and len(args) >= 2 and HOLE not in one(args[0]) + one(args[1]):
        return (
            constant(type(owner)(owner.replace(one(args[0]), one(args[1]))))
            if type(owner) in {str, Soft}
            else constant(owner)
        )
    if (
        name in {"split", "rsplit", "partition", "rpartition"}
        and args
        and one(args[0]) in owner
        and HOLE not in one(args[0])
    ):
        return _split(
            owner,
            name,
            one(args[0]),
            one(named.get("maxsplit") or (args[1] if len(args) > 1 else constant(-1))),
            origins,
        )
    if name in {"split", "rsplit", "splitlines"}:
        return Value((Sequence([], constant(HOLE)),), origins)
    for value in args:
        m.use(value, node)
    return Value((), origins)
