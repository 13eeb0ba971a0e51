"""Compliance views: every rule and reference in the data holds, and what a model says lands at the right article."""

from importlib.resources import files
from pathlib import Path

import pytest

from mantlet.base.errors import UsageError
from mantlet.catalogue.load import load_catalogue
from mantlet.project.api import analyse
from mantlet.review.compliance.build import compliance
from mantlet.review.compliance.laws import LAWS, law
from mantlet.review.compliance.view import ABSENT, ANSWERED, ASK, OPEN, TREATED
from mantlet.rules.check import check
from mantlet.rules.parse import parse

ROOT = Path(str(files("mantlet.project")))
MODEL = """\
mantlet: 1
system: {{name: Scores, owner: ana, facts: {{{system}}}}}
parties: {{host: {{name: Host, role: processor, region: us}}}}
data:
  people: {{name: People, personal: [name, {field}], subjects: {{who: patients, count: 20000}}, purpose: care,
    legal_basis: consent, retention: P1Y}}
  scores: {{name: Scores, type: prediction, derived_from: {{people: infer}}, automated_decisions: yes}}
boundaries:
  eu: {{type: jurisdiction}}
  us: {{type: jurisdiction}}
elements:
  nurse: {{type: user, in: [eu]}}
  db: {{type: database, in: [us], operated_by: host, holds: {{people: {{region: us, retention: P2Y}}}}, facts: {{{store}}}}}
  scorer: {{type: inference-service, in: [eu]}}
flows:
  read: {{from: db, to: scorer, data: [people], opened_by: scorer}}
  ask: {{from: nurse, to: scorer, data: [people], returns: [scores]}}
{more}
"""


@pytest.fixture
def view(tmp_path):
    def make(name="gdpr", system="", field="email", store="", more=""):
        path = tmp_path / "threatmodel.yaml"
        path.write_text(MODEL.format(system=system, field=field, store=store, more=more), encoding="utf-8")
        result = analyse(path)
        return compliance(result.model, result.register, name)

    return make


def article(made, name):
    return next(item for item in made.articles if item.id == name)


@pytest.mark.parametrize("name", LAWS)
def test_the_data_names_only_what_there_is(name):
    made, catalogue = law(name), load_catalogue()
    entries = catalogue.frameworks[made.framework].entries
    assert set(made.articles) <= set(entries)
    wheres = [made.when, *(item.when for item in made.articles.values() if item.when)]
    asks = [*(ask for item in made.articles.values() for ask in item.questions)]
    for group in made.questions:
        asks += group.items
        assert {item.article for item in group.items} <= set(made.articles)
    wheres += [ask.hint for ask in asks if ask.hint]
    if made.impact:
        wheres += [item.when for item in made.impact.criteria if item.when]
    rules = [rule for where in wheres for rule in (where if isinstance(where, list) else [where])]
    for at, text in ((rule.at, rule.applies) for rule in rules):
        assert check(parse(text), at, catalogue.vocabulary, set(catalogue.controls)) == [], text
    facts = [fact for item in (*made.articles.values(), *made.questions) for fact in item.answers]
    for fact in [*facts, *([made.impact.done] if made.impact else [])]:
        known = catalogue.vocabulary.facts[fact]
        assert "system" in known.on
        assert known.why


@pytest.mark.parametrize("name", LAWS)
def test_what_the_data_asks_ends_as_it_should(name):
    made = law(name)
    asks = [ask for item in made.articles.values() for ask in item.questions]
    asks += [ask for group in made.questions for ask in group.items]
    assert all(ask.text.endswith("?") and ask.why.endswith(".") for ask in asks)
    assert all(item.asks.endswith(".") for item in made.articles.values())
    ids = [ask.id for ask in asks if ask.id]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", LAWS)
def test_an_article_that_types_or_controls_cite_is_in_the_view(name):
    made, catalogue = law(name), load_catalogue()
    cited = {
        entry
        for item in (*catalogue.threats.values(), *catalogue.controls.values())
        for entry in item.refs.get(made.framework, ())
    }
    assert cited <= set(made.articles)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("path", sorted(ROOT.glob("*/*/threatmodel.yaml")), ids=lambda path: path.parent.name)
def test_every_model_has_a_view_of_every_law(name, path):
    result = analyse(path)
    made = compliance(result.model, result.register, name)
    assert sum(made.counts.values()) == len(made.articles) == len(law(name).articles)
    for item in made.articles:
        opened = item.of("open")
        if item.state == OPEN and not law(name).articles[item.id].register:
            assert any(not risk.decision for risk in opened)
        if item.state == TREATED:
            assert opened
            assert all(risk.decision for risk in opened)
        if item.state == ANSWERED:
            assert not item.questions
            assert not item.of("open", "to-confirm")
            assert item.risks or item.controls or item.answers


def test_an_unknown_law():
    with pytest.raises(UsageError) as caught:
        law("gdrp")
    assert "gdpr" in caught.value.mend


def test_what_is_open_is_at_its_article_and_a_decision_treats_it(view):
    made = view()
    retention = article(made, "GDPR Art. 5(1)(e)")
    assert retention.state in {OPEN, ASK}
    transfer = article(made, "GDPR Art. 44")
    assert [risk.id for risk in transfer.of("open")] == ["TRANSFER-ABROAD@db"]
    assert transfer.state == OPEN
    decided = view(
        more="decisions: {TRANSFER-ABROAD@db: {treatment: mitigate, controls: [transfer-safeguards], owner: ana}}"
    )
    assert article(decided, "GDPR Art. 44").state == TREATED


def test_what_is_known_is_an_answer_and_what_is_not_a_question(view):
    made = view(store="retention_enforced: yes")
    answers = {line.fact: line for line in article(made, "GDPR Art. 5(1)(e)").answers}
    assert answers["Retention enforced"].value == "yes"
    assert any("legal basis" in line.text for line in article(view(), "GDPR Art. 44").questions)


def test_controls_of_the_model_stand_with_the_articles_that_ask_for_them(view):
    made = view(
        more="controls: {sure: {control: transfer-safeguards, on: [read], status: verified, evidence: signed 2026}}"
    )
    found = article(made, "GDPR Art. 46").controls
    assert [(line.status, line.evidence) for line in found] == [("verified", "signed 2026")]


def test_articles_about_what_is_not_there_are_not_here(view):
    assert article(view(), "GDPR Art. 9").state == ABSENT
    assert article(view(field="health"), "GDPR Art. 9").state != ABSENT


def test_a_system_without_people_needs_nothing(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(
        "mantlet: 1\nsystem: {name: Valves}\ndata: {d: {personal: [], classification: internal}}\n"
        "elements: {a: {type: device}, b: {type: database, holds: [d]}}\nflows: {f: {from: a, to: b, data: [d]}}\n",
        encoding="utf-8",
    )
    result = analyse(path)
    made = compliance(result.model, result.register, "gdpr")
    assert made.record == []
    assert "no impact assessment is needed" in made.impact.verdict
    assert article(made, "GDPR Art. 5(1)(c)").state == ABSENT


def test_threats_elsewhere_are_none_of_the_laws_business(tmp_path):
    """A database of valves beside one of people: only the latter is about people's data."""
    path = tmp_path / "threatmodel.yaml"
    text = MODEL.format(system="", field="email", store="access_controlled: no", more="")
    text = text.replace(
        "elements:\n",
        "elements:\n  valves: {type: database, holds: [valve], facts: {access_controlled: no}}\n",
    )
    text = text.replace("data:\n", "data:\n  valve: {personal: [], classification: confidential}\n", 1)
    path.write_text(text, encoding="utf-8")
    result = analyse(path)
    assert any(risk.id == "STORE-READ@valves" for risk in result.risks)
    made = compliance(result.model, result.register, "gdpr")
    places = {risk.id for item in made.articles for risk in item.risks}
    assert not any(name.endswith("@valves") for name in places)
    assert any(name.endswith("@db") for name in places)


def test_the_record_says_who_what_why_how_long_and_where(view):
    row = next(item for item in view().record if item.id == "people")
    assert (row.purpose, row.legal_basis, row.people) == ("care", "consent", "20,000 patients")
    assert row.kept == "db (Host, us, P2Y)"
    assert "Host, us, processor" in row.source
    assert row.transfers == "db → scorer (legal basis: unknown)"
    assert row.missing == []
    scores = next(item for item in view().record if item.id == "scores")
    assert scores.missing == ["purpose", "legal basis", "people", "time limit"]
    assert scores.automated == "yes"
    assert "nurse" in scores.recipients


def test_special_categories_are_marked(view):
    row = next(item for item in view(field="health").record if item.id == "people")
    assert row.special == "health"


def test_an_impact_assessment_has_reasons(view):
    made = view(field="health").impact
    answers = {item.title: item.answer for item in made.criteria}
    assert answers["Machines decide about people"] == "yes"
    assert answers["Many people"] == "yes"
    assert answers["Sensitive data"] == "yes"
    assert answers["A right or service hangs on it"] == "ask"
    assert "very likely needed" in made.verdict
    assert made.done == "The model does not say whether it has been done."
    assert "has been done" in view(system="dpia_done: yes").impact.done


def test_the_ai_act_depends_on_class_and_role(view):
    made = view("ai-act")
    oversight = article(made, "AIA-Art14")
    assert oversight.state != ABSENT
    assert "if the system is high-risk" in oversight.why
    assert article(view("ai-act", system="ai_risk_class: minimal"), "AIA-Art14").state == ABSENT
    assert article(view("ai-act", system="ai_risk_class: minimal"), "AIA-Art50").state != ABSENT
    high = view("ai-act", system="ai_risk_class: high, ai_role: deployer")
    assert article(high, "AIA-Art17").state == ABSENT
    assert article(high, "AIA-Art26").state != ABSENT
    assert article(high, "AIA-Art14").why == ""


def test_the_ai_act_asks_and_hints(view):
    groups = {group.title: group for group in view("ai-act").groups}
    hints = {line.id: line.hints for group in groups.values() for line in group.items}
    assert hints["H6"] == ["scorer → nurse"]
    assert hints["P4"] == []
    assert any(
        line.id == "system.facts.ai_practices_checked" for line in groups["Is any of it forbidden?"].items
    )
    answered = {group.title: group for group in view("ai-act", system="ai_role: both").groups}
    assert [line.value for line in answered["Who are you?"].answers] == ["both"]


def test_no_model_no_ai_act(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(
        "mantlet: 1\nsystem: {name: Shop}\nelements: {a: {type: user}, b: {type: web-service}}\nflows: {f: {from: a, to: b}}\n",
        encoding="utf-8",
    )
    result = analyse(path)
    assert {item.state for item in compliance(result.model, result.register, "ai-act").articles} == {ABSENT}


def test_packs_that_are_off_are_told(view):
    assert view().warnings == []
    off = view(more="catalogue: {without: [privacy]}")
    assert "privacy" in off.warnings[0]
