"""Parameters of functions: bound to arguments, defaults and what annotations tell."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from mantlet.discovery.python.attributes import of_class
from mantlet.discovery.python.expressions import evaluate
from mantlet.discovery.python.values import (
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Mapping,
    Object,
    Scope,
    Sequence,
    Value,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def bind(m: Machine, function: Function, args: list[Value], named: dict[str, Value], scope: Scope) -> None:
    """Give the parameters their values."""
    spec = function.node.args
    names = [part.arg for part in (*spec.posonlyargs, *spec.args)]
    given = list(args)
    if function.owner is not None and names:
        given.insert(0, Value((function.owner,)))
    if function.cls is not None:
        scope.names[" class"] = Value((function.cls,))
    for name, value in zip(names, given, strict=False):
        scope.names[name] = value
    if spec.vararg is not None:
        scope.names[spec.vararg.arg] = Value((Sequence(given[len(names) :]),))
    left = dict(named)
    annotations = {part.arg: part.annotation for part in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}
    defaults = dict(zip(names[::-1], spec.defaults[::-1], strict=False))
    defaults |= {
        part.arg: value for part, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value
    }
    for name in (*names, *(part.arg for part in spec.kwonlyargs)):
        if name in left:
            scope.names[name] = left.pop(name)
        elif name not in scope.names:
            scope.names[name] = default(m, function, defaults.get(name), annotations.get(name))
            if "**" in named:
                scope.names[name] = join(scope.names[name], named["**"])
    if spec.kwarg is not None:
        scope.names[spec.kwarg.arg] = Value(
            (Mapping({k: v for k, v in left.items() if k != "**"}, left.get("**", UNKNOWN)),)
        )


def default(m: Machine, function: Function, given: ast.expr | None, annotation: ast.expr | None) -> Value:
    """Return what a parameter may be that a call leaves out."""
    outer = function.outer or function.module.scope
    if given is None and annotation is None:
        return Value((Instance("given"),))  # something of which only the methods tell what it is
    value = evaluate(m, given, outer) if given is not None else UNKNOWN
    if (
        not any(not isinstance(atom, External) for atom in value.atoms)
        and annotation is not None
        and given is None
    ):
        return typed(m, annotation, outer)
    return value


def typed(m: Machine, annotation: ast.expr, scope: Scope) -> Value:
    """Return an object of the class that an annotation names, as far as that is a library's."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value[:200], mode="eval").body
        except (SyntaxError, ValueError):
            return UNKNOWN
    value = evaluate(m, annotation, scope)
    data = [
        Object(atom)
        for atom in value.atoms
        if isinstance(atom, Class) and of_class(atom, "__init__", None) is None
    ]
    if data and not isinstance(annotation, ast.Subscript):
        return Value(tuple(data[:2]))
    if isinstance(annotation, ast.Subscript):
        return _holder(m, annotation, scope)
    found = [
        Instance(atom.name)
        for atom in value.atoms
        if isinstance(atom, External)
        and "." in atom.name
        and not atom.name.startswith(("builtins.", "typing."))
    ]
    return Value(tuple(found[:3]))


def _holder(m: Machine, annotation: ast.Subscript, scope: Scope) -> Value:
    """`Runtime[Context]`: what a framework hands on under a name of its own."""
    inner = evaluate(m, annotation.slice, scope)
    outer = evaluate(m, annotation.value, scope).first(External)
    made = Value(tuple(Object(atom) for atom in inner.atoms if isinstance(atom, Class))[:2])
    if outer is None or not made.atoms:
        return UNKNOWN
    return Value((Instance(outer.name, None, {"context": made, "deps": made}),))


@lru_cache(maxsize=50_000)
def is_generator(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function yields."""
    pending: list[ast.AST] = list(node.body)
    while pending:
        part = pending.pop()
        if isinstance(part, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            pending += ast.iter_child_nodes(part)
    return False


def is_context(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function is made a context manager, which hands on what it yields."""
    names = [
        item.attr if isinstance(item, ast.Attribute) else getattr(item, "id", "")
        for item in node.decorator_list
    ]
    return any("contextmanager" in name for name in names)
