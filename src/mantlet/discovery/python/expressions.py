"""Expressions: what each may be, and whose data it carries."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mantlet.discovery.python import imports
from mantlet.discovery.python.containers import touched
from mantlet.discovery.python.texts import concatenate, format_parts, join_paths
from mantlet.discovery.python.values import (
    HOLE,
    NONE,
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Mapping,
    Method,
    ModuleRef,
    Object,
    Partial,
    PathText,
    Scope,
    Sequence,
    Soft,
    Super,
    Value,
    cap,
    constant,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


_MEASURES = frozenset(
    {"shape", "dtype", "ndim", "columns", "device", "size", "classes", "__class__", "__name__", "dtypes"}
)
"""Attributes that tell of data without carrying it."""


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


def attribute(m: Machine, owner: Value, name: str, node: ast.AST) -> Value:
    """Return an attribute of a value; it carries the same data."""
    found = [attribute_of(m, atom, name, owner, node) for atom in owner.atoms]
    value = join(*found) if found else UNKNOWN
    return value if name in _MEASURES else value.with_origins(owner.origins)


def attribute_of(m: Machine, atom: Any, name: str, owner: Value, node: ast.AST) -> Value:
    """Return an attribute of one thing that a value may be."""
    if isinstance(atom, (ModuleRef, imports.Folder)):
        found = imports.member(m, Value((atom,)), name, node)
        if found is UNKNOWN and isinstance(atom, ModuleRef):
            return UNKNOWN
        return found
    if isinstance(atom, External):
        asked = m.made() if atom.name == "flask.request" else frozenset()
        return Value((External(f"{atom.name}.{name}"),), asked)
    if isinstance(atom, Object):
        return _of_object(m, atom, name, owner, node)
    if isinstance(atom, Class):
        return of_class(atom, name, None) or Value((Method(atom, name),))
    if isinstance(atom, Instance):
        known = atom.attrs.get(name)
        if known is None and "loaded" in atom.extra:
            return Value((Method(atom, name, owner.origins | atom.extra["loaded"]),), atom.extra["loaded"])
        if known is None and name == "state":
            known = atom.attrs.setdefault(name, Value((Instance(f"{atom.type}.state"),)))
        if known is not None:
            return known
        return Value((Method(atom, name, owner.origins),))
    if isinstance(atom, Super):
        return _of_super(atom, name, owner)
    if isinstance(atom, Mapping) and (atom.soft or name in atom.items):
        if name in atom.items:
            return atom.items[name]
        return Value((Method(atom, name, owner.origins),))
    if isinstance(atom, PathText):
        return _of_path(atom, name)
    if isinstance(atom, (str, Function, Sequence, Mapping, Method)):
        return Value((Method(atom, name, owner.origins),))
    return UNKNOWN


def _of_object(m: Machine, atom: Object, name: str, owner: Value, node: ast.AST) -> Value:
    from mantlet.discovery.python.calls import call_function

    own = atom.attrs.get(name)
    inherited = of_class(atom.cls, name, atom)
    if own is None and inherited is not None:
        function = inherited.first(Function)
        if function is not None and is_property(function):
            return call_function(m, function, [], {}, node)
        return inherited
    if own is not None:
        return own
    return Value((Method(atom, name, owner.origins),))


def _of_super(atom: Super, name: str, owner: Value) -> Value:
    """Return what the classes above define."""
    for base in atom.cls.lineage()[1:]:
        found = base.attrs.get(name)
        for function in found.atoms if found else ():
            if isinstance(function, Function):
                return Value(
                    (
                        Function(
                            function.node,
                            function.module,
                            function.name,
                            function.outer,
                            atom.owner,
                            function.cls,
                        ),
                    )
                )
    return Value((Method(atom.owner, name, owner.origins),))


def is_property(function: Function) -> bool:
    """Tell whether a method is read like an attribute."""
    return any(
        (isinstance(item, ast.Name) and item.id in {"property", "cached_property"})
        or (isinstance(item, ast.Attribute) and item.attr in {"cached_property", "getter", "setter"})
        for item in getattr(function.node, "decorator_list", ())
    )


def of_class(cls: Class, name: str, owner: Object | None) -> Value | None:
    """Return a class's attribute, its functions bound to the object."""
    for part in cls.lineage():
        found = part.attrs.get(name)
        if found is None:
            continue
        if not any(isinstance(atom, Function) for atom in found.atoms):
            return found
        bound: list[Any] = []
        for atom in found.atoms:
            if isinstance(atom, Function) and not _is_static(atom):
                target: Any = cls if _is_classmethod(atom) else owner
                bound.append(Function(atom.node, atom.module, atom.name, atom.outer, target, atom.cls))
            else:
                bound.append(atom)
        return Value(tuple(bound), found.origins)
    return None


def _decorators(function: Function) -> set[str]:
    return {item.id for item in getattr(function.node, "decorator_list", ()) if isinstance(item, ast.Name)}


def _is_static(function: Function) -> bool:
    return "staticmethod" in _decorators(function)


def _is_classmethod(function: Function) -> bool:
    return "classmethod" in _decorators(function)


def _of_path(atom: PathText, name: str) -> Value:
    head, _, tail = atom.rpartition("/")
    if name == "parent":
        return constant(PathText(head or "."))
    if name == "parents":
        parents: list[Value] = []
        current = str(atom)
        while "/" in current and len(parents) < 12:
            current = current.rpartition("/")[0]
            parents.append(constant(PathText(current)))
        return Value((Sequence(parents),))
    if name == "name":
        return constant(tail)
    if name in {"stem", "suffix"}:
        stem, dot, suffix = tail.rpartition(".")
        return constant((stem if dot else tail) if name == "stem" else dot + suffix)
    return Value((Method(atom, name),))


def set_attribute(m: Machine, owner: Value, name: str, value: Value, node: ast.AST) -> None:
    """Give an object an attribute; in a branch it keeps what it was before as well."""
    for atom in owner.atoms:
        if isinstance(atom, (Object, Instance)) or isinstance(atom, Class):
            target = atom.attrs
        elif isinstance(atom, ModuleRef):
            target = atom.module.scope.names
        elif isinstance(atom, Mapping):
            target = atom.items
        else:
            continue
        before = target.get(name)
        weak = m.weak or len(owner.atoms) > 1 or isinstance(atom, ModuleRef)
        target[name] = join(value, before) if before is not None and weak else value


def set_item(m: Machine, owner: Value, index: Value, value: Value, node: ast.AST) -> None:
    """Give a container an item."""
    key = index.atoms[0] if len(index.atoms) == 1 and isinstance(index.atoms[0], (str, int)) else None
    for atom in owner.atoms:
        if isinstance(atom, Mapping):
            if key is not None and len(atom.items) < 200:
                before = atom.items.get(key)
                atom.items[key] = join(value, before) if before is not None and m.weak else value
            else:
                atom.rest = join(atom.rest, value)
        elif isinstance(atom, Sequence):
            atom.rest = join(atom.rest, value)
        elif isinstance(atom, Instance):
            atom.attrs["[]"] = join(value, atom.attrs.get("[]", UNKNOWN))
        elif isinstance(atom, Object):
            _call_method(m, atom, "__setitem__", [index, value], node)
    touched(m, owner, "store", node, value)


def _call_method(m: Machine, atom: Object, name: str, args: list[Value], node: ast.AST) -> Value | None:
    from mantlet.discovery.python.calls import call

    method = of_class(atom.cls, name, atom)
    return call(m, method, args, {}, node) if method is not None else None


def iterate(m: Machine, value: Value) -> Value:
    """Return what an element of an iterable may be; it carries the same data."""
    found: list[Value] = []
    for atom in value.atoms:
        if isinstance(atom, Sequence):
            found.append(atom.any())
        elif isinstance(atom, Mapping):
            found.append(Value(tuple(key for key in list(atom.items)[:8] if isinstance(key, str))))
            found.append(Value((), atom.rest.origins))
        elif isinstance(atom, Object):
            found.append(_call_method(m, atom, "__iter__", [], ast.Pass()) or UNKNOWN)
        elif isinstance(atom, Instance):
            known = atom.attrs.get("[]")
            if known is None and atom.resource is not None and m.catalogue.find(f"{atom.type}.__iter__"):
                from mantlet.discovery.python.effects import library

                known = library(m, f"{atom.type}.__iter__", [], {}, ast.Pass(lineno=m.line), Value((atom,)))
            found.append(known if known is not None else Value((Instance(f"{atom.type}.[]", atom.resource),)))
        elif isinstance(atom, Class):
            found += [item for name, item in atom.attrs.items() if not name.startswith("_")][:8]
    return join(*found).with_origins(value.origins) if found else Value((), value.origins)


def _subscript(m: Machine, node: ast.Subscript, scope: Scope) -> Value:
    owner = evaluate(m, node.value, scope)
    index = evaluate(m, node.slice, scope)
    return item(m, owner, index, node)


def item(m: Machine, owner: Value, index: Value, node: ast.AST) -> Value:
    """Return what an item of a container may be."""
    if isinstance(getattr(node, "slice", None), ast.Slice):
        return _sliced(owner, node)
    found: list[Value] = []
    keys = index.atoms
    for atom in owner.atoms:
        if isinstance(atom, Mapping):
            hits = [atom.items[key] for key in keys if isinstance(key, (str, int)) and key in atom.items]
            found += hits if hits and len(hits) == len(keys) else [atom.any()]
        elif isinstance(atom, Sequence):
            number = keys[0] if len(keys) == 1 and isinstance(keys[0], int) else None
            inside = number is not None and -len(atom.items) <= number < len(atom.items)
            found.append(atom.items[number] if inside and number is not None else atom.any())
        elif isinstance(atom, Object):
            found.append(_call_method(m, atom, "__getitem__", [index], node) or UNKNOWN)
        elif isinstance(atom, External):
            found.append(_of_external(m, atom, index, node))
        elif isinstance(atom, Instance):
            found.append(_of_instance(m, atom, index, node))
        elif isinstance(atom, Class):
            found.append(Value((atom,)))
        elif isinstance(atom, str):
            found.append(constant(HOLE))
    return join(*found).with_origins(owner.origins) if found else Value((), owner.origins)


def _sliced(owner: Value, node: ast.AST) -> Value:
    found: list[Value] = []
    part = getattr(node, "slice", None)
    for atom in owner.atoms:
        if isinstance(atom, Sequence) and isinstance(part, ast.Slice):
            low = (
                part.lower.value
                if isinstance(part.lower, ast.Constant) and isinstance(part.lower.value, int)
                else 0
            )
            found.append(Value((Sequence(atom.items[low:] if part.upper is None else [], atom.any()),)))
        elif isinstance(atom, str):
            found.append(constant(HOLE))
        else:
            found.append(Value((atom,)))
    return join(*found).with_origins(owner.origins) if found else Value((), owner.origins)


def _of_external(m: Machine, atom: External, index: Value, node: ast.AST) -> Value:
    if atom.name == "os.environ":
        return join(*(m.environment(name, UNKNOWN, node) for name in index.texts()))
    if atom.name == "sys.argv":
        number = index.atoms[0] if index.atoms and isinstance(index.atoms[0], int) else None
        known = m.argv is not None and number is not None and number < len(m.argv)
        return constant(Soft(m.argv[number] if known and m.argv and number is not None else HOLE))
    if atom.name in {"typing.Annotated", "typing_extensions.Annotated"}:
        return index
    return Value((atom,))


def _of_instance(m: Machine, atom: Instance, index: Value, node: ast.AST) -> Value:
    known = atom.attrs.get(index.text() or "[]") or atom.attrs.get("[]")
    if known is not None:
        return known
    if atom.type in {"os.environ", "streamlit.secrets"}:
        return join(*(m.environment(name, UNKNOWN, node) for name in index.texts()))
    return Value((Instance(f"{atom.type}.[]", atom.resource),))


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
    if isinstance(node.op, ast.Div) and (left.first(PathText) or right.first(PathText)):
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
    from mantlet.discovery.python.statements import assign

    inner = Scope(scope)
    for generator in generators:
        assign(m, generator.target, iterate(m, evaluate(m, generator.iter, inner)), inner)
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
    from mantlet.discovery.python.calls import call_node

    return call_node(m, node, scope)


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
_ = (NONE, Partial)
