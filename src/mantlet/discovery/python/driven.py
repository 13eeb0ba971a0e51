"""What frameworks drive: services with their routes, tasks of pipelines, tools, classes with methods they call."""

from __future__ import annotations

from typing import Any

from mantlet.discovery.clues import Move, Thing, Where
from mantlet.discovery.python import actors, django, queues, web
from mantlet.discovery.python.calls import call_function, run_body
from mantlet.discovery.python.machine import Machine
from mantlet.discovery.python.parts import Task
from mantlet.discovery.python.trace import Entry
from mantlet.discovery.python.values import (
    UNKNOWN,
    Class,
    Function,
    Instance,
    Mapping,
    Object,
    Sequence,
    Value,
    join,
)

PIPELINES = frozenset({"task", "flow", "command", "tool", "serve"})


def read_services(m: Machine) -> None:
    """Read what runs when a service starts, then its routes."""
    for function, app in m.startups:
        m.fresh()
        where = Where(function.module.path, function.node.lineno)
        with m.entering(m.function_code(function), where, where, function.module, entry="startup") as frame:
            root = next((atom.extra.get("root") for atom in app.atoms if isinstance(atom, Instance)), None)
            frame.parent = m.trace.frames[root] if root is not None else None
            m.importing = 1
            needed = len(function.node.args.args) - (function.owner is not None)
            call_function(m, function, [app] * needed, {}, function.node)
            m.importing = 0
    for task in m.tasks:
        if task.kind == "startup":
            _run_task(m, task, "startup")
    m.apps += [made for made in m.urls.values() if not made.extra.get("parents")]
    for app in m.apps:
        api = app.extra["api"]
        entry = Entry(
            f"app:{app.extra['at']}",
            "app",
            app.extra["title"] or api.name or app.type.rpartition(".")[2],
            app.extra["at"],
            type=api.type or "web-service",
        )
        app.extra["entry"] = entry
        m.trace.entries.append(entry)
        if app.type == "django.urls":
            django.site(m, app)
    mounted = {
        (route.methods[0], path)
        for route in m.routes
        for app, path in web.full_paths(route)
        if isinstance(app, Instance) and "entry" in app.extra
    }
    for route in m.routes:
        for app, path in web.full_paths(route):
            loose = not (isinstance(app, Instance) and "entry" in app.extra)
            if loose and (route.methods[0], path) in mounted:
                continue  # a router that no application includes, besides one that is
            entry = web.handle(m, route, app, path)
            owner = app.extra.get("entry") if isinstance(app, Instance) else None
            entry.parent = owner.code if owner is not None else ""
            m.trace.entries.append(entry)


def read_tasks(m: Machine) -> None:
    """Read tools, the steps of pipelines, assets and the classes that a framework drives."""
    _tools(m)
    pipelines = [
        task for task in m.tasks if task.kind in PIPELINES and (task.key or task.function.cls is None)
    ]
    for task in sorted(pipelines, key=lambda item: item.kind == "task"):
        code = m.function_code(task.function)
        if (
            task.kind in {"task", "flow"}
            and task.group != "graph"
            and not task.key
            and any(frame.code == code for frame in m.trace.frames)
        ):
            _step(m, task, code)
        else:
            _run_task(m, task, task.kind)
    _assets(m)
    for api, cls, at in m.classes:
        _run_class(m, api, cls, at)


def _assets(m: Machine) -> None:
    """Connect assets by their parameters, which have the names of what they come from."""
    for function in m.assets.values():
        for part in function.node.args.args:
            source = m.assets.get(part.arg)
            if source is not None and source is not function:
                at = Where(function.module.path, function.node.lineno)
                m.clues.append(
                    Move(m.function_code(source), m.function_code(function), at, part.arg.replace("_", " "))
                )


def _run_task(m: Machine, task: Task, kind: str) -> None:
    function = task.function
    where = Where(function.module.path, function.node.lineno)
    code = task.key or m.function_code(function)
    m.fresh()
    m.returned.append([])
    m.active.append(function.node)
    importing, m.importing = m.importing, 1 if kind == "startup" else 0
    with m.entering(code, where, where, function.module, entry=kind) as frame:
        given: dict[str, Value] = {}
        for atom in join(task.args.get("given", UNKNOWN), task.args.get("op_kwargs", UNKNOWN)).atoms:
            if isinstance(atom, Mapping):
                given |= {key: value for key, value in atom.items.items() if isinstance(key, str)}
        first = task.args.get("op_args", UNKNOWN).first(Sequence)
        run_body(m, function, [*task.before, *(first.items if first is not None else [])], given)
        _results(m, task, function)
        for atom in task.args.get(" from", UNKNOWN).atoms:
            if isinstance(atom, Instance) and kind == "serve":
                m.event("receive", function.node, atom.resource, "messages", "exchange")
                m.event("store", function.node, atom.resource, "answers")
        if task.type == "stream-processor":
            queues.working(m, function, join(*m.returned[-1]))
    m.importing = importing
    m.active.pop()
    m.returned.pop()
    if kind != "startup":
        entry = Entry(
            code, kind, task.name or function.name.rpartition(".")[2], task.at, frame, type=task.type
        )
        entry.places = [where]
        entry.parent = task.group
        m.trace.entries.append(entry)


def _tools(m: Machine) -> None:
    """Tools of a server are called by clients that nobody names."""
    for task in m.tasks:
        server = next((app for app in m.apps if task.kind == "tool" and app.type == task.group), None)
        if server is not None:
            code = m.function_code(task.function)
            task.group = server.extra["entry"].code
            m.clues += [
                Thing(
                    "who:agent",
                    "partner-agent",
                    "MCP client",
                    server.extra["at"],
                    0.7,
                    also=("agent", "client"),
                ),
                Move("who:agent", code, task.at, "tool call", opened_by="who:agent"),
                Move(code, "who:agent", task.at, "tool result", opened_by="who:agent"),
            ]


def _step(m: Machine, task: Task, code: str) -> None:
    """A step that a pipeline was seen to call needs no reading of its own."""
    where = Where(task.function.module.path, task.function.node.lineno)
    entry = Entry(
        code,
        "step" if task.kind == "task" else "flow",
        task.name or task.function.name.rpartition(".")[2],
        task.at,
        type=task.type,
        parent=task.group,
        places=[where],
    )
    m.trace.entries.append(entry)


def _results(m: Machine, task: Task, function: Function) -> None:
    """What a task returns may be written where its decorator says."""
    for value in task.results:
        for atom in value.atoms:
            if isinstance(atom, Instance) and atom.resource is not None:
                m.event("store", function.node, atom.resource)
                for returned in m.returned[-1]:
                    m.use(returned, function.node, atom.resource)


def _run_class(m: Machine, api: Any, cls: Class, at: Where) -> None:
    """Read the methods of a class that a framework drives, in the order they are written."""
    if any(route.function.cls is cls for route in m.routes):
        return
    made = actors.known(m, cls) or Object(cls)
    code = f"{cls.module.code}#{cls.name}"
    where = Where(cls.module.path, cls.node.lineno)
    m.fresh()
    with m.entering(code, where, at, cls.module, entry=api.do, owner=code) as frame:
        for value in list(cls.attrs.values()):
            for atom in value.atoms:
                if isinstance(atom, Function):
                    if id(atom.node) in m.steps_of:
                        _step(m, m.steps_of[id(atom.node)], m.function_code(atom))
                    bound = Function(atom.node, atom.module, atom.name, atom.outer, made, cls)
                    count = max(len(atom.node.args.args) - 1, 0)
                    call_function(m, bound, [Value((), m.made())] * count, {}, atom.node)
    entry = Entry(code, api.do, cls.name, at, frame, type=api.type or api.role)
    entry.places = [where]
    m.trace.entries.append(entry)
