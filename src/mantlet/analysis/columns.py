"""A model as columns: ids, types, ends and boundaries as arrays that rules are evaluated over at once.

Rows are numbered in file order. Index arrays point from one table into another; −1 means none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from msgspec import UNSET, UnsetType

from mantlet.analysis.arrays import Index, Mask, Named, Names, Ragged, Typed
from mantlet.model.entries import Entry, Sections, fact_text
from mantlet.model.model import RETURNS
from mantlet.model.vocabulary import DIMENSIONS, ELEMENT_KINDS, Subject, Vocabulary

INTERNET = "internet"
EXTERNAL, PROCESS, STORE = range(3)


class Columns:
    """The model's tables. Built once per model in time linear in its size."""

    def __init__(self, sections: Sections, vocabulary: Vocabulary) -> None:
        self.sections = sections
        self.vocabulary = vocabulary
        self.elements = Names(sections.elements)
        self.flows = Names(sections.flows)
        self.boundaries = Names(sections.boundaries)
        self.data = Names(sections.data)
        self._read_elements()
        self._read_boundaries()
        self._read_flows()

    def _read_elements(self) -> None:
        entries = list(self.sections.elements.values())
        self.element_types = Typed((entry.type for entry in entries), self.vocabulary, "element")
        kinds = np.array(
            [ELEMENT_KINDS.index(self.vocabulary.kind(name)) for name in self.element_types.names], np.int8
        )
        self.kind = kinds[self.element_types.codes] if len(kinds) else np.zeros(0, np.int8)
        for row, entry in enumerate(entries):
            if entry.kind is not UNSET:
                self.kind[row] = ELEMENT_KINDS.index(entry.kind)
        self.element_in_scope = np.fromiter((not entry.out_of_scope for entry in entries), bool, len(entries))
        self.operators = Named(entry.operated_by for entry in entries)
        self.holds, self.holds_known = _listed([entry.holds for entry in entries], self.data.rows)
        self.data_types = Typed(
            (asset.type for asset in self.sections.data.values()), self.vocabulary, "data"
        )

    def _read_boundaries(self) -> None:
        entries = self.sections.boundaries
        special = {
            name: INTERNET if name == INTERNET and entry.type == "network" else entry.type
            for name, entry in entries.items()
        }
        self.boundary_types = Typed(special.values(), self.vocabulary, "boundary")
        parents = [self.boundaries.rows.get(entry.in_, -1) for entry in entries.values()]
        self.boundary_parent = np.asarray(parents, np.intp)
        self.boundary_chain = [_chain(row, parents) for row in range(len(parents))]
        names = self.boundary_types.names
        dimension = [
            DIMENSIONS.index(self.vocabulary.dimension(names[code])) for code in self.boundary_types.codes
        ]
        self.boundary_dimension = np.asarray(dimension, np.intp)
        self.zone = np.full((len(DIMENSIONS), len(self.elements)), -1, np.intp)
        rows = self.boundaries.rows
        for element, entry in enumerate(self.sections.elements.values()):
            for name in entry.within:
                boundary = rows.get(name, -1)
                if boundary >= 0:
                    self.zone[dimension[boundary], element] = boundary
        self.dimension_drawn = np.isin(np.arange(len(DIMENSIONS)), self.boundary_dimension)

    def _read_flows(self) -> None:
        entries = list(self.sections.flows.values())
        rows = self.elements.rows
        count = len(entries)
        source = np.fromiter((rows.get(entry.from_, -1) for entry in entries), np.intp, count)
        target = np.fromiter((rows.get(entry.to, -1) for entry in entries), np.intp, count)
        opened_by_target = np.fromiter((entry.opened_by == entry.to for entry in entries), bool, count)
        returning = np.array([row for row, entry in enumerate(entries) if entry.returns], np.intp)
        self.flow_source, self.flow_target = source, target
        self.flow_opener_is_source = ~opened_by_target
        self.flow_in_scope = np.fromiter((not entry.out_of_scope for entry in entries), bool, count)
        self.crossing_as_written = [row for row, entry in enumerate(entries) if entry.crosses]
        """Flows of which a foreign drawing said what they cross."""
        self.movement_flow = np.concatenate([np.arange(count), returning])
        self.movement_returns = np.arange(count + len(returning)) >= count
        self.source = np.concatenate([source, target[returning]])
        self.target = np.concatenate([target, source[returning]])
        self.source_opens = np.concatenate([~opened_by_target, opened_by_target[returning]])
        sent = [() if entry.data is UNSET and entry.returns else entry.data for entry in entries]
        carried = [*sent, *(entries[row].returns for row in returning)]
        self.moves, self.moves_known = _listed(carried, self.data.rows)
        self.written: dict[Subject, dict[str, tuple[list[int], list[str]]]] = {
            "element": _written(self.sections.elements.values()),
            "flow": _written(entries),
            "boundary": _written(self.sections.boundaries.values()),
            "data": _written(self.sections.data.values()),
            "copy": {},
            "system": _written([self.sections.system]),
        }
        """Facts as written: per subject and fact, the rows and their values."""

    @cached_property
    def onward(self) -> Ragged:
        """Where each element's movements in scope lead."""
        return self._arrows(self.source, self.target)

    @cached_property
    def backward(self) -> Ragged:
        """Where each element's movements in scope come from."""
        return self._arrows(self.target, self.source)

    def _arrows(self, tail: Index, head: Index) -> Ragged:
        live = self.flow_in_scope[self.movement_flow]
        if not live.all():
            tail, head = tail[live], head[live]
        count = len(self.elements)
        order = np.argsort(tail.astype(np.min_scalar_type(count)), kind="stable")
        starts = np.zeros(count + 1, np.intp)
        np.cumsum(np.bincount(tail, minlength=count), out=starts[1:])
        return Ragged(starts, head[order])

    def movement_place(self, row: int) -> str:
        """Return the place id of a movement."""
        name = self.flows.ids[self.movement_flow[row]]
        return name + RETURNS if self.movement_returns[row] else name

    def enclosed(self, boundaries: Mask) -> Mask:
        """Tell of each element whether one of the marked boundaries is around it, however far out."""
        if not boundaries.any():
            return np.zeros(len(self.elements), bool)
        inside = np.array([any(boundaries[row] for row in chain) for chain in self.boundary_chain], bool)
        zones = self.zone
        return np.any(np.where(zones >= 0, inside[zones], False), axis=0)

    @property
    def _nothing_listed(self) -> bool:
        return not self.holds.items.size and not self.moves.items.size

    @cached_property
    def kept(self) -> Ragged:
        """Data that rests at each element: what it `holds` and, for a store, what flows in or out."""
        if self._nothing_listed:
            return Ragged.empty(len(self.elements))
        store = self.kind == STORE
        owners = self.moves.owner_rows()
        pairs = [
            (self.holds.owner_rows(), self.holds.items),
            (self.target[owners], self.moves.items),
            (self.source[owners], self.moves.items),
        ]
        flowed = [(element[keep], asset[keep]) for element, asset in pairs[1:] for keep in [store[element]]]
        return Ragged.of_pairs([pairs[0], *flowed], len(self.elements), len(self.data))

    @cached_property
    def handled(self) -> Ragged:
        """Data that an element holds, takes in or sends out."""
        if self._nothing_listed:
            return self.kept
        owners = self.moves.owner_rows()
        pairs = [
            (self.holds.owner_rows(), self.holds.items),
            (self.target[owners], self.moves.items),
            (self.source[owners], self.moves.items),
        ]
        return Ragged.of_pairs(pairs, len(self.elements), len(self.data))


def _listed(lists: Sequence[Iterable[str] | UnsetType], rows: dict[str, int]) -> tuple[Ragged, Mask]:
    """Return lists of ids as rows, and which of them somebody wrote."""
    known = np.fromiter((names is not UNSET for names in lists), bool, len(lists))
    if not known.any():
        return Ragged.empty(len(lists)), known
    packed = Ragged.of(
        [rows[name] for name in names if name in rows] if names is not UNSET else () for names in lists
    )
    return packed, known


def _written(entries: Iterable[Entry]) -> dict[str, tuple[list[int], list[str]]]:
    """Collect written facts: per fact, on which rows and what."""
    found: dict[str, tuple[list[int], list[str]]] = {}
    for row, entry in enumerate(entries):
        facts = entry.facts  # type: ignore[attr-defined]
        for fact, value in facts.items() if facts else ():
            rows, values = found.setdefault(fact, ([], []))
            rows.append(row)
            values.append(
                value if type(value) is str and value not in {"true", "false"} else fact_text(value)
            )
    return found


def _chain(row: int, parents: Sequence[int]) -> list[int]:
    """Return a boundary and those around it, innermost first; a cycle ends the walk."""
    chain: list[int] = []
    while row >= 0 and row not in chain:
        chain.append(row)
        row = parents[row]
    return chain
