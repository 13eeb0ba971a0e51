"""Attributes: of modules, objects, classes, what libraries returned, paths."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mantlet.discovery.python import django, imports, queues
from mantlet.discovery.python.values import (
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
    PathText,
    Sequence,
    Super,
    Value,
    constant,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


STATES = frozenset(
    {
        "streamlit.session_state",
        "flask.g",
        "flask.session",
        "flask.current_app",
        "llama_index.core.Settings",
        "llama_index.Settings",
    }
)
"""Names of libraries under which programs keep values between calls."""
_LITERALS = frozenset({str, int, float, bool, bytes, type(NONE)})
_MEASURES = frozenset(
    {"shape", "dtype", "ndim", "columns", "device", "size", "classes", "__class__", "__name__", "dtypes"}
)
"""Attributes that tell of data without carrying it."""


def attribute(m: Machine, owner: Value, name: str, node: ast.AST) -> Value:
    """Return an attribute of a value; it carries the same data."""
    found = [attribute_of(m, atom, name, owner, node) for atom in owner.atoms]
    value = join(*found) if found else UNKNOWN
    return value if name in _MEASURES else value.with_origins(owner.origins)


def attribute_of(m: Machine, atom: Any, name: str, owner: Value, node: ast.AST) -> Value:
    """Return an attribute of one thing that a value may be."""
    if isinstance(atom, (ModuleRef, imports.Folder)):
        return imports.member(m, Value((atom,)), name, node)
    if isinstance(atom, External):
        if atom.name in STATES:
            m.missed = True
            if f"{atom.name}.{name}" in m.outside:
                return m.outside[f"{atom.name}.{name}"]
        if atom.name == "django.conf.settings":
            return django.setting(m, name)
        asked = m.made() if atom.name == "flask.request" else frozenset()
        return Value((External(f"{atom.name}.{name}"),), asked)
    if isinstance(atom, Object):
        return _of_object(m, atom, name, owner, node)
    if isinstance(atom, Class):
        return of_class(atom, name, None) or Value((Method(atom, name),))
    if isinstance(atom, Instance):
        return _of_result(atom, name, owner)
    if isinstance(atom, Super):
        return _of_super(atom, name, owner)
    return _of_plain(atom, name, owner)


def _of_plain(atom: Any, name: str, owner: Value) -> Value:
    if isinstance(atom, PathText):
        return _of_path(atom, name)
    if isinstance(atom, Mapping) and name in atom.items:
        return atom.items[name]
    if isinstance(atom, (str, Function, Sequence, Mapping, Method)):
        return Value((Method(atom, name, owner.origins),))
    return UNKNOWN


def _of_result(atom: Instance, name: str, owner: Value) -> Value:
    """Return an attribute of what a library returned."""
    known = atom.attrs.get(name)
    if known is None and "loaded" in atom.extra:
        return Value((Method(atom, name, owner.origins | atom.extra["loaded"]),), atom.extra["loaded"])
    if known is None and name == "state":
        known = atom.attrs.setdefault(name, Value((Instance(f"{atom.type}.state"),)))
    return known if known is not None else Value((Method(atom, name, owner.origins),))


def _of_object(m: Machine, atom: Object, name: str, owner: Value, node: ast.AST) -> Value:
    own = atom.attrs.get(name)
    inherited = of_class(atom.cls, name, atom)
    if own is None and inherited is not None:
        function = inherited.first(Function)
        if function is not None and is_property(function):
            return m.acts.call_function(m, function, [], {}, node)
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


def _here(m: Machine) -> ast.AST:
    return ast.Pass(lineno=m.line)


def set_attribute(m: Machine, owner: Value, name: str, value: Value) -> None:
    """Give an object an attribute; in a branch it keeps what it was before as well."""
    if m.frame is not None and m.frame.step and not any(type(a) in _LITERALS for a in value.atoms):
        m.use(value, _here(m))  # what a step keeps is its own
        value = Value(value.atoms, m.made())
    for atom in owner.atoms:
        if isinstance(atom, (Object, Instance, Class)):
            target = atom.attrs
        elif isinstance(atom, ModuleRef):
            target = atom.module.scope.names
        elif isinstance(atom, Mapping):
            target = atom.items
        elif isinstance(atom, External) and atom.name not in STATES:
            m.use(value, _here(m))  # `openai.api_key = …`
            continue
        elif isinstance(atom, External):
            name = f"{atom.name}.{name}"
            target = m.outside
        elif isinstance(atom, Method):
            queues.configured(m, atom, {name: value}, _here(m))
            continue
        else:
            continue
        before = target.get(name)
        weak = m.weak or len(owner.atoms) > 1 or isinstance(atom, ModuleRef)
        target[name] = join(value, before) if before is not None and weak else value
