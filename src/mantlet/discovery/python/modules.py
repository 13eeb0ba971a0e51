"""The Python files of a repository: parsed once, found by the names that imports use."""

from __future__ import annotations

import ast
import posixpath
import re
import sys
import warnings
from collections.abc import Mapping as MappingType

from mantlet.discovery.clues import Unclear, Where
from mantlet.discovery.python.values import Scope

MAX_NESTING = 150
"""Nested blocks, brackets and operators in one file; people write fewer than thirty."""


class Module:
    """A Python file: its tree and, once read, the names it defines."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.scope = Scope()
        self.state = "new"
        self.mains: list[list[ast.stmt]] = []
        """Blocks under `if __name__ == "__main__"`."""

    @property
    def code(self) -> str:
        """The key of the module."""
        return f"code:{self.path}"


class Project:
    """The Python files of a repository."""

    def __init__(self, texts: MappingType[str, str], known: frozenset[str]) -> None:
        self._texts = texts
        self._known = known
        """Top-level names of libraries that the catalogue knows."""
        self.roots: frozenset[str] | None = None
        """The files that are read for their own sake, where not all are."""
        self._modules: dict[str, Module | None] = {}
        self.unclear: list[Unclear] = []
        self._by_tail: dict[str, list[str]] = {}
        self._packages: set[str] = set()
        for path in sorted(texts):
            parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
            if path.endswith("__init__.py"):
                self._packages.add(posixpath.dirname(path))
            for start in range(len(parts)):
                self._by_tail.setdefault(".".join(parts[start:]), []).append(path)
        self._folders = {posixpath.dirname(path) for path in texts}
        for folder in sorted(self._folders):
            parts = folder.split("/")
            self._folders.update("/".join(parts[:end]) for end in range(1, len(parts)))

    @property
    def paths(self) -> list[str]:
        """The Python files that are read for their own sake, in order."""
        return sorted(self._texts if self.roots is None else self.roots)

    @property
    def paths_set(self) -> MappingType[str, str]:
        """Every Python file, to look up."""
        return self._texts

    @property
    def size(self) -> int:
        """Characters of all files."""
        return sum(map(len, self._texts.values()))

    def text(self, path: str) -> str:
        """Return a file's text."""
        return self._texts[path]

    def module(self, path: str) -> Module | None:
        """Return a file's module, or None where it can't be read as Python 3."""
        if path not in self._modules:
            self._modules[path] = self._parse(path)
        return self._modules[path]

    def _parse(self, path: str) -> Module | None:
        tree, reason, line = parse(self._texts[path])
        if tree is None:
            self.unclear.append(Unclear(Where(path, line), reason))
            return None
        return Module(path, tree)

    def find(self, name: str, path: str, level: int = 0) -> str:
        """Return the file or folder that an import in ``path`` means; empty for a library."""
        folder = posixpath.dirname(path)
        if level:
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            return self._inside(folder, name)
        top = name.partition(".")[0]
        foreign = top in self._known or top in sys.stdlib_module_names
        if not (foreign and folder in self._packages):
            found = self._inside(folder, name)
            if found and not (foreign and (found == path or not self._shadows(found, top))):
                return found
        while folder:
            folder = posixpath.dirname(folder)
            found = self._inside(folder, name)
            if found and (not foreign or (folder == "" and found.endswith(".py"))):
                return found
        if foreign:
            return ""
        return self._by_suffix(name)

    def _shadows(self, found: str, name: str) -> bool:
        """Tell whether a file hides the library of its name: not where it imports that library itself."""
        own = re.search(rf"^\s*(from|import)\s+{name}\b", self._texts.get(found, ""), re.MULTILINE)
        return found.endswith(".py") and own is None

    def _by_suffix(self, name: str) -> str:
        """Find a module under a root that only the command knows (`PYTHONPATH`, `src`)."""
        candidates = self._by_tail.get(name, [])
        if candidates:
            return min(candidates, key=lambda item: (item.count("/"), item))
        tail = "/" + name.replace(".", "/")
        folders = [folder for folder in self._folders if folder.endswith(tail)]
        return min(folders, key=lambda item: (item.count("/"), item), default="")

    def _inside(self, folder: str, name: str) -> str:
        base = posixpath.join(folder, *name.split(".")) if name else folder
        for candidate in (f"{base}.py", f"{base}/__init__.py"):
            if candidate in self._texts:
                return candidate
        return base if base in self._folders else ""


_SURROGATE = re.compile(r"\\(u[dD][89a-fA-F]|U0000[dD][89a-fA-F])")


def parse(text: str) -> tuple[ast.Module | None, str, int]:
    """Return the tree of a text, or the reason why there is none with its line."""
    if _too_deep(text):
        return None, "nested too deeply to be read", 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except TabError:
        return parse(text.expandtabs(4)) if "\t" in text else (None, "syntax error: tabs and spaces", 0)
    except SyntaxError as error:
        hint = "print " in text or "except " in text
        reason = "not Python 3" if hint and _looks_like_python2(text) else f"syntax error: {error.msg}"
        return None, reason, error.lineno or 0
    except (ValueError, RecursionError, MemoryError) as error:
        return None, f"cannot be read as Python: {type(error).__name__}", 0
    if _SURROGATE.search(text):
        _writable(tree)
    return tree, "", 0


def _writable(tree: ast.Module) -> None:
    """Replace halves of characters in literals: no name with one could be written down."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = node.value.encode("utf-8", "replace").decode()


def _looks_like_python2(text: str) -> bool:
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith(('print "', "print '")) or (bare.startswith("except ") and ", e:" in bare):
            return True
    return False


def _too_deep(text: str) -> bool:
    """Bound brackets and indentation before the parser, which is C and recurses, sees them."""
    depth = deepest = 0
    for char in text:
        if char in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in ")]}":
            depth = max(depth - 1, 0)
    if deepest > MAX_NESTING:
        return True
    return any(line and len(line) - len(line.lstrip(" \t")) > 8 * MAX_NESTING for line in text.split("\n"))
