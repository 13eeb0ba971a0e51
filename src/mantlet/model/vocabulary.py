"""The words a model may use: types with what they are, and facts with their values and questions.

A type is-a more general type, up to its kind. Facts are properties that rules ask about. Both are
data that users extend; this module only holds them and answers questions about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct, field

from mantlet.base.errors import InputError, LimitError
from mantlet.base.limits import MAX_DEPTH
from mantlet.base.suggest import suggest

Realm = Literal["element", "data", "boundary"]
Subject = Literal["element", "flow", "boundary", "data", "copy", "system"]

ELEMENT_KINDS = ("external-entity", "process", "data-store")
DIMENSIONS = ("network", "execution", "organisation", "tenant", "jurisdiction")
ROOTS: dict[Realm, tuple[str, ...]] = {"element": ELEMENT_KINDS, "data": ("data",), "boundary": DIMENSIONS}


class TypeDef(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A type of element, data or boundary."""

    id: str = ""
    realm: Realm = "element"
    title: str = ""
    text: str = ""
    is_: str = field(name="is", default="")
    """The more general type; empty only for the roots."""
    aliases: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    """Facts true of every element of this type unless the model says otherwise."""
    asks: list[str] = field(default_factory=list)
    """The facts worth asking about here; subtypes inherit them."""
    holds: list[str] = field(default_factory=list)
    """Types of the data that elements of this type hold by nature; a subtype's own list replaces its parents'."""


class FactDef(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A property that rules ask about."""

    id: str = ""
    on: list[Subject]
    title: str
    question: str
    why: str = ""
    values: list[str] | Literal["number", "text"] = field(default_factory=lambda: ["yes", "no"])
    open: bool = False
    """Other values than those listed are allowed (protocols, formats)."""
    implies: dict[str, dict[str, str]] = field(default_factory=dict)
    """`{value: {fact: value}}`: what else is then true of the same subject unless the model says otherwise."""
    derived: bool = False
    """Computed from the model, never written."""


class Vocabulary:
    """Types and facts by id, with is-a resolved once."""

    def __init__(self, types: Iterable[TypeDef], facts: Iterable[FactDef]) -> None:
        self.types: dict[str, TypeDef] = {}
        self.facts: dict[str, FactDef] = {}
        for item in types:
            self._add_type(item)
        for fact in facts:
            if fact.id in self.facts:
                raise InputError(f"the fact '{fact.id}' is defined twice")
            self.facts[fact.id] = fact
        self._aliases = {
            (item.realm, alias): item.id for item in self.types.values() for alias in item.aliases
        }
        self._lineage: dict[str, tuple[str, ...]] = {}
        self._defaults: dict[str, dict[str, str]] = {}
        self._natural: dict[str, frozenset[str]] = {}
        for name in self.types:
            self._lineage[name] = tuple(self._climb(name))

        self.implied_by: dict[str, list[tuple[str, str, str]]] = {}
        """Per fact, which value of which other fact makes it what."""
        for fact in self.facts.values():
            for value, consequences in fact.implies.items():
                for other, implied in consequences.items():
                    self.implied_by.setdefault(other, []).append((fact.id, value, implied))

    def _add_type(self, item: TypeDef) -> None:
        if item.id in self.types:
            raise InputError(f"the type '{item.id}' is defined twice")
        self.types[item.id] = item

    def _climb(self, name: str) -> Iterator[str]:
        """Yield the type and what it is-a, nearest first."""
        seen: set[str] = set()
        current = name
        while current:
            if current in seen:
                raise InputError(f"the type '{name}' is-a itself, through {', '.join(sorted(seen))}")
            if current not in self.types:
                raise InputError(f"the type '{name}' is-a '{current}', which does not exist")
            if len(seen) > MAX_DEPTH:
                raise LimitError(f"the type '{name}' is-a other types by more than {MAX_DEPTH} steps")
            seen.add(current)
            yield current
            current = self.types[current].is_
        if list(seen) and not any(root in seen for root in ROOTS[self.types[name].realm]):
            raise InputError(
                f"the type '{name}' is-a no known kind",
                mend=f"let it be one of {ROOTS[self.types[name].realm]}",
            )

    def resolve(self, name: str, realm: Realm = "element") -> str:
        """Return the type's id for its id or alias in a realm, or the name itself if nobody knows it there."""
        known = self.types.get(name)
        return name if known and known.realm == realm else self._aliases.get((realm, name), name)

    def knows(self, name: str, realm: Realm) -> bool:
        """Tell whether a name is a type of the realm, or an alias of one."""
        known = self.types.get(self.resolve(name, realm))
        return known is not None and known.realm == realm

    def lineage(self, name: str, realm: Realm = "element") -> tuple[str, ...]:
        """Return the type and all it is-a, nearest first; empty for an unknown type."""
        return self._lineage.get(self.resolve(name, realm), ())

    def is_a(self, name: str, ancestor: str, realm: Realm = "element") -> bool:
        """Tell whether a type is, or specialises, another."""
        return ancestor in self.lineage(name, realm)

    def kind(self, name: str) -> str:
        """Return an element type's kind; a process where the type is unknown (the most is asked of it)."""
        return next((item for item in self.lineage(name) if item in ELEMENT_KINDS), "process")

    def dimension(self, name: str) -> str:
        """Return a boundary type's dimension; network where the type is unknown."""
        return next((item for item in self.lineage(name, "boundary") if item in DIMENSIONS), "network")

    def subtypes(self, ancestor: str) -> list[str]:
        """Return every type that is-a ``ancestor``, itself included, in file order."""
        return [name for name in self.types if ancestor in self._lineage[name]]

    def of_realm(self, realm: Realm) -> list[str]:
        """Return the ids of the types of one realm."""
        return [name for name, item in self.types.items() if item.realm == realm]

    def default_facts(self, name: str, realm: Realm = "element") -> dict[str, str]:
        """Return the facts a type brings, a nearer type's winning."""
        known = self._defaults.get(name)
        if known is None:
            known = self._defaults[name] = {}
            for item in reversed(self.lineage(name, realm)):
                known.update(self.types[item].facts)
        return known

    def held_by(self, name: str) -> list[str]:
        """Return the types of data that an element of this type holds by nature; the nearest list counts."""
        return next((self.types[item].holds for item in self.lineage(name) if self.types[item].holds), [])

    def natural(self, name: str) -> frozenset[str]:
        """Return the types of data that an element of this type holds by nature, with all that these are-a."""
        known = self._natural.get(name)
        if known is None:
            held = self.held_by(name)
            known = frozenset(step for item in held for step in self.lineage(item, "data"))
            self._natural[name] = known
        return known

    def facts_for(self, subject: Subject) -> list[FactDef]:
        """Return the facts that may be written on a kind of subject."""
        return [fact for fact in self.facts.values() if subject in fact.on and not fact.derived]

    def names(self, realm: Realm) -> list[str]:
        """Return what a type of the realm may be called: ids, then aliases."""
        return [*self.of_realm(realm), *(alias for at, alias in self._aliases if at == realm)]

    def suggest_type(self, name: str, realm: Realm) -> str:
        """Return “did you mean …?” among the types of a realm and their aliases."""
        return suggest(name, self.names(realm))
