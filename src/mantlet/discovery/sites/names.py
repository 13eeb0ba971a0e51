"""What stands in one file: its calls, assignments and imports in one pass, and what a name in it means."""

from __future__ import annotations

import ast
from typing import Any

_LEAVES = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)


class Survey:
    """The nodes of a file that somebody asks about, with the function round each; one pass, since walking is what takes time."""

    def __init__(self, tree: ast.Module) -> None:
        self.calls: list[tuple[ast.Call, str]] = []
        self.assigned: list[tuple[ast.Assign | ast.AnnAssign, str]] = []
        self.dictionaries: list[tuple[ast.Dict, str]] = []
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self.functions: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]] = []
        self.classes: list[tuple[ast.ClassDef, str]] = []
        self.subscripts: list[tuple[ast.Subscript, str]] = []
        pending: list[tuple[ast.AST, str, str]] = [(tree, "", "")]
        while pending:
            node, above, scope = pending.pop()
            if isinstance(node, ast.Call):
                self.calls.append((node, scope))
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                self.assigned.append((node, scope))
            elif isinstance(node, ast.Dict):
                self.dictionaries.append((node, scope))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self.imports.append(node)
            elif isinstance(node, ast.Subscript):
                self.subscripts.append((node, scope))
            elif isinstance(node, ast.ClassDef):
                above = f"{above}.{node.name}" if above else node.name
                self.classes.append((node, above))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                above = scope = f"{above}.{node.name}" if above else node.name
                self.functions.append((node, scope))
            pending += [(child, above, scope) for child in _children(node)]


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    value: Any
    for value in node.__dict__.values():
        if value.__class__ is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, _LEAVES):
            found.append(value)
    return found


class Names:
    """The imported names of a file."""

    def __init__(self, survey: Survey) -> None:
        self._known: dict[str, str] = {}
        self.imported: set[str] = set()
        """Top-level packages that the file imports."""
        for node in survey.imports:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    self.imported.add(top)
                    self._known[alias.asname or top] = alias.name if alias.asname else top
            elif node.module and not node.level:
                self.imported.add(node.module.partition(".")[0])
                for alias in node.names:
                    self._known[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def of(self, node: ast.expr) -> str:
        """Return the qualified name of a name or attribute; a part that is not known starts with `?.`, none is empty."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            known = self._known.get(node.id)
            if known is None and not parts:
                return node.id  # a builtin, or a name of the file's own
            parts.append(known or f"?.{node.id}")
        elif parts:
            parts.append("?")
        return ".".join(reversed(parts))
