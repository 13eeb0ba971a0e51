"""Puts a compliance view together from a register."""

from __future__ import annotations

from mantlet.model.model import Model
from mantlet.review.compliance.articles import Articles
from mantlet.review.compliance.laws import Criterion, Group, Impact, Law, law
from mantlet.review.compliance.places import asked
from mantlet.review.compliance.record import processings
from mantlet.review.compliance.view import Compliance, CriterionView, GroupView, ImpactView
from mantlet.risk.register import Register
from mantlet.rules.tree import NO, UNKNOWN, YES

_WORDS = {YES: "yes", UNKNOWN: "perhaps", NO: "no"}
_DONE = {
    "yes": "The model says that it has been done.",
    "no": "The model says that it has not been done.",
    "unknown": "The model does not say whether it has been done.",
}


def compliance(model: Model, register: Register, name: str) -> Compliance:
    """Return what a model says about a law; raises `UsageError` for one that there is no view of."""
    made = law(name)
    articles = Articles(model, register, made)
    entries = register.analysis.catalogue.frameworks[made.framework].entries
    system = model.sections.system
    return Compliance(
        law=made.id,
        title=made.title,
        name=made.name,
        version=made.version,
        lead=made.lead,
        system={"name": model.name, "owner": system.owner, "description": system.description},
        warnings=_warnings(register, made),
        articles=[articles.view(entries[key], article) for key, article in made.articles.items()],
        groups=[_group(articles, group) for group in made.questions],
        record=processings(model, register) if made.record else [],
        impact=_impact(articles, made.impact) if made.impact else None,
        left_out=len(entries) - len(made.articles),
        reviews=[
            {"by": review.by, "on": str(review.on), "scope": review.scope, "note": review.note}
            for review in model.sections.reviews
        ],
    )


def _warnings(register: Register, made: Law) -> list[str]:
    """Say which packs are off whose threat types look at the law."""
    analysis = register.analysis
    active = {item.id for item in analysis.types}
    off = {
        item.pack
        for item in analysis.catalogue.threats.values()
        if made.framework in item.references and item.id not in active
    }
    names = ", ".join(sorted(off))
    return [f"Off for this model, so that their threats are missing here: the packs {names}."] if off else []


def _group(articles: Articles, group: Group) -> GroupView:
    answers, to_ask = articles.facts(group.answers)
    return GroupView(
        group.title, group.lead, answers, [*(articles.ask(item) for item in group.items), *to_ask]
    )


def _impact(articles: Articles, impact: Impact) -> ImpactView:
    """Return whether an impact assessment is needed, with the reasons."""
    criteria = [_criterion(articles, item) for item in impact.criteria]
    sure = sum(item.answer == "yes" for item in criteria)
    possible = sum(item.answer in {"perhaps", "ask"} for item in criteria)
    signs = f"{sure} of {len(criteria)} signs speak for an impact assessment"
    if articles.matters.value == NO:
        verdict = "No personal data is in the model: as it stands, no impact assessment is needed."
    elif sure >= impact.enough:
        verdict = f"{signs}: it is very likely needed."
    elif sure + possible >= impact.enough:
        verdict = f"{signs}, and {possible} more may: find these out."
    else:
        verdict = f"{signs}: write down why none is made, if none is."
    done = _DONE.get(articles.system(impact.done), "")
    return ImpactView(impact.title, impact.lead, verdict, done, criteria)


def _criterion(articles: Articles, item: Criterion) -> CriterionView:
    if item.when is None:
        return CriterionView(item.title, f"{item.text} {item.ask}", "ask", [])
    answer = asked(articles.analysis, item.when)
    return CriterionView(item.title, item.text, _WORDS[answer.value], answer.places)
