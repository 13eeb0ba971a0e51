"""What atoms say, as sets of places: the answers of `atoms` in the form that programs are evaluated in.

What rules ask most, about types and about what is linked to types, comes straight from one set per type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index, Mask, Ragged, Typed, distinct, flags, packed
from mantlet.analysis.atoms import ModelAtoms
from mantlet.rules.evaluate import Answer
from mantlet.rules.program import SCOPE_ORDER, Sets
from mantlet.rules.tree import UNKNOWN, YES, Atom, Carries, Linked, Scope, Subject, TypeIs

WORD = 64
Words = NDArray[np.uint64]


class PlaceSets:
    """Answers atoms over a model as sets of places."""

    def __init__(self, atoms: ModelAtoms) -> None:
        self.atoms = atoms
        self.sizes = {scope: atoms.size(scope) for scope in SCOPE_ORDER}
        self._everywhere = {scope: (1 << size) - 1 for scope, size in self.sizes.items()}
        self._types: dict[tuple[Scope, Subject], TypePlaces] = {}
        self._nothing_listed = not atoms.columns.moves_known.any()
        self._links: dict[str, Labels] = {}

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
        if isinstance(atom, Linked):
            places = self._linked(atom, scope)
            return places, places
        found = self.atoms.atom(atom, scope)
        if isinstance(found, int):
            return everywhere if found else 0, everywhere if found == YES else 0
        return packed(found >= UNKNOWN), packed(found == YES)

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
        mask = self._labels(atom.relation).any_of(atom.types)
        if mask is None:
            return 0
        rows = self.atoms.rows(scope, atom.subject)
        return packed(mask if rows is None else mask[rows])

    def _labels(self, relation: str) -> Labels:
        if relation not in self._links:
            columns = self.atoms.columns
            arrows = (columns.onward, columns.backward)
            outgoing, incoming = arrows[::-1] if relation in {"sends-to", "reaches"} else arrows
            near = {"reached-from": "receives-from", "reaches": "sends-to"}.get(relation)
            self._links[relation] = (
                self._labels(near).carried_on(outgoing, incoming)
                if near
                else Labels.near(columns.element_types, incoming)
            )
        return self._links[relation]


class TypePlaces:
    """Places by the type of one of their subjects; ``rows`` looks the places up in the table of types."""

    def __init__(self, types: Typed, rows: Index | None) -> None:
        self.types = types
        codes = types.codes if rows is None else types.codes[rows]
        marks = np.packbits(codes == np.arange(len(types.names))[:, None], axis=1, bitorder="little")
        self._own = [int.from_bytes(mark, "little") for mark in marks]
        self._known: dict[int, int] = {}

    def of(self, codes: int) -> int:
        """Return the places whose type is in a set of codes."""
        known = self._known.get(codes)
        if known is None:
            chosen = (places for code, places in enumerate(self._own) if codes >> code & 1)
            known = self._known[codes] = reduce(or_, chosen, 0)
        return known


class Labels:
    """Which types stand at the far end of the arrows to each element, one bit per type."""

    def __init__(self, table: Typed, words: list[Words]) -> None:
        self._table = table
        self._words = words

    @classmethod
    def near(cls, table: Typed, incoming: Ragged) -> Labels:
        """Look one step away."""
        words = []
        for first in range(0, len(table.names), WORD):
            bits = [1 << code - first if 0 <= code - first < WORD else 0 for code in range(len(table.names))]
            arrived = np.zeros(len(table.codes), np.uint64)
            _receive(arrived, np.array(bits, np.uint64)[table.codes], incoming, incoming.filled)
            words.append(arrived)
        return cls(table, words)

    def carried_on(self, outgoing: Ragged, incoming: Ragged) -> Labels:
        """Look any number of steps away."""
        words = [word.copy() for word in self._words]
        heads = incoming.filled
        for arrived in words:
            changed = np.flatnonzero(arrived)
            while changed.size:
                if changed.size * 8 > len(arrived):
                    changed = _receive(arrived, arrived, incoming, heads)
                else:  # few are left: follow only these
                    items, lengths = outgoing.of_rows(changed)
                    before = arrived[items]
                    np.bitwise_or.at(arrived, items, np.repeat(arrived[changed], lengths))
                    changed = distinct(items[arrived[items] != before])
        return Labels(self._table, words)

    def any_of(self, wanted: Iterable[str]) -> Mask | None:
        """Tell of each element whether one of the types stands there; None where the model has no such type."""
        codes = self._table.codes_of(wanted)
        found: Mask | None = None
        for number, words in enumerate(self._words):
            asked = codes >> number * WORD & (1 << WORD) - 1
            if asked:
                mask = (words & np.uint64(asked)) != 0
                found = mask if found is None else found | mask
        return found


def _receive(arrived: Words, sent: Words, incoming: Ragged, heads: Index) -> Index:
    """Let the heads of arrows take in what is sent over these, and return those that changed."""
    if not heads.size:
        return heads
    before = arrived[heads]
    after = before | np.bitwise_or.reduceat(sent[incoming.items], incoming.starts[heads])
    arrived[heads] = after
    return heads[after != before]
