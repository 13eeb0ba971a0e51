"""What atoms say, as sets of places: the answers of `atoms` in the form that programs are evaluated in.

What rules ask most, about types and about what is linked to types, comes straight from one set per type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from mantlet.analysis.arrays import Index, Mask, Typed, flags, packed
from mantlet.analysis.atoms import ModelAtoms
from mantlet.analysis.columns import Columns
from mantlet.rules.evaluate import Answer
from mantlet.rules.program import SCOPE_ORDER, Sets
from mantlet.rules.tree import UNKNOWN, YES, Atom, Carries, Crosses, Linked, Scope, Subject, TypeIs


class PlaceSets:
    """Answers atoms over a model as sets of places."""

    def __init__(self, atoms: ModelAtoms) -> None:
        self.atoms = atoms
        self.sizes = {scope: atoms.size(scope) for scope in SCOPE_ORDER}
        self._everywhere = {scope: (1 << size) - 1 for scope, size in self.sizes.items()}
        self._types: dict[tuple[Scope, Subject], TypePlaces] = {}
        self._nothing_held = not len(atoms.columns.kept.items)
        self._marked: dict[tuple[str, Scope, Subject], int] = {}
        self._crossing: dict[int, int] = {}
        """Per dimension, the movements that cross it."""
        self._nothing_listed = not atoms.columns.moves_known.any()

    def spoken(self) -> Iterator[str]:
        """Yield the facts of which something is known and the types that there are, as `Program.asks` names them."""
        yield from (f"{holder}.{fact}" for holder, fact in self.atoms.facts.spoken)
        yield from self.atoms.columns.element_types.sets
        yield from self.atoms.columns.boundary_types.sets

    def answer(self, atom: Atom, scope: Scope) -> Sets:
        """Return where an atom may hold and where it is known to."""
        everywhere = self._everywhere[scope]
        if isinstance(atom, TypeIs):
            table = self._types_of(scope, atom.subject)
            places = table.of(table.types.codes_of(atom.types))
            return places, places
        if isinstance(atom, Carries) and atom.subject == "flow" and self._nothing_listed:
            held = self.atoms.lineage.held_by_nature(atom.types)
            return everywhere, everywhere if "any" in atom.words else self._types_of(scope, "source").of(held)
        if isinstance(atom, Carries) and self._nothing_held:
            if atom.relation == "holds":
                return self._held(atom, scope)
            if self._nothing_listed:
                return self._handled(atom, scope)
        if isinstance(atom, Linked):
            places = self._linked(atom, scope)
            return places, places
        if isinstance(atom, Crosses):
            return self._crossed(atom.types)
        found = self.atoms.atom(atom, scope)
        if isinstance(found, int):
            return everywhere if found else 0, everywhere if found == YES else 0
        return packed(found >= UNKNOWN), packed(found == YES)

    def _held(self, atom: Carries, scope: Scope) -> Sets:
        """Where no data is listed, types hold what they hold by nature, and a store that says nothing may hold anything."""
        sure = self._types_of(scope, atom.subject).of(self.atoms.lineage.held_by_nature(atom.types))
        if not atom.words:
            return sure, sure
        return sure | self._once("unlisted", scope, atom.subject, lambda: self.atoms.lineage.unlisted), sure

    def _handled(self, atom: Carries, scope: Scope) -> Sets:
        """Where no data is listed, what moves may be anything, and comes from types that hold it by nature."""
        lineage, columns = self.atoms.lineage, self.atoms.columns
        may, sure = self._held(atom, scope)
        moving = self._once("moving", scope, atom.subject, lambda: _ends(columns))
        if "any" in atom.words:
            return may | moving, sure | moving
        if not lineage.held_by_nature(atom.types):
            return may | moving, sure
        fed = np.zeros(len(columns.elements), bool)
        fed[columns.target[lineage.by_nature(atom.types)[columns.source]]] = True
        rows = self.atoms.rows(scope, atom.subject)
        sure |= packed(fed if rows is None else fed[rows])
        return may | moving | sure, sure

    def _once(self, name: str, scope: Scope, subject: Subject, make: Callable[[], Mask]) -> int:
        """Return the places whose subject is marked, worked out once."""
        key = (name, scope, subject)
        if key not in self._marked:
            mask, rows = make(), self.atoms.rows(scope, subject)
            self._marked[key] = packed(mask if rows is None else mask[rows])
        return self._marked[key]

    def _crossed(self, types: tuple[str, ...]) -> Sets:
        dimensions, others, drawn = self.atoms.crossing(types)
        crossed = 0 if others is None else packed(others)
        for row in dimensions:
            if row not in self._crossing:
                self._crossing[row] = packed(self.atoms.crosses_dimension(row))
            crossed |= self._crossing[row]
        return crossed if drawn else self._everywhere["movement"], crossed

    def values(self, atom: Atom, scope: Scope) -> Answer:
        """Return the answers as `ModelAtoms.atom` gives them, an array only where they differ."""
        may, sure = self.answer(atom, scope)
        everywhere = self._everywhere[scope]
        for value, whole in enumerate(((0, 0), (everywhere, 0), (everywhere, everywhere))):
            if (may, sure) == whole:
                return value
        size = self.sizes[scope]
        return flags(may, size).view(np.int8) + flags(sure, size).view(np.int8)

    def _types_of(self, scope: Scope, subject: Subject) -> TypePlaces:
        key = (scope, subject)
        if key not in self._types:
            columns = self.atoms.columns
            table = columns.boundary_types if subject == "boundary" else columns.element_types
            self._types[key] = TypePlaces(table, self.atoms.rows(scope, subject))
        return self._types[key]

    def _linked(self, atom: Linked, scope: Scope) -> int:
        mask = self.atoms.links.labels(atom.relation).any_of(atom.types)
        if mask is None:
            return 0
        rows = self.atoms.rows(scope, atom.subject)
        return packed(mask if rows is None else mask[rows])


def _ends(columns: Columns) -> Mask:
    """Tell of each element whether anything moves to or from it."""
    found = np.zeros(len(columns.elements), bool)
    found[columns.source] = found[columns.target] = True
    return found


class TypePlaces:
    """Places by the type of one of their subjects; ``rows`` looks the places up in the table of types."""

    def __init__(self, types: Typed, rows: Index | None) -> None:
        self.types = types
        codes = types.small if rows is None else types.small[rows]
        each = np.arange(len(types.names), dtype=codes.dtype)[:, None]
        marks = np.packbits(codes == each, axis=1, bitorder="little")
        self._own = [int.from_bytes(mark, "little") for mark in marks]
        self._known: dict[int, int] = {}

    def of(self, codes: int) -> int:
        """Return the places whose type is in a set of codes."""
        places = self._known.get(codes)
        if places is None:
            places, left = 0, codes
            while left:
                places |= self._own[(left & -left).bit_length() - 1]
                left &= left - 1
            self._known[codes] = places
        return places
