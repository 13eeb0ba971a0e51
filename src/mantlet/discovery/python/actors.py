"""What runs apart from who calls it: deployments, actors and runners of serving frameworks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.clues import Move, Thing
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.resources import argument, find
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import HOLE, UNKNOWN, Class, Instance, Object, Value

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

MAKING = frozenset({"bind", "deploy", "remote", "get_handle"})
"""Methods of a class that make an object of it elsewhere, or hand on the one that was made."""
SETTING = frozenset({"options"})


def known(m: Machine, cls: Class) -> Object | None:
    """Return the object of a class that runs apart."""
    return next((made for other, made in m.servants if other is cls), None)


def made(
    m: Machine, cls: Class, name: str, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """`Deployment.bind(model)`, `Actor.remote(path)`, `Deployment.get_handle()`: the object behind the handle."""
    found = known(m, cls)
    if found is not None and (name == "get_handle" or (not args and not named)):
        return Value((found,))
    result = m.acts.call(m, Value((cls,)), args if name != "get_handle" else [], named, node)
    fresh = result.first(Object)
    if fresh is not None and (id(cls.node) in m.apart or found is None):
        m.servants[:] = [(other, item) for other, item in m.servants if other is not cls]
        m.servants.append((cls, fresh))
    return result


def depends(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`bentoml.depends(Other)`, `bentoml.Runner(Runnable)`: an object of a class that runs apart."""
    del api, name, recv
    target = args[0] if args else next(iter(named.values()), UNKNOWN)
    cls = target.first(Class)
    if cls is None:
        return UNKNOWN
    apart(m, cls)
    return made(m, cls, "get_handle", [], {}, node)


def apart(m: Machine, cls: Class) -> None:
    """Note that objects of a class run apart from who calls them."""
    m.apart.add(id(cls.node))
    m.trace.apart.add(f"{cls.module.code}#{cls.name}")


def runner(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`load_runner("model", name=…)`, `model.to_runner()`: a process that answers with a model."""
    del name
    models = find(m, api, argument(api.arg, args, named, recv), node, recv)
    label = one(named.get("name") or UNKNOWN)
    label = f"{models[0].name} runner" if HOLE in label and models else label
    at = m.at(node)
    key = f"stage:{at.path}#{label.replace(HOLE, '') or at.line}"
    m.clues.append(Thing(key, "inference-service", label.replace(HOLE, "") or "runner", at, 0.85))
    for model in models[:1]:
        m.shown(model)
        m.clues.append(Move(model.key, key, at, "model", opened_by=key))
    answering = Instance(api.returns)
    answering.extra["key"] = key
    return Value((answering,))
