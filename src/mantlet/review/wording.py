"""A question in words, and where its answer goes in the model file."""

from __future__ import annotations

from dataclasses import dataclass, field

from mantlet.analysis.engine import Analysis
from mantlet.model.vocabulary import Subject as Holder
from mantlet.risk.names import flow_phrase
from mantlet.risk.owasp import Severity

SECTIONS: dict[Holder, str] = {
    "element": "elements",
    "flow": "flows",
    "boundary": "boundaries",
    "data": "data",
    "system": "system",
}
DRAWN = frozenset(
    {"boundaries", "data", "holds", "personal", "classification", "derived_from", "automated_decisions"}
)
"""What the drawing says rather than a fact; all but the boundaries are fields of the entry that is asked about."""
FIELDS = (DRAWN | {"retention", "purpose", "legal_basis"}) - {"boundaries"}


@dataclass(slots=True)
class Question:
    """One unknown, at one place."""

    fact: str
    """A fact's id, or a word of `DRAWN` for what isn't a fact."""
    holder: Holder
    at: str
    """The id of the element, flow, asset … that it is about; for boundaries the dimension."""
    text: str
    why: str
    answers: tuple[str, ...]
    """Suggested answers; empty where any text or list will do."""
    open: bool = False
    """Other answers than those suggested fit too."""
    weight: float = 0.0
    """What its answer is worth, given the questions before it."""
    threats: list[int] = field(default_factory=list)
    """Rows of the threats that hang on the answer."""
    worth: dict[int, float] = field(default_factory=dict)
    """What the answer is worth for each of them, if nothing else were asked."""
    worst: Severity = Severity.NOTE

    @property
    def id(self) -> str:
        """What is asked, and where: what people and programs name it by."""
        return f"{self.fact}@{self.at}"

    @property
    def path(self) -> tuple[str, ...]:
        """Where the answer goes in the model file; empty where several places may be meant."""
        if self.fact in FIELDS:
            return (SECTIONS[self.holder], self.at, self.fact)
        if self.fact == "boundaries" or self.holder == "copy":
            return ()
        if self.holder == "system":
            return ("system", "facts", self.fact)
        return (SECTIONS[self.holder], self.at, "facts", self.fact)

    @property
    def by_hand(self) -> str:
        """How the answer is written by a person, where it has no path of its own."""
        if self.fact == "boundaries":
            return f"draw them: `name: {{type: {self.at}}}` under `boundaries:`, and the name under `in:` of what is inside"
        return "write it under `holds:` of the element that keeps the data"

    @property
    def alike(self) -> tuple[str, str]:
        """What questions share that differ only in their place."""
        return (self.fact, self.at if self.fact == "boundaries" else self.holder)

    def book(self, row: int, worth: float, worst: Severity) -> None:
        """Note that a threat hangs on the answer."""
        if row not in self.worth:
            self.threats.append(row)
        self.worth[row] = max(self.worth.get(row, 0.0), worth)
        self.worst = max(self.worst, worst)


def ask(analysis: Analysis, fact: str, holder: Holder, name: str) -> Question:
    """Put a question into words; ``name`` is the id of what it is about."""
    if fact == "boundaries":
        text, why = _BOUNDARIES[name].replace("{system}", label(analysis, "system", "")), _WHY_BOUNDARIES
        return Question(fact, holder, name, text, why, ())
    about = label(analysis, holder, name)
    if fact in _PLAIN:
        text, why, answers = _PLAIN[fact]
        return Question(fact, holder, name, text.replace("{at}", about), why, answers)
    definition = analysis.columns.vocabulary.facts[fact]
    answers = tuple(definition.values) if isinstance(definition.values, list) else ()
    text = definition.question.replace("{at}", about)
    return Question(fact, holder, name, text, definition.why, answers, definition.open)


def holder_id(analysis: Analysis, holder: Holder, row: int) -> str:
    """Return the id of the entry in a row of a table."""
    columns = analysis.columns
    tables = {
        "element": columns.elements,
        "flow": columns.flows,
        "boundary": columns.boundaries,
        "data": columns.data,
    }
    return tables[holder].ids[row] if holder in tables else "system"


def label(analysis: Analysis, holder: Holder, name: str) -> str:
    """Return what an entry is called inside a question."""
    sections = analysis.sections
    if holder == "flow":
        flow = sections.flows[name]
        ends = [f"“{sections.elements[end].name or end}”" for end in (flow.from_, flow.to)]
        return flow_phrase(flow.name, *ends)
    entries = {"element": sections.elements, "boundary": sections.boundaries, "data": sections.data}
    called = entries[holder][name].name or name if holder in entries else sections.system.name  # type: ignore[index]
    return f"“{called}”"


_PLAIN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "data": (
        "What data moves on {at}?",
        "Which threats apply depends on what could be read, changed or lost on the way.",
        (),
    ),
    "holds": (
        "What data rests at {at}?",
        "Which threats apply depends on what could be read, changed or lost there.",
        (),
    ),
    "personal": (
        "Is {at} about people, and which fields say so (such as name, email, health; or none)?",
        "Privacy threats apply only where data is about people.",
        (),
    ),
    "classification": (
        "How secret is {at}: public, internal, confidential or restricted?",
        "It decides how bad a leak would be.",
        ("public", "internal", "confidential", "restricted"),
    ),
    "automated_decisions": (
        "Does {at} take effect on people without a person in between?",
        "Somebody who is refused, blocked or priced by a model needs a way to be heard.",
        ("yes", "no"),
    ),
    "derived_from": (
        "What was {at} made from (training data, logs, …)?",
        "A model can give away what it was trained on.",
        (),
    ),
}
"""Questions about what isn't a fact."""
_WHY_BOUNDARIES = "Threats arise where data crosses from one zone of trust to another."
_BOUNDARIES = {
    "network": "Which networks is {system} spread over (internet, office, private network, cloud …), and what is in which?",
    "execution": "Which parts of {system} share a machine, container or cluster, and which run apart?",
    "organisation": "Which parts of {system} are run by other companies or partners?",
    "tenant": "Which customers or departments share {system}, and what belongs to which?",
    "jurisdiction": "In which countries or legal regions do the parts of {system} run?",
}
"""Questions about boundaries, by dimension."""
