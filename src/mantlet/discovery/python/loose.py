"""What nothing in the repository calls: functions that a platform calls by their names, and what is left over."""

from __future__ import annotations

import ast

from mantlet.discovery.clues import Where
from mantlet.discovery.python.calls import call_function, run_body
from mantlet.discovery.python.catalogue import words
from mantlet.discovery.python.effects import is_model_class
from mantlet.discovery.python.machine import MAX_STEPS_PER_ENTRY, Machine
from mantlet.discovery.python.modules import Module
from mantlet.discovery.python.trace import Entry
from mantlet.discovery.python.values import UNKNOWN, Class, Function, Mapping, Object, Partial, Value

LEAST_STEPS = 40
"""Statements read of each function that nothing calls, however many there are of them."""


def read_conventions(m: Machine) -> None:
    """Read scripts that a platform drives by the names of their functions."""
    reached = {frame.code for frame in m.trace.frames}
    for path in m.project.paths:
        module = m.project.module(path)
        if module is None or path in m.imported:
            continue
        for first, second in words().conventions:
            pair = [module.scope.names.get(name, UNKNOWN).first(Function) for name in (first, second)]
            if all(pair) and not any(m.function_code(function) in reached for function in pair):
                _driven(m, module, pair)
                break


def _driven(m: Machine, module: Module, pair: list[Function]) -> None:
    where = Where(module.path, pair[1].node.lineno)
    m.fresh()
    with m.entering(module.code, where, where, module, entry="serve") as frame:
        loaded = call_function(m, pair[0], [UNKNOWN] * pair[0].needed, {}, pair[0].node)
        given = [Value((), m.made()), loaded]
        call_function(m, pair[1], given[: max(pair[1].needed, 1)], {}, pair[1].node)
    entry = Entry(module.code, "serve", module.path, where, frame, type="inference-service")
    entry.name = module.path.rpartition("/")[2].removesuffix(".py")
    m.trace.entries.append(entry)


def read_left_over(m: Machine) -> None:
    """Read functions that nothing reached: somebody calls them from elsewhere."""
    reached = {frame.code for frame in m.trace.frames} | {m.function_code(task.function) for task in m.tasks}
    for path in m.project.paths:
        module = m.project.module(path)
        if module is None or module.state == "new":
            continue
        left = _left(m, module, reached)
        helping = _named_by_others(left) if len(left) > 1 else set()
        for atom in sorted(left, key=lambda item: item.name in helping):
            if isinstance(atom, Class):
                _read_loose(m, atom, reached)
            elif m.function_code(atom) not in reached:
                before = len(m.trace.frames)
                _call_loose(m, atom)
                reached.update(frame.code for frame in m.trace.frames[before:])


def _left(m: Machine, module: Module, reached: set[str]) -> list[Function | Class]:
    """Return the functions and classes of a module that nothing reached."""
    left: list[Function | Class] = []
    for value in list(module.scope.names.values()):
        for found in value.atoms:
            atom = found
            if isinstance(found, Partial):
                atom = next((a for a in found.target.atoms if isinstance(a, Function)), None)
            if isinstance(atom, (Function, Class)) and atom.module is module and atom not in left:
                left.append(atom)
    return [a for a in left if isinstance(a, Class) or m.function_code(a) not in reached]


def _named_by_others(left: list[Function | Class]) -> set[str]:
    """Return the names that others of these use: they are read where they are used, with what they are given."""
    return {
        node.id
        for one in left
        for node in ast.walk(one.node)
        if isinstance(node, ast.Name) and node.id != one.name
    }


def _call_loose(m: Machine, function: Function) -> None:
    where = Where(function.module.path, function.node.lineno)
    code = m.function_code(function)
    m.left = given_steps = max(LEAST_STEPS, min(MAX_STEPS_PER_ENTRY // 6, m.loose // 12))
    m.returned.append([])
    m.active.append(function.node)
    owner = f"{function.module.code}#{function.cls.name}" if function.cls else ""
    handles = function.cls is None and _is_handler(function)
    kind = "serve" if handles else "function"
    with m.entering(code, where, where, function.module, owner=owner, entry=kind) as frame:
        frame.quiet = function.cls is not None and is_model_class(function.cls.externals())
        answers = run_body(m, function, [], {})
    m.loose -= given_steps - max(m.left, 0)
    m.active.pop()
    m.returned.pop()
    entry = Entry(
        code,
        kind,
        function.name,
        where,
        frame,
        type="serverless-function" if handles else "",
    )
    if handles and (function.name in words().handlers or function.name == "main"):
        entry.name = function.module.path.removesuffix(".py").replace("/__init__", "").rpartition("/")[2]
    answered = any(isinstance(atom, Mapping) and "statusCode" in atom.items for atom in answers.atoms)
    if handles and answered and _reads_request(function):
        entry.facts["served"] = ("yes", where)  # a gateway hands it requests
    m.trace.entries.append(entry)


_ASKED = frozenset({"body", "queryStringParameters", "pathParameters", "httpMethod", "rawPath", "headers"})
"""What a gateway puts into an event."""


def _reads_request(function: Function) -> bool:
    """Tell whether a handler looks at what a gateway hands it: `event["body"]`, `event.get("headers")`."""
    for node in ast.walk(function.node):
        asked: ast.expr | None = None
        if isinstance(node, ast.Subscript):
            asked = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            asked = node.args[0] if node.args else None
        if isinstance(asked, ast.Constant) and asked.value in _ASKED:
            return True
    return False


def _is_handler(function: Function) -> bool:
    """Tell whether a platform calls a function by its name and parameters."""
    names = [part.arg for part in function.node.args.args]
    return names[:2] == ["event", "context"] or (function.name in words().handlers and len(names) == 2)


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
