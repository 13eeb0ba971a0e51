"""The findings of a report: risks in words, what to do and ask first, paths, and tallies by framework."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from mantlet.analysis.because import Because
from mantlet.analysis.considered import considered
from mantlet.base.counts import how_many
from mantlet.model.model import Model
from mantlet.report.model import (
    CIA,
    LINDDUN,
    MATRIX_LIMIT,
    STRIDE,
    TOP_ACTIONS,
    TOP_PATHS,
    TOP_QUESTIONS,
    TRIM,
    Action,
    Asked,
    PathView,
    RiskView,
)
from mantlet.report.records import Records
from mantlet.review.paths import AttackPath, Step, attack_paths
from mantlet.review.questions import Question, questions
from mantlet.risk.needs import HARM_WORDS
from mantlet.risk.owasp import Level, Severity, level
from mantlet.risk.ratings import BEST, levels
from mantlet.risk.register import Register, Risk
from mantlet.risk.residual import Residuals


class Findings:
    """Turns a register into words."""

    def __init__(self, model: Model, register: Register) -> None:
        self.model, self.register = model, register
        self.records = Records(register)
        self.because = Because(register.analysis)
        self.residuals = Residuals(register)
        self.catalogue = register.analysis.catalogue

    def risk(self, risk: Risk) -> RiskView:
        """Return a risk in words."""
        rating = self.records.rating(risk.worst)
        item = risk.type
        remains = self.residuals.of(risk)
        controls = [
            self.catalogue.controls[name] for name in item.controls if name in self.catalogue.controls
        ]
        easiest = min(
            controls, key=lambda control: ("low", "medium", "high").index(control.effort), default=None
        )
        ruling = risk.ruling
        return RiskView(
            id=risk.id,
            title=risk.title,
            text=self.register.text(item.text, risk.worst),
            element=risk.element,
            element_name=self.model.label(risk.element),
            severity=rating["severity"],
            worst=risk.worst_case.word,
            likelihood=rating["likelihood"],
            likelihood_level=rating["likelihood_level"],
            impact=rating["impact"],
            impact_level=rating["impact_level"],
            harm=rating["harm"],
            vector=rating["vector"],
            why=[
                *(f"{reason.fact}: {reason.value}" for reason in self.because.reasons(risk.worst)),
                *(f"{mark.effect} by {mark}" for mark in self.register.analysis.evidence.get(risk.worst, ())),
            ],
            first_step=easiest.title if easiest else "",
            controls=[control.title for control in controls],
            categories=[*item.stride, *item.cia, *item.linddun, *item.trim],
            references=[f"{framework} {', '.join(map(str, ids))}" for framework, ids in item.refs.items()],
            threats=len(risk.rows),
            decision=f"{ruling.decision.treatment} ({ruling.standing})" if ruling else "",
            inherent=remains.inherent.word if remains.inherent is not None else "",
            planned="gone" if remains.planned is None else remains.planned.word,
        )

    def verdict(self) -> list[str]:
        """Say in plain sentences how things stand."""
        counts = self.register.counts()
        severe = counts["critical"] + counts["high"]
        total = sum(counts.values())
        if not total:
            first = (
                "No open risk was found."
                if len(self.register)
                else "Nothing was found, because the model says too little to find anything."
            )
        elif severe:
            first = f"{how_many(severe, 'risk')} of high or critical severity {'is' if severe == 1 else 'are'} open, of {total} in all."
        else:
            first = f"{how_many(total, 'risk')} {'is' if total == 1 else 'are'} open, none of them above medium as far as is known."
        lines = [first]
        unsure = [
            risk
            for risk in self.register.open
            if risk.worst_case > risk.severity and risk.worst_case >= Severity.HIGH
        ]
        if unsure:
            lines.append(
                f"{how_many(len(unsure), 'risk')} may turn out worse than estimated, because facts are unknown; the questions below settle most of them."
            )
        lines += self._decided_words()
        return lines

    def _decided_words(self) -> list[str]:
        lines = []
        if self.register.decided:
            lines.append(
                f"{how_many(len(self.register.decided), 'risk')} {'was' if len(self.register.decided) == 1 else 'were'} accepted, transferred or found not to apply."
            )
        broken = [
            ruling
            for ruling in self.register.rulings.all
            if ruling.standing in {"expired", "changed", "incomplete"}
        ]
        refuted = sum(1 for _ in self.register.analysis.atoms.facts.contradictions())
        if refuted:
            lines.append(
                f"{how_many(refuted, 'fact')} in the model {'is' if refuted == 1 else 'are'} refuted by evidence, which counts; they are listed with the controls."
            )
        new = sum(risk.is_new for risk in self.register.open)
        if new:
            version = self.register.analysis.sections.catalogue.version
            lines.append(
                f"{how_many(new, 'open risk')} came with a later catalogue than version {version}, which this model was last judged by."
            )
        if broken:
            lines.append(
                f"{how_many(len(broken), 'decision')} no longer count{'s' if len(broken) == 1 else ''}: expired, incomplete or taken on other facts."
            )
        harmed = sum(self.harm()[word] for word in HARM_WORDS[2:])
        if harmed:
            lines.append(
                f"{how_many(harmed, 'open risk')} would hurt people in the data significantly or worse."
            )
        return lines

    def matrix(self) -> list[list[int]]:
        """Count open risks by likelihood (high first) and impact (low first)."""
        table = [[0, 0, 0] for _ in Level]
        ratings = self.register.ratings
        heads = [risk.worst for risk in self.register.open]
        if heads:
            rows, columns = (
                levels(ratings.likelihood[BEST, heads]).tolist(),
                levels(ratings.impact[BEST, heads]).tolist(),
            )
            for row, column in zip(rows, columns, strict=True):
                table[2 - row][column] += 1
        return table

    def harm(self) -> dict[str, int]:
        """Count open risks by the harm to people in the data."""
        harm = self.register.ratings.harm()[:, 0].tolist()
        found = Counter(HARM_WORDS[harm[risk.worst]] for risk in self.register.open)
        return {word: found[word] for word in HARM_WORDS}

    def actions(self) -> list[Action]:
        """Rank controls by the weight of the open risks that they are known to help against, per effort."""
        cost = {"low": 1, "medium": 2, "high": 4}
        weight = (0, 1, 3, 8, 16)
        helped: dict[str, list[Risk]] = {}
        for risk in self.register.open:
            for name in risk.type.controls:
                if name in self.catalogue.controls:
                    helped.setdefault(name, []).append(risk)
        ranked = sorted(
            helped.items(),
            key=lambda item: (
                -sum(weight[risk.severity] for risk in item[1])
                / cost[self.catalogue.controls[item[0]].effort],
                item[0],
            ),
        )
        return [self._action(name, risks) for name, risks in ranked[:TOP_ACTIONS]]

    def _action(self, name: str, risks: list[Risk]) -> Action:
        control = self.catalogue.controls[name]
        worst = max(risk.severity for risk in risks)
        return Action(
            name, control.title, control.text, control.effort, [risk.id for risk in risks], worst.word
        )

    def asked(self) -> list[Asked]:
        """Return what to find out first, alike questions together."""
        groups: dict[tuple[str, str], list[Question]] = {}
        for question in questions(self.register):
            groups.setdefault(question.alike, []).append(question)
        ranked = sorted(groups.values(), key=lambda group: -sum(question.weight for question in group))
        return [
            Asked(
                group[0].text,
                len(group) - 1,
                group[0].why,
                max(question.worst for question in group).word,
                len({row for question in group for row in question.threats}),
            )
            for group in ranked[:TOP_QUESTIONS]
        ]

    def path(self, path: AttackPath) -> PathView:
        """Return a path in names, each step with the threats that open it."""
        steps: list[str] = []
        for step in path.steps:
            source, target = self.model.label(step.source), self.model.label(step.target)
            steps.append(f"{source} → {target}: {self._way(step) or _WAYS[step.way].format(source)}")
        return PathView(
            [self.model.label(name) for name in path.elements],
            level(path.likelihood).word,
            path.severity.word,
            steps,
        )

    def _way(self, step: Step) -> str:
        """Return the likeliest threat of a step as people read it, and how many more there are."""
        table, types = self.register.analysis.threats, self.register.analysis.types
        ways: dict[int, int] = {}
        for row in step.threats:
            ways.setdefault(int(table.type[row]), row)
        if not ways:
            return ""
        kind, row = next(iter(ways.items()))
        more = f" (and {len(ways) - 1} more)" if len(ways) > 1 else ""
        return self.register.text(types[kind].title, row) + more

    def by_element(self, risks: list[RiskView]) -> list[tuple[str, list[RiskView]]]:
        """Group risks by element, keeping their rank."""
        found: dict[str, list[RiskView]] = {}
        for risk in risks:
            found.setdefault(risk.element_name, []).append(risk)
        return list(found.items())

    def frameworks(self) -> dict[str, list[tuple[str, dict[str, int]]]]:
        """Count open risks per element and STRIDE or LINDDUN category."""
        stride: dict[str, Counter[str]] = {}
        linddun: dict[str, Counter[str]] = {}
        for risk in self.register.open:
            name = self.model.label(risk.element)
            stride.setdefault(name, Counter()).update(risk.type.stride)
            linddun.setdefault(name, Counter()).update({node.partition(".")[0] for node in risk.type.linddun})
        return {
            "stride": [
                (name, {key: counts[key] for key in STRIDE}) for name, counts in stride.items() if counts
            ],
            "linddun": [
                (name, {key: counts[key] for key in LINDDUN}) for name, counts in linddun.items() if counts
            ],
        }

    def tallies(self) -> dict[str, dict[str, int]]:
        """Count open risks by CIA and TRIM."""
        cia, trim = Counter[str](), Counter[str]()
        for risk in self.register.open:
            cia.update(risk.type.cia)
            trim.update(risk.type.trim)
        return {"cia": {key: cia[key] for key in CIA}, "trim": {key: trim[key] for key in TRIM}}

    def considered(self) -> dict[str, int]:
        """Count what became of every cell of the frameworks' tables."""
        if len(self.register.analysis.columns.source) * 60 > MATRIX_LIMIT:
            return {}
        return dict(Counter(cell.state for cell in considered(self.register.analysis)).most_common())


_WAYS = {
    "passed-on": "{} passes on what it was given",
    "own-rights": "with the rights that {} has there",
}
"""How a step is made that needs no threat."""


def telling_paths(register: Register) -> list[AttackPath]:
    """Return the likeliest paths that end at something worse than a note; any, where there are none."""
    paths = attack_paths(register, 0)
    telling = [path for path in paths if path.severity > Severity.NOTE]
    return (telling or paths)[:TOP_PATHS]


def together(risks: list[RiskView]) -> list[RiskView]:
    """Show risks of one type once, at the worst place, naming the others."""
    found: dict[str, RiskView] = {}
    for risk in risks:
        name = risk.id.partition("@")[0]
        if name in found:
            found[name].also.append(risk.element_name)
        else:
            found[name] = replace(risk, also=[])
    return list(found.values())
