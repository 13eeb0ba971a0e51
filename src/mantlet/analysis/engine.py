"""Every threat type asked of every place: the threats of a model, as columns.

A threat is open where its rule applies and nothing is known to prevent it, to be confirmed where it is not known
whether it applies, mitigated where something does prevent it, and absent elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.atoms import ModelAtoms
from mantlet.analysis.columns import EXTERNAL, Columns, Index, Mask
from mantlet.analysis.manual import manual_threats
from mantlet.catalogue.load import Catalogue
from mantlet.catalogue.schema import ThreatType
from mantlet.model.entries import Sections
from mantlet.rules.evaluate import Memo, answer
from mantlet.rules.tree import NO, SCOPES, UNKNOWN, YES, Scope

SYSTEM_ROW = -1
"""The element row of threats to the system or a boundary as a whole."""


class State(IntEnum):
    """What became of a type at a place."""

    ABSENT = 0
    TO_CONFIRM = 1
    MITIGATED = 2
    OPEN = 3
    SILENCED = 4
    """A more special type says the same there."""
    OUT_OF_SCOPE = 5

    @property
    def word(self) -> str:
        """The state as files and outputs spell it."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One type at the places where it may apply; it is absent everywhere else."""

    places: Index
    state: NDArray[np.int8]
    unsure: Mask
    """It is not known whether it applies, or whether something prevents it."""


@dataclass(frozen=True, slots=True)
class ThreatTable:
    """The threats that are not absent, one row each, ordered by type and then place."""

    type: NDArray[np.intp]
    """Row of the type in `Analysis.types`."""
    place: Index
    """Row of the place in the type's scope."""
    element: Index
    """The element that the threat is rated and decided at; `SYSTEM_ROW` for none."""
    state: NDArray[np.int8]
    unsure: NDArray[np.bool_]
    """It is not known whether something prevents it, or whether it applies."""

    def __len__(self) -> int:
        return len(self.type)

    def only(self, keep: Mask) -> ThreatTable:
        """Return the rows that are marked."""
        return ThreatTable(
            self.type[keep], self.place[keep], self.element[keep], self.state[keep], self.unsure[keep]
        )


class Analysis:
    """A model judged by a catalogue.

    `threats` holds every threat that is open, to be confirmed or mitigated; `state` answers for any type at every place.
    """

    def __init__(self, sections: Sections, catalogue: Catalogue, columns: Columns | None = None) -> None:
        self.sections = sections
        self.catalogue = catalogue
        self.columns = columns or Columns(sections, catalogue.vocabulary)
        self.atoms = ModelAtoms(self.columns, catalogue.controls)
        self.types: list[ThreatType] = catalogue.active(sections.catalogue.packs)
        self._row = {item.id: row for row, item in enumerate(self.types)}
        self.memo: Memo = {}
        """Rules already worked out; share it when evaluating more over the same analysis."""
        self._ends: dict[str, Index] = {}
        self.verdicts = [self._judge(item) for item in self.types]
        self._silence()
        self._add_manual()
        self.threats = self._table()

    def type_row(self, name: str) -> int:
        """Return the row of a type; −1 where this model's packs have no such type."""
        return self._row.get(name, -1)

    def _judge(self, item: ThreatType) -> Verdict:
        scope = SCOPES[item.at]
        applies = answer(item.applies, scope, self.atoms, self.memo)
        if isinstance(applies, int):
            places = np.arange(self.atoms.size(scope) if applies else 0)
            applies = np.full(len(places), applies, np.int8)
        else:
            places = np.flatnonzero(applies)
            applies = applies[places]
        if not places.size:
            return _NOWHERE
        found = answer(item.mitigated, scope, self.atoms, self.memo)
        mitigated = found if isinstance(found, int) else found[places]
        state = _STATES[applies * 3 + mitigated]
        live = self.in_scope(item)
        if live is not None:
            state[~live[places]] = State.OUT_OF_SCOPE
        return Verdict(places, state, (applies == UNKNOWN) | (mitigated == UNKNOWN))

    def _add_manual(self) -> None:
        """Add what people found, open where they found it."""
        if not self.sections.threats:
            return
        copies = {name: row for row, name in enumerate(self.places("copy"))}
        for item, rows in manual_threats(self.sections, self.columns, copies):
            self._row.setdefault(item.id, len(self.types))
            self.types.append(item)
            self.verdicts.append(
                Verdict(rows, np.full(len(rows), State.OPEN, np.int8), np.zeros(len(rows), bool))
            )

    def state(self, row: int) -> NDArray[np.int8]:
        """Return what became of a type at every place of its scope."""
        verdict = self.verdicts[row]
        state = np.zeros(self.atoms.size(SCOPES[self.types[row].at]), np.int8)
        state[verdict.places] = verdict.state
        return state

    def in_scope(self, item: ThreatType) -> Mask | None:
        """Tell of each place of a type whether it is looked at: neither its flow nor its element is out of scope.

        None where everything is.
        """
        columns = self.columns
        if columns.element_in_scope.all() and columns.flow_in_scope.all():
            return None
        live = np.append(columns.element_in_scope, True)[self.element_of(item)]
        return live & columns.flow_in_scope[columns.movement_flow] if SCOPES[item.at] == "movement" else live

    def element_of(self, item: ThreatType) -> Index:
        """Return, per place of a type, the element that its threats belong to."""
        if item.at not in self._ends:
            self._ends[item.at] = self._find_ends(item.at)
        return self._ends[item.at]

    def _find_ends(self, at: str) -> Index:
        columns = self.columns
        if at == "flow.source":
            return columns.source
        if at == "flow.target":
            return columns.target
        if at == "flow":
            listener = np.where(columns.source_opens, columns.target, columns.source)
            opener = np.where(columns.source_opens, columns.source, columns.target)
            return np.where(columns.kind[listener] == EXTERNAL, opener, listener)
        if at == "element":
            return np.arange(len(columns.elements), dtype=np.intp)
        if at == "data-at":
            return self.atoms.facts.copy_element
        return np.full(self.atoms.size(SCOPES[at]), SYSTEM_ROW, np.intp)  # type: ignore[index]

    def _silence(self) -> None:
        """Where a special type applies, the general ones that it names are not shown."""
        for row, special in enumerate(self.types):
            if not special.silences or not self.verdicts[row].places.size:
                continue
            speaks = self._speaks(row)
            for name in special.silences:
                general = self._row.get(name)
                if general is not None and self.verdicts[general].places.size:
                    verdict = self.verdicts[general]
                    hidden = self._same_place(special, self.types[general], speaks)[verdict.places]
                    verdict.state[hidden & (verdict.state <= State.OPEN)] = State.SILENCED

    def _speaks(self, row: int) -> Mask:
        """Tell of each place of a type whether it is known to apply there."""
        verdict = self.verdicts[row]
        speaks = np.zeros(self.atoms.size(SCOPES[self.types[row].at]), bool)
        speaks[verdict.places] = (verdict.state == State.OPEN) | (verdict.state == State.MITIGATED)
        return speaks

    def _same_place(self, special: ThreatType, general: ThreatType, speaks: Mask) -> Mask:
        """Carry a mask over one type's places to another's: place by place in one scope, else by element."""
        if SCOPES[special.at] == SCOPES[general.at]:
            return speaks.copy()
        elements = np.zeros(len(self.columns.elements) + 1, bool)
        elements[self.element_of(special)[speaks]] = True
        return elements[self.element_of(general)]

    def silencers(self, row: int, place: int) -> list[str]:
        """Return the types that speak for a silenced one at a place."""
        general = self.types[row]
        found = []
        for other, special in enumerate(self.types):
            if (
                general.id in special.silences
                and self._same_place(special, general, self._speaks(other))[place]
            ):
                found.append(special.id)
        return found

    def _table(self) -> ThreatTable:
        kept = [
            (row, verdict, verdict.state <= State.OPEN)
            for row, verdict in enumerate(self.verdicts)
            if verdict.places.size
        ]
        if not kept:
            rows = np.zeros(0, np.intp)
            return ThreatTable(rows, rows, rows, np.zeros(0, np.int8), np.zeros(0, bool))
        places = [verdict.places[shown] for _, verdict, shown in kept]
        return ThreatTable(
            np.repeat(np.array([row for row, _, _ in kept], np.intp), [len(some) for some in places]),
            np.concatenate(places),
            np.concatenate(
                [
                    self.element_of(self.types[row])[some]
                    for (row, _, _), some in zip(kept, places, strict=True)
                ]
            ),
            np.concatenate([verdict.state[shown] for _, verdict, shown in kept]),
            np.concatenate([verdict.unsure[shown] for _, verdict, shown in kept]),
        )

    def place_id(self, scope: Scope, row: int) -> str:
        """Return a place's id as people write it."""
        columns = self.columns
        if scope == "movement":
            return columns.movement_place(row)
        if scope == "element":
            return columns.elements.ids[row]
        if scope == "boundary":
            return columns.boundaries.ids[row]
        if scope == "copy":
            facts = self.atoms.facts
            return f"{columns.data.ids[facts.copy_data[row]]}/{columns.elements.ids[facts.copy_element[row]]}"
        return "system"

    def places(self, scope: Scope) -> list[str]:
        """Return every place id of a scope, in row order."""
        return [self.place_id(scope, row) for row in range(self.atoms.size(scope))]


def _states() -> NDArray[np.int8]:
    """Return the state by ``applies * 3 + mitigated``."""
    table = np.zeros(9, np.int8)
    for applies in range(3):
        for mitigated in range(3):
            if applies == NO:
                state = State.ABSENT
            elif mitigated == YES:
                state = State.MITIGATED
            else:
                state = State.OPEN if applies == YES else State.TO_CONFIRM
            table[applies * 3 + mitigated] = state
    return table


_STATES = _states()
_NOWHERE = Verdict(np.zeros(0, np.intp), np.zeros(0, np.int8), np.zeros(0, bool))
