"""Statements: names bound, branches read one beside the other, functions and classes defined."""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Sequence as SequenceType
from typing import TYPE_CHECKING, Any

from mantlet.discovery.python import containers, imports
from mantlet.discovery.python.attributes import attribute, set_attribute
from mantlet.discovery.python.expressions import evaluate
from mantlet.discovery.python.items import iterate, set_item
from mantlet.discovery.python.texts import concatenate
from mantlet.discovery.python.values import (
    HOLE,
    NONE,
    UNKNOWN,
    Class,
    Function,
    Mapping,
    Object,
    Scope,
    Sequence,
    Value,
    constant,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def run(m: Machine, body: SequenceType[ast.stmt], scope: Scope) -> None:
    """Read statements in order."""
    for node in body:
        if not m.step():
            return
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            handler(m, node, scope)


def _expr(m: Machine, node: ast.Expr, scope: Scope) -> None:
    if not isinstance(node.value, ast.Constant):
        evaluate(m, node.value, scope)


def _assign(m: Machine, node: ast.Assign, scope: Scope) -> None:
    value = evaluate(m, node.value, scope)
    value = _shared(m, node, value)
    for target in node.targets:
        assign(m, target, value, scope)


def _shared(m: Machine, node: ast.Assign | ast.AnnAssign, value: Value) -> Value:
    """Remember what a module makes when it is imported: all users of a service share it."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    at_top = m.importing and m.frame is not None and "#" not in m.frame.code and not m.active_names
    if not at_top or not isinstance(target, ast.Name):
        return value
    return containers.shared(m, value, target.id, node)


def _annotated(m: Machine, node: ast.AnnAssign, scope: Scope) -> None:
    if node.value is not None:
        value = evaluate(m, node.value, scope)
        value = _shared(m, node, value)
        assign(m, node.target, value, scope)


def _augmented(m: Machine, node: ast.AugAssign, scope: Scope) -> None:
    added = evaluate(m, node.value, scope)
    before = evaluate(m, _as_load(node.target), scope)
    m.use(added, node)
    m.use(before, node)
    made = m.made() if added.origins or before.origins else frozenset()
    for atom in before.atoms:
        if isinstance(atom, Sequence):
            atom.rest = join(atom.rest, added)
    if isinstance(node.op, ast.Add) and before.texts() and added.texts():
        value = concatenate(before, added)
    else:
        value = join(before, added)
    assign(m, node.target, Value(value.atoms, value.origins | made), scope)


def _as_load(node: ast.expr) -> ast.expr:
    return node


def assign(m: Machine, target: ast.expr, value: Value, scope: Scope) -> None:
    """Bind a target: a name, an attribute, an item, or several."""
    if isinstance(target, ast.Name):
        m.assign_name(scope, target.id, value)
    elif isinstance(target, ast.Attribute):
        m.line = target.lineno
        set_attribute(m, evaluate(m, target.value, scope), target.attr, value)
    elif isinstance(target, ast.Subscript):
        holder = evaluate(m, target.value, scope)
        set_item(m, holder, evaluate(m, target.slice, scope), value, target)
        if isinstance(target.value, ast.Name) and value.origins and target.value.id in scope.names:
            scope.names[target.value.id] = holder.with_origins(value.origins)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for number, part in enumerate(target.elts):
            assign(m, part, item_at(m, value, number, len(target.elts)), scope)
    elif isinstance(target, ast.Starred):
        assign(m, target.value, value, scope)


def item_at(m: Machine, value: Value, number: int, count: int) -> Value:
    """Return what the n-th part of an unpacked value may be."""
    found = []
    for atom in value.atoms:
        if isinstance(atom, Sequence) and len(atom.items) == count:
            found.append(join(atom.items[number], atom.rest))
        elif isinstance(atom, (Sequence, Mapping)):
            found.append(atom.any())
    if found:
        return join(*found)
    return Value((), value.origins) if not value.atoms else iterate(m, value)


def _if(m: Machine, node: ast.If, scope: Scope) -> None:
    if _is_main(node.test):
        if m.module is not None and m.frame is not None and m.frame.entry == "script":
            run(m, node.body, scope)
        elif m.module is not None and node.body not in m.module.mains:
            m.module.mains.append(node.body)
        return
    known = decide(m, node.test, scope)
    if known is True:
        run(m, node.body, scope)
    elif known is False:
        run(m, node.orelse, scope)
    else:
        with m.branch():
            run(m, node.body, scope)
            run(m, node.orelse, scope)


def _is_main(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )


def decide(m: Machine, test: ast.expr, scope: Scope) -> bool | None:
    """Evaluate a condition; return what it certainly is, or None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = decide(m, test.operand, scope)
        return None if inner is None else not inner
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Is, ast.IsNot)):
        left = evaluate(m, test.left, scope)
        right = evaluate(m, test.comparators[0], scope)
        if right.atoms == (NONE,) and left.atoms:
            is_none = all(atom is NONE for atom in left.atoms)
            if is_none or (NONE not in left.atoms and not left.origins):
                return is_none == isinstance(test.ops[0], ast.Is)
        return None
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
        equal = _equal(evaluate(m, test.left, scope), evaluate(m, test.comparators[0], scope))
        if equal is not None:
            return equal == isinstance(test.ops[0], ast.Eq)
    value = evaluate(m, test, scope)
    if isinstance(test, ast.Name) and len(value.atoms) == 1 and value.atoms[0] in (True, False):
        atom = value.atoms[0]
        return atom if isinstance(atom, bool) else None
    return None


def _equal(left: Value, right: Value) -> bool | None:
    """Tell whether two texts that the code itself gives are the same; what settings say may be something else."""
    texts: list[set[str]] = []
    for value in (left, right):
        if value.origins or not value.atoms or any(type(a) is not str or HOLE in a for a in value.atoms):
            return None
        texts.append(set(value.atoms))
    if not texts[0] & texts[1]:
        return False
    return True if len(texts[0]) == len(texts[1]) == 1 else None


def _loop(m: Machine, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
    value = evaluate(m, node.iter, scope)
    m.line = node.lineno
    assign(m, node.target, iterate(m, value), scope)
    with m.branch():
        run(m, node.body, scope)
        run(m, node.orelse, scope)


def _while(m: Machine, node: ast.While, scope: Scope) -> None:
    evaluate(m, node.test, scope)
    with m.branch():
        run(m, node.body, scope)
        run(m, node.orelse, scope)


def _with(m: Machine, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
    for item in node.items:
        value = evaluate(m, item.context_expr, scope)
        entered = _enter(m, value, item.context_expr)
        if item.optional_vars is not None:
            assign(m, item.optional_vars, entered, scope)
    run(m, node.body, scope)


def _enter(m: Machine, value: Value, node: ast.expr) -> Value:
    for atom in value.atoms:
        if isinstance(atom, Object):
            for name in ("__enter__", "__aenter__"):
                method = attribute(m, Value((atom,)), name, node)
                if method.first(Function):
                    result = m.acts.call(m, method, [], {}, node)
                    return result if result.atoms else value
    return value


def _try(m: Machine, node: ast.Try, scope: Scope) -> None:
    run(m, node.body, scope)
    with m.branch():
        for handler in node.handlers:
            if handler.name:
                scope.names.setdefault(handler.name, UNKNOWN)
            run(m, handler.body, scope)
        run(m, node.orelse, scope)
    run(m, node.finalbody, scope)


def _match(m: Machine, node: ast.Match, scope: Scope) -> None:
    subject = evaluate(m, node.subject, scope)
    known = {str(atom) for atom in subject.atoms if type(atom) is str}
    fitting = [
        case
        for case in node.cases
        if isinstance(case.pattern, ast.MatchValue)
        and isinstance(case.pattern.value, ast.Constant)
        and case.pattern.value.value in known
    ]
    with m.branch():
        for case in fitting or node.cases:
            run(m, case.body, scope)


def _return(m: Machine, node: ast.Return, scope: Scope) -> None:
    value = evaluate(m, node.value, scope) if node.value is not None else constant(None)
    if m.returned:
        m.returned[-1].append(value)
    if m.frame is not None and m.frame.entry in {"endpoint", "tool", "serve"}:
        m.use(value, node)
        if _tells(value):
            m.event("respond", node)


def _tells(value: Value) -> bool:
    """Tell whether a response carries more than its status."""
    return bool(value.origins) or any(atom is not NONE for atom in value.atoms)


def _function(m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
    if m.module is None:
        return
    prefix = _prefix(m)
    function = Function(node, m.module, f"{prefix}{node.name}", scope)
    value = Value((function,))
    if node.decorator_list:
        value = m.acts.decorated(m, function, value, scope)
    scope.names[node.name] = value


def _prefix(m: Machine) -> str:
    return "".join(f"{name}." for name in m.active_names) if m.active_names else ""


def _class(m: Machine, node: ast.ClassDef, scope: Scope) -> None:
    if m.module is None:
        return
    cls = Class(node, m.module, f"{_prefix(m)}{node.name}")
    for base in node.bases:
        cls.bases += evaluate(m, base, scope).atoms
    inner = Scope(scope)
    m.active_names.append(node.name)
    run(m, node.body, inner)
    m.active_names.pop()
    cls.attrs = inner.names
    for value in cls.attrs.values():
        for atom in value.atoms:
            if isinstance(atom, Function) and atom.cls is None:
                atom.cls = cls
                atom.outer = scope
    _slots(m, node, cls)
    scope.names[node.name] = m.acts.decorated_class(m, cls, scope)


def _slots(m: Machine, node: ast.ClassDef, cls: Class) -> None:
    """Fields of settings classes that only have a type take their value from the environment."""
    names = " ".join(cls.externals())
    if "BaseSettings" not in names:
        return
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            cls.attrs[name] = m.environment(name.upper(), cls.attrs.get(name, UNKNOWN), statement)


def _global(m: Machine, node: ast.Global, scope: Scope) -> None:
    del scope
    if m.globals:
        m.globals[-1].update(node.names)


def _delete(m: Machine, node: ast.Delete, scope: Scope) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            containers.touched(m, evaluate(m, target.value, scope), "store", target)


_HANDLERS: dict[type, Callable[[Any, Any, Scope], None]] = {
    ast.Expr: _expr,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Return: _return,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: imports.plain,
    ast.ImportFrom: imports.names_from,
    ast.Global: _global,
    ast.Delete: _delete,
}
