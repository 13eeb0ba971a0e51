"""Python files that belong together: those that import each other, directly or through others."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from msgspec import Struct

from mantlet.discovery.python.modules import Project


class Import(Struct, frozen=True):
    """An import as a file writes it."""

    module: str
    level: int
    names: tuple[str, ...]


def imports_of(nodes: Iterable[ast.Import | ast.ImportFrom]) -> list[Import]:
    """Return the imports of a file, wherever they stand."""
    found: dict[Import, None] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[Import(alias.name, 0, ())] = None
        else:
            found[Import(node.module or "", node.level, tuple(alias.name for alias in node.names))] = None
    return list(found)


def islands(imports: Mapping[str, list[Import]], project: Project) -> list[list[str]]:
    """Return the files in groups of which none imports from another, in order."""
    up = {path: path for path in imports}

    def find(path: str) -> str:
        while up[path] != path:
            up[path] = path = up[up[path]]
        return path

    folders: dict[str, list[str]] = {}
    for path in imports:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    for path, wanted in imports.items():
        for item in wanted:
            for target in _targets(item, path, project):
                for other in [target] if target in up else _package(target, folders):
                    up[find(path)] = find(other)
    groups: dict[str, list[str]] = {}
    for path in sorted(imports):
        groups.setdefault(find(path), []).append(path)
    return list(groups.values())


def _targets(item: Import, path: str, project: Project) -> list[str]:
    """Return the files and folders that an import may mean."""
    found = [project.find(item.module, path, item.level)] if item.module or item.level else []
    if not item.names or (found and not found[0]):
        return [target for target in found if target]
    if found and found[0].endswith(".py") and not found[0].endswith("__init__.py"):
        return found
    prefix = f"{item.module}." if item.module else ""
    return [
        target
        for target in (*found, *(project.find(f"{prefix}{name}", path, item.level) for name in item.names))
        if target
    ]


def _package(folder: str, folders: Mapping[str, list[str]]) -> list[str]:
    """Return a file of a folder that is imported without `__init__.py`: what is used of it is imported by name."""
    return [path for path in folders.get(folder, ()) if path.endswith("/__init__.py")]
