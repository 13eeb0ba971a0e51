"""What each atom of a rule says of every place at once: no 0, unknown 1, yes 2."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mantlet.analysis.arrays import Index, Mask, Ternary
from mantlet.analysis.columns import Columns
from mantlet.analysis.exposure import derive, spread
from mantlet.analysis.facts import FactTable
from mantlet.analysis.lineage import Lineage
from mantlet.analysis.people import derive_people
from mantlet.catalogue.schema import Control
from mantlet.findings.marks import SeenFact
from mantlet.model.vocabulary import DIMENSIONS
from mantlet.rules.evaluate import Answer
from mantlet.rules.tree import (
    HOLDERS,
    NO,
    UNKNOWN,
    YES,
    Atom,
    Carries,
    ControlOn,
    Crosses,
    DataIs,
    FactCompare,
    FactIn,
    FactKnown,
    Linked,
    Scope,
    Subject,
    TypeIs,
    Within,
)
from mantlet.rules.tree import (
    Lineage as LineageAtom,
)


class ModelAtoms:
    """Answers atoms over a model; each answer is computed once per table and gathered to the places."""

    def __init__(self, columns: Columns, controls: dict[str, Control], seen: Sequence[SeenFact] = ()) -> None:
        self.columns = columns
        self.facts = FactTable(columns, controls, seen)
        self.links = derive(columns, self.facts)
        self.lineage = Lineage(columns)
        derive_people(columns, self.facts, self.lineage)
        self._answers: dict[object, Answer] = {}
        self._tests: dict[type, Callable[[Scope, object], Answer]] = {
            TypeIs: self._type,
            FactIn: self._fact,
            FactCompare: self._fact,
            FactKnown: self._fact,
            Crosses: self._crosses,
            Within: self._within,
            Carries: self._carries,
            DataIs: self._data,
            LineageAtom: self._lineage,
            Linked: self._linked,
            ControlOn: self._control,
        }

    def size(self, scope: Scope) -> int:
        """Return how many places a scope has."""
        sizes = {
            "movement": len(self.columns.source),
            "element": len(self.columns.elements),
            "boundary": len(self.columns.boundaries),
            "copy": len(self.facts.copy_data),
            "system": 1,
        }
        return sizes[scope]

    def atom(self, atom: Atom, scope: Scope) -> Answer:
        """Answer one atom for every place of a scope, int8 of shape (size(scope),), or once where all answers are the same."""
        return self._tests[type(atom)](scope, atom)

    def rows(self, scope: Scope, subject: Subject) -> Index | None:
        """Return, per place, the subject's row in its own table; None where they are the same."""
        columns = self.columns
        if scope == "movement":
            return {"source": columns.source, "target": columns.target, "flow": columns.movement_flow}.get(
                subject, self._system(scope)
            )
        if scope == "copy" and subject != "copy":
            return {"data": self.facts.copy_data, "element": self.facts.copy_element}.get(
                subject, self._system(scope)
            )
        return self._system(scope) if subject == "system" else None

    def _system(self, scope: Scope) -> Index:
        return np.zeros(self.size(scope), np.intp)

    def _gather(self, scope: Scope, subject: Subject, key: object, compute: Callable[[], Ternary]) -> Answer:
        """Answer over the subject's own table, once, and look the places up in it."""
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = uniform(compute())
        if isinstance(found, int):
            return found
        rows = self.rows(scope, subject)
        return found if rows is None else found[rows]

    def _type(self, scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, TypeIs)  # noqa: S101
        table = self.columns.boundary_types if atom.subject == "boundary" else self.columns.element_types
        key = ("type", HOLDERS[atom.subject], atom.types)
        return self._gather(scope, atom.subject, key, lambda: table.answers(atom.types))

    def _fact(self, scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, (FactIn, FactCompare, FactKnown))  # noqa: S101
        holder = HOLDERS[atom.subject]
        if self.facts.is_silent(holder, atom.fact):
            return NO if isinstance(atom, FactKnown) else UNKNOWN
        if holder == "flow" and atom.fact == "initiator" and isinstance(atom, FactIn):
            return self._initiator(atom.values)

        def compute() -> Ternary:
            column = self.facts.column(holder, atom.fact)
            if isinstance(atom, FactIn):
                return column.among(atom.values)
            return column.known() if isinstance(atom, FactKnown) else column.compare(atom.op, atom.number)

        key = (type(atom), holder, *(getattr(atom, name) for name in atom.__struct_fields__[1:]))
        return self._gather(scope, atom.subject, key, compute)

    def _initiator(self, values: tuple[str, ...]) -> Ternary:
        """Tell of each movement whether the end that opened the flow is the movement's own source or target."""
        return np.where(
            self.columns.source_opens, _worth("source" in values), _worth("target" in values)
        ).astype(np.int8)

    def _zones(self, names: tuple[str, ...]) -> tuple[list[int], Mask, bool]:
        """Split boundary types into whole dimensions and special types, and tell whether any of their dimensions is drawn."""
        vocabulary, columns = self.columns.vocabulary, self.columns
        dimensions = [DIMENSIONS.index(name) for name in names if name in DIMENSIONS]
        special = [name for name in names if name not in DIMENSIONS]
        touched = {*dimensions, *(DIMENSIONS.index(vocabulary.dimension(name)) for name in special)}
        return (
            dimensions,
            columns.boundary_types.are(special),
            any(columns.dimension_drawn[row] for row in touched),
        )

    def _crosses(self, _scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, Crosses)  # noqa: S101
        key = ("crosses", atom.types)
        if key not in self._answers:
            columns = self.columns
            dimensions, others, drawn = self.crossing(atom.types)
            crossed = np.zeros(len(columns.source), bool) if others is None else others
            for row in dimensions:
                crossed |= self.crosses_dimension(row)
            self._answers[key] = uniform(np.where(crossed, YES, NO if drawn else UNKNOWN).astype(np.int8))
        return self._answers[key]

    def crosses_dimension(self, row: int) -> Mask:
        """Tell of each movement whether its ends differ in a dimension."""
        zone = self.columns.zone[row]
        return zone[self.columns.source] != zone[self.columns.target]

    def crossing(self, types: tuple[str, ...]) -> tuple[list[int], Mask | None, bool]:
        """Return the dimensions among boundary types, what crosses in another way, and whether any of them is drawn."""
        columns = self.columns
        dimensions, special, drawn = self._zones(types)
        inside = columns.enclosed(special)
        others = inside[columns.source] != inside[columns.target] if inside.any() else None
        if columns.crossing_as_written:
            written = self._crosses_as_written(types)[columns.movement_flow]
            others = written if others is None else others | written
        return dimensions, others, drawn

    def _crosses_as_written(self, types: tuple[str, ...]) -> Mask:
        """What a foreign drawing's boundary lines said; kept on the flow because no box shows it."""
        is_a, boundaries = self.columns.vocabulary.is_a, self.columns.sections.boundaries
        crossed = np.zeros(len(self.columns.flows), bool)
        for row in self.columns.crossing_as_written:
            lines = self.columns.sections.flows[self.columns.flows.ids[row]].crosses
            named = [boundaries[name].type if name in boundaries else name for name in lines]
            crossed[row] = any(is_a(name, wanted, "boundary") for name in named for wanted in types)
        return crossed

    def _within(self, scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, Within)  # noqa: S101

        def compute() -> Ternary:
            dimensions, special, drawn = self._zones(atom.types)
            inside = self.columns.enclosed(special)
            for row in dimensions:
                inside |= self.columns.zone[row] >= 0
            return np.where(inside, YES, NO if drawn else UNKNOWN).astype(np.int8)

        return self._gather(scope, atom.subject, ("within", atom.types), compute)

    def _carries(self, scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, Carries)  # noqa: S101
        if atom.subject == "flow":
            return uniform(self.lineage.movements(atom.words, atom.types))
        relation = "holds" if atom.relation == "holds" else "handles"
        key = (relation, atom.words, atom.types)
        return self._gather(
            scope, atom.subject, key, lambda: self.lineage.elements(relation, atom.words, atom.types)
        )

    def _data(self, scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, DataIs)  # noqa: S101
        return self._gather(
            scope,
            "data",
            ("data", atom.words, atom.types),
            lambda: self.lineage.assets(atom.words, atom.types),
        )

    def _lineage(self, scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, LineageAtom)  # noqa: S101
        if atom.subject == "data":
            compute = self.lineage.derived if atom.relation == "derived-from" else self.lineage.trained_on
            return self._gather(
                scope,
                "data",
                (atom.relation, atom.words, atom.types),
                lambda: compute(atom.words, atom.types),
            )
        key = ("models", atom.words, atom.types)
        if atom.subject == "flow":
            return uniform(self.lineage.moving_models(atom.words, atom.types))
        return self._gather(scope, atom.subject, key, lambda: self.lineage.models_at(atom.words, atom.types))

    def _linked(self, scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, Linked)  # noqa: S101
        return self._gather(
            scope, atom.subject, ("linked", atom.relation, atom.types), lambda: self._links(atom)
        )

    def _links(self, atom: Linked) -> Ternary:
        columns = self.columns
        wanted = columns.element_types.are(atom.types)
        arrows = columns.backward if atom.relation in {"sends-to", "reaches"} else columns.onward
        if not wanted.any():
            return np.zeros(len(wanted), np.int8)
        if atom.relation in {"reached-from", "reaches"}:
            return _two(spread(wanted, arrows))
        found = np.zeros(len(wanted), bool)
        found[arrows.items[wanted[arrows.owner_rows()]]] = True
        return _two(found)

    def _control(self, scope: Scope, atom: object) -> Answer:
        assert isinstance(atom, ControlOn)  # noqa: S101
        holder = HOLDERS[atom.subject]

        def compute() -> Ternary:
            rows = len(self.facts.column(holder, "").codes)
            result = np.full(rows, UNKNOWN, np.int8)
            for place in self.columns.sections.controls.values():
                if place.control == atom.control:
                    covered = self.facts.covered(place, holder)
                    result[covered] = NO if place.status == "planned" else YES
            return result

        return self._gather(scope, atom.subject, ("control", holder, atom.control), compute)


def _worth(truth: bool) -> int:
    return YES if truth else NO


def uniform(values: Ternary) -> Answer:
    """Return one number where all values are the same (no for none), else the values."""
    if not values.size:
        return NO
    first = int(values[0])
    return first if (values == first).all() else values


def _two(mask: Mask) -> Ternary:
    return np.where(mask, YES, NO).astype(np.int8)
