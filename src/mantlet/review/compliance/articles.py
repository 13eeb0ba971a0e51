"""What a model says about the articles of a law: risks, controls, answers and questions that belong to each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mantlet.analysis.engine import State
from mantlet.base.counts import listed
from mantlet.catalogue.schema import FrameworkEntry
from mantlet.model.model import Model
from mantlet.review.compliance.laws import Article, Ask, Law
from mantlet.review.compliance.places import Answer, Concerned, asked
from mantlet.review.compliance.view import (
    ABSENT,
    ANSWERED,
    ASK,
    OPEN,
    TREATED,
    AnswerLine,
    ArticleView,
    AskLine,
    ControlLine,
    RiskLine,
)
from mantlet.review.questions import questions
from mantlet.review.wording import holder_id
from mantlet.risk.basis import facts_read
from mantlet.risk.owasp import Severity
from mantlet.risk.register import Register, Risk
from mantlet.rules.tree import NO, UNKNOWN, YES, Holder

SHOWN_PLACES = 12
UNSAID = ("unknown", "n/a")


class Articles:
    """Looks a law's articles up in a register."""

    def __init__(self, model: Model, register: Register, made: Law) -> None:
        self.model, self.register, self.law = model, register, made
        self.analysis = register.analysis
        self.concerned = Concerned(self.analysis)
        self.risks = self._by_article()
        self.asked = self._asked()
        self.matters = asked(self.analysis, made.when)
        """Whether the law is about this model at all."""

    def view(self, entry: FrameworkEntry, article: Article) -> ArticleView:
        """Return one article."""
        key, title = entry.id, entry.title
        matters = asked(self.analysis, article.when) if article.when else self.matters
        looked = sum(key in item.references.get(self.law.framework, ()) for item in self.analysis.types)
        absent = self._absent(article, matters)
        if absent:
            return ArticleView(key, title, article.asks, ABSENT, absent, [], [], [], [], looked)
        risks = self.risks.get(key, [])
        lines = [self._risk(risk) for risk, _ in risks]
        controls = self._controls(key, {risk.type.id for risk, _ in risks})
        answers, to_ask = self._both(entry, article, [row for _, rows in risks for row in rows])
        state = _state(lines, to_ask, [*answers, *controls], unsure=matters.value == UNKNOWN)
        if article.register and self._undecided():
            state = OPEN
        why = self._why(article, matters)
        if not (lines or controls or answers or to_ask):
            why.append("nothing in the model speaks of it: somebody has to")
        return ArticleView(
            key, title, article.asks, state, "; ".join(why), lines, controls, answers, to_ask, looked
        )

    def _both(
        self, entry: FrameworkEntry, article: Article, rows: list[int]
    ) -> tuple[list[AnswerLine], list[AskLine]]:
        """Return what was answered about an article, and what was not."""
        answers, to_ask = self.facts(article.answers)
        told = {line.fact for line in answers}
        known = [*facts_read(self.analysis, rows), *self._written(entry.facts)]
        answers += [line for line in self._answers(known) if line.fact not in told]
        if article.register:
            answers += self._of_register()
        own = [ask for fact in entry.facts for ask in self.by_fact.get(fact, ())]
        asks = [*to_ask, *self.asked.get(entry.id, ()), *own, *(self.ask(ask) for ask in article.questions)]
        return answers, list({line.text: line for line in asks}.values())

    def _written(self, facts: Iterable[str]) -> Iterator[tuple[Holder, str, int, str]]:
        """Yield what is known, anywhere, of facts that answer an article."""
        table = self.analysis.atoms.facts
        for fact in facts:
            for holder in self.analysis.catalogue.vocabulary.facts[fact].on:
                if not table.is_silent(holder, fact):
                    column = table.column(holder, fact)
                    for row, code in enumerate(column.codes.tolist()):
                        yield holder, fact, row, column.values[code]

    def _absent(self, article: Article, matters: Answer) -> str:
        """Say why an article does not matter here; nothing if it does or may."""
        kind, role = self.system("ai_risk_class"), self.system("ai_role")
        if article.class_ and kind not in (*UNSAID, article.class_):
            return f"holds for {article.class_}-risk systems; the model says {kind}"
        if article.role and role not in (*UNSAID, article.role, "both"):
            return f"binds the {article.role}; the model says {role}"
        return "nothing in the model is what it is about" if matters.value == NO else ""

    def _why(self, article: Article, matters: Answer) -> list[str]:
        """Say on what it hangs whether an article matters, and where it does."""
        found = []
        if article.class_ and self.system("ai_risk_class") in UNSAID:
            found.append(f"if the system is {article.class_}-risk")
        if article.role and self.system("ai_role") in UNSAID:
            found.append(f"binds the {article.role}")
        places = few(matters.places) if matters.places and article.when else ""
        if matters.value == UNKNOWN:
            found.append(f"the model does not say whether it matters{f' at {places}' if places else ''}")
        elif places:
            found.append(f"at {places}")
        return found

    def _by_article(self) -> dict[str, list[tuple[Risk, list[int]]]]:
        """Return, per article, the risks whose type cites it, with those of their threats that are about its data."""
        table, found = self.analysis.threats, dict[str, list[tuple[Risk, list[int]]]]()
        for risk in self.register:
            cited = risk.type.references.get(self.law.framework, ())
            rows = list(risk.rows)
            if cited and self.law.about == "personal":
                rows = [row for row in rows if self.concerned.has(risk.type.at, int(table.place[row]))]
            if rows:
                for key in cited:
                    found.setdefault(str(key), []).append((risk, rows))
        return found

    def _risk(self, risk: Risk) -> RiskLine:
        ruling = risk.ruling
        marks = self.analysis.evidence.get(risk.worst, ())
        return RiskLine(
            id=risk.id,
            title=risk.title,
            where=self.model.label(risk.element),
            severity=risk.severity.word,
            worst=risk.worst_case.word,
            state="settled" if risk.settled and risk.state is State.OPEN else risk.state.word,
            decision=f"{ruling.decision.treatment} ({ruling.standing})" if ruling else "",
            evidence="; ".join(f"{mark.effect} by {mark}" for mark in marks),
        )

    def _answers(self, facts: Iterable[tuple[Holder, str, int, str]]) -> list[AnswerLine]:
        """Return the facts among some that are known, places with the same answer together."""
        known, found = self.analysis.catalogue.vocabulary.facts, dict[tuple[str, str], dict[str, None]]()
        for holder, fact, row, value in facts:
            if value in UNSAID or fact not in known or known[fact].derived:
                continue
            place = self._place(holder, row)
            found.setdefault((known[fact].title, value), {})[place] = None
        return [AnswerLine(fact, value, list(places)) for (fact, value), places in sorted(found.items())]

    def _place(self, holder: Holder, row: int) -> str:
        if holder == "system":
            return self.model.name
        if holder == "copy":
            data, _, element = self.analysis.place_id("copy", row).rpartition("/")
            return f"{self.model.label(data)} at {self.model.label(element)}"
        name = holder_id(self.analysis, holder, row)
        flow = self.model.sections.flows.get(name)
        if flow is not None and not flow.name:
            return f"{self.model.label(flow.from_)} → {self.model.label(flow.to)}"
        return self.model.label(name)

    def _asked(self) -> dict[str, list[AskLine]]:
        """Return, per article, the questions on whose answer its threats hang."""
        self.by_fact: dict[str, list[AskLine]] = {}
        """The same questions by the fact that they ask for."""
        ours = {row for risks in self.risks.values() for _, rows in risks for row in rows}
        found: dict[str, list[AskLine]] = {}
        for question in questions(self.register):
            line = AskLine(question.text, question.why, question.id)
            self.by_fact.setdefault(question.fact, []).append(line)
            cited = (key for row in question.threats if row in ours for key in self._cited(row))
            for key in dict.fromkeys(cited):
                found.setdefault(key, []).append(line)
        return found

    def _cited(self, row: int) -> list[str]:
        item = self.analysis.types[int(self.analysis.threats.type[row])]
        return [str(key) for key in item.references[self.law.framework]]

    def _controls(self, key: str, types: set[str]) -> list[ControlLine]:
        """Return the model's controls that the article asks for, or that treat its threats here."""
        catalogue, found = self.analysis.catalogue, list[ControlLine]()
        helping = {
            name for kind in types if kind in catalogue.threats for name in catalogue.threats[kind].controls
        }
        for place in self.model.sections.controls.values():
            control = catalogue.controls.get(place.control)
            if control and (control.id in helping or key in control.refs.get(self.law.framework, ())):
                on = ", ".join(self.model.label(item) for item in place.on)
                found.append(ControlLine(control.title, on, place.status, place.evidence))
        return found

    def _undecided(self) -> int:
        """Return how many risks of high or critical severity nobody decided on."""
        return sum(risk.severity >= Severity.HIGH and risk.ruling is None for risk in self.register.open)

    def _of_register(self) -> list[AnswerLine]:
        """Return what the register as a whole says of a law that asks for the handling of risks."""
        register = self.register
        lines = [
            AnswerLine("Open risks in the register", listed(register.counts()), []),
            AnswerLine("High or critical ones that nobody decided on", str(self._undecided()), []),
            AnswerLine("Settled by decisions", str(len(register.decided)), []),
            AnswerLine("Mitigated", str(len(register.mitigated)), []),
        ]
        reviews = [f"{review.by} on {review.on}" for review in self.model.sections.reviews]
        return [*lines, *([AnswerLine("Reviewed by", "; ".join(reviews), [])] if reviews else [])]

    def system(self, fact: str) -> str:
        """Return what is known of a fact of the system."""
        column = self.analysis.atoms.facts.column("system", fact)
        return column.values[int(column.codes[0])]

    def facts(self, facts: Iterable[str]) -> tuple[list[AnswerLine], list[AskLine]]:
        """Return which facts of the system are answered, and the questions of those that are not."""
        answers, to_ask = list[AnswerLine](), list[AskLine]()
        for fact in facts:
            known, value = self.analysis.catalogue.vocabulary.facts[fact], self.system(fact)
            if value == "unknown":
                text = known.question.replace("{at}", f"“{self.model.name}”")
                to_ask.append(AskLine(text, known.why, f"system.facts.{fact}"))
            else:
                answers.append(AnswerLine(known.title, value, []))
        return answers, to_ask

    def ask(self, ask: Ask) -> AskLine:
        """Return a question to people, with the places where the model hints at a yes."""
        hints = asked(self.analysis, ask.hint) if ask.hint else Answer(NO, [])
        return AskLine(
            ask.text, ask.why, ask.id, (hints.places or [self.model.name]) if hints.value == YES else []
        )


def _state(risks: list[RiskLine], to_ask: list[AskLine], known: Sequence[object], *, unsure: bool) -> str:
    found = [risk for risk in risks if risk.state == "open"]
    if any(not risk.decision for risk in found):
        return OPEN
    if found:
        return TREATED
    if to_ask or unsure or any(risk.state == "to-confirm" for risk in risks):
        return ASK
    return ANSWERED if known or risks else ASK


def few(places: list[str]) -> str:
    """Return the first of some places, and how many more there are."""
    shown = ", ".join(places[:SHOWN_PLACES])
    return f"{shown} and {len(places) - SHOWN_PLACES} more" if len(places) > SHOWN_PLACES else shown
