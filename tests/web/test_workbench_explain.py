"""What the browser gets to explain, rate and narrow a threat, and of attack paths; without a browser."""

from __future__ import annotations

import pytest

from mantlet.project.api import analyse
from mantlet.web.explanation import explanation, listed_question
from mantlet.web.paths import path_records
from tests.web.workbench import SMALL, TODAY, put, write

LOADS = "MODEL-DESERIALISE@api"


@pytest.fixture
def judged(tmp_path):
    return analyse(write(tmp_path), today=TODAY)


def test_conditions_carry_words_source_and_question(judged):
    told = explanation(judged, LOADS)
    first = told["applies"]["conditions"][0]
    assert first["words"] == "the flow from “model” to “api” carries model weights"
    assert first["from"] == "the drawing"
    assert first["question"] is None
    format_ = next(
        item
        for item in told["mitigated"]["conditions"]
        if item["title"] == "Model file format" and item["wanted"]
    )
    assert format_["answer"] == "unknown"
    assert format_["question"]["path"] == ["elements", "model", "facts", "model_format"]
    assert format_["question"]["kind"] == "choice"
    assert "pickle" in format_["question"]["answers"]


def test_a_known_fact_can_be_asked_again_and_the_drawing_cannot(judged):
    told = explanation(judged, "DOS-INFERENCE@api")
    asked = {item["title"]: item["question"] for item in told["mitigated"]["conditions"]}
    assert asked["Rate limited"]["path"] == ["elements", "api", "facts", "rate_limited"]
    drawn = [
        item for item in told["applies"]["conditions"] if not item["title"] and item["answer"] != "unknown"
    ]
    assert drawn
    assert all(item["question"] is None for item in drawn)


def test_the_rating_comes_with_its_bands_and_what_would_narrow_them(work):
    told = work.get("explain", id=LOADS)
    low, high = told["rating"]["likelihood_band"]
    assert low < told["rating"]["likelihood"] <= high
    asked = {item["fact"]: item for item in told["narrow"]}
    assert "log_reviewed" in asked
    work.change(
        put("elements", "api", "facts", "logged", value="yes"),
        put("elements", "api", "facts", "log_reviewed", value="yes"),
    )
    after = work.get("explain", id=LOADS)
    assert "log_reviewed" not in {item["fact"] for item in after["narrow"]}
    narrower = after["rating"]["likelihood_band"]
    assert narrower[1] - narrower[0] < high - low


def test_a_factor_that_people_set_keeps_its_estimate_at_hand(work):
    before = next(item for item in work.get("explain", id=LOADS)["factors"] if item["factor"] == "EE")
    assert "estimate" not in before
    work.post(
        "decisions",
        {
            "base": work.revision,
            "keys": [LOADS],
            "fields": {"treatment": "mitigate", "owner": "ana", "rating": "EE:1"},
        },
    )
    told = work.get("explain", id=LOADS)
    after = next(item for item in told["factors"] if item["factor"] == "EE")
    assert (after["score"], after["source"], after["estimate"]) == (1, "set", before["score"])
    assert told["decision"]["key"] == LOADS
    assert told["decision"]["standing"] == "planned"
    assert told["decision"]["rating"] == "EE:1"
    assert all("estimate" not in item for item in told["factors"] if item["factor"] != "EE")


def test_a_risk_names_its_threats_and_what_other_lists_call_it(tmp_path):
    text = SMALL + "  again: {from: model, to: api, data: [weights]}\n"
    told = explanation(analyse(write(tmp_path, text), today=TODAY), LOADS)
    assert {item["place"] for item in told["siblings"]} == {"load", "again"}
    assert told["risk"] == LOADS
    atlas = next(item for item in told["refs"] if item["framework"] == "atlas")
    assert all(entry["title"] for entry in atlas["entries"])


def test_what_is_absent_has_no_rating_and_is_explained_all_the_same(judged):
    told = explanation(judged, "MODEL-DESERIALISE@predict")
    assert told["state"] == "absent"
    assert (told["rating"], told["risk"], told["narrow"], told["siblings"]) == (None, None, [], [])
    assert any(item["answer"] == "no" for item in told["applies"]["conditions"])


def test_listed_questions_say_for_which_risks_they_count(judged):
    found = [listed_question(judged.register, item) for item in judged.questions]
    assert found[0]["id"] == "personal@scores"
    assert found[0]["kind"] == "fields"
    assert all(item["settles"] and item["risks"] for item in found)
    known = {risk.id for risk in judged.register}
    assert all(set(item["risks"]) <= known for item in found)


def test_paths_are_told_step_by_step(judged):
    (path,) = path_records(judged)
    assert path["elements"] == ["app", "api", "model"]
    assert path["places"] == ["app", "api", "model", "predict", "load"]
    step, last = path["steps"]
    assert step["flow"] == "predict"
    assert last["target"] == path["asset"] == "model"
    assert step["threats"]
    assert step["text"] == f"{step['threats'][0]['title']}."
    assert {item["risk"].partition("@")[2] for item in step["threats"]} == {"api"}
