"""What a pytm script makes, read from its syntax tree: calls of its classes, assignments to their attributes, plain constants.

Nothing is run or imported. What cannot be known without running it stays unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mantlet.base.errors import InputError, LimitError, Location
from mantlet.formats.mapping import table
from mantlet.formats.plain import Json

MAX_SCRIPT = 2 * 2**20
_MORE = ("TM", "Boundary", "Dataflow", "Data", "Finding", "Assumption")
_DEEPEST = 60
_FIRST = {"Finding": "description", "Assumption": "description"}
"""What the first unnamed argument of a class is; of the others it is the name."""


def read_script(text: str, name: str) -> Json:
    """Return a script's model as its JSON would have it."""
    if len(text) > MAX_SCRIPT:
        raise LimitError("more Python than mantlet reads", where=Location(name))
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        where = Location(name, error.lineno or 0, error.offset or 0)
        raise InputError(f"this is no Python: {error.msg}", where=where) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"this is no Python that mantlet reads: {error}", where=Location(name)) from None
    return _Script(tree).document()


class _Made:
    """An object that a script makes."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.fields: Json = {}


class _Script:
    def __init__(self, tree: ast.Module) -> None:
        self.known = {*table("pytm")["classes"], *_MORE}
        self.objects: list[_Made] = []
        self.names: dict[str, Any] = {}
        for statement in _statements(tree.body, 0):
            self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._value(statement.value, 0)
        elif isinstance(statement, ast.Assign):
            spread = [target for target in statement.targets if self._spread(target, statement.value)]
            value = None if len(spread) == len(statement.targets) else self._value(statement.value, 0)
            for target in statement.targets:
                if target not in spread:
                    self._assign(target, value)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            self._assign(statement.target, self._value(statement.value, 0))

    def _spread(self, target: ast.expr, value: ast.expr) -> bool:
        """Assign several values at once to as many names; tell whether that is what the statement does."""
        if not (
            isinstance(target, ast.Tuple)
            and isinstance(value, ast.Tuple)
            and len(target.elts) == len(value.elts)
        ):
            return False
        for one, other in zip(target.elts, value.elts, strict=True):
            self._assign(one, self._value(other, 0))
        return True

    def _assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Attribute):
            holder, path = target.value, [target.attr]
            while isinstance(holder, ast.Attribute) and len(path) < 3:
                path.insert(0, holder.attr)
                holder = holder.value
            made = self.names.get(holder.id) if isinstance(holder, ast.Name) else None
            if not isinstance(made, _Made) or value is None:
                return
            if path[0] == "controls" and len(path) == 2:
                made.fields.setdefault("controls", {})[path[1]] = value
            elif len(path) == 1:
                made.fields[path[0]] = value

    def _value(self, node: ast.expr, depth: int) -> Any:  # noqa: PLR0911  (one per kind of expression)
        """Return what an expression is: a constant, a list, an object; None for what only running would tell."""
        if depth > _DEEPEST:
            return None
        match node:
            case ast.Constant(value=value):
                return value if isinstance(value, str | int | float | bool) else None
            case ast.Name(id=name):
                return self.names.get(name)
            case ast.Attribute(attr=attr):
                return attr if attr.isupper() else None
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                found = [self._value(item, depth + 1) for item in items[:10_000]]
                return [item for item in found if item is not None]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                one, other = self._value(left, depth + 1), self._value(right, depth + 1)
                return one + other if isinstance(one, str) and isinstance(other, str) else None
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
                return -value
            case ast.JoinedStr(values=parts):
                texts = [part.value if isinstance(part, ast.Constant) else "…" for part in parts]
                return "".join(str(text) for text in texts)
            case ast.Call():
                return self._call(node, depth)
            case _:
                return None

    def _call(self, node: ast.Call, depth: int) -> Any:
        function = node.func
        kind = (
            function.id
            if isinstance(function, ast.Name)
            else function.attr
            if isinstance(function, ast.Attribute)
            else ""
        )
        if kind not in self.known:
            return None
        made = _Made(kind)
        given = [self._value(item, depth + 1) for item in node.args]
        order = ["source", "sink", "name"] if kind == "Dataflow" else [_FIRST.get(kind, "name")]
        if kind == "Finding" and given and isinstance(given[0], _Made):
            given[0].fields.setdefault("findings", []).append(made)
            given = given[1:]
        made.fields.update(
            {key: value for key, value in zip(order, given, strict=False) if value is not None}
        )
        for keyword in node.keywords:
            value = self._value(keyword.value, depth + 1)
            if keyword.arg and value is not None:
                made.fields[keyword.arg] = value
        self.objects.append(made)
        return made

    def document(self) -> Json:
        """Return everything as pytm's JSON has it, objects by their names."""
        found: Json = {"boundaries": [], "elements": [], "flows": [], "data": []}
        for made in self.objects:
            fields = _plain(made.fields, 0)
            if made.kind == "TM":
                found |= {key: value for key, value in fields.items() if key not in found}
            elif made.kind == "Boundary":
                found["boundaries"].append(fields)
            elif made.kind == "Dataflow":
                found["flows"].append(fields)
            elif made.kind == "Data":
                found["data"].append(fields)
            elif made.kind not in _MORE:
                found["elements"].append({"__class__": made.kind, **fields})
        return found


def _statements(body: list[ast.stmt], depth: int) -> Iterator[ast.stmt]:
    """Yield statements in the order of the file, those inside functions and blocks too."""
    for statement in body:
        yield statement
        if depth < _DEEPEST:
            for inner in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, inner, []), depth + 1)


def _plain(value: Any, depth: int) -> Any:
    """Return a value with objects as their names, findings as mappings."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, _Made):
        if value.kind in {"Finding", "Assumption"}:
            return _plain(value.fields, depth + 1)
        return value.fields.get("name") if isinstance(value.fields.get("name"), str) else None
    if isinstance(value, dict):
        return {key: found for key, item in value.items() if (found := _plain(item, depth + 1)) is not None}
    if isinstance(value, list):
        return [found for item in value if (found := _plain(item, depth + 1)) is not None]
    return value
