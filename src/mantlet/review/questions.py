"""Questions worth asking: unknown facts whose answer changes at least one risk, the most telling first.

An answer is tried on the rules: a question counts the threats that it alone would rule out or show to be prevented,
weighed by how bad they may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from mantlet.analysis.engine import Analysis, State
from mantlet.model.vocabulary import Subject as Holder
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

WEIGHT = (1, 2, 5, 12, 25)
"""What settling a threat is worth, by its worst-case severity."""
SECTIONS: dict[Holder, str] = {
    "element": "elements",
    "flow": "flows",
    "boundary": "boundaries",
    "data": "data",
    "system": "system",
}


@dataclass(slots=True)
class Question:
    """One unknown, at one place."""

    fact: str
    """A fact's id, or `data`, `holds`, `personal`, `derived_from`, `boundaries` for what isn't a fact."""
    holder: Holder
    at: str
    """The id of the element, flow, asset … that it is about."""
    text: str
    why: str
    answers: tuple[str, ...]
    """Suggested answers; empty where any text or list will do."""
    open: bool = False
    """Other answers than those suggested fit too."""
    weight: int = 0
    threats: list[int] = field(default_factory=list)
    """Rows of the threats that an answer may settle."""
    worst: Severity = Severity.NOTE

    @property
    def path(self) -> tuple[str, ...]:
        """Where the answer goes in the model file; empty where several places may be meant."""
        if self.fact in {"data", "holds", "personal", "derived_from"}:
            return (SECTIONS[self.holder], self.at, self.fact)
        if self.fact == "boundaries" or self.holder == "copy":
            return ()
        return (
            ("system", "facts", self.fact)
            if self.holder == "system"
            else (SECTIONS[self.holder], self.at, "facts", self.fact)
        )


def questions(register: Register, limit: int = 0) -> list[Question]:
    """Return what to find out, most telling first; ``limit`` 0 means all."""
    found: dict[tuple[str, Holder, int], Question] = {}
    table = register.analysis.threats
    asker = _Asker(register)
    open_rows = np.flatnonzero((table.state != State.MITIGATED) & table.unsure & ~register.settled)
    by_type = {
        int(kind): open_rows[table.type[open_rows] == kind] for kind in np.unique(table.type[open_rows])
    }
    for kind, rows in by_type.items():
        for atom, settled in asker.settling(kind, rows):
            asker.add(found, kind, atom, rows[settled])
    ranked = sorted(found.values(), key=lambda item: (-item.weight, item.fact, item.at))
    return ranked[:limit] if limit else ranked


class _Asker:
    def __init__(self, register: Register) -> None:
        self.register = register
        self.analysis: Analysis = register.analysis
        self.vocabulary = register.analysis.columns.vocabulary

    def settling(self, kind: int, rows: NDArray[np.int64]) -> Iterator[tuple[Atom, NDArray[np.bool_]]]:
        """Yield each unknown atom of a type with those of the rows that some answer to it would settle."""
        item = self.analysis.types[kind]
        scope = SCOPES[item.at]
        places = self.analysis.threats.place[rows]
        for atom in dict.fromkeys([*atoms(item.applies), *atoms(item.mitigated)]):
            if isinstance(atom, FactKnown):
                unknown = self._value(atom, scope)[places] == NO
            else:
                unknown = self._value(atom, scope)[places] == UNKNOWN
            if not unknown.any():
                continue
            better = np.zeros(len(rows), bool)
            for answer in (NO, YES):
                applies = self._value(replace(item.applies, atom, answer), scope)[places]
                mitigated = self._value(replace(item.mitigated, atom, answer), scope)[places]
                better |= (applies == NO) | (mitigated == YES)
            if (better & unknown).any():
                yield atom, better & unknown

    def _value(self, tree: Tree, scope: Scope) -> NDArray[np.int8]:
        return evaluate(tree, scope, self.analysis.atoms, self.analysis.memo)

    def add(
        self, found: dict[tuple[str, Holder, int], Question], kind: int, atom: Atom, rows: NDArray[np.int64]
    ) -> None:
        """Book settled threats on the question that an atom comes down to."""
        item = self.analysis.types[kind]
        scope = SCOPES[item.at]
        places = self.analysis.threats.place[rows]
        worst = self.register.ratings.severity[HIGH, rows]
        for row, place, severity in zip(rows.tolist(), places.tolist(), worst.tolist(), strict=True):
            key = self._about(atom, scope, place)
            if key is None:
                continue
            question = found.get(key) or self._ask(*key)
            found[key] = question
            question.weight += WEIGHT[severity]
            question.threats.append(row)
            question.worst = max(question.worst, Severity(severity))

    def _about(self, atom: Atom, scope: Scope, place: int) -> tuple[str, Holder, int] | None:
        """Return what an atom asks about: a fact's id, in which table, and the row there."""
        analysis = self.analysis
        if isinstance(atom, (Crosses, Within)):
            return "boundaries", "system", 0
        if isinstance(atom, ControlOn):
            return None
        subject = "data" if isinstance(atom, DataIs) else atom.subject
        rows = analysis.atoms.rows(scope, subject)
        row = place if rows is None else int(rows[place])
        holder = HOLDERS[subject]
        if isinstance(atom, (FactIn, FactKnown, FactCompare)):
            return self._fact_holder(atom.fact, holder, row)
        if isinstance(atom, DataIs):
            return (
                (
                    "personal"
                    if "personal" in atom.words or "special-category" in atom.words
                    else "classification"
                ),
                "data",
                row,
            )
        if isinstance(atom, Carries):
            return self._unlisted(atom, holder, row)
        if isinstance(atom, Lineage):
            return (
                ("derived_from", "data", row)
                if holder == "data"
                else ("holds", "element", row)
                if holder == "element"
                else None
            )
        return None

    def _fact_holder(self, fact: str, holder: Holder, row: int) -> tuple[str, Holder, int] | None:
        definition = self.vocabulary.facts[fact]
        if definition.derived:
            return (
                ("boundaries", "system", 0)
                if fact == "exposure"
                else (fact, holder, row)
                if holder == "data"
                else None
            )
        if holder == "copy":
            facts = self.analysis.atoms.facts
            return (
                (fact, "element", int(facts.copy_element[row]))
                if "element" in definition.on
                else (fact, "data", int(facts.copy_data[row]))
            )
        return fact, holder, row

    def _unlisted(self, atom: Carries, holder: Holder, row: int) -> tuple[str, Holder, int]:
        """Ask for the list where there is none, else for what the listed assets are."""
        columns, lineage = self.analysis.columns, self.analysis.atoms.lineage
        if holder == "flow":
            flow = self.analysis.sections.flows[columns.flows.ids[row]]
            if not flow.data and not flow.returns:
                return "data", "flow", row
            names = [*(flow.data or ()), *(flow.returns or ())]
            assets = columns.data.find(names)
        else:
            table = columns.kept if atom.relation == "holds" else columns.handled
            assets = table.row(row)
        answers = lineage.assets(atom.words, atom.types)
        unsure = next((asset for asset in assets if answers[asset] == UNKNOWN), None)
        if unsure is None:
            return ("holds", "element", row) if holder == "element" else ("data", "flow", row)
        return (
            ("personal" if set(atom.words) & {"personal", "special-category"} else "classification"),
            "data",
            unsure,
        )

    def _ask(self, fact: str, holder: Holder, row: int) -> Question:
        name = self._id(holder, row)
        label = f"“{self._label(holder, name)}”"
        if fact in _PLAIN:
            text, why = _PLAIN[fact]
            return Question(fact, holder, name, text.replace("{at}", label), why, ())
        definition = self.vocabulary.facts[fact]
        answers = tuple(definition.values) if isinstance(definition.values, list) else ()
        return Question(
            fact,
            holder,
            name,
            definition.question.replace("{at}", label),
            definition.why,
            answers,
            definition.open,
        )

    def _id(self, holder: Holder, row: int) -> str:
        columns = self.analysis.columns
        tables = {
            "element": columns.elements,
            "flow": columns.flows,
            "boundary": columns.boundaries,
            "data": columns.data,
        }
        return tables[holder].ids[row] if holder in tables else "system"

    def _label(self, holder: Holder, name: str) -> str:
        sections = self.analysis.sections
        if holder == "flow":
            flow = sections.flows[name]
            ends = [sections.elements[end].name or end for end in (flow.from_, flow.to)]
            return flow.name or " → ".join(ends)
        entries = {"element": sections.elements, "boundary": sections.boundaries, "data": sections.data}
        return entries[holder][name].name or name if holder in entries else sections.system.name  # type: ignore[index]


_PLAIN = {
    "data": (
        "What data moves on {at}?",
        "Which threats apply depends on what could be read, changed or lost on the way.",
    ),
    "holds": (
        "What data rests at {at}?",
        "Which threats apply depends on what could be read, changed or lost there.",
    ),
    "personal": (
        "Which personal data is in {at} (none, or fields such as name, email)?",
        "Privacy threats apply only where data is about people.",
    ),
    "classification": (
        "How is {at} classified: public, internal, confidential or restricted?",
        "It decides how bad a leak would be.",
    ),
    "derived_from": (
        "What was {at} made from (training data, logs, …)?",
        "A model can give away what it was trained on.",
    ),
    "boundaries": (
        "Which trust boundaries does {at} have (networks, hosts, organisations), and who is in which?",
        "Threats arise where data crosses from one zone of trust to another.",
    ),
}
"""Questions about what isn't a fact."""


def replace(tree: Tree, atom: Atom, value: int) -> Tree:
    """Return the tree with an atom answered."""
    if tree == atom:
        return Const(value)  # type: ignore[arg-type]
    if isinstance(tree, Not):
        return Not(replace(tree.item, atom, value))
    if isinstance(tree, (And, Or)):
        return structs.replace(tree, items=tuple(replace(item, atom, value) for item in tree.items))
    return tree
