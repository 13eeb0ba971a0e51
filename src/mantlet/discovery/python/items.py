"""Items of containers, and what iterating over something gives."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python.attributes import STATES, of_class
from mantlet.discovery.python.containers import touched
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Class,
    External,
    Instance,
    Mapping,
    Object,
    Sequence,
    Soft,
    Value,
    constant,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def set_item(m: Machine, owner: Value, index: Value, value: Value, node: ast.AST) -> None:
    """Give a container an item."""
    key = index.atoms[0] if len(index.atoms) == 1 and isinstance(index.atoms[0], (str, int)) else None
    for atom in owner.atoms:
        if isinstance(atom, Mapping):
            if key is not None and len(atom.items) < 200:
                before = atom.items.get(key)
                atom.items[key] = join(value, before) if before is not None and m.weak else value
            else:
                atom.rest = join(atom.rest, value)
        elif isinstance(atom, Sequence):
            atom.rest = join(atom.rest, value)
        elif isinstance(atom, Instance):
            atom.attrs["[]"] = join(value, atom.attrs.get("[]", UNKNOWN))
        elif isinstance(atom, External) and isinstance(key, str):
            m.acts.set_attribute(m, Value((atom,)), key, value)
        elif isinstance(atom, Object):
            _call_method(m, atom, "__setitem__", [index, value], node)
    touched(m, owner, "store", node, value)


def _call_method(m: Machine, atom: Object, name: str, args: list[Value], node: ast.AST) -> Value | None:
    method = of_class(atom.cls, name, atom)
    return m.acts.call(m, method, args, {}, node) if method is not None else None


def iterate(m: Machine, value: Value) -> Value:
    """Return what an element of an iterable may be; it carries the same data."""
    found: list[Value] = []
    for atom in value.atoms:
        if isinstance(atom, Sequence):
            found.append(atom.any())
        elif isinstance(atom, Mapping):
            found.append(Value(tuple(key for key in list(atom.items)[:8] if isinstance(key, str))))
            found.append(Value((), atom.rest.origins))
        elif isinstance(atom, Object):
            found.append(_call_method(m, atom, "__iter__", [], ast.Pass()) or UNKNOWN)
        elif isinstance(atom, Instance):
            known = atom.attrs.get("[]")
            if known is None and atom.resource is not None and m.catalogue.find(f"{atom.type}.__iter__"):
                known = m.acts.library(
                    m, f"{atom.type}.__iter__", [], {}, ast.Pass(lineno=m.line), Value((atom,))
                )
            found.append(known if known is not None else Value((Instance(f"{atom.type}.[]", atom.resource),)))
        elif isinstance(atom, Class):
            found += [item for name, item in atom.attrs.items() if not name.startswith("_")][:8]
    return join(*found).with_origins(value.origins) if found else Value((), value.origins)


def item(m: Machine, owner: Value, index: Value, node: ast.AST) -> Value:
    """Return what an item of a container may be."""
    if isinstance(getattr(node, "slice", None), ast.Slice):
        return _sliced(owner, node)
    found: list[Value] = []
    keys = index.atoms
    for atom in owner.atoms:
        if isinstance(atom, Mapping):
            hits = [atom.items[key] for key in keys if isinstance(key, (str, int)) and key in atom.items]
            found += hits if hits and len(hits) == len(keys) else [atom.any()]
        elif isinstance(atom, Sequence):
            number = keys[0] if len(keys) == 1 and isinstance(keys[0], int) else None
            inside = number is not None and -len(atom.items) <= number < len(atom.items)
            found.append(atom.items[number] if inside and number is not None else atom.any())
        elif isinstance(atom, Object):
            found.append(_call_method(m, atom, "__getitem__", [index], node) or UNKNOWN)
        elif isinstance(atom, External):
            found.append(_of_external(m, atom, index, node))
        elif isinstance(atom, Instance):
            found.append(_of_instance(m, atom, index, node))
        elif isinstance(atom, Class):
            found.append(Value((atom,)))
        elif isinstance(atom, str):
            found.append(constant(HOLE))
    return join(*found).with_origins(owner.origins) if found else Value((), owner.origins)


def _sliced(owner: Value, node: ast.AST) -> Value:
    found: list[Value] = []
    part = getattr(node, "slice", None)
    for atom in owner.atoms:
        if isinstance(atom, Sequence) and isinstance(part, ast.Slice):
            low = (
                part.lower.value
                if isinstance(part.lower, ast.Constant) and isinstance(part.lower.value, int)
                else 0
            )
            found.append(Value((Sequence(atom.items[low:] if part.upper is None else [], atom.any()),)))
        elif isinstance(atom, str):
            found.append(constant(HOLE))
        else:
            found.append(Value((atom,)))
    return join(*found).with_origins(owner.origins) if found else Value((), owner.origins)


def _of_external(m: Machine, atom: External, index: Value, node: ast.AST) -> Value:
    if atom.name in STATES and index.text():
        return m.acts.attribute(m, Value((atom,)), index.text() or "", node)
    if atom.name == "os.environ":
        return join(*(m.environment(name, UNKNOWN, node) for name in index.texts()))
    if atom.name == "sys.argv":
        number = index.atoms[0] if index.atoms and isinstance(index.atoms[0], int) else None
        known = m.argv is not None and number is not None and number < len(m.argv)
        return constant(Soft(m.argv[number] if known and m.argv and number is not None else HOLE))
    if atom.name in {"typing.Annotated", "typing_extensions.Annotated"}:
        return index
    return Value((atom,))


def _of_instance(m: Machine, atom: Instance, index: Value, node: ast.AST) -> Value:
    known = atom.attrs.get(index.text() or "[]") or atom.attrs.get("[]")
    if known is not None:
        return known
    if atom.type in {"os.environ", "streamlit.secrets"}:
        return join(*(m.environment(name, UNKNOWN, node) for name in index.texts()))
    return Value((Instance(f"{atom.type}.[]", atom.resource),))
