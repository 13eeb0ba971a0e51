"""`mantlet plan` on an example: the plan, what-if, and decisions written from it."""

import json
from pathlib import Path

import pytest

from mantlet.project.api import analyse
from mantlet.project.demo import write_example
from mantlet.risk.residual import Residuals

pytest.importorskip("highspy")
TODAY = "2026-11-24"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("threatmodel.yaml").write_text(
        """\
mantlet: 1
system: {name: Shop}
data: {people: {personal: [name, email], classification: confidential}}
elements:
  who: {type: user}
  api: {type: inference-service, facts: {logged: no, rate_limited: no, input_validated: no}}
flows:
  ask: {from: who, to: api, data: [people], facts: {protocol: http}}   # the way in
""",
        encoding="utf-8",
    )
    return tmp_path


def test_a_plan_in_words_and_as_json(shop, call):
    out = call("plan", "--budget", "6", "--today", TODAY)
    assert "points of effort" in out.out
    assert "HiGHS" not in out.out
    document = json.loads(call("plan", "--budget", "6", "--today", TODAY, "--json").out)
    assert document["effort"] <= 6
    assert document["removed"] > 0
    assert document["steps"][0]["why"]


def test_what_if(shop, call):
    assert "Gone" in call("plan", "--what-if", "remove ask").out
    document = json.loads(call("plan", "--what-if", "set api.logged=yes", "--json").out)
    assert document["system"][0]["fields"][0]["path"] == "facts.logged"
    assert "no change of the design" in call("plan", "--what-if", "explode", code=2).err


def test_decisions_of_a_plan_do_what_it_says(shop, call):
    document = json.loads(call("plan", "--budget", "8", "--json", "--today", TODAY).out)
    call("plan", "--budget", "8", "--decide", "--owner", "ana", "--due", "2027-02-01", "--today", TODAY)
    text = Path("threatmodel.yaml").read_text(encoding="utf-8")
    assert "# the way in" in text
    result = analyse("threatmodel.yaml")
    promised = {risk for step in document["steps"] for risk in step["settles"]}
    decided = {ruling.key for ruling in result.register.rulings.all}
    assert promised <= decided
    residuals = Residuals(result.register)
    for risk in result.register.open:
        if risk.id in promised:
            assert residuals.of(risk).planned is None
    again = call("plan", "--budget", "8", "--decide", "--today", TODAY)
    assert "as it was decided" in again.err


@pytest.mark.slow
def test_an_example_comes_to_no_high_risk(tmp_path, call):
    path = write_example("churn", tmp_path / "churn")
    document = json.loads(call("plan", path, "--target", "no-high", "--json", "--today", TODAY).out)
    assert document["optimal"]
    assert document["left"] == []
    assert document["after"]["high"] == document["after"]["critical"] == 0
