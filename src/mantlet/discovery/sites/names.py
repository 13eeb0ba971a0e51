"""What a name in one file means: imports resolved, so that nothing is told by text alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator


class Names:
    """The imported names of a file, and what variables were made of."""

    def __init__(self, tree: ast.Module) -> None:
        self._known: dict[str, str] = {}
        self.imported: set[str] = set()
        """Top-level packages that the file imports."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    self.imported.add(top)
                    self._known[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
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


def scopes(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Yield every function with its qualified name and its first and last line, the outer before the inner."""
    pending: list[tuple[str, ast.AST]] = [("", tree)]
    while pending:
        above, node = pending.pop(0)
        for child in ast.iter_child_nodes(node):
            name = above
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{above}.{child.name}" if above else child.name
                start = min([child.lineno, *(item.lineno for item in child.decorator_list)])
                if not isinstance(child, ast.ClassDef):
                    yield name, start, child.end_lineno or child.lineno
            pending.append((name, child))
