"""Read a repository's Python as its entries would run it: scripts, services, tasks, what is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from mantlet.discovery.clues import Move, Thing, Where
from mantlet.discovery.python import queues, web, wire
from mantlet.discovery.python.calls import call_function, run_body
from mantlet.discovery.python.effects import is_model_class
from mantlet.discovery.python.machine import MAX_STEPS_PER_ENTRY, Machine, Settings
from mantlet.discovery.python.modules import Module
from mantlet.discovery.python.parts import Task
from mantlet.discovery.python.statements import run
from mantlet.discovery.python.trace import Entry, Trace
from mantlet.discovery.python.values import (
    UNKNOWN,
    Class,
    Function,
    Instance,
    Mapping,
    Object,
    Partial,
    Sequence,
    Value,
    join,
)

LEAST_STEPS = 40
"""Statements read of each function that nothing calls, however many there are of them."""
PIPELINES = frozenset({"task", "flow", "command", "tool", "serve"})


def read_python(texts: dict[str, str], settings: Settings) -> tuple[Trace, Machine]:
    """Return what is seen in Python files, by path relative to the repository's root."""
    machine = wire.machine(texts, settings)
    machine.project.roots = settings.roots
    _scripts(machine)
    _factories(machine)
    _services(machine)
    _tasks(machine)
    _conventions(machine)
    _left_over(machine)
    return machine.trace, machine


def _scripts(m: Machine) -> None:
    imported = _imported(m)
    roots = [path for path in m.project.paths if path not in imported]
    for path in roots:
        _script(m, path)
    for path in m.project.paths:
        module = m.project.module(path)
        if module is not None and module.state == "new":
            _script(m, path)
    for path in m.project.paths:
        module = m.project.module(path)
        if module is not None and module.mains and path in imported and _is_meant(m, path):
            _mains(m, module)


def _imported(m: Machine) -> set[str]:
    """Return the files that others import."""
    found: set[str] = set()
    for path in m.project.paths:
        module = m.project.module(path)
        if module is None:
            continue
        for node in _statements(module.tree.body):
            if isinstance(node, ast.Import):
                targets = [m.project.find(alias.name, path) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                source = (
                    m.project.find(node.module or "", path, node.level) if node.module or node.level else ""
                )
                targets = [source]
                if (source and not source.endswith(".py")) or source.endswith("__init__.py"):
                    inner = f"{node.module}." if node.module else ""
                    targets += [
                        m.project.find(f"{inner}{alias.name}", path, node.level) for alias in node.names
                    ]
            else:
                continue
            found.update(target for target in targets if target.endswith(".py") and target != path)
    return found


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    pending = list(body)
    while pending:
        node = pending.pop()
        yield node
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                pending += inner
        for handler in getattr(node, "handlers", ()):
            pending += handler.body


def _script(m: Machine, path: str) -> None:
    module = m.project.module(path)
    if module is None or module.state != "new":
        return
    runs = m.settings.arguments.get(path) or [()]
    for number, argv in enumerate(runs[:8]):
        module.state = "reading"
        m.missed = False
        _entry(m, module, module.tree.body, argv, number)
        if (
            m.missed and m.outside
        ):  # a page is run again and again, and keeps values from one time to the next
            _entry(m, module, module.tree.body, argv, number)
        module.state = "read"


def _entry(m: Machine, module: Module, body: list[ast.stmt], argv: tuple[str, ...], number: int) -> None:
    m.fresh()
    m.argv = (module.path, *argv) if argv else None
    code = module.code if not number else f"{module.code}@{number}"
    start = _main_line(body, module)
    m.importing = 1
    with m.entering(code, Where(module.path, 1), Where(module.path, start), module, entry="script") as frame:
        for node in body:
            if isinstance(node, ast.If) and node is body[-1]:
                m.importing = 0
            run(m, [node], module.scope)
    m.importing = 0
    m.argv = None
    m.trace.entries.append(Entry(code, "script", module.path, Where(module.path, start), frame))


def _main_line(body: list[ast.stmt], module: Module) -> int:
    """Return where a script starts: its main block's first line, else its first line."""
    for node in body:
        if (
            isinstance(node, ast.If)
            and isinstance(node.test, ast.Compare)
            and getattr(node.test.left, "id", "") == "__name__"
        ):
            return node.lineno
    del module
    return 1


_OPTIONS = re.compile(
    r"argparse|ArgumentParser|\bclick\b|\btyper\b|\bfire\b|sys\.argv|absl|tyro|hydra|simple_parsing|docopt"
)


def _is_meant(m: Machine, path: str) -> bool:
    """Tell whether a file that others import is meant to be run as well, and not only tried out."""
    return path in m.settings.arguments or bool(_OPTIONS.search(m.project.text(path)))


def _mains(m: Machine, module: Module) -> None:
    runs = m.settings.arguments.get(module.path)
    for number, argv in enumerate((runs or [()])[:8]):
        m.fresh()
        m.argv = (module.path, *argv) if argv else None
        code = module.code if not number else f"{module.code}@{number}"
        line = module.mains[0][0].lineno - 1
        before = m.options
        with m.entering(
            code, Where(module.path, 1), Where(module.path, line), module, entry="script"
        ) as frame:
            for body in module.mains:
                run(m, body, module.scope)
        kind = "script" if runs or m.options > before else "demo"
        m.trace.entries.append(Entry(code, kind, module.path, Where(module.path, line), frame))
    m.argv = None


_FACTORIES = frozenset(
    {
        "get_app",
        "create_app",
        "make_app",
        "build_app",
        "app_factory",
        "get_application",
        "create_application",
        "init_app",
    }
)


def _factories(m: Machine) -> None:
    """Call functions that a server calls to get the application."""
    reached = {frame.code for frame in m.trace.frames}
    for path in m.project.paths:
        module = m.project.module(path)
        if module is None:
            continue
        for name in sorted(_FACTORIES & module.scope.names.keys()):
            function = module.scope.names[name].first(Function)
            if (
                function is not None
                and function.module is module
                and m.function_code(function) not in reached
            ):
                _factory(m, module, function)


def _factory(m: Machine, module: Module, function: Function) -> None:
    where = Where(module.path, function.node.lineno)
    m.fresh()
    m.importing = 1
    with m.entering(module.code, Where(module.path, 1), where, module, entry="script") as frame:
        call_function(m, function, [UNKNOWN] * _needed(function), {}, function.node)
    m.importing = 0
    m.trace.entries.append(Entry(module.code, "script", module.path, where, frame))


def _services(m: Machine) -> None:
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
    for number, app in enumerate(m.apps):
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
        del number
    for route in m.routes:
        for app, path in web.full_paths(route):
            entry = web.handle(m, route, app, path)
            owner = app.extra.get("entry") if isinstance(app, Instance) else None
            entry.parent = owner.code if owner is not None else ""
            m.trace.entries.append(entry)


def _tasks(m: Machine) -> None:
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
    for function in m.assets.values():  # parameters have the names of what they come from
        for part in function.node.args.args:
            source = m.assets.get(part.arg)
            if source is not None and source is not function:
                at = Where(function.module.path, function.node.lineno)
                m.clues.append(
                    Move(m.function_code(source), m.function_code(function), at, part.arg.replace("_", " "))
                )
    for api, cls, at in m.classes:
        _run_class(m, api, cls, at)


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
    made = Object(cls)
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


def _left_over(m: Machine) -> None:
    """Read functions that nothing reached: somebody calls them from elsewhere."""
    reached = {frame.code for frame in m.trace.frames} | {m.function_code(task.function) for task in m.tasks}
    for path in m.project.paths:
        module = m.project.module(path)
        if module is None or module.state == "new":
            continue
        for value in list(module.scope.names.values()):
            for found in value.atoms:
                atom = found
                if isinstance(found, Partial):
                    atom = next((a for a in found.target.atoms if isinstance(a, Function)), None)
                if (
                    isinstance(atom, Function)
                    and atom.module is module
                    and m.function_code(atom) not in reached
                ):
                    before = len(m.trace.frames)
                    _call_loose(m, atom)
                    reached.update(frame.code for frame in m.trace.frames[before:])
                elif isinstance(atom, Class) and atom.module is module:
                    _read_loose(m, atom, reached)


def _call_loose(m: Machine, function: Function) -> None:
    where = Where(function.module.path, function.node.lineno)
    code = m.function_code(function)
    m.left = given_steps = max(LEAST_STEPS, min(MAX_STEPS_PER_ENTRY // 6, m.loose // 12))
    m.returned.append([])
    m.active.append(function.node)
    owner = f"{function.module.code}#{function.cls.name}" if function.cls else ""
    kind = "serve" if not owner and _is_handler(function) else "function"
    with m.entering(code, where, where, function.module, owner=owner, entry=kind) as frame:
        frame.quiet = function.cls is not None and is_model_class(function.cls.externals())
        run_body(m, function, [], {})
    m.loose -= given_steps - max(m.left, 0)
    m.active.pop()
    m.returned.pop()
    handles = function.cls is None and _is_handler(function)
    entry = Entry(
        code,
        "serve" if handles else "function",
        function.name,
        where,
        frame,
        type="serverless-function" if handles else "",
    )
    if handles and function.name in {"lambda_handler", "handler", "main"}:
        entry.name = function.module.path.removesuffix(".py").replace("/__init__", "").rpartition("/")[2]
    m.trace.entries.append(entry)


CONVENTIONS = (("model_fn", "predict_fn"), ("init", "run"), ("load_model", "predict"))
"""Names of two functions of one file that a platform calls: the first loads the model, the second answers."""


def _conventions(m: Machine) -> None:
    """Read scripts that a platform drives by the names of their functions."""
    reached = {frame.code for frame in m.trace.frames}
    for path in m.project.paths:
        module = m.project.module(path)
        if module is None or path in m.imported:
            continue
        for first, second in CONVENTIONS:
            pair = [module.scope.names.get(name, UNKNOWN).first(Function) for name in (first, second)]
            if all(pair) and not any(m.function_code(function) in reached for function in pair):
                _driven(m, module, pair)
                break


def _driven(m: Machine, module: Module, pair: list[Function]) -> None:
    where = Where(module.path, pair[1].node.lineno)
    m.fresh()
    with m.entering(module.code, where, where, module, entry="serve") as frame:
        loaded = call_function(m, pair[0], [UNKNOWN] * _needed(pair[0]), {}, pair[0].node)
        given = [Value((), m.made()), loaded]
        call_function(m, pair[1], given[: max(_needed(pair[1]), 1)], {}, pair[1].node)
    entry = Entry(module.code, "serve", module.path, where, frame, type="inference-service")
    entry.name = module.path.rpartition("/")[2].removesuffix(".py")
    m.trace.entries.append(entry)


def _needed(function: Function) -> int:
    spec = function.node.args
    return max(len(spec.args) - len(spec.defaults), 0)


def _is_handler(function: Function) -> bool:
    """Tell whether a platform calls a function by its name and parameters."""
    names = [part.arg for part in function.node.args.args]
    return names[:2] == ["event", "context"] or (
        function.name in {"lambda_handler", "handler"} and len(names) == 2
    )


def _read_loose(m: Machine, cls: Class, reached: set[str]) -> None:
    prefix = f"{cls.module.code}#{cls.name}."
    if any(code.startswith(prefix) for code in reached):
        return
    made = Object(cls)
    for name in ("__init__", *(key for key in cls.attrs if key != "__init__")):
        for atom in cls.attrs.get(name, UNKNOWN).atoms:
            if isinstance(atom, Function) and atom.module is cls.module:
                bound = Function(atom.node, atom.module, atom.name, atom.outer, made, cls)
                _call_loose(m, bound)
