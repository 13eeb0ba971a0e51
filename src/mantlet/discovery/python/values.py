"""What an expression may be, as far as reading shows: constants, functions, objects, and where its data came from.

A value is a small set of *atoms* (what it may be) and of *origins* (whose data it carries). Strings with parts that
nobody can know hold `HOLE` there; a path below the repository's root begins with `ROOT`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mantlet.discovery.python.modules import Module
    from mantlet.discovery.python.trace import Frame, Resource

HOLE = "\x00"
"""Stands in a string for a part that isn't known."""
ROOT = "\x01"
"""Begins a path that the code computes from its own place in the repository."""
MAX_ATOMS = 10
MAX_ORIGINS = 16


class Soft(str):
    """A string that a setting may change: good for naming a resource, no ground to leave a branch out."""

    __slots__ = ()


class PathText(str):
    """The text of a `pathlib.Path`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose data a value carries: a resource's, or what a frame made."""

    resource: Resource | None = None
    frame: Frame | None = None
    """With a resource: the frame that asked for it."""

    def __hash__(self) -> int:
        """Hash by numbers, so that sets of origins have the same order in every run."""
        return hash((self.resource.number if self.resource else -1, self.frame.number if self.frame else -1))


class Value:
    """What an expression may be, and where its data came from."""

    __slots__ = ("atoms", "origins")

    def __init__(self, atoms: tuple[Any, ...] = (), origins: frozenset[Origin] = frozenset()) -> None:
        self.atoms = atoms
        self.origins = origins

    def texts(self) -> list[str]:
        """Return the strings that it may be, paths included."""
        return [atom for atom in self.atoms if isinstance(atom, str)]

    def text(self) -> str | None:
        """Return the first string that it may be."""
        return next((atom for atom in self.atoms if isinstance(atom, str)), None)

    def first(self, kind: type[Any]) -> Any:
        """Return the first atom of a class, or None."""
        return next((atom for atom in self.atoms if isinstance(atom, kind)), None)

    def with_origins(self, origins: frozenset[Origin]) -> Value:
        """Return the same atoms with more origins."""
        if not origins or origins <= self.origins:
            return self
        return Value(self.atoms, cap(self.origins | origins))


class _None:
    """The constant None, apart from `nothing known`."""

    def __repr__(self) -> str:
        return "NONE"


NONE = _None()
UNKNOWN = Value()


def cap(origins: frozenset[Origin]) -> frozenset[Origin]:
    """Keep a set of origins small; which are dropped doesn't depend on hashes."""
    if len(origins) <= MAX_ORIGINS:
        return origins
    return frozenset(sorted(origins, key=_origin_order)[:MAX_ORIGINS])


def _origin_order(origin: Origin) -> tuple[int, int]:
    if origin.resource is not None:
        return (0, origin.resource.number)
    return (1, origin.frame.number if origin.frame else 0)


def join(*values: Value) -> Value:
    """Return a value that may be any of these."""
    real = [value for value in values if value.atoms or value.origins]
    if len(real) <= 1:
        return real[0] if real else UNKNOWN
    atoms: list[Any] = []
    seen: set[Any] = set()
    for value in real:
        for atom in value.atoms:
            mark = (type(atom), atom) if isinstance(atom, (str, int, float, bytes)) else id(atom)
            if mark not in seen:
                seen.add(mark)
                atoms.append(atom)
    origins = real[0].origins.union(*(value.origins for value in real[1:]))
    return Value(tuple(atoms[:MAX_ATOMS]), cap(origins))


def constant(thing: Any) -> Value:
    """Return the value of a literal."""
    return Value((NONE if thing is None else thing,))


@dataclass(eq=False, slots=True)
class Function:
    """A function of the repository, bound to an object where it is a method."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: Module
    name: str
    """Its dotted name within the module (`Model.fit`)."""
    outer: Scope | None = None
    owner: Any = None
    cls: Class | None = None

    @property
    def needed(self) -> int:
        """How many positional arguments a call must give, besides the object it is bound to."""
        spec = self.node.args
        return max(len(spec.args) - len(spec.defaults) - (self.owner is not None), 0)


@dataclass(eq=False, slots=True)
class Class:
    """A class of the repository."""

    node: ast.ClassDef
    module: Module
    name: str
    attrs: dict[str, Value] = field(default_factory=dict)
    bases: list[Any] = field(default_factory=list)
    """Classes of the repository and `External` names."""

    def lineage(self, depth: int = 0) -> list[Class]:
        """Return the class and those of the repository that it inherits from, nearest first."""
        found = [self]
        if depth < 8:
            for base in self.bases:
                if isinstance(base, Class):
                    found += [item for item in base.lineage(depth + 1) if item not in found]
        return found

    def externals(self) -> list[str]:
        """Return the names outside the repository that it inherits from."""
        return [base.name for cls in self.lineage() for base in cls.bases if isinstance(base, External)]


@dataclass(eq=False, slots=True)
class Object:
    """An instance of a class of the repository."""

    cls: Class
    attrs: dict[str, Value] = field(default_factory=dict)
    resource: Resource | None = None
    shared: bool = False
    """Made while a module was imported: all requests of a service see the same one."""
    place: tuple[str, int, str] = ("", 0, "")


@dataclass(eq=False, slots=True)
class External:
    """A name outside the repository: a module, function or class."""

    name: str


@dataclass(eq=False, slots=True)
class Instance:
    """What a call outside the repository returned; `type` is the class, or the call's own name."""

    type: str
    resource: Resource | None = None
    attrs: dict[str, Value] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class ModuleRef:
    """A module of the repository."""

    module: Module


@dataclass(eq=False, slots=True)
class Sequence:
    """A list, tuple or set: its items where they are known, and what else may be in it."""

    items: list[Value] = field(default_factory=list)
    rest: Value = UNKNOWN
    shared: bool = False
    place: tuple[str, int, str] = ("", 0, "")
    resource: Resource | None = None

    def any(self) -> Value:
        """Return what any of the items may be."""
        return join(*self.items[:16], self.rest)


@dataclass(eq=False, slots=True)
class Mapping:
    """A dictionary or settings object: values by key, and what else may be in it."""

    items: dict[Any, Value] = field(default_factory=dict)
    rest: Value = UNKNOWN
    soft: bool = False
    shared: bool = False
    place: tuple[str, int, str] = ("", 0, "")
    resource: Resource | None = None

    def any(self) -> Value:
        """Return what any of the values may be."""
        return join(*list(self.items.values())[:16], self.rest)


@dataclass(eq=False, slots=True)
class Method:
    """A method of something that isn't an object of the repository, not yet called."""

    owner: Any
    name: str
    origins: frozenset[Origin] = frozenset()


@dataclass(eq=False, slots=True)
class Super:
    """What `super()` returns: an object seen from one of its classes."""

    owner: Object
    cls: Class


@dataclass(eq=False, slots=True)
class Partial:
    """A call with some arguments given already."""

    target: Value
    args: list[Value]
    named: dict[str, Value]


class Scope:
    """Names of a function or module, with those around it."""

    __slots__ = ("names", "outer")

    def __init__(self, outer: Scope | None = None) -> None:
        self.names: dict[str, Value] = {}
        self.outer = outer

    def get(self, name: str) -> Value | None:
        """Return what a name means here or further out."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return None
