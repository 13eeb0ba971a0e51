"""Tasks of Luigi: what they put out, and what they are given by those that they require."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python.attributes import of_class
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.resources import argument, find
from mantlet.discovery.python.values import UNKNOWN, Instance, Mapping, Object, Sequence, Value, join

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def target(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`LocalTarget(path)`: a place that a task puts something."""
    del name, recv
    path = argument(api.arg, args, named, UNKNOWN)
    found = find(m, api, path, node, UNKNOWN)
    made = Instance(api.returns, found[0] if found else None)
    made.attrs |= {"path": path, "fn": path}
    return Value((made,))


def opened(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`self.output().open("w")`."""
    del api, name
    places = [
        atom.attrs["path"] for atom in recv.atoms if isinstance(atom, Instance) and "path" in atom.attrs
    ]
    return m.acts.open(m, [join(*places), *args], named, node) or UNKNOWN


def given(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`self.input()`: what the required tasks put out, in the form in which they are required."""
    del api, name, args, named
    found = [
        _put_out(m, _asked(m, atom, "requires", node), node, 0)
        for atom in recv.atoms
        if isinstance(atom, Object)
    ]
    return join(*found) if found else UNKNOWN


def _put_out(m: Machine, required: Value, node: ast.AST, depth: int) -> Value:
    found: list[Value] = []
    for atom in required.atoms if depth < 4 else ():
        if isinstance(atom, Object):
            found.append(_asked(m, atom, "output", node))
        elif isinstance(atom, Sequence):
            rest = _put_out(m, atom.rest, node, depth + 1)
            found.append(
                Value((Sequence([_put_out(m, item, node, depth + 1) for item in atom.items], rest),))
            )
        elif isinstance(atom, Mapping):
            items = {key: _put_out(m, item, node, depth + 1) for key, item in atom.items.items()}
            found.append(Value((Mapping(items),)))
    return join(*found) if found else UNKNOWN


def _asked(m: Machine, atom: Object, name: str, node: ast.AST) -> Value:
    method = of_class(atom.cls, name, atom)
    return m.acts.call(m, method, [], {}, node) if method is not None else UNKNOWN
