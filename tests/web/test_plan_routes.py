"""The plan through the API: what the command says, with what-if, and as decisions that can be undone."""

from __future__ import annotations

import pytest

from mantlet.review.plan.plan import make_plan
from tests.web.workbench import SMALL

pytest.importorskip("highspy")


def test_a_plan_is_the_one_that_the_command_makes(work):
    found = work.post("plan", {"budget": 6})
    made = make_plan(work.session.assessment.register, budget=6)
    assert [step["id"] for step in found["steps"]] == [step.id for step in made.steps]
    assert found["effort"] <= 6
    assert len(found["matrix_before"]) == 3
    assert {*found["left"], *(name for step in found["steps"] for name in step["settles"])} <= set(
        found["titles"]
    )


def test_without_a_wish_the_budget_is_the_commands(work):
    assert work.post("plan", {})["goal"] == "most risk for 20 points of effort"


def test_changes_of_the_design_are_tried_and_may_be_chosen(work):
    found = work.post("what-if", {"edits": ["drop customers.email"]})
    assert found["system"][0]["id"] == "customers"
    assert set(found["summary"]) <= {
        "went",
        "better",
        "worse",
        "appeared",
        "mitigated",
        "reopened",
        "confirmed",
        "doubtful",
    }
    work.post(
        "plan",
        {
            "budget": 8,
            "consider": [{"edit": "remove read", "effort": "low"}],
            "what_if": ["drop customers.email"],
        },
    )
    assert work.text == SMALL


@pytest.mark.parametrize(
    "body",
    [
        {"budget": -1},
        {"budget": 1, "target": "no-high"},
        {"target": "no-nothing"},
        {"what_if": ["explode everything"]},
        {"consider": [{"edit": "remove nothing", "effort": "low"}]},
        {"consider": [{"edit": "remove read", "effort": "huge"}]},
    ],
)
def test_wishes_that_make_no_sense_are_refused(work, body):
    assert work.post("plan", body, 422)["error"]["message"]


def test_edits_that_fit_nothing_are_refused(work):
    work.post("what-if", {"edits": ["drop nothing"]}, 422)
    work.post("what-if", {"edits": []}, 422)


def test_a_plan_becomes_decisions_which_can_be_taken_back(work):
    steps = [step["id"] for step in work.post("plan", {"budget": 6})["steps"]]
    done = work.post(
        "plan/decide",
        {"base": work.revision, "budget": 6, "steps": steps[:1], "owner": "ana", "due": "2027-03-01"},
    )
    assert done["written"]
    decisions = work.get("model")["raw"]["decisions"]
    assert set(decisions) == set(done["written"])
    assert all(entry["owner"] == "ana" and "basis" in entry for entry in decisions.values())
    again = work.post("plan/decide", {"budget": 6, "owner": "lee"})
    assert set(again["kept"]) <= set(done["written"])
    for back in (again, done):
        work.post("changes", {"base": work.revision, "changes": back["inverse"]})
    assert work.text == SMALL
    assert work.post("plan/decide", {"budget": 6, "due": "soon"}, 422)
    assert work.text == SMALL
