"""Expressions: what each may be, and whose data it carries."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mantlet.discovery.python.attributes import attribute
from mantlet.discovery.python.items import item, iterate
from mantlet.discovery.python.texts import concatenate, format_parts, join_paths
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Mapping,
    PathText,
    Scope,
    Sequence,
    Value,
    cap,
    constant,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def evaluate(m: Machine, node: ast.expr | None, scope: Scope) -> Value:
    """Return what an expression may be."""
    handler = _HANDLERS.get(type(node))
    return handler(m, node, scope) if handler is not None else UNKNOWN


def _constant(m: Machine, node: ast.Constant, scope: Scope) -> Value:
    del m, scope
    return UNKNOWN if node.value is Ellipsis else constant(node.value)


def _name(m: Machine, node: ast.Name, scope: Scope) -> Value:
    found = scope.get(node.id)
    if found is None:
        if node.id == "__file__" and m.module is not None:
            return constant(f"\x01/{m.module.path}")
        if node.id == "__name__":
            return UNKNOWN
        return Value((External(f"builtins.{node.id}"),))
    return found


def _attribute(m: Machine, node: ast.Attribute, scope: Scope) -> Value:
    return attribute(m, evaluate(m, node.value, scope), node.attr, node)


def _subscript(m: Machine, node: ast.Subscript, scope: Scope) -> Value:
    owner = evaluate(m, node.value, scope)
    index = evaluate(m, node.slice, scope)
    return item(m, owner, index, node)


def _sequence(m: Machine, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Value:
    items: list[Value] = []
    rest = UNKNOWN
    for element in node.elts[:256]:
        if isinstance(element, ast.Starred):
            value = evaluate(m, element.value, scope)
            first = value.first(Sequence)
            if first is not None and len(value.atoms) == 1:
                items += first.items
                rest = join(rest, first.rest)
            else:
                rest = join(rest, iterate(m, value))
        else:
            items.append(evaluate(m, element, scope))
    carried = cap(frozenset().union(*(value.origins for value in items[:32]), rest.origins))
    return Value((Sequence(items, rest),), carried)


def _mapping(m: Machine, node: ast.Dict, scope: Scope) -> Value:
    mapping = Mapping()
    carried: frozenset[Any] = frozenset()
    for key, part in zip(node.keys[:512], node.values[:512], strict=False):
        value = evaluate(m, part, scope)
        carried |= value.origins
        if key is None:
            for atom in value.atoms:
                if isinstance(atom, Mapping):
                    mapping.items.update(atom.items)
                    mapping.rest = join(mapping.rest, atom.rest)
            continue
        names = [atom for atom in evaluate(m, key, scope).atoms if isinstance(atom, (str, int))]
        for name in names[:1]:
            mapping.items[name] = value
        if not names:
            mapping.rest = join(mapping.rest, value)
    return Value((mapping,), cap(carried))


def _binary(m: Machine, node: ast.BinOp, scope: Scope) -> Value:
    left, right = evaluate(m, node.left, scope), evaluate(m, node.right, scope)
    if isinstance(node.op, ast.Div) and (left.texts() or right.first(PathText) is not None):
        return join_paths([left, right])
    if isinstance(node.op, ast.Add):
        if (left.texts() and (right.texts() or right.atoms == ())) or (right.texts() and left.atoms == ()):
            return _worked(m, [left, right], concatenate(left, right), node)
        first, second = left.first(Sequence), right.first(Sequence)
        if first is not None and second is not None:
            joined = Sequence([*first.items, *second.items], join(first.rest, second.rest))
            return Value((joined,), cap(left.origins | right.origins))
    if isinstance(node.op, ast.Mod) and left.texts():
        return _worked(m, [left, right], format_parts(left.text() or "", right), node)
    if isinstance(node.op, ast.BitOr) and (left.first(Class) or right.first(Class)):
        return join(left, right)
    if isinstance(node.op, ast.BitOr):
        return _chained(m, left, right, node)
    return _worked(m, [left, right], Value(_instances(left, right)), node)


def _chained(m: Machine, left: Value, right: Value, node: ast.AST) -> Value:
    """Return `prompt | model | parser`: parts that are called one after the other."""
    parts = [atom for value in (left, right) for atom in value.atoms]
    chain = Instance(
        "langchain.chain", next((a.resource for a in parts if getattr(a, "resource", None)), None)
    )
    chain.extra["parts"] = parts
    return _worked(m, [left, right], Value((chain,), left.origins | right.origins), node, keep=True)


def _instances(*values: Value) -> tuple[Any, ...]:
    return tuple(atom for value in values for atom in value.atoms if isinstance(atom, Instance))[:2]


def _worked(m: Machine, parts: list[Value], result: Value, node: ast.AST, *, keep: bool = False) -> Value:
    """Note that the frame works with the parts' data; what comes out is the frame's own."""
    if not any(part.origins for part in parts):
        return result
    if not keep:
        for part in parts:
            m.use(part, node)
    return result.with_origins(m.made())


def _formatted(m: Machine, node: ast.JoinedStr, scope: Scope) -> Value:
    text, parts = "", []
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            text += str(piece.value)
        elif isinstance(piece, ast.FormattedValue):
            value = evaluate(m, piece.value, scope)
            parts.append(value)
            known = next(
                (str(a) for a in value.atoms if isinstance(a, (str, int, float)) and a is not True), HOLE
            )
            text += known
    return _worked(m, parts, constant(text[:4000]), node)


def _either(m: Machine, node: ast.IfExp, scope: Scope) -> Value:
    evaluate(m, node.test, scope)
    return join(evaluate(m, node.body, scope), evaluate(m, node.orelse, scope))


def _any_of(m: Machine, node: ast.BoolOp, scope: Scope) -> Value:
    values = [evaluate(m, part, scope) for part in node.values]
    return join(*values)


def _compare(m: Machine, node: ast.Compare, scope: Scope) -> Value:
    for part in (node.left, *node.comparators):
        value = evaluate(m, part, scope)
        if value.origins and not isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            m.use(value, node)
    return UNKNOWN


def _unary(m: Machine, node: ast.UnaryOp, scope: Scope) -> Value:
    value = evaluate(m, node.operand, scope)
    if isinstance(node.op, ast.USub) and len(value.atoms) == 1 and isinstance(value.atoms[0], (int, float)):
        return constant(-value.atoms[0])
    return Value((), value.origins)


def _comprehension(m: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Value:
    inner = _generators(m, node.generators, scope)
    element = evaluate(m, node.elt, inner)
    return Value((Sequence([], element),), element.origins)


def _dict_comprehension(m: Machine, node: ast.DictComp, scope: Scope) -> Value:
    inner = _generators(m, node.generators, scope)
    evaluate(m, node.key, inner)
    value = evaluate(m, node.value, inner)
    return Value((Mapping({}, value),), value.origins)


def _generators(m: Machine, generators: list[ast.comprehension], scope: Scope) -> Scope:
    inner = Scope(scope)
    for generator in generators:
        m.acts.assign(m, generator.target, iterate(m, evaluate(m, generator.iter, inner)), inner)
        for test in generator.ifs:
            evaluate(m, test, inner)
    return inner


def _lambda(m: Machine, node: ast.Lambda, scope: Scope) -> Value:
    if m.module is None:
        return UNKNOWN
    return Value((Function(node, m.module, f"lambda:{node.lineno}", scope),))


def _inner(m: Machine, node: ast.Await | ast.Starred, scope: Scope) -> Value:
    return evaluate(m, node.value, scope)


def _named(m: Machine, node: ast.NamedExpr, scope: Scope) -> Value:
    value = evaluate(m, node.value, scope)
    m.assign_name(scope, node.target.id, value)
    return value


def _yield(m: Machine, node: ast.Yield | ast.YieldFrom, scope: Scope) -> Value:
    value = evaluate(m, node.value, scope) if node.value is not None else constant(None)
    if isinstance(node, ast.YieldFrom):
        value = iterate(m, value)
    if m.returned:
        m.returned[-1].append(value)
    return UNKNOWN


def _call(m: Machine, node: ast.Call, scope: Scope) -> Value:
    return m.acts.call_node(m, node, scope)


_HANDLERS: dict[type | None, Callable[[Any, Any, Scope], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _mapping,
    ast.BinOp: _binary,
    ast.JoinedStr: _formatted,
    ast.IfExp: _either,
    ast.BoolOp: _any_of,
    ast.Compare: _compare,
    ast.UnaryOp: _unary,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Lambda: _lambda,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.NamedExpr: _named,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
}
