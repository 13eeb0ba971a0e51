"""Calls that put services and pipelines together: applications, routers, dependencies."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mantlet.discovery.clues import Move, Thing
from mantlet.discovery.python import django, graphs, imports
from mantlet.discovery.python.attributes import of_class
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.parts import VERBS, Route, Task
from mantlet.discovery.python.resources import argument
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Class,
    Function,
    Instance,
    Mapping,
    Method,
    Object,
    Partial,
    Sequence,
    Value,
    join,
)
from mantlet.discovery.readers._kinds import step_type

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

_ANSWERS = (
    "post", "get", "put", "patch", "delete", "form_valid", "predict", "list", "create", "retrieve", "update", "destroy",
    "get_queryset", "get_context_data",
)  # fmt: skip
_POSTED = {"form_valid": "POST", "create": "POST", "update": "PUT", "destroy": "DELETE"}
DOES = frozenset({"app", "router", "include", "depends", "add-route", "lifecycle", "run-app", "schedule"})


def do(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Do what the catalogue says of a framework's call."""
    if api.do in {"app", "router"}:
        return _made(m, api, name, args, named, node)
    if api.do == "include":
        return _included(args, named, recv)
    if api.do == "depends":
        made = Instance(api.returns or name)
        made.extra["depends"] = named.get("dependency") or (args[0] if args else UNKNOWN)
        return Value((made,))
    if api.do == "add-route":
        return _added(m, name, args, named, node, recv)
    if api.do == "lifecycle":
        handler = args[-1] if args else named.get("func", UNKNOWN)
        m.startups += [(atom, recv) for atom in handler.atoms if isinstance(atom, Function)]
    elif api.do == "schedule":
        return _scheduled(m, api, args, named, node)
    return UNKNOWN


def _made(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    made = Instance(api.returns or name)
    prefix = one(named.get("prefix") or named.get("url_prefix") or UNKNOWN)
    made.extra["prefix"] = "" if prefix == HOLE else prefix.replace(HOLE, "*")
    made.extra["at"] = m.at(node)
    made.extra["api"] = api
    made.extra["root"] = (
        next((frame.number for frame in m.frame.up() if frame.parent is None), None) if m.frame else None
    )
    title = named.get("title") or named.get("name") or argument(api.arg, args, named, UNKNOWN)
    made.extra["title"] = (title.text() or "").replace(HOLE, "").strip()
    if api.do == "app":
        m.apps.append(made)
        for key in ("lifespan", "on_startup"):
            if key in named:
                for atom in named[key].atoms:
                    if isinstance(atom, Function):
                        m.startups.append((atom, Value((made,))))
        _routes(m, made, named.get("routes", UNKNOWN), node)
    return Value((made,))


def _routes(m: Machine, app: Instance, routes: Value, node: ast.AST) -> None:
    """Take routes that are handed to the constructor."""
    for item in (routes.first(Sequence) or Sequence()).items:
        for atom in item.atoms:
            if isinstance(atom, Instance) and "route" in atom.extra:
                atom.extra["route"].app = app
    del m, node


def _included(args: list[Value], named: dict[str, Value], recv: Value) -> Value:
    prefix = one(named.get("prefix") or named.get("url_prefix") or UNKNOWN)
    prefix = "" if prefix == HOLE else prefix.replace(HOLE, "*")
    for value in [*args, *named.values()]:
        if not prefix and value.texts():
            prefix = value.text() or ""
        for child in value.atoms:
            if isinstance(child, Instance) and "prefix" in child.extra:
                for parent in recv.atoms:
                    if isinstance(parent, Instance) and parent is not child:
                        child.extra.setdefault("parents", []).append((parent, prefix))
    return UNKNOWN


def _added(
    m: Machine, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`app.add_api_route(path, handler)`, `web.post(path, handler)`, `path("x/", view)`."""
    values = [*args, *named.values()]
    text = next((value.text() or "" for value in values if value.texts()), "")
    verb = name.rpartition(".")[2].removeprefix("add_")
    methods = [verb.upper()] if verb in VERBS and "route" not in verb else ["ANY"]
    given = named.get("methods", UNKNOWN).first(Sequence)
    if given is not None and given.items:
        methods = [one(item).upper() for item in given.items]
    made = Instance("web.route")
    addressed = name.startswith(("django.urls", "django.conf.urls"))
    if addressed:
        router, text = _addresses(m, node), django.plain(text)
        for value in values:
            for atom in value.atoms:
                if isinstance(atom, Instance) and "prefix" in atom.extra:
                    atom.extra.setdefault("parents", []).append((router, text.replace(HOLE, "*")))
                    return Value((made,))
        recv = Value((router,))
    owner = next((a for a in recv.atoms if isinstance(a, Instance)), None)
    for atom in (atom for value in values for atom in value.atoms):
        handlers = (
            [atom] if isinstance(atom, Function) else _handlers(atom) if isinstance(atom, Class) else []
        )
        for function in handlers:
            verbs = methods
            if methods == ["ANY"] and (addressed or function.cls is not None):
                verbs = [_verb_of(function)]
            route = Route(owner, verbs, text.replace(HOLE, "*"), function, m.at(node))
            m.routes.append(route)
            made.extra["route"] = route
        if handlers:
            return Value((made,))
    return Value((made,))


def _handlers(cls: Class) -> list[Function]:
    """Return the methods of a class that answer requests, bound to an object of it."""
    made = Object(cls)
    found = [of_class(cls, name, made) for name in _ANSWERS]
    functions = [value.first(Function) for value in found if value is not None]
    return [function for function in functions if function is not None][:4]


def _addresses(m: Machine, node: ast.AST, path: str = "") -> Instance:
    """Return the router that a file of addresses is."""
    path = path or (m.module.path if m.module else "")
    if path not in m.urls:
        made = Instance("django.urls")
        made.extra |= {
            "prefix": "",
            "at": m.at(node),
            "root": None,
            "title": "",
            "api": Api(call="", type="web-service", name="Django application"),
        }
        m.urls[path] = made
    return m.urls[path]


def include(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`include("app.urls")`: the addresses of another file under a prefix."""
    del api, name, named, recv
    for atom in args[0].atoms if args else ():
        if isinstance(atom, Method) and isinstance(atom.owner, Instance) and "prefix" in atom.owner.extra:
            return Value((atom.owner,))  # `router.urls`
    found = (
        m.project.find(one(args[0]), m.module.path if m.module else "") if args and args[0].texts() else ""
    )
    if not found.endswith(".py"):
        return UNKNOWN
    imports.load(m, found, node)
    return Value((_addresses(m, node, found),))


def _verb_of(function: Function) -> str:
    """Return the verb that a view is for, as far as what it reads of the request tells."""
    name = function.name.rpartition(".")[2]
    if name in _POSTED:
        return _POSTED[name]
    name = name.upper()
    if name in {"GET", "POST", "PUT", "DELETE", "PATCH"}:
        return name
    told = {part.attr for part in ast.walk(function.node) if isinstance(part, ast.Attribute)}
    return "POST" if told & {"POST", "FILES", "body"} else "GET"


def _scheduled(m: Machine, api: Api, args: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
    """`PythonOperator(python_callable=f)`: a step that a scheduler calls."""
    target = (
        named.get("python_callable") or named.get("func") or named.get("fn") or (args[0] if args else UNKNOWN)
    )
    name = one(named.get("task_id") or named.get("name") or UNKNOWN)
    label = "" if HOLE in name else name
    at = m.at(node)
    made = Instance("airflow.operator")
    made.extra["key"] = f"stage:{at.path}#{label or at.line}"
    made.attrs["output"] = Value((_output(made.extra["key"]),))
    for source, said in graphs.sources(join(named.get("op_kwargs", UNKNOWN), named.get("op_args", UNKNOWN))):
        m.clues.append(Move(source, made.extra["key"], at, said or "result"))
    found = [function for atom in target.atoms for function in _callables(atom)]
    for function, before, given in found[:1]:
        task = Task("task", function, at, label or function.name, api.role, "", {})
        keywords = dict(given)
        task.args = {
            "op_kwargs": named.get("op_kwargs", UNKNOWN),
            "op_args": named.get("op_args", UNKNOWN),
            "given": Value((Mapping(dict(keywords)),)),
        }
        task.before = before
        task.key = made.extra["key"]
        m.tasks.append(task)
    if not found and label:
        m.clues.append(Thing(made.extra["key"], step_type(label), label, at, 0.75))
        m.unclear(node, f"the step {label} calls something that isn't clear")
    return Value((made,))


def _output(key: str) -> Instance:
    made = Instance("airflow.output")
    made.extra["from"] = key
    return made


def _callables(atom: Any) -> list[tuple[Function, list[Value], dict[str, Value]]]:
    """Return the functions that a callable stands for, with the arguments that it brings."""
    if isinstance(atom, Function):
        return [(atom, [], {})]
    if isinstance(atom, Partial):
        return [
            (inner[0], [*inner[1], *atom.args], {**inner[2], **atom.named})
            for a in atom.target.atoms
            for inner in _callables(a)
        ]
    if isinstance(atom, Object):
        method = of_class(atom.cls, "__call__", atom)
        return [
            (inner, [], {})
            for inner in (method.atoms if method is not None else ())
            if isinstance(inner, Function)
        ]
    return []


_: Any = None
