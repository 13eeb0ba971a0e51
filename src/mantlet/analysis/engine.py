"""Every threat type asked of every place: the threats of a model, as columns.

A threat is open where its rule applies and nothing is known to prevent it, to be confirmed where it is not known
whether it applies, mitigated where something does prevent it, and absent elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index, Mask, flags, packed
from mantlet.analysis.atoms import ModelAtoms
from mantlet.analysis.columns import EXTERNAL, Columns
from mantlet.analysis.manual import manual_threats
from mantlet.analysis.proof import Proof
from mantlet.analysis.sets import PlaceSets
from mantlet.analysis.table import State, ThreatTable, Verdict, threat_table
from mantlet.catalogue.load import Catalogue
from mantlet.catalogue.schema import ThreatType
from mantlet.findings.marks import Mark, SeenFact
from mantlet.model.entries import Sections
from mantlet.model.model import RETURNS
from mantlet.rules.evaluate import Memo
from mantlet.rules.program import Evaluation
from mantlet.rules.tree import SCOPES, At, Scope

__all__ = ["SYSTEM_ROW", "Analysis", "State", "ThreatTable", "Verdict"]
SYSTEM_ROW = -1
"""The element row of threats to the system or a boundary as a whole."""


class Analysis:
    """A model judged by a catalogue.

    `threats` holds every threat that is open, to be confirmed or mitigated; `state` answers for any type at every place.
    """

    def __init__(
        self,
        sections: Sections,
        catalogue: Catalogue,
        columns: Columns | None = None,
        *,
        seen: Sequence[SeenFact] = (),
        marks: Sequence[Mark] = (),
    ) -> None:
        """``seen`` and ``marks`` are what evidence says of facts and threats (`findings`)."""
        self.sections = sections
        self.catalogue = catalogue
        self.seen, self.marks = seen, marks
        self.columns = columns or Columns(sections, catalogue.vocabulary)
        self.atoms = ModelAtoms(self.columns, catalogue.controls, seen)
        chosen = sections.catalogue.chosen
        self._active = catalogue.once(("active", chosen), lambda: _Active.of(catalogue.active(*chosen)))
        self.types: list[ThreatType] = list(self._active.types)
        self.catalogued = len(self.types)
        """How many types are the catalogue's; those that people found come after them."""
        self._found: dict[str, list[int]] = {}
        """The rows of the types that people found, by id."""
        self.memo: Memo = {}
        """Rules worked out one by one; share it when evaluating more over the same analysis."""
        self._ends: dict[At, Index] = {}
        self.sets = PlaceSets(self.atoms)
        self._sizes = self.sets.sizes
        self.verdicts = self._judge()
        self._silence()
        self._add_manual()
        self.proof = Proof(self, marks) if marks else None
        """Which evidence speaks of which threats; None where there is none."""
        live = [
            (row, verdict, self.types[row].at, shown)
            for row, verdict in enumerate(self.verdicts)
            if verdict is not _NOWHERE and (shown := verdict.shown)
        ]
        self.threats = threat_table(live, {at: self.end(at) for _, _, at, _ in live})

    def again(
        self,
        sections: Sections,
        *,
        seen: Sequence[SeenFact] | None = None,
        marks: Sequence[Mark] | None = None,
    ) -> Analysis:
        """Analyse a changed model by the same catalogue and the same evidence, or by what is left of it."""
        return Analysis(
            sections,
            self.catalogue,
            seen=self.seen if seen is None else seen,
            marks=self.marks if marks is None else marks,
        )

    @cached_property
    def evidence(self) -> dict[int, list[Mark]]:
        """What evidence says of threats, by row; confirming first."""
        return self.proof.rows() if self.proof else {}

    def is_new(self, item: ThreatType) -> bool:
        """Tell whether a type came with a later catalogue than the one that the model was last judged by."""
        return item.since > self.sections.catalogue.version

    def kinds(self, name: str) -> list[int]:
        """Return the rows of the types of that id.

        There is one, or none in this model's packs; a threat that people found at places of several kinds has one for each.
        """
        return self._found.get(name) or self._active.rows.get(name, [])

    def _judge(self) -> list[Verdict]:
        """Ask every type at all of its places; what would prevent it is asked only where it may apply somewhere."""
        program = self.catalogue.program
        answer = Evaluation(program, self.sets.answer, self._sizes, self.sets.spoken()).answer
        limited = not (self.columns.element_in_scope.all() and self.columns.flow_in_scope.all())
        verdicts = []
        for item in self.types:
            applies, mitigated = program.rules[item.id]
            where = answer(applies)
            if not where[0]:
                verdicts.append(_NOWHERE)
                continue
            verdict = Verdict.of(where, answer(mitigated))
            if limited:
                verdict.out_of_scope = verdict.take(~packed(self.live(item.at)))
            verdicts.append(verdict)
        return verdicts

    def _add_manual(self) -> None:
        """Add what people found, open where they found it."""
        if not self.sections.threats:
            return
        copies = {name: row for row, name in enumerate(self.places("copy"))}
        held = self.atoms.facts.copy_data
        for item, rows in manual_threats(self.sections, self.columns, copies, held):
            rows_so_far = self._found.setdefault(item.id, list(self._active.rows.get(item.id, [])))
            rows_so_far.append(len(self.types))
            self.types.append(item)
            self.verdicts.append(Verdict(open=sum(1 << row for row in rows.tolist())))

    def state(self, row: int) -> NDArray[np.int8]:
        """Return what became of a type at every place of its scope."""
        return self.verdicts[row].states(self._sizes[SCOPES[self.types[row].at]])

    def live(self, at: At) -> Mask:
        """Tell of each place whether it is looked at: neither its flow nor its element is out of scope."""
        columns = self.columns
        live = np.append(columns.element_in_scope, True)[self.end(at)]
        return live & columns.flow_in_scope[columns.movement_flow] if SCOPES[at] == "movement" else live

    def element_of(self, item: ThreatType) -> Index:
        """Return, per place of a type, the element that its threats belong to."""
        return self.end(item.at)

    def end(self, at: At) -> Index:
        """Return, per place of a kind, the element that threats there belong to."""
        if at not in self._ends:
            self._ends[at] = self._find_ends(at)
        return self._ends[at]

    def _find_ends(self, at: At) -> Index:
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
        return np.full(self._sizes[SCOPES[at]], SYSTEM_ROW, np.intp)

    def _silence(self) -> None:
        """Where a special type applies, the general ones that it names are not shown."""
        for number, rows in self._active.silences:
            special, verdict = self.types[number], self.verdicts[number]
            if not verdict.speaks:
                continue
            for row in rows:
                general = self.verdicts[row]
                if general.shown:
                    general.silenced |= general.take(
                        self._same_place(special, self.types[row], verdict.speaks)
                    )

    def _same_place(self, special: ThreatType, general: ThreatType, speaks: int) -> int:
        """Carry a set of one type's places over to another's: place by place in one scope, else by element."""
        if SCOPES[special.at] == SCOPES[general.at]:
            return speaks
        elements = np.zeros(len(self.columns.elements) + 1, bool)
        elements[self.element_of(special)[flags(speaks, self._sizes[SCOPES[special.at]])]] = True
        return packed(elements[self.element_of(general)])

    def silencers(self, row: int, place: int) -> list[str]:
        """Return the types that speak for a silenced one at a place."""
        general = self.types[row]
        return [
            special.id
            for special, verdict in zip(self.types, self.verdicts, strict=True)
            if general.id in special.silences
            and self._same_place(special, general, verdict.speaks) >> place & 1
        ]

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

    def place_of(self, row: int) -> str:
        """Return the place id of a threat."""
        table = self.threats
        return self.place_id(SCOPES[self.types[int(table.type[row])].at], int(table.place[row]))

    def places(self, scope: Scope) -> list[str]:
        """Return every place id of a scope, in row order."""
        if scope == "movement":
            flows, returning = self.columns.flows.ids, self.columns.movement_flow[len(self.columns.flows) :]
            return [*flows, *(flows[row] + RETURNS for row in returning.tolist())]
        if scope == "element":
            return list(self.columns.elements.ids)
        return [self.place_id(scope, row) for row in range(self._sizes[scope])]


class _Active(Struct):
    """The types of some packs, with where each is and which of them it silences."""

    types: list[ThreatType]
    rows: dict[str, list[int]]
    silences: list[tuple[int, list[int]]]

    @classmethod
    def of(cls, types: list[ThreatType]) -> _Active:
        rows = {item.id: [row] for row, item in enumerate(types)}
        silences = [
            (row, [other for name in item.silences for other in rows.get(name, ())])
            for row, item in enumerate(types)
            if item.silences
        ]
        return cls(types, rows, silences)


_NOWHERE = Verdict()
