"""Imports: modules of the repository are read once, everything else is a name of a library."""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING

from mantlet.discovery.clues import Where
from mantlet.discovery.python.modules import Module
from mantlet.discovery.python.values import UNKNOWN, External, ModuleRef, Scope, Value

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


class Folder:
    """A folder without `__init__.py` that is imported as a package."""

    def __init__(self, path: str) -> None:
        self.path = path


def load(m: Machine, path: str, node: ast.AST) -> Module | None:
    """Read a module of the repository, once; cycles see what is there so far."""
    module = m.project.module(path)
    if module is None or module.state != "new":
        return module
    module.state = "reading"
    called = m.at(node)
    before, m.active_names = m.active_names, []
    hidden, m.globals = m.globals, []
    m.importing += 1
    with m.entering(module.code, Where(path, 1), called, module, entry="" if m.frame else "module"):
        m.acts.run(m, module.tree.body, module.scope)
    m.importing -= 1
    m.active_names, m.globals = before, hidden
    module.state = "read"
    return module


def plain(m: Machine, node: ast.Import, scope: Scope) -> None:
    """Read `import a.b as c`."""
    path = m.module.path if m.module else ""
    for alias in node.names:
        top = alias.name.partition(".")[0]
        found = m.project.find(alias.name, path)
        value = _module(m, found, node) if found else None
        if value is None:
            scope.names[alias.asname or top] = Value((External(alias.name if alias.asname else top),))
        elif alias.asname or "." not in alias.name:
            scope.names[alias.asname or alias.name] = value
        else:
            package = m.project.find(top, path)
            scope.names[top] = (package and _module(m, package, node)) or value


def _module(m: Machine, found: str, node: ast.AST) -> Value | None:
    if found.endswith(".py"):
        m.imported.add(found)
        module = load(m, found, node)
        return Value((ModuleRef(module),)) if module else UNKNOWN
    return Value((Folder(found),))


def names_from(m: Machine, node: ast.ImportFrom, scope: Scope) -> None:
    """Read `from a import b`."""
    path = m.module.path if m.module else ""
    found = m.project.find(node.module or "", path, node.level)
    if not found and not (node.level and not node.module):
        prefix = node.module or ""
        for alias in node.names:
            if alias.name != "*":
                name = f"{prefix}.{alias.name}" if prefix else alias.name
                scope.names[alias.asname or alias.name] = Value((External(name),))
        return
    source = _module(m, found, node)
    for alias in node.names:
        if alias.name == "*":
            _everything(source, scope)
        else:
            scope.names[alias.asname or alias.name] = member(m, source, alias.name, node, found)


def _everything(source: Value | None, scope: Scope) -> None:
    for atom in source.atoms if source else ():
        if isinstance(atom, ModuleRef):
            for name, value in atom.module.scope.names.items():
                if not name.startswith("_"):
                    scope.names[name] = value


def member(m: Machine, source: Value | None, name: str, node: ast.AST, found: str = "") -> Value:
    """Return a name of a module or package: what it defines, or a module inside it."""
    for atom in source.atoms if source else ():
        if isinstance(atom, ModuleRef):
            value = atom.module.scope.names.get(name)
            if value is not None:
                return value
            if atom.module.path.endswith("/__init__.py") or atom.module.path == "__init__.py":
                found = posixpath.dirname(atom.module.path)
        elif isinstance(atom, Folder):
            found = atom.path
    if found and not found.endswith(".py"):
        for inner in (posixpath.join(found, f"{name}.py"), posixpath.join(found, name, "__init__.py")):
            if inner in m.project.paths_set:
                return _module(m, inner, node) or UNKNOWN
        return Value((Folder(posixpath.join(found, name)),))
    return UNKNOWN
