"""Lists, dictionaries and the state that all requests of a service share."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mantlet.discovery.clues import Where
from mantlet.discovery.python import documents
from mantlet.discovery.python.values import (
    UNKNOWN,
    Mapping,
    Object,
    Origin,
    Sequence,
    Value,
    cap,
    constant,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine
    from mantlet.discovery.python.trace import Resource

ADDING = frozenset({"append", "add", "appendleft", "push", "insert", "put", "put_nowait"})
EXTENDING = frozenset({"extend", "update", "extendleft"})
REMOVING = frozenset({"clear", "pop", "remove", "popleft", "discard", "popitem"})
CHANGING = ADDING | EXTENDING | REMOVING | {"setdefault", "sort", "__setitem__", "__delitem__"}


def shared(m: Machine, value: Value, name: str, node: ast.stmt) -> Value:
    """Mark what a module makes when it is imported: state that all users of a service share."""
    path = m.module.path if m.module else ""
    key = f"memory:{path}#{name}"
    held = [atom for atom in value.atoms if _holds(atom)]
    if not held:
        return value
    resource = m.resource(key, "cache", name, Where(path, node.lineno))
    for atom in held:
        _mark(atom, resource, 0)
    return value.with_origins(frozenset({Origin(resource=resource)}))


def _holds(atom: Any) -> bool:
    """Tell whether something is, or has, a container that starts empty."""
    if isinstance(atom, Mapping):
        return not (atom.soft or atom.items) and atom.resource is None
    if isinstance(atom, Sequence):
        return not atom.items and atom.resource is None
    if isinstance(atom, Object):
        if any(name in {"builtins.list", "builtins.dict"} for name in atom.cls.externals()):
            return True
        return any(
            _holds(inner)
            for value in atom.attrs.values()
            for inner in value.atoms
            if not isinstance(inner, Object)
        )
    return False


def _mark(atom: Any, resource: Resource, depth: int) -> None:
    if depth > 4 or getattr(atom, "resource", None) is not None:
        return
    atom.resource = resource
    atom.shared = True
    if isinstance(atom, Object):
        for value in atom.attrs.values():
            for inner in value.atoms:
                if isinstance(inner, (Sequence, Mapping)) and _holds(inner):
                    _mark(inner, resource, depth + 1)


def touched(m: Machine, owner: Value, do: str, node: ast.AST, payload: Value = UNKNOWN) -> None:
    """Note that shared state is read or changed."""
    if m.importing:
        return
    for atom in owner.atoms:
        resource = getattr(atom, "resource", None)
        if resource is not None and resource.key.startswith("memory:"):
            m.event(do, node, resource)
            m.use(payload, node, resource)


def method(
    m: Machine, owner: Any, name: str, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """Call a method of a list or dictionary."""
    first = args[0] if args else UNKNOWN
    if name in CHANGING:
        touched(m, Value((owner,)), "store", node, join(*args, *named.values()))
    if isinstance(owner, Sequence):
        return _of_sequence(owner, name, args, first)
    if owner.soft and name == "read":
        for found in [documents.load(m, text) for text in first.texts()]:
            _of_mapping(owner, "update", [found or UNKNOWN], {})
    return _of_mapping(owner, name, args, named)


def _of_sequence(owner: Sequence, name: str, args: list[Value], first: Value) -> Value:
    if name in ADDING:
        owner.rest = join(owner.rest, args[-1] if args else UNKNOWN)
    elif name in EXTENDING:
        for atom in first.atoms:
            owner.rest = join(owner.rest, atom.any() if isinstance(atom, (Sequence, Mapping)) else UNKNOWN)
        owner.rest = join(owner.rest, Value((), first.origins))
    elif name in {"pop", "popleft", "get", "get_nowait"}:
        return owner.any()
    elif name == "copy":
        return Value((owner,), owner.any().origins)
    return UNKNOWN


def _of_mapping(owner: Mapping, name: str, args: list[Value], named: dict[str, Value]) -> Value:
    first = args[0] if args else UNKNOWN
    if name in {"get", "pop", "setdefault"}:
        hits = [owner.items[key] for key in first.atoms if isinstance(key, (str, int)) and key in owner.items]
        inner = [
            part.items.get(args[1].text())
            for hit in hits
            for part in hit.atoms[:1]
            if len(args) > 1 and isinstance(part, Mapping)
        ]
        if any(inner):
            return join(*[value for value in inner if value is not None])
        rest = [] if hits and owner.soft else args[1:2]
        return join(*(hits or [owner.any()]), *rest)
    if name == "items":
        pairs = [
            Value((Sequence([constant(key), item]),), item.origins)
            for key, item in list(owner.items.items())[:32]
        ]
        others = Value((Sequence([UNKNOWN, owner.rest]),), owner.rest.origins)
        return Value((Sequence(pairs, others),), owner.any().origins)
    if name == "values":
        return Value((Sequence(list(owner.items.values())[:64], owner.rest),), owner.any().origins)
    if name == "keys":
        return Value((Sequence([constant(key) for key in list(owner.items)[:64]]),))
    if name == "update":
        for atom in first.atoms:
            if isinstance(atom, Mapping):
                owner.items.update(atom.items)
                owner.rest = join(owner.rest, atom.rest)
        owner.rest = join(owner.rest, Value((), first.origins))
        owner.items.update(named)
    elif name in {"copy", "to_dict", "dict", "model_dump"}:
        return Value((owner,), cap(owner.any().origins))
    return UNKNOWN
