"""Templates and interviews: whatever is answered gives a model that loads and hangs together."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import plain, read

from mantlet.base.errors import UsageError
from mantlet.catalogue.load import load_catalogue
from mantlet.project.answers import cleaned
from mantlet.project.interview import (
    UNKNOWN,
    Question,
    _interview,
    apply_answers,
    questions,
    template_text,
    templates,
)

NAMES = [template.id for template in templates()]
PATTERNS = {
    "batch-scoring",
    "online-inference",
    "rag-assistant",
    "agents",
    "federated",
    "vision",
    "recommender",
    "fine-tuning",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_new_model_names_the_catalogue_of_its_day(name):
    """Else all threat types of a later catalogue would be told as news to a model that is new itself."""
    assert read(template_text(name)).catalogue.version == load_catalogue().version


def answer(question: Question) -> st.SearchStrategy[str]:
    if question.kind == "choice":
        return st.sampled_from([choice.value for choice in question.choices])
    if question.kind == "number":
        return st.one_of(st.just(""), st.just(UNKNOWN), st.integers(0, 10**9).map(str))
    if question.kind == "fields":
        words = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,5})?", fullmatch=True), max_size=4)
        return st.one_of(st.sampled_from(["none", UNKNOWN, ""]), words.map(", ".join))
    return st.text(max_size=40)


@st.composite
def interviews(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    name = draw(st.sampled_from(NAMES))
    asked = [question for question in questions(name) if draw(st.booleans())]
    return name, {question.id: draw(answer(question)) for question in asked}


def test_the_patterns_and_the_minimal_model_are_there():
    assert NAMES[0] == "minimal"
    assert set(NAMES) >= PATTERNS
    assert all(template.title and template.summary for template in templates())


@pytest.mark.parametrize("name", NAMES)
class TestEach:
    def test_the_template_is_a_commented_model_of_a_fitting_size(self, name):
        text = template_text(name)
        model = read(text)
        assert "# " in text
        if name != "minimal":
            assert 8 <= len(model.elements) <= 16
            assert len(model.flows) >= len(model.elements)

    def test_the_defaults_give_a_valid_model(self, name):
        read(apply_answers(name, {}))

    def test_the_interview_is_short_and_plain(self, name):
        asked = questions(name)
        assert name == "minimal" or 6 <= len(asked) <= 10
        for question in asked:
            assert question.ask.endswith("?")
            assert all(choice.title for choice in question.choices)
            assert not question.choices or question.default in {choice.value for choice in question.choices}

    def test_every_choice_changes_what_the_template_has(self, name):
        """A path or id that names nothing would be an answer that does nothing."""
        model = plain(template_text(name))
        known = {
            section: set(model.get(section, {}))
            for section in ("parties", "data", "boundaries", "elements", "flows")
        }
        for asked in _interview(name).questions.values():
            for edit in asked.answers.values():
                added = {section: known[section] | set(entries) for section, entries in edit.add.items()}
                for path in edit.set:
                    section, entry, *_ = path.split(".")
                    assert entry in {**known, **added}[section], path
                assert set(edit.drop) <= set().union(*known.values())

    def test_each_choice_by_itself(self, name):
        for question in questions(name):
            for choice in question.choices:
                read(apply_answers(name, {question.id: choice.value}))


@settings(max_examples=300, deadline=None)
@given(interviews())
def test_any_combination_of_answers_hangs_together(interview):
    name, answers = interview
    text = apply_answers(name, answers)
    model = read(text)
    assert model.elements
    assert model.flows
    before, after = comments(template_text(name)), comments(text)
    assert after == before


def comments(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.splitlines() if line.strip().startswith("#"))


def test_the_name_arrives_whatever_it_is():
    for name in (
        'Gate: "north" #4',
        "- x",
        "null",
        "no",
        "1:30",
        "{a}",
        "<script>alert(1)</script>",
        "Größe 日本",
        "a\nb\tc",
    ):
        model = read(apply_answers("minimal", {"name": name}))
        assert model.system.name == " ".join(name.split())


def test_unprintable_characters_are_left_out():
    assert read(apply_answers("minimal", {"name": "a\x00b\u202ec\ud800"})).system.name == "abc"


def test_personal_fields_none_is_not_unknown():
    none = read(apply_answers("vision", {"personal": "none"})).data["pictures"]
    unknown = read(apply_answers("vision", {"personal": "unknown"})).data["pictures"]
    listed = read(apply_answers("vision", {"personal": "Face,  licence plate"})).data["pictures"]
    assert none.personal == []
    assert not unknown.personal
    assert unknown.personal is not none.personal
    assert listed.personal == ["face", "licence-plate"]


def test_dropping_an_element_takes_its_flows_along():
    model = read(apply_answers("agents", {"memory": "no"}))
    assert "memory" not in model.elements
    assert "remember" not in model.flows
    assert "memories" not in model.flows["think"].data


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"callers": "martians"}, "is no answer to"),
        ({"colour": "red"}, "has no question 'colour'"),
        ({"people-count": "many"}, "is no number"),
        ({"personal": "name, {x: y}"}, "is no field name"),
    ],
)
def test_wrong_answers_are_refused(answers, says):
    with pytest.raises(UsageError, match=says):
        apply_answers("recommender", answers)


def test_unknown_templates_get_a_suggestion():
    with pytest.raises(UsageError) as caught:
        questions("agent")
    assert "did you mean 'agents'?" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "kept"), [("120,000", "120000"), (" 12 000 ", "12000"), ("7", "7"), ("", "")]
)
def test_numbers_may_be_grouped(written, kept):
    assert cleaned("number", written) == kept
