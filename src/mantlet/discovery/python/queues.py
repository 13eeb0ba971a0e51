"""Work that is handed to a queue and done elsewhere: brokers, tasks and results, results of steps by name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mantlet.discovery.clues import Move, Where
from mantlet.discovery.python import imports, paths
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.given import everything, use_all
from mantlet.discovery.python.parts import Task
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Class,
    Function,
    Instance,
    Mapping,
    Method,
    ModuleRef,
    Sequence,
    Value,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def make(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Make a Celery application: who hands on the work, and where results are kept."""
    del name, recv
    given = named.get("broker") or (args[2] if len(args) > 2 else _set(m, "CELERY_BROKER_URL"))
    made = Instance(api.returns, _place(m, given, "queue", "Celery broker", node))
    kept = named.get("backend") or _set(m, "CELERY_RESULT_BACKEND")
    if kept.atoms:
        made.extra["backend"] = _place(m, kept, "cache", "Celery results", node)
    m.celery.append(made)
    return Value((made,))


def _set(m: Machine, name: str) -> Value:
    """Return what a variable of the environment is set to that the library reads by itself."""
    return m.environment(name) if name in m.settings.environment else UNKNOWN


def broker(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`Queue(connection=redis)`, `RedisBroker(url=…)`: where work is handed over."""
    del name, recv
    given = [
        atom.resource
        for value in everything(args, named)
        for atom in value.atoms
        if isinstance(atom, Instance) and atom.resource is not None
    ]
    address = next((named[word] for word in ("url", "host", "broker_url") if word in named), UNKNOWN)
    made = Instance(api.returns, given[0] if given else _place(m, address, "queue", api.name, node))
    m.celery.append(made)
    return Value((made,))


def configured(m: Machine, owner: Any, named: dict[str, Value], node: ast.AST) -> None:
    """Take `app.conf.broker_url = …` and the like."""
    while isinstance(owner, Method):
        owner = owner.owner
    if not any(owner is made for made in m.celery):
        return
    for name, value in named.items():
        last = name.lower().removeprefix("celery_")
        if last == "broker_url" and value.texts():
            owner.resource = _place(m, value, "queue", "Celery broker", node)
        elif last == "result_backend" and value.texts():
            owner.extra["backend"] = _place(m, value, "cache", "Celery results", node)


def configure(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`app.conf.update(broker_url=…)`, `app.config_from_object("settings")`: a module or a class of settings."""
    del api, name
    settings = dict(named)
    for value in args:
        for atom in value.atoms:
            if isinstance(atom, str):
                settings |= _module(m, str(atom), node)
            elif isinstance(atom, Mapping):
                settings |= {key: item for key, item in atom.items.items() if isinstance(key, str)}
            elif isinstance(atom, ModuleRef):
                settings |= atom.module.scope.names
            elif isinstance(atom, Class):
                settings |= atom.attrs
    for atom in recv.atoms:
        configured(m, atom, settings, node)
    return UNKNOWN


def _module(m: Machine, name: str, node: ast.AST) -> dict[str, Value]:
    here = m.module.path if m.module else ""
    found = m.project.find(name.partition(":")[0], here) if not name.startswith("django") else ""
    if not found.endswith(".py"):
        found = next((path for path in m.project.paths if path.rpartition("/")[2] == "settings.py"), "")
    module = imports.load(m, found, node) if found else None
    return dict(module.scope.names) if module is not None else {}


def _line(m: Machine) -> ast.AST:
    return ast.Pass(lineno=m.line)


def _place(m: Machine, value: Value, kind: str, name: str, node: ast.AST) -> Resource:
    for text in value.texts():
        key = paths.of_address(text)
        if key:
            return m.resource(key, kind, paths.name_of(key), m.at(node))
    key = "queue:celery" if kind == "queue" else "db:celery-results"
    return m.resource(key, kind, name, m.at(node))


def broker_of(m: Machine) -> Resource | None:
    """Return where the repository's tasks are handed over."""
    return next((made.resource for made in m.celery if made.resource is not None), None)


def backend_of(m: Machine) -> Resource | None:
    """Return where results of tasks are kept."""
    return next((made.extra["backend"] for made in m.celery if "backend" in made.extra), None)


def hand_over(
    m: Machine, task: Any, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value | None:
    """`task.delay(x)`: the arguments go to the broker; None where the function is no such task."""
    if task is None or task.type != "stream-processor":
        return None
    return _handed(m, _known(m, node), [*args, *named.values()], node)


def _known(m: Machine, node: ast.AST) -> Resource:
    """Return the broker; a library has one by default, wherever that is."""
    return broker_of(m) or m.resource("queue:celery", "queue", "task queue", m.at(node))


def _handed(m: Machine, place: Resource, values: list[Value], node: ast.AST) -> Value:
    m.event("store", node, place, "task")
    use_all(m, values, node, place)
    return Value((Instance("celery.result.AsyncResult", backend_of(m)),))


def enqueue_function(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`queue.enqueue(function, x)`: the function runs in a worker."""
    del api, name
    for value in (*args[:2], named.get("func", UNKNOWN), named.get("f", UNKNOWN)):
        for atom in value.atoms:
            function = _named(m, str(atom)) if isinstance(atom, str) and atom.count(".") else atom
            if isinstance(function, Function) and id(function.node) not in m.steps_of:
                where = Where(function.module.path, function.node.lineno)
                task = Task("task", function, where, "", "stream-processor")
                m.steps_of[id(function.node)] = task
                m.tasks.append(task)
    place = next((a.resource for a in recv.atoms if isinstance(a, Instance) and a.resource), None)
    given = [value for value in everything(args, named) if value.first(Function) is None]
    return _handed(m, place or _known(m, node), given, node)


def _named(m: Machine, name: str) -> Function | None:
    """Return the function that a text names by its module."""
    found = m.project.find(name.rpartition(".")[0], m.module.path if m.module else "")
    module = imports.load(m, found, _line(m)) if found.endswith(".py") else None
    value = module.scope.get(name.rpartition(".")[2]) if module is not None else None
    return value.first(Function) if value is not None else None


def enqueue(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`app.send_task("name", args=[…])`."""
    del api, name
    place = next((a.resource for a in recv.atoms if isinstance(a, Instance) and a.resource), None)
    return _handed(m, place or _known(m, node), everything(args, named), node)


def result(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`AsyncResult(id)`: what a task returned is asked of the backend."""
    del api, name, args, named, recv
    backend = backend_of(m)
    if backend is None:
        return Value((Instance("celery.result.AsyncResult"),))
    m.event("receive", node, backend, "result")
    return Value((Instance("celery.result.AsyncResult", backend),), m.asked(backend))


def working(m: Machine, function: Function, returned: Value) -> None:
    """A worker takes its arguments from the broker, and its result goes to the backend."""
    backend = backend_of(m)
    m.event("receive", function.node, _known(m, function.node), "task", "exchange")
    if backend is not None and (returned.atoms or returned.origins):
        m.event("store", function.node, backend, "result")


def pulled(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`ti.xcom_pull(task_ids="extract")`: what another step returned."""
    del api, name, recv
    given = named.get("task_ids") or (args[0] if args else UNKNOWN)
    listed = given.first(Sequence)
    names = [one(item) for item in listed.items] if listed is not None else given.texts()
    root = next((frame for frame in m.frame.up() if frame.parent is None), None) if m.frame else None
    for label in names:
        for task in m.tasks:
            if (
                task.name == label
                and HOLE not in label
                and root is not None
                and task.key
                and task.key != root.code
            ):
                m.clues.append(Move(task.key, root.code, m.at(node), "result"))
    return Value((), m.made())
