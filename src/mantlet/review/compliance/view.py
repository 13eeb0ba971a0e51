"""What a threat model says about a law, article by article: what touches it, what is open, what was answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from mantlet.base.counts import how_many
from mantlet.review.compliance.record import Processing

OPEN, TREATED, ASK, ANSWERED, ABSENT = "open", "in treatment", "to answer", "answered", "not here"
STATES = {
    OPEN: "a risk that nobody decided on",
    TREATED: "decided, and not done yet",
    ASK: "something that nobody answered yet",
    ANSWERED: "nothing is open; whether the answers are enough is for whoever signs to judge",
    ABSENT: "the model has nothing that it is about",
}
"""What can be said of an article, and what that means."""


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A risk that touches an article."""

    id: str
    title: str
    where: str
    severity: str
    worst: str
    state: str
    """open, to-confirm, settled or mitigated."""
    decision: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ControlLine:
    """A control in place, or planned, that an article asks for."""

    title: str
    on: str
    status: str
    evidence: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A fact that is known, with where it is so."""

    fact: str
    value: str
    places: list[str]


@dataclass(frozen=True, slots=True)
class AskLine:
    """Something that nobody answered yet."""

    text: str
    why: str
    id: str = ""
    """The question's id as `mantlet ask` knows it, or the fact to write; empty where only paper takes the answer."""
    hints: list[str] = field(default_factory=list)
    """Places where the model hints at a yes."""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One article and what the model says about it."""

    id: str
    title: str
    asks: str
    state: str
    why: str
    """Where it matters, or why it does not."""
    risks: list[RiskLine]
    controls: list[ControlLine]
    answers: list[AnswerLine]
    questions: list[AskLine]
    types: int
    """How many threat types look at it."""

    def of(self, *states: str) -> list[RiskLine]:
        """Return its risks in some states."""
        return [risk for risk in self.risks if risk.state in states]


@dataclass(frozen=True, slots=True)
class CriterionView:
    """A sign that an impact assessment is needed."""

    title: str
    text: str
    answer: str
    """yes, no, perhaps, or ask."""
    places: list[str]


@dataclass(frozen=True, slots=True)
class ImpactView:
    """Whether an impact assessment is needed, with the reasons."""

    title: str
    lead: str
    verdict: str
    done: str
    criteria: list[CriterionView]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Questions about one thing, with what was answered."""

    title: str
    lead: str
    answers: list[AnswerLine]
    items: list[AskLine]


@dataclass(frozen=True, slots=True)
class Compliance:
    """Everything that a compliance view says."""

    law: str
    title: str
    name: str
    version: str
    lead: str
    system: dict[str, str]
    warnings: list[str]
    articles: list[ArticleView]
    groups: list[GroupView]
    record: list[Processing]
    impact: ImpactView | None
    left_out: int
    """Articles of the law that a threat model has nothing to say about."""
    reviews: list[dict[str, str]]

    @property
    def counts(self) -> dict[str, int]:
        """How many articles are in which state."""
        found = Counter(article.state for article in self.articles)
        return {state: found[state] for state in STATES}

    @property
    def verdict(self) -> list[str]:
        """How things stand, in plain sentences."""
        counts, lines = self.counts, list[str]()
        here = len(self.articles) - counts[ABSENT]
        lines.append(
            f"{how_many(here, 'article')} of {len(self.articles)} {'matters' if here == 1 else 'matter'} here as far as the model says: "
            f"{counts[OPEN]} with open risks, {counts[TREATED]} in treatment, {counts[ASK]} with questions to answer, {counts[ANSWERED]} answered."
        )
        if self.impact is not None:
            lines.append(self.impact.verdict)
        gaps = sum(bool(row.missing) for row in self.record)
        if gaps:
            lines.append(
                f"The record of processing lacks something in {gaps} of {how_many(len(self.record), 'row')}."
            )
        return lines
