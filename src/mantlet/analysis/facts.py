"""Facts resolved: what is known of every element, flow, boundary, asset and copy, and who says so.

Each fact is a column of small codes. A nearer layer wins over a farther one: what the type brings, what
the boundaries around say, what follows from another fact, what a control in place sets, and what is written at the thing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import UNSET

from mantlet.analysis.arrays import Index, Mask, Ternary
from mantlet.analysis.columns import Columns
from mantlet.analysis.factcolumn import UNWRITTEN, FactColumn, Origin
from mantlet.analysis.observed import Contradiction, Observation
from mantlet.catalogue.schema import Control
from mantlet.findings.marks import SeenFact
from mantlet.model.entries import ControlInPlace, fact_text
from mantlet.model.vocabulary import Subject
from mantlet.rules.tree import UNKNOWN, YES

Key = tuple[Subject, str]
"""A kind of subject and a fact."""
_INHERITED_BY: dict[Subject, tuple[Subject, ...]] = {
    "boundary": ("element", "flow"),
    "element": ("copy",),
    "data": ("copy",),
}


class FactTable:
    """Every fact of a model, resolved column by column on first use."""

    def __init__(
        self, columns: Columns, controls: Mapping[str, Control], seen: Sequence[SeenFact] = ()
    ) -> None:
        self.columns = columns
        self.copy_element = columns.kept.owner_rows()
        self.copy_data = columns.kept.items
        self._rows: dict[Subject, int] = {
            "element": len(columns.elements),
            "flow": len(columns.flows),
            "boundary": len(columns.boundaries),
            "data": len(columns.data),
            "copy": len(self.copy_data),
            "system": 1,
        }
        self._written = {subject: dict(facts) for subject, facts in columns.written.items()}
        self._read_fields()
        self._controls = controls
        self._cache: dict[Key, FactColumn] = {}
        self._set_by, self._verified = self._controls_in_place()
        self._see(seen)
        self._implied_by = columns.vocabulary.implied_by
        self.spoken: set[Key] = set()
        """Facts of which something may be known: written, derived, set by a control, or implied by such a one."""
        self._speak([*self._set_by, *self._verified])
        self._speak([(subject, fact) for subject, written in self._written.items() for fact in written])
        for name in columns.element_types.names:
            self._speak([("element", fact) for fact in columns.vocabulary.default_facts(name)])

    def column(self, subject: Subject, fact: str) -> FactColumn:
        """Return a fact's column over one kind of subject."""
        key = (subject, fact)
        if key not in self._cache:
            self._cache[key] = self._resolve(subject, fact)
        return self._cache[key]

    def add(self, subject: Subject, fact: str, column: FactColumn) -> None:
        """Put in a column that the analysis derived."""
        self._cache[subject, fact] = column
        self._speak([(subject, fact)])

    def is_silent(self, subject: Subject, fact: str) -> bool:
        """Tell whether nothing anywhere says anything of a fact, so that it is unknown everywhere."""
        return (subject, fact) not in self.spoken

    def yes(self, subject: Subject, fact: str) -> Ternary:
        """Tell of each row whether a fact is `yes` there."""
        if self.is_silent(subject, fact):
            return np.full(self._rows[subject], UNKNOWN, np.int8)
        return self.column(subject, fact).among(("yes",))

    def _speak(self, pending: list[Key]) -> None:
        """Note facts of which something may be known, with those that inherit or follow from them."""
        facts = self.columns.vocabulary.facts
        while pending:
            subject, fact = pending.pop()
            if (subject, fact) in self.spoken:
                continue
            self.spoken.add((subject, fact))
            pending += [(heir, fact) for heir in _INHERITED_BY.get(subject, ())]
            if fact in facts:
                pending += [(subject, name) for implied in facts[fact].implies.values() for name in implied]

    def _resolve(self, subject: Subject, fact: str) -> FactColumn:
        column = FactColumn.empty(self._rows[subject])
        if subject == "element":
            self._from_types(column, fact)
        if subject in {"element", "flow"}:
            self._from_boundaries(column, subject, fact)
        if subject == "copy":
            self._from_holders(column, fact)
        self._from_implications(column, subject, fact)
        for rows, value in self._set_by.get((subject, fact), ()):
            column.put(rows, value, Origin.CONTROL)
        rows_written, values = self._written[subject].get(fact, ([], []))
        if rows_written:
            at = np.asarray(rows_written, np.int32)
            column.codes[at] = [column.code(value) for value in values]
            column.origin[at] = np.where(column.codes[at] == UNWRITTEN, Origin.NOBODY, Origin.WRITTEN)
        self._from_evidence(column, subject, fact)
        return column

    def _from_evidence(self, column: FactColumn, subject: Subject, fact: str) -> None:
        """Let what was verified count, the last where several speak, and mark where the model claims otherwise."""
        verified = self._verified.get((subject, fact), ())
        if not verified:
            return
        written, claimed = column.origin == Origin.WRITTEN, column.codes.copy()
        for seen in verified:
            column.put(seen.rows, seen.value, Origin.VERIFIED)
        column.origin[written & (column.codes != claimed)] = Origin.CONTRADICTED

    def claimed(self, subject: Subject, fact: str, row: int) -> str:
        """Return what the model itself claims of a fact; empty where nothing is written."""
        rows, values = self._written[subject].get(fact, ([], []))
        return values[rows.index(row)] if row in rows else ""

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield every fact that the model claims and evidence refutes."""
        for (subject, fact), seen in self._verified.items():
            column = self.column(subject, fact)
            for row in np.flatnonzero(column.origin == Origin.CONTRADICTED).tolist():
                said = column.values[int(column.codes[row])]
                by = [item.by for item in seen if item.rows[row] and item.value == said]
                yield Contradiction(
                    self.name(subject, row), fact, self.claimed(subject, fact, row), said, ", ".join(by)
                )

    def name(self, subject: Subject, row: int) -> str:
        """Return the id of what a fact is about: `data/element` for a copy."""
        columns = self.columns
        named = {
            "element": columns.elements,
            "flow": columns.flows,
            "boundary": columns.boundaries,
            "data": columns.data,
        }
        if subject == "copy":
            return f"{columns.data.ids[self.copy_data[row]]}/{columns.elements.ids[self.copy_element[row]]}"
        return named[subject].ids[row] if subject in named else "system"

    def _from_types(self, column: FactColumn, fact: str) -> None:
        types = self.columns.element_types
        for code, name in enumerate(types.names):
            value = self.columns.vocabulary.default_facts(name).get(fact)
            if value is not None:
                column.put(types.codes == code, value, Origin.TYPE)

    def _from_boundaries(self, column: FactColumn, subject: Subject, fact: str) -> None:
        rows, values = self._written["boundary"].get(fact, ([], []))
        chains = self.columns.boundary_chain
        for row, value in sorted(zip(rows, values, strict=True), key=lambda item: len(chains[item[0]])):
            column.put(self._inside(subject, row), value, Origin.BOUNDARY)

    def _inside(self, subject: Subject, boundary: int) -> Mask:
        mark = np.zeros(len(self.columns.boundaries), bool)
        mark[boundary] = True
        inside = self.columns.enclosed(mark)
        if subject == "element":
            return inside
        return inside[self.columns.flow_source] & inside[self.columns.flow_target]

    def _from_holders(self, column: FactColumn, fact: str) -> None:
        """A copy takes what its element and then what its asset says, where nothing is said of it alone."""
        definition = self.columns.vocabulary.facts.get(fact)
        on = definition.on if definition else []
        layers: list[tuple[Subject, Index]] = [("element", self.copy_element), ("data", self.copy_data)]
        for subject, index in layers:
            if subject not in on:
                continue
            holder = self.column(subject, fact)
            lookup = np.array([column.code(value) for value in holder.values], np.int16)
            codes = lookup[holder.codes][index]
            said = codes != UNWRITTEN
            column.codes[said] = codes[said]
            column.origin[said] = Origin.HOLDER

    def _from_implications(self, column: FactColumn, subject: Subject, fact: str) -> None:
        for other, value, implied in self._implied_by.get(fact, ()):
            if subject not in self.columns.vocabulary.facts[other].on:
                continue
            premise = self.column(subject, other)
            holds = premise.among([value]) == YES
            own = premise.origin >= Origin.CONTROL
            column.put(holds & (own | (column.codes == UNWRITTEN)), implied, Origin.IMPLIED)

    def _read_fields(self) -> None:
        """Fields of data and copies that rules ask about like facts."""
        for row, asset in enumerate(self.columns.sections.data.values()):
            fields: dict[str, object] = {
                "classification": asset.classification,
                "retention": asset.retention,
                "purpose": asset.purpose,
                "legal_basis": asset.legal_basis,
                "automated_decisions": asset.automated_decisions,
            }
            if asset.subjects is not UNSET:
                fields |= {
                    "subjects_count": asset.subjects.count,
                    "vulnerable_subjects": asset.subjects.vulnerable,
                }
            for fact, value in fields.items():
                self._write("data", fact, row, value)
        elements = list(self.columns.sections.elements.values())
        names = self.columns.data.ids
        for row, (element, asset_row) in enumerate(zip(self.copy_element, self.copy_data, strict=True)):
            entry = elements[element]
            copy = entry.holds.get(names[asset_row]) if isinstance(entry.holds, dict) else None
            if copy is None:
                continue
            own = {"retention": copy.retention, "region": copy.region}
            told = {fact: value for fact, value in own.items() if value is not UNSET and value != ""}
            for fact, value in {**copy.facts, **told}.items():
                self._write("copy", fact, row, value)

    def _write(self, subject: Subject, fact: str, row: int, value: object) -> None:
        if value is UNSET or value == "":
            return
        rows, values = self._written[subject].setdefault(fact, ([], []))
        rows.append(row)
        values.append(fact_text(value))  # type: ignore[arg-type]

    def _controls_in_place(self) -> tuple[dict[Key, list[tuple[Mask, str]]], dict[Key, list[Observation]]]:
        """Return what controls that are there set, per subject and fact: those that are claimed, and those verified."""
        claimed: dict[Key, list[tuple[Mask, str]]] = {}
        verified: dict[Key, list[Observation]] = {}
        for name, place in self.columns.sections.controls.items():
            control = self._controls.get(place.control)
            if control is None or place.status == "planned":
                continue
            for key, value in control.sets.items():
                subject, _, fact = key.partition(".")
                mask = self.covered(place, subject)  # type: ignore[arg-type]
                if place.status == "verified":
                    verified.setdefault((subject, fact), []).append(Observation(mask, value, name))  # type: ignore[arg-type]
                else:
                    claimed.setdefault((subject, fact), []).append((mask, value))  # type: ignore[arg-type]
        return claimed, verified

    def _see(self, seen: Sequence[SeenFact]) -> None:
        """Take in what scans showed; a weakness that was seen outranks a control that was verified before."""
        ids = {"element": self.columns.elements, "flow": self.columns.flows}
        for item in seen:
            row = ids[item.subject].rows.get(item.id)
            if row is None:
                continue
            rows = np.zeros(self._rows[item.subject], bool)
            rows[row] = True
            self._verified.setdefault((item.subject, item.fact), []).append(
                Observation(rows, item.value, item.by)
            )

    def covered(self, place: ControlInPlace, subject: Subject) -> Mask:
        """Tell of each row of a kind of subject whether a control in place is on it or around it."""
        if "system" in place.on:
            return np.ones(self._rows[subject], bool)
        columns = self.columns
        boundaries = np.zeros(len(columns.boundaries), bool)
        boundaries[columns.boundaries.find(place.on)] = True
        elements = columns.enclosed(boundaries)
        elements[columns.elements.find(place.on)] = True
        if subject == "element":
            return elements
        if subject == "flow":
            flows = elements[columns.flow_source] | elements[columns.flow_target]
            flows[columns.flows.find(place.on)] = True
            return flows
        if subject == "boundary":
            return boundaries
        data = np.zeros(len(columns.data), bool)
        data[columns.data.find(place.on)] = True
        if subject == "data":
            return data
        if subject == "copy":
            return elements[self.copy_element] | data[self.copy_data]
        return np.zeros(1, bool)
