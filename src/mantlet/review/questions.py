"""Questions worth asking: unknown facts whose answer changes at least one risk, the most telling first.

An answer is tried on the rules: a question counts the threats that it would rule out, show to be prevented, or show
not to be, weighed by how bad they may be. What the drawing leaves open (boundaries, data) comes before facts, what is
open before what is to be confirmed, and the usual way to prevent a threat before its alternatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from mantlet.analysis.arrays import distinct
from mantlet.analysis.engine import Analysis, State
from mantlet.catalogue.schema import ThreatType
from mantlet.model.vocabulary import Subject as Holder
from mantlet.review.ranking import ranked
from mantlet.review.wording import DRAWN, Question, ask, holder_id
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import HIGH
from mantlet.risk.register import Register
from mantlet.rules.evaluate import evaluate
from mantlet.rules.tree import (
    HOLDERS,
    NO,
    SCOPES,
    UNKNOWN,
    YES,
    And,
    Atom,
    Carries,
    Const,
    ControlOn,
    Crosses,
    DataIs,
    FactCompare,
    FactIn,
    FactKnown,
    Lineage,
    Not,
    Or,
    Scope,
    Tree,
    Within,
    atoms,
)

__all__ = ["Question", "question_about", "questions", "replace"]
WEIGHT = (1, 2, 5, 12, 25)
"""What settling a threat is worth, by its worst-case severity."""
TO_CONFIRM_SHARE = 0.5
"""Of that, for a threat that may not exist at all."""
NEEDED_SHARE = 0.5
"""For an answer that settles a threat only one way: that something needed against it is missing."""
ALTERNATIVE_SHARE = 0.4
"""For another way to prevent what the rule's first way prevents, unless the element's type asks for it."""
DRAWN_FACTOR = 3.0
"""For what the drawing leaves open, because much else hangs on it."""


class Topic(NamedTuple):
    """What a question is about: a fact's id (or a word of `DRAWN`), the table it is written in, and the row or id there."""

    fact: str
    holder: Holder
    row: int
    dimension: str = ""
    """For boundaries: of which dimension."""


def questions(register: Register, limit: int = 0) -> list[Question]:
    """Return what to find out, most telling first; ``limit`` 0 means all."""
    found: dict[Topic, Question] = {}
    table = register.analysis.threats
    asker = _Asker(register)
    open_rows = np.flatnonzero((table.state != State.MITIGATED) & table.unsure & ~register.settled)
    by_type = {
        int(kind): open_rows[table.type[open_rows] == kind] for kind in distinct(table.type[open_rows])
    }
    for kind, rows in by_type.items():
        for atom, told in asker.telling(kind, rows):
            asker.add(found, kind, atom, rows[told > 0], told[told > 0])
    order = ranked(list(found.values()))
    return order[:limit] if limit else order


def question_about(register: Register, atom: Atom, scope: Scope, place: int) -> Question | None:
    """Return what to ask to find out a rule's condition at a place; None where no answer of people settles it."""
    asker = _Asker(register)
    topic = asker.about(atom, scope, place)
    return None if topic is None else asker.ask(topic)


class _Asker:
    def __init__(self, register: Register) -> None:
        self.register = register
        self.analysis: Analysis = register.analysis
        self.vocabulary = register.analysis.columns.vocabulary

    def telling(self, kind: int, rows: NDArray[np.int64]) -> Iterator[tuple[Atom, NDArray[np.float64]]]:
        """Yield each unknown atom of a type with how much an answer tells about each of the rows: 0 nothing, 1 all."""
        item = self.analysis.types[kind]
        scope = SCOPES[item.at]
        places = self.analysis.threats.place[rows]
        prevents = set(atoms(item.mitigated))
        first = np.ones(len(rows), bool)
        """Rows for which no way to prevent the threat was asked about yet."""
        for atom in dict.fromkeys([*atoms(item.applies), *atoms(item.mitigated)]):
            unasked = NO if isinstance(atom, FactKnown) else UNKNOWN
            unknown = self._value(atom, scope)[places] == unasked
            if not unknown.any():
                continue
            settles, needed = self._tried(item, atom, places)
            told = np.where(unknown & settles, 1.0, np.where(unknown & needed, NEEDED_SHARE, 0.0))
            if atom in prevents:
                told[~(first | self._usual(atom, kind, places))] *= ALTERNATIVE_SHARE
                first &= told == 0
            if told.any():
                yield atom, told

    def _tried(
        self, item: ThreatType, atom: Atom, places: NDArray[np.intp]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell where some answer to an atom rules the threat out or prevents it, and where one shows that nothing does."""
        scope = SCOPES[item.at]
        settles = needed = np.zeros(len(places), bool)
        for answer in (NO, YES):
            applies = self._value(replace(item.applies, atom, answer), scope)[places]
            mitigated = self._value(replace(item.mitigated, atom, answer), scope)[places]
            settles = settles | (applies == NO) | (mitigated == YES)
            needed = needed | (mitigated == NO)
        now = self._value(item.mitigated, scope)[places]
        return settles, needed & (now == UNKNOWN)

    def _usual(self, atom: Atom, kind: int, places: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Tell where an atom asks a fact that the element's type says is worth asking."""
        if not isinstance(atom, FactIn) or HOLDERS[atom.subject] != "element":
            return np.zeros(len(places), bool)
        rows = self.analysis.atoms.rows(SCOPES[self.analysis.types[kind].at], atom.subject)
        elements = places if rows is None else rows[places]
        types = self.analysis.columns.element_types
        asking = np.array([atom.fact in self._worth_asking(name) for name in types.names], bool)
        return asking[types.codes[elements]]

    def _worth_asking(self, name: str) -> set[str]:
        return {fact for step in self.vocabulary.lineage(name) for fact in self.vocabulary.types[step].asks}

    def _value(self, tree: Tree, scope: Scope) -> NDArray[np.int8]:
        return evaluate(tree, scope, self.analysis.atoms, self.analysis.memo)

    def add(
        self,
        found: dict[Topic, Question],
        kind: int,
        atom: Atom,
        rows: NDArray[np.int64],
        told: NDArray[np.float64],
    ) -> None:
        """Book threats, and how much is told about them, on the question that an atom comes down to."""
        table = self.analysis.threats
        scope = SCOPES[self.analysis.types[kind].at]
        worst = self.register.ratings.severity[HIGH, rows]
        told = told * np.array(WEIGHT)[worst]
        told = np.where(table.state[rows] == State.OPEN, told, told * TO_CONFIRM_SHARE)
        columns = zip(rows.tolist(), table.place[rows].tolist(), worst.tolist(), told.tolist(), strict=True)
        for row, place, severity, worth in columns:
            topic = self.about(atom, scope, place)
            if topic is None:
                continue
            if topic not in found:
                found[topic] = self.ask(topic)
            drawn = DRAWN_FACTOR if topic.fact in DRAWN else 1.0
            found[topic].book(row, worth * drawn, Severity(severity))

    def ask(self, topic: Topic) -> Question:
        """Put a topic into words."""
        name = topic.dimension or holder_id(self.analysis, topic.holder, topic.row)
        return ask(self.analysis, topic.fact, topic.holder, name)

    def about(self, atom: Atom, scope: Scope, place: int) -> Topic | None:
        """Return what an atom asks about."""
        if isinstance(atom, (Crosses, Within)):
            return Topic("boundaries", "system", 0, self.vocabulary.dimension(atom.types[0]))
        if isinstance(atom, ControlOn):
            return None
        subject = "data" if isinstance(atom, DataIs) else atom.subject
        rows = self.analysis.atoms.rows(scope, subject)
        row = place if rows is None else int(rows[place])
        holder = HOLDERS[subject]
        match atom:
            case FactIn() | FactKnown() | FactCompare():
                return self._fact_topic(atom.fact, holder, row)
            case DataIs():
                return Topic(self._word(atom.words, row), "data", row)
            case Carries():
                return self._unlisted(atom, holder, row)
            case Lineage():
                where = {"data": "derived_from", "element": "holds"}.get(holder)
                return Topic(where, holder, row) if where else None
        return None

    def _fact_topic(self, fact: str, holder: Holder, row: int) -> Topic | None:
        definition = self.vocabulary.facts[fact]
        if definition.derived:
            if fact == "exposure":
                return Topic("boundaries", "system", 0, "network")
            return Topic(fact, holder, row) if holder == "data" else None
        if holder == "copy":
            facts = self.analysis.atoms.facts
            if "element" in definition.on:
                return Topic(fact, "element", int(facts.copy_element[row]))
            return Topic(fact, "data", int(facts.copy_data[row]))
        return Topic(fact, holder, row)

    def _unlisted(self, atom: Carries, holder: Holder, row: int) -> Topic:
        """Ask for the list where there is none, else for what the listed assets are."""
        columns, lineage = self.analysis.columns, self.analysis.atoms.lineage
        if holder == "flow":
            flow = self.analysis.sections.flows[columns.flows.ids[row]]
            if not flow.data and not flow.returns:
                return Topic("data", "flow", row)
            assets = columns.data.find([*(flow.data or ()), *(flow.returns or ())])
        else:
            table = columns.kept if atom.relation == "holds" else columns.handled
            assets = table.row(row)
        answers = lineage.assets(atom.words, atom.types)
        unsure = next((asset for asset in assets if answers[asset] == UNKNOWN), None)
        if unsure is None:
            return Topic("holds", "element", row) if holder == "element" else Topic("data", "flow", row)
        return Topic(self._word(atom.words, int(unsure)), "data", int(unsure))

    def _word(self, words: tuple[str, ...], asset: int) -> str:
        """Return which of a rule's words about data isn't known of an asset, as the field that answers it."""
        lineage = self.analysis.atoms.lineage
        fields = {
            "personal": "personal",
            "special-category": "personal",
            "automated-decisions": "automated_decisions",
        }
        for word in words:
            if word in fields and lineage.assets((word,), ())[asset] == UNKNOWN:  # type: ignore[arg-type]
                return fields[word]
        return "classification"


def replace(tree: Tree, atom: Atom, value: int) -> Tree:
    """Return the tree with an atom answered."""
    if tree == atom:
        return Const(value)  # type: ignore[arg-type]
    if isinstance(tree, Not):
        return Not(replace(tree.item, atom, value))
    if isinstance(tree, (And, Or)):
        return structs.replace(tree, items=tuple(replace(item, atom, value) for item in tree.items))
    return tree
