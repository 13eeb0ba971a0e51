"""Services: their routes with prefixes put together, and their handlers read with what frameworks pass them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from mantlet.discovery.clues import Where
from mantlet.discovery.python.calls import call, call_function, instantiate, run_body
from mantlet.discovery.python.expressions import evaluate
from mantlet.discovery.python.items import iterate
from mantlet.discovery.python.parts import Route
from mantlet.discovery.python.trace import Entry
from mantlet.discovery.python.values import (
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Object,
    Sequence,
    Value,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

REQUESTS = ("Request", "WebSocket", "HttpRequest", "HTTPConnection")
AUTHS = re.compile(
    r"(APIKey|OAuth2|HTTPBearer|HTTPBasic|HTTPAuthorization|login_required|jwt_required|token_required)"
)


def full_paths(route: Route) -> list[tuple[Any, str]]:
    """Return the apps that a route belongs to, with its whole path in each."""
    found: list[tuple[Any, str]] = []
    pending: list[tuple[Any, str, int]] = [(route.app, route.path, 0)]
    while pending:
        app, path, depth = pending.pop()
        own = app.extra.get("prefix", "") if isinstance(app, Instance) else ""
        path = _glue(own, path)
        parents = app.extra.get("parents", []) if isinstance(app, Instance) else []
        if not parents or depth > 6:
            found.append((app, path))
        for parent, prefix in parents:
            pending.append((parent, _glue(prefix, path), depth + 1))
    return found


def _glue(prefix: str, path: str) -> str:
    if not prefix or prefix == "/":
        return path if path.startswith("/") or not path else f"/{path}"
    joined = prefix.rstrip("/") + (path if path.startswith("/") or not path else f"/{path}")
    return joined if joined.startswith("/") else f"/{joined}"


def handle(m: Machine, route: Route, app: Any, path: str) -> Entry:
    """Read a handler as a request would reach it."""
    function = route.function
    where = Where(function.module.path, function.node.lineno)
    code = f"{m.function_code(function)}"
    entry = Entry(
        code, "endpoint", f"{route.methods[0]} {path}", route.at, route=f"{route.methods[0]} {path}"
    )
    entry.places = [where]
    entry.parent = str(id(app))
    m.fresh()
    if function.cls is not None and function.owner is None:
        function = _bound(m, function)
    m.returned.append([])
    m.active.append(function.node)
    with m.entering(code, where, route.at, function.module, entry="endpoint") as frame:
        entry.frame = frame
        parameters = _parameters(m, function, app, entry)
        for value in iterate(m, route.dependencies).atoms:
            _depended(m, value, app, entry)
        run_body(m, function, [], parameters)
    m.active.pop()
    m.returned.pop()
    return entry


def _bound(m: Machine, function: Function) -> Function:
    """Make the object whose method answers."""
    cls = function.cls
    if cls is None:
        return function
    owner = next((made for known, made in m.servants if known is cls), None)
    if owner is None:
        with m.entering(
            f"{cls.module.code}#{cls.name}",
            Where(cls.module.path, cls.node.lineno),
            m.at(cls.node),
            cls.module,
            entry="startup",
        ):
            owner = instantiate(m, cls, [], {}, cls.node).first(Object)
        m.servants.append((cls, owner))
    return Function(function.node, function.module, function.name, function.outer, owner, cls)


def _parameters(m: Machine, function: Function, app: Any, entry: Entry) -> dict[str, Value]:
    spec = function.node.args
    names = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    if function.owner is not None:
        names = names[1:]
    defaults = dict(
        zip([p.arg for p in (*spec.posonlyargs, *spec.args)][::-1], spec.defaults[::-1], strict=False)
    )
    defaults |= {p.arg: v for p, v in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if v is not None}
    outer = function.outer or function.module.scope
    return {part.arg: _parameter(m, part, defaults.get(part.arg), outer, app, entry) for part in names}


def _parameter(
    m: Machine, part: ast.arg, given: ast.expr | None, outer: Any, app: Any, entry: Entry
) -> Value:
    annotation = evaluate(m, part.annotation, outer) if part.annotation is not None else UNKNOWN
    fallback = evaluate(m, given, outer) if given is not None else UNKNOWN
    inside = annotation.first(Sequence)
    candidates = [
        *fallback.atoms,
        *(atom for item in (inside.items if inside else []) for atom in item.atoms),
    ]
    for atom in candidates:
        if isinstance(atom, Instance) and atom.extra.get("depends") is not None:
            return _depended(m, atom, app, entry)
    if inside is not None and inside.items:
        annotation = inside.items[0]
    found: list[Any] = []
    for atom in annotation.atoms:
        if isinstance(atom, Class):
            found.append(_body(m, atom))
        elif isinstance(atom, External):
            found.append(_framework(atom.name, app))
    if not found and part.arg in {"request", "websocket", "ws"}:
        found.append(_framework("starlette.requests.Request", app))
    return Value(tuple(found), m.made())


def _body(m: Machine, cls: Class) -> Object:
    """Make a request's body of the class that describes it."""
    made = Object(cls)
    for part in cls.lineage():
        for statement in part.node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                made.attrs[statement.target.id] = Value((), m.made())
    return made


def _framework(name: str, app: Any) -> Instance:
    made = Instance(name)
    if name.endswith(REQUESTS) and isinstance(app, Instance):
        made.attrs["app"] = Value((app,))
    return made


def _depended(m: Machine, atom: Any, app: Any, entry: Entry) -> Value:
    """Resolve `Depends(function)` as the framework would."""
    target = atom.extra.get("depends") if isinstance(atom, Instance) else None
    if target is None:
        return UNKNOWN
    found: list[Value] = []
    for item in target.atoms:
        if isinstance(item, Function):
            if AUTHS.search(item.name) or any(AUTHS.search(type_name) for type_name in _types(m, item)):
                entry.facts.setdefault("authenticated", ("yes", m.at(item.node)))
            arguments = _parameters(m, item, app, entry) if len(m.active) < 30 else {}
            value = call_function(m, item, [], arguments, item.node)
            inner = value.first(Sequence)
            found.append(inner.rest if inner is not None and not inner.items else value)
        elif isinstance(item, (Class, Object)):
            found.append(call(m, Value((item,)), [], {}, m.module.tree if m.module else ast.Pass()))
        elif isinstance(item, Instance) and AUTHS.search(item.type):
            entry.facts.setdefault("authenticated", ("yes", entry.at))
            found.append(Value((), m.made()))
    return join(*found) if found else Value((), m.made())


def _types(m: Machine, function: Function) -> list[str]:
    """Return the library classes that a dependency's own defaults use."""
    names: list[str] = []
    for given in (
        *function.node.args.defaults,
        *(v for v in function.node.args.kw_defaults if v is not None),
    ):
        for atom in evaluate(m, given, function.outer or function.module.scope).atoms:
            if isinstance(atom, Instance) and atom.extra.get("depends") is not None:
                names += [inner.type for inner in atom.extra["depends"].atoms if isinstance(inner, Instance)]
    return names
