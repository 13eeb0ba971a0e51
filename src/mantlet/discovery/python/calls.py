"""Calls: functions of the repository are read with their arguments, libraries are looked up in the catalogue."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mantlet.discovery.clues import Where
from mantlet.discovery.python import actors, containers, django, effects, intrinsics, queues, sql, strings
from mantlet.discovery.python.attributes import of_class
from mantlet.discovery.python.binding import bind, is_context, is_generator
from mantlet.discovery.python.chains import base_of, chain_of
from mantlet.discovery.python.expressions import evaluate
from mantlet.discovery.python.items import iterate
from mantlet.discovery.python.values import (
    NONE,
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Mapping,
    Method,
    Object,
    Partial,
    Scope,
    Sequence,
    Super,
    Value,
    cap,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

_CALLING = frozenset(
    [
        "delay",
        "remote",
        "submit",
        "map",
        "apply_async",
        "fn",
        "local",
        "func",
        "run",
        "send",
        "si",
        "s",
        "invoke",
        "ainvoke",
    ]
)
MAX_STACK = 40
"""Calls within calls that are followed."""
MAX_SAME = 2
"""How often a function may be on the stack: once more than without recursion."""


def call_node(m: Machine, node: ast.Call, scope: Scope) -> Value:
    """Read a call."""
    if isinstance(node.func, ast.Name) and node.func.id == "super" and scope.get("super") is None:
        return _super(scope)
    function = evaluate(m, node.func, scope)
    args: list[Value] = []
    for part in node.args[:64]:
        if isinstance(part, ast.Starred):
            args += _spread(m, evaluate(m, part.value, scope))
        else:
            args.append(evaluate(m, part, scope))
    named: dict[str, Value] = {}
    for keyword in node.keywords[:128]:
        value = evaluate(m, keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
        else:
            for atom in value.atoms:
                if isinstance(atom, Mapping):
                    named |= {
                        key: item
                        for key, item in atom.items.items()
                        if isinstance(key, str) and key not in named
                    }
                    named.setdefault("**", atom.rest)
            named.setdefault("**", Value((), value.origins))
    return call(m, function, args, named, node)


def _spread(m: Machine, value: Value) -> list[Value]:
    first = value.first(Sequence)
    if first is not None and first.items and not first.rest.atoms:
        return list(first.items)
    return [iterate(m, value)]


def _super(scope: Scope) -> Value:
    owner, cls = scope.get("self") or scope.get("cls"), scope.get(" class")
    here = cls.first(Class) if cls else None
    for atom in owner.atoms if owner else ():
        if isinstance(atom, Object) and here is not None:
            return Value((Super(atom, here),))
    return UNKNOWN


def call(m: Machine, function: Value, args: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
    """Call whatever a value may be."""
    if not function.atoms:
        return effects.unknown(m, "", [Value((), function.origins), *args], named, node)
    found = [call_atom(m, atom, args, named, node, function) for atom in function.atoms]
    return join(*found)


def call_atom(
    m: Machine, atom: Any, args: list[Value], named: dict[str, Value], node: ast.AST, whole: Value
) -> Value:
    """Call one thing."""
    if isinstance(atom, Function):
        return call_function(m, atom, args, named, node)
    if isinstance(atom, Class):
        return instantiate(m, atom, args, named, node)
    if isinstance(atom, External):
        special = intrinsics.FUNCTIONS.get(atom.name)
        if special is not None:
            result = special(m, args, named, node)
            if result is not None:
                return result
        return effects.library(m, atom.name, args, named, node, Value((), whole.origins))
    if isinstance(atom, Method):
        return call_method(m, atom, args, named, node)
    if isinstance(atom, Partial):
        return call(m, atom.target, [*atom.args, *args], {**atom.named, **named}, node)
    if isinstance(atom, Object):
        return _call_object(m, atom, args, named, node, whole)
    if isinstance(atom, Instance):
        loaded = any(
            origin.resource is not None and origin.resource.type == "model-artifact"
            for origin in whole.origins
        )
        if loaded and m.catalogue.find(f"{atom.type}.__call__") is None:
            m.event("predict", node, None, detail="inference-service")
        calling = intrinsics.METHODS.get(f"{atom.type}.__call__")
        result = calling(m, atom, args, named, node) if calling is not None else None
        return result or effects.library(
            m, f"{atom.type}.__call__", args, named, node, Value((atom,), whole.origins)
        )
    return UNKNOWN


def _call_object(
    m: Machine, atom: Object, args: list[Value], named: dict[str, Value], node: ast.AST, whole: Value
) -> Value:
    for name in ("__call__", "forward", "call"):
        method = of_class(atom.cls, name, atom)
        if method is not None:
            if name != "__call__":
                effects.library(
                    m, f"{base_of(atom)}.__call__", args, named, node, Value((atom,), whole.origins)
                )
            result = call(m, method, args, named, node)
            return result if name == "__call__" else result.with_origins(m.made())
    return effects.library(m, f"{base_of(atom)}.__call__", args, named, node, Value((atom,), whole.origins))


def call_method(
    m: Machine, method: Method, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """Call a method of something that isn't an object of the repository."""
    owner, name = method.owner, method.name
    if isinstance(owner, str):
        return strings.text_method(m, owner, name, args, named, node, method.origins)
    if isinstance(owner, (Sequence, Mapping)):
        return containers.method(m, owner, name, args, named, node)
    if isinstance(owner, Function):
        return _method_of_function(m, owner, name, args, named, node)
    recv = Value((owner,), method.origins)
    if isinstance(owner, Object):
        return _method_of_object(m, method, args, named, node, recv)
    if isinstance(owner, Instance):
        special = intrinsics.METHODS.get(f"{owner.type}.{name}")
        result = special(m, owner, args, named, node) if special is not None else None
        return (
            result
            if result is not None
            else effects.library(m, f"{owner.type}.{name}", args, named, node, recv)
        )
    found = django.queried(m, method, args, named, node) or sql.queried(m, method, node)
    if found is not None:
        return found
    if isinstance(owner, Class):
        return _method_of_class(m, method, args, named, node)
    if isinstance(owner, Method):
        head, first = chain_of(owner)
        return effects.library(m, f"{head}.{name}", args, named, node, Value((first,), method.origins))
    return effects.unknown(m, name, [recv, *args], named, node)


def _method_of_object(
    m: Machine, method: Method, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    owner, name = method.owner, method.name
    if name == "remote":
        return _call_object(m, owner, args, named, node, recv)
    if name in actors.SETTING:
        return recv
    if name in containers.CHANGING and owner.shared:
        containers.touched(m, recv, "store", node, join(*args))
        return UNKNOWN
    return effects.method_of_object(m, owner, name, args, named, node, recv)


def _method_of_class(
    m: Machine, method: Method, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    owner, name = method.owner, method.name
    if name == "as_view" or name in actors.SETTING:
        return Value((owner,))
    if name in actors.MAKING:
        return actors.made(m, owner, name, args, named, node)
    first = Object(owner)
    return effects.library(m, f"{base_of(first)}.{name}", args, named, node, Value((first,), method.origins))


def _method_of_function(
    m: Machine, owner: Function, name: str, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """`task.delay(x)`, `step.remote(x)` and the like call the function elsewhere."""
    if name in _CALLING:
        handed = queues.hand_over(m, m.steps_of.get(id(owner.node)), args, named, node)
        if handed is not None:
            return handed
        if name == "apply_async":
            given = (named.get("args") or (args[0] if args else UNKNOWN)).first(Sequence)
            args = list(given.items) if given is not None else args
        if name == "map":
            args = [iterate(m, value) for value in args]
        return call_function(m, owner, args, named, node)
    if name in {"override", "with_options", "options", "partial", "expand", "set", "bind"}:
        return Value((owner,))
    return UNKNOWN


def instantiate(m: Machine, cls: Class, args: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
    """Make an object of a class of the repository."""
    made = Object(cls)
    init = of_class(cls, "__init__", made)
    function = init.first(Function) if init is not None else None
    externals = cls.externals()
    if function is not None:
        call_function(m, function, args, named, node)
    else:
        _fields(cls, made, args, named)
        for base in externals:
            effects.construct(m, base, made, args, named, node)
    carried = cap(
        frozenset().union(*(value.origins for value in args), *(value.origins for value in named.values()))
    )
    if effects.is_model_class(externals):
        m.event("model", node, detail=externals[0])
        return Value((made,), m.made())
    if function is None:
        return Value((made,), carried)
    return Value((made,))


def _fields(cls: Class, made: Object, args: list[Value], named: dict[str, Value]) -> None:
    """Fill the fields of a data class."""
    names = [
        statement.target.id
        for part in reversed(cls.lineage())
        for statement in part.node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]
    for name, value in zip(names, args, strict=False):
        made.attrs[name] = value
    made.attrs.update({name: value for name, value in named.items() if name != "**"})


def call_function(
    m: Machine, function: Function, args: list[Value], named: dict[str, Value], node: ast.AST
) -> Value:
    """Read a function of the repository with these arguments."""
    carried = cap(frozenset().union(*(v.origins for v in args), *(v.origins for v in named.values())))
    if m.active.count(function.node) >= MAX_SAME or len(m.active) >= MAX_STACK or m.left <= 0:
        return Value((), carried)
    mark = _mark(m, function, args, named)
    if mark in m.memory:
        return m.memory[mark]
    called = m.at(node)
    code = m.function_code(function)
    owner = f"{function.module.code}#{function.cls.name}" if function.cls else ""
    at = Where(function.module.path, function.node.lineno)
    m.active.append(function.node)
    m.returned.append([])
    names, m.active_names = m.active_names, [function.name]
    importing, m.importing = m.importing, 0 if not m.importing else m.importing
    try:
        with m.entering(code, at, called, function.module, owner=owner) as frame:
            frame.quiet = function.cls is not None and effects.is_model_class(function.cls.externals())
            frame.step = id(function.node) in m.steps_of
            apart = function.cls is not None and id(function.cls.node) in m.apart
            # what a step is given is the step's, whatever it does with it
            if frame.step or apart:
                for value in (*args, *named.values()):
                    m.use(value, function.node)
            result = run_body(m, function, args, named)
            if id(function.node) in m.steps_of:
                result = _of_step(m, m.steps_of[id(function.node)], function, result)
            elif apart:
                result = Value(result.atoms, m.made())
    finally:
        m.importing = importing
        m.active_names = names
        m.returned.pop()
        m.active.pop()
    m.memory[mark] = result
    return result


def _of_step(m: Machine, step: Any, function: Function, result: Value) -> Value:
    """What a step of a pipeline returns is its own, also where it only read it."""
    m.use(result, function.node)
    for value in step.results:
        for atom in value.atoms:
            if isinstance(atom, Instance) and atom.resource is not None:
                m.event("store", function.node, atom.resource)
                m.use(result, function.node, atom.resource)
    told = result.origins or any(atom is not NONE for atom in result.atoms)
    return Value(result.atoms if told else (Instance("step.result"),), m.made())


def _mark(m: Machine, function: Function, args: list[Value], named: dict[str, Value]) -> tuple[Any, ...]:
    """Return what makes a call the same as an earlier one of the same caller."""
    root = next((f for f in m.frame.up() if f.parent is None or f.step), None) if m.frame else None
    parts = [(name, *_signature(value)) for name, value in named.items()]
    return (
        root.number if root else -1,
        m.frame.code if m.frame else "",
        id(function.node),
        id(function.owner),
        m.importing > 0,
        tuple(_signature(value) for value in args),
        tuple(parts),
    )


def _signature(value: Value) -> tuple[Any, ...]:
    atoms = tuple(a if isinstance(a, (str, int, float, bytes)) else id(a) for a in value.atoms)
    return (atoms, value.origins)


def run_body(m: Machine, function: Function, args: list[Value], named: dict[str, Value]) -> Value:
    """Bind the parameters and read the body; return what the function may return."""
    scope = Scope(function.outer or function.module.scope)
    bind(m, function, args, named, scope)
    node = function.node
    if isinstance(node, ast.Lambda):
        return evaluate(m, node.body, scope)
    m.acts.run(m, node.body, scope)
    value = join(*m.returned[-1])
    if is_generator(node) and not is_context(node):
        return Value((Sequence([], value),), value.origins)
    return value
