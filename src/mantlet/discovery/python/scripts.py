"""The scripts of a repository, as they are started, and the functions that a server calls to get an application."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mantlet.discovery.clues import Where
from mantlet.discovery.python.calls import call_function
from mantlet.discovery.python.catalogue import options, words
from mantlet.discovery.python.machine import Machine
from mantlet.discovery.python.modules import Module
from mantlet.discovery.python.statements import run
from mantlet.discovery.python.trace import Entry
from mantlet.discovery.python.values import UNKNOWN, Function

PACKAGING = frozenset({"setup.py", "conftest.py", "noxfile.py"})
"""Files that tools run to package or try out the project: no part of what it does."""
MAX_RUNS = 8
"""Ways to start one script, by the arguments that files outside the code give it."""


def read_scripts(m: Machine) -> None:
    """Read the files that nothing imports, then those that were not reached, then main blocks that are meant to be run."""
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
    if module is None or module.state != "new" or path.rpartition("/")[2] in PACKAGING:
        return
    runs = m.settings.arguments.get(path) or [()]
    for number, argv in enumerate(runs[:MAX_RUNS]):
        module.state = "reading"
        m.missed = False
        _entry(m, module, argv, number)
        # a page is run again and again, and keeps values from one time to the next
        if m.missed and m.outside:
            _entry(m, module, argv, number)
        module.state = "read"


def _entry(m: Machine, module: Module, argv: tuple[str, ...], number: int) -> None:
    body = module.tree.body
    m.fresh()
    m.argv = (module.path, *argv) if argv else None
    code = module.code if not number else f"{module.code}@{number}"
    start = _main_line(body)
    m.importing = 1
    with m.entering(code, Where(module.path, 1), Where(module.path, start), module, entry="script") as frame:
        for node in body:
            if isinstance(node, ast.If) and node is body[-1]:
                m.importing = 0
            run(m, [node], module.scope)
    m.importing = 0
    m.argv = None
    m.trace.entries.append(Entry(code, "script", module.path, Where(module.path, start), frame))


def _main_line(body: list[ast.stmt]) -> int:
    """Return where a script starts: its main block's first line, else its first line."""
    for node in body:
        if (
            isinstance(node, ast.If)
            and isinstance(node.test, ast.Compare)
            and getattr(node.test.left, "id", "") == "__name__"
        ):
            return node.lineno
    return 1


def _is_meant(m: Machine, path: str) -> bool:
    """Tell whether a file that others import is meant to be run as well, and not only tried out."""
    return path in m.settings.arguments or bool(options().search(m.project.text(path)))


def _mains(m: Machine, module: Module) -> None:
    runs = m.settings.arguments.get(module.path)
    for number, argv in enumerate((runs or [()])[:MAX_RUNS]):
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


def read_factories(m: Machine) -> None:
    """Call functions that a server calls to get the application."""
    reached = {frame.code for frame in m.trace.frames}
    for path in m.project.paths:
        module = m.project.module(path)
        if module is None:
            continue
        for name in sorted(words().factories & module.scope.names.keys()):
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
        call_function(m, function, [UNKNOWN] * function.needed, {}, function.node)
    m.importing = 0
    m.trace.entries.append(Entry(module.code, "script", module.path, where, frame))
