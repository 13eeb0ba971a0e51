"""Decorators that give functions a part: endpoint, task, command, tool."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from msgspec import structs

from mantlet.discovery.clues import Where
from mantlet.discovery.python import actors, documents
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.chains import chain_of
from mantlet.discovery.python.expressions import evaluate
from mantlet.discovery.python.parts import VERBS, Route, Task
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Method,
    Partial,
    Scope,
    Sequence,
    Value,
    constant,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def decorated(m: Machine, function: Function, value: Value, scope: Scope) -> Value:
    """Apply a function's decorators, the innermost first."""
    for node in reversed(function.node.decorator_list) if not isinstance(function.node, ast.Lambda) else ():
        value = _one(m, function, value, node, scope)
    return value


def _one(m: Machine, function: Function, value: Value, node: ast.expr, scope: Scope) -> Value:
    call = node if isinstance(node, ast.Call) else None
    target = evaluate(m, call.func if call else node, scope)
    for atom in target.atoms:
        name, owner = _name(atom)
        api = m.catalogue.find(name) if name else None
        if api is None:
            continue
        args = [evaluate(m, part, scope) for part in call.args] if call else []
        named = {k.arg: evaluate(m, k.value, scope) for k in call.keywords if k.arg} if call else {}
        if api.do == "route":
            _route(m, owner, name.rpartition(".")[2], args, named, function, node)
        elif api.do == "config":
            folder = one(named.get("config_path") or (args[0] if args else constant("")))
            settings = documents.hydra(
                m, "" if folder == HOLE else folder, one(named.get("config_name") or constant("config"))
            )
            return Value((Partial(value, [settings], {}),))
        elif api.do == "option":
            value = _option(value, args, named)
        elif api.do == "asset":
            m.assets[function.name.rpartition(".")[2]] = function
            _task(m, structs.replace(api, do="task"), owner, args, named, function, node)
        elif api.role == "inference-service" and isinstance(owner, Instance) and "prefix" in owner.extra:
            path = "/" + function.name.rpartition(".")[2]
            m.routes.append(Route(owner, ["POST"], path, function, m.at(node)))
        elif api.do == "app":
            _task(m, structs.replace(api, do="serve"), owner, args, named, function, node)
        elif api.do == "serve" and api.role == "inference-service":
            m.answering[id(function.node)] = m.at(node)
            _task(m, api, owner, args, named, function, node)
        elif api.do in {"task", "flow", "startup", "tool", "command", "serve"}:
            _task(m, api, owner, args, named, function, node)
    return value


def _name(atom: Any) -> tuple[str, Any]:
    """Return the qualified name of a decorator and the object that it is a method of."""
    if isinstance(atom, External):
        return atom.name, None
    if isinstance(atom, Method) and isinstance(atom.owner, Instance):
        return f"{atom.owner.type}.{atom.name}", atom.owner
    if isinstance(atom, Method) and isinstance(atom.owner, Method):
        name, owner = chain_of(atom)
        return name, owner
    if isinstance(atom, Instance):
        return atom.type, atom
    return "", None


def _route(
    m: Machine,
    owner: Any,
    verb: str,
    args: list[Value],
    named: dict[str, Value],
    function: Function,
    node: ast.expr,
) -> None:
    text = one(named.get("path") or named.get("rule") or (args[0] if args else constant("/")))
    methods = [verb.upper()] if verb in VERBS and verb not in {"route", "api_route"} else ["GET"]
    given = named.get("methods", UNKNOWN).first(Sequence)
    if given is not None:
        methods = (
            sorted((one(item).upper() for item in given.items), key=lambda verb: verb == "GET") or methods
        )
    if verb.startswith("websocket"):
        methods = ["WS"]
    m.routes.append(
        Route(
            owner, methods, text.replace(HOLE, "*"), function, m.at(node), named.get("dependencies", UNKNOWN)
        )
    )


def _option(value: Value, args: list[Value], named: dict[str, Value]) -> Value:
    """A command's option is a parameter with a default."""
    flags = [text for item in args for text in item.texts()]
    long = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
    bare = next((flag for flag in flags if flag.isidentifier()), long.lstrip("-").replace("-", "_").lower())
    given = {bare: named["default"]} if bare and "default" in named else {}
    first = value.first(Partial)
    if first is not None:
        return Value((Partial(first.target, first.args, {**first.named, **given}),))
    return Value((Partial(value, [], given),))


def _task(
    m: Machine,
    api: Api,
    owner: Any,
    args: list[Value],
    named: dict[str, Value],
    function: Function,
    node: ast.expr,
) -> None:
    name = one(
        named.get("name")
        or named.get("task_id")
        or named.get("dag_id")
        or (args[0] if args and api.do in {"flow", "tool"} else UNKNOWN)
    )
    group = str(owner.type) if isinstance(owner, Instance) else ""
    if isinstance(owner, Instance) and owner.resource is not None:
        named = {**named, " from": Value((owner,))}
    task = Task(
        api.do, function, m.at(node), "" if HOLE in name else name, api.role or api.type, group, named
    )
    result = named.get("result")
    if result is not None:
        task.results.append(result)
    if api.do == "task":
        m.steps_of[id(function.node)] = task
    m.tasks.append(task)


def _answers(m: Machine, api: Api, cls: Class, at: Where) -> None:
    """A service that is a class answers requests by the names of its methods."""
    answering = [
        a
        for v in cls.attrs.values()
        for a in v.atoms
        if isinstance(a, Function) and id(a.node) in m.answering
    ]
    if not answering:
        return
    made = Instance(api.returns or "service")
    made.extra |= {"prefix": "", "at": at, "api": api, "root": None, "title": cls.node.name}
    m.apps.append(made)
    for function in answering:
        path = "/" + function.name.rpartition(".")[2]
        m.routes.append(Route(made, ["POST"], path, function, m.answering[id(function.node)]))


def decorated_class(m: Machine, cls: Class, scope: Scope) -> Value:
    """Apply a class's decorators: services are classes in some frameworks."""
    for node in cls.node.decorator_list:
        call = node if isinstance(node, ast.Call) else None
        for atom in evaluate(m, call.func if call else node, scope).atoms:
            name, _ = _name(atom)
            api = m.catalogue.find(name) if name else None
            if api is not None and api.do in {"app", "flow", "tool"}:
                m.classes.append((api, cls, m.at(node)))
                if api.do == "app":
                    actors.apart(m, cls)
                _answers(m, api, cls, m.at(node))
    for base in cls.externals():
        api = m.catalogue.find(base)
        if api is not None and api.do in {"app", "flow", "tool", "task"}:
            m.classes.append((api, cls, Where(cls.module.path, cls.node.lineno)))
    return Value((cls,))
