"""Python files that belong together: those that import each other, directly or through others.

Where those are very many, as in a large framework, they are read in units of neighbouring files. Each unit sees what its files
import directly and no further, so that a change leaves most units as they were.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from mantlet.discovery.python.modules import Project

UNITS = 5
"""How many units the largest island that stays whole would be cut into."""


class Import(Struct, frozen=True):
    """An import as a file writes it."""

    module: str
    level: int
    names: tuple[str, ...]


class Unit(Struct, frozen=True):
    """Files that are read together."""

    files: tuple[str, ...]
    context: tuple[str, ...] = ()
    """Further files that they import: known, and not read for their own sake."""


def units(
    island: Sequence[str],
    imports: Mapping[str, list[Import]],
    project: Project,
    sizes: Mapping[str, int],
    most: int,
) -> list[Unit]:
    """Return an island as one unit, or cut by folders into units of about ``most`` bytes."""
    if sum(sizes[path] for path in island) <= most:
        return [Unit(tuple(island))]
    return [
        Unit(tuple(files), _context(files, imports, project))
        for files in _cut(list(island), sizes, most // UNITS)
    ]


def _cut(paths: list[str], sizes: Mapping[str, int], most: int, depth: int = 0) -> list[list[str]]:
    """Return files in groups of neighbours: a folder stays whole where it can, small ones stand together."""
    if sum(sizes[path] for path in paths) <= most or len(paths) == 1:
        return [paths]
    folders: dict[str, list[str]] = {}
    for path in paths:
        parts = path.split("/")
        folders.setdefault("/".join(parts[: depth + 1]), []).append(path)
    groups: list[list[str]] = []
    room = -1
    for inside in folders.values():
        size = sum(sizes[path] for path in inside)
        if size > most and len(inside) > 1:
            groups += _cut(inside, sizes, most, depth + 1)
            room = -1
        elif groups and size <= room:
            groups[-1] += inside
            room -= size
        else:
            groups.append(list(inside))
            room = most - size
    return groups


def _context(files: Sequence[str], imports: Mapping[str, list[Import]], project: Project) -> tuple[str, ...]:
    """Return what files import directly; through a package's `__init__` also what it takes the wanted names from."""
    own, found = set(files), dict[str, None]()
    for path in files:
        for item in imports.get(path, ()):
            for target in _targets(item, path, project):
                if target in imports and target not in own:
                    found[target] = None
                    if target.endswith("__init__.py"):
                        found |= dict.fromkeys(_passed_on(target, set(item.names), imports, project))
    return tuple(path for path in found if path not in own)


def _passed_on(
    package: str, names: set[str], imports: Mapping[str, list[Import]], project: Project
) -> list[str]:
    return [
        target
        for item in imports[package]
        if names & set(item.names) or "*" in item.names
        for target in _targets(item, package, project)
        if target in imports
    ]


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
