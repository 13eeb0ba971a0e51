"""Work that is handed to a queue and done elsewhere: Celery's brokers, tasks and results, results of steps by name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mantlet.discovery.clues import Move
from mantlet.discovery.python import paths
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.given import everything, use_all
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import HOLE, UNKNOWN, Function, Instance, Sequence, Value

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def make(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Make a Celery application: who hands on the work, and where results are kept."""
    del name, recv
    broker = _place(
        m, named.get("broker") or (args[2] if len(args) > 2 else UNKNOWN), "queue", "Celery broker", node
    )
    made = Instance(api.returns, broker)
    if "backend" in named:
        made.extra["backend"] = _place(m, named["backend"], "cache", "Celery results", node)
    m.celery.append(made)
    return Value((made,))


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
    broker = broker_of(m)
    if broker is None:
        return None
    m.event("store", node, broker, "task")
    use_all(m, everything(args, named), node, broker)
    return Value((Instance("celery.result.AsyncResult", backend_of(m)),))


def enqueue(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`app.send_task("name", args=[…])`."""
    del api, name
    broker = next(
        (a.resource for a in recv.atoms if isinstance(a, Instance) and a.resource is not None), None
    )
    broker = broker or broker_of(m)
    if broker is not None:
        m.event("store", node, broker, "task")
        use_all(m, everything(args, named), node, broker)
    return Value((Instance("celery.result.AsyncResult", backend_of(m)),))


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
    broker, backend = broker_of(m), backend_of(m)
    if broker is not None:
        m.event("receive", function.node, broker, "task")
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
