"""Personal data through the API: profiled, masked for a look and for good, budgets; values are in the preview alone."""

from __future__ import annotations

import logging

import pytest

from tests.web.test_job_routes import ended, start
from tests.web.workbench import SMALL, bench, write

pytest.importorskip("polars")
pytest.importorskip("polars_hash")

NAMES = ["Ann Lee", "Bob Stone", "Cid Marsh", "Dora Hill", "Eve Park", "Finn West"]
ROWS = "full_name,email,age,score\n" + "".join(
    f"{name},{name.split()[0].lower()}@example.org,{20 + 7 * place},{place}.5\n"
    for place, name in enumerate(NAMES)
)
PLAN = {
    "columns": {
        "full_name": {"do": "redact"},
        "email": {"do": "pseudonym"},
        "age": {"do": "bin", "width": 10},
        "score": {"do": "drop"},
    }
}
THREAT = """\
mantlet: 1
data:
  people: {name: People, personal: [email]}
elements:
  app: {type: web-service}
  lake: {type: data-lake, holds: [people], facts: {pseudonymised: no}}
flows:
  land: {from: app, to: lake, data: [people]}
"""


@pytest.fixture
def data(work):
    (work.path.parent / "data").mkdir()
    (work.path.parent / "data" / "people.csv").write_text(ROWS)
    return work


def kept_plan(work):
    return work.client.get("/api/privacy/plan", params={"path": "data/mask.yaml"}).json()


def test_tables_and_plans_of_the_folder_are_listed(data, tmp_path):
    (data.path.parent / "notes.txt").write_text("a,b\n")
    (data.path.parent / ".hidden.csv").write_text("a\n")
    (data.path.parent / "node_modules").mkdir()
    (data.path.parent / "node_modules/x.csv").write_text("a\n")
    (data.path.parent / "plan.yaml").write_text("mantlet-plan: 1\ncolumns: {}\n")
    assert data.get("privacy/files") == {
        "files": [{"path": "data/people.csv", "size": len(ROWS)}],
        "plans": ["plan.yaml"],
        "more": 0,
    }


def test_steps_are_described_as_plans_take_them(data):
    steps = {item["do"]: item for item in data.get("privacy/steps")}
    assert {"keep", "drop", "redact", "pseudonym", "mask-text"} <= set(steps)
    assert steps["pseudonym"]["key"]
    assert not steps["bin"]["key"]
    assert {"name": "width", "default": None, "needed": True, "type": "number"} in steps["bin"]["params"]
    assert next(one for one in steps["truncate"]["params"] if one["name"] == "to")["choices"]
    assert next(one for one in steps["mask-text"]["params"] if one["name"] == "classes")["type"] == "list"
    assert next(one for one in steps["mask-text"]["params"] if one["name"] == "numbers")["type"] == "flag"
    assert all(item["summary"] for item in steps.values())


def test_a_profile_names_columns_and_goes_into_the_model(data):
    job = ended(data, start(data, "profile", file="data/people.csv")["id"])
    assert job["state"] == "done", job
    found = job["result"]
    assert {column["name"] for column in found["columns"] if column["personal"]} >= {"full_name", "email"}
    assert found["tables"][0]["name"] == "data/people.csv"
    assert set(found["plan"]["columns"]) == {"full_name", "email", "age", "score"}
    assert found["reasons"]["email"]
    done = data.post("privacy/record", {"base": data.revision, "job": job["id"], "asset": "scores"})
    assert done["recorded"] == [{"key": "scores", "changed": True, "flows": ["api → app (predict)"]}]
    asset = data.get("model")["raw"]["data"]["scores"]
    assert {"name", "email"} <= set(asset["personal"])
    assert asset["classification"] == "confidential"
    again = data.post("privacy/record", {"job": job["id"], "asset": "scores"})
    assert again["changes"] == []
    data.post("privacy/record", {"job": job["id"], "asset": "nothing"}, 422)
    data.post("changes", {"base": data.revision, "changes": done["inverse"]})
    assert data.text == SMALL


def test_a_plan_is_suggested_tried_and_kept(data, caplog, monkeypatch):
    monkeypatch.delenv("MANTLET_KEY_DEFAULT", raising=False)
    caplog.set_level(logging.DEBUG)
    found = data.post("privacy/plan/suggest", {"file": "data/people.csv"})
    shown = data.post("privacy/plan/preview", {"file": "data/people.csv", "plan": found["plan"]})
    assert shown["sample_key"]
    assert shown["before"][0][0] == "Ann Lee"
    assert len(shown["before"]) == len(shown["after"]) == 6
    assert "example.org" not in str(shown["after"])
    assert "Ann Lee" not in caplog.text
    saved = data.post(
        "privacy/plan/save", {"path": "data/mask.yaml", "plan": found["plan"], "reasons": found["reasons"]}
    )
    assert saved == {"path": "data/mask.yaml"}
    kept = kept_plan(data)
    assert kept["columns"] == found["plan"]["columns"]
    assert "# " in (data.path.parent / "data/mask.yaml").read_text()
    data.post("privacy/plan/save", {"path": "data/mask.yaml", "plan": PLAN})
    assert kept_plan(data)["columns"]["full_name"] == {"do": "redact"}


def test_a_preview_shows_what_is_dropped_and_what_it_cannot_show(data):
    plan = {"columns": {**PLAN["columns"], "age": {"do": "shuffle"}}}
    shown = data.post("privacy/plan/preview", {"file": "data/people.csv", "plan": plan})
    score = shown["columns"][3]
    assert score["dropped"]
    assert all(row[3] is None for row in shown["after"])
    assert "whole column" in shown["columns"][2]["note"]
    assert [row[0] for row in shown["after"]] == ["***"] * 6


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"columns": {"full_name": {"do": "explode"}}},
        {"columns": {"none": {"do": "keep"}}},
        {"columns": {"full_name": {"do": "keep"}}},
        {"columns": 3},
    ],
)
def test_plans_that_make_no_sense_are_refused(data, plan):
    body = data.post("privacy/plan/preview", {"file": "data/people.csv", "plan": plan}, 422)
    assert "Ann" not in str(body)


def test_a_broken_table_says_so_without_its_values(data):
    (data.path.parent / "bad.csv").write_text("a,b\nsecret-value,2,3,4\n")
    body = data.post(
        "privacy/plan/preview",
        {"file": "bad.csv", "plan": {"columns": {"a": {"do": "keep"}, "b": {"do": "keep"}}}},
        422,
    )
    assert "more fields" in body["error"]["message"]
    assert "secret-value" not in str(body)
    job = ended(data, start(data, "profile", file="bad.csv")["id"])
    assert job["state"] == "failed"
    assert "secret-value" not in str(job)


def test_files_are_written_beside_nothing_else(data):
    for path in (
        "threatmodel.yaml",
        "../plan.yaml",
        ".git/config.yaml",
        "/var/plan.yaml",
        "none/plan.yaml",
        "plan.sh",
    ):
        answer = data.client.post(
            "/api/privacy/plan/save", json={"path": path, "plan": PLAN}, headers={"X-Mantlet": "1"}
        )
        assert answer.status_code in {404, 422}, path
    assert data.text == SMALL
    for output in ("threatmodel.yaml", "../out.csv", "data/people.csv", ".x.csv"):
        (data.path.parent / "p.yaml").write_text("mantlet-plan: 1\nunlisted: keep\ncolumns: {}\n")
        assert start(data, "mask", 422, file="data/people.csv", plan="p.yaml", output=output)["error"][
            "message"
        ]
    assert (data.path.parent / "data/people.csv").read_text() == ROWS


def test_a_table_is_masked_verified_and_put_on_the_threat_that_it_treats(tmp_path, monkeypatch):
    monkeypatch.setenv("MANTLET_KEY_PEOPLE", "k" * 40)
    (tmp_path / "people.csv").write_text(ROWS)
    with bench(write(tmp_path, THREAT)) as work:
        work.post("privacy/plan/save", {"path": "mask.yaml", "plan": {**PLAN, "key": "people"}})
        job = ended(work, start(work, "mask", file="people.csv", plan="mask.yaml", output="safe.csv")["id"])
        assert job["state"] == "done", job
        assert job["result"]["rows"] == 6
        assert job["result"]["left"] == []
        assert "Ann" not in (tmp_path / "safe.csv").read_text()
        threat = next(
            f"{risk['type']}@{risk['places'][0]}"
            for risk in work.get("register")["risks"]
            if risk["state"] == "open"
            and {"mask-personal-data", "pseudonymise"}
            & set(work.session.assessment.catalogue.threats[risk["type"]].controls)
        )
        done = work.post("privacy/treat", {"base": work.revision, "job": job["id"], "threat": threat})
        assert done["before"] != "" != done["after"]
        raw = work.get("model")["raw"]
        assert raw["decisions"][threat]["controls"] == [done["control"]]
        assert any(entry["status"] == "verified" for entry in raw["controls"].values())
        work.post("privacy/treat", {"job": job["id"], "threat": "NONE@here"}, 422)
        work.post("privacy/treat", {"job": "none", "threat": threat}, 404)


def test_a_key_that_is_not_there_stops_the_masking_not_the_preview(data, monkeypatch):
    monkeypatch.delenv("MANTLET_KEY_PEOPLE", raising=False)
    data.post("privacy/plan/save", {"path": "mask.yaml", "plan": {**PLAN, "key": "people"}})
    job = ended(data, start(data, "mask", file="data/people.csv", plan="mask.yaml", output="safe.csv")["id"])
    assert job["state"] == "failed"
    assert "MANTLET_KEY_PEOPLE" in job["error"]["mend"]
    assert not (data.path.parent / "safe.csv").exists()


def test_budgets_are_opened_listed_and_a_changed_one_told(data):
    wanted = {
        "path": "people.jsonl",
        "data": "people",
        "epsilon": 1.5,
        "delta": 0.0,
        "unit": "full_name",
        "rows_per_unit": 1,
    }
    opened = data.post("privacy/budget", wanted)
    assert opened["left"] == {"epsilon": 1.5, "delta": 0.0}
    assert data.get("privacy/budget")["ledgers"] == [opened]
    assert "factor of at most" in opened["words"]
    data.post("privacy/budget", wanted, 422)
    data.post("privacy/budget", {**wanted, "path": "../x.jsonl"}, 422)
    data.post("privacy/budget", {**wanted, "path": "x.csv"}, 422)
    data.post("privacy/budget", {**wanted, "path": "y.jsonl", "epsilon": 0}, 422)
    ledger = data.path.parent / "people.jsonl"
    ledger.write_text(ledger.read_text().replace("1.5", "9.5"))
    assert "not as it was written" in data.get("privacy/budget")["ledgers"][0]["problem"]["message"]
    assert data.get("privacy/files")["files"] == [{"path": "data/people.csv", "size": len(ROWS)}]


def test_whoever_may_only_look_writes_nothing(tmp_path):
    (tmp_path / "people.csv").write_text(ROWS)
    with bench(write(tmp_path), read_only=True) as work:
        assert work.get("privacy/files")["files"]
        work.post("privacy/plan/save", {"path": "a.yaml", "plan": PLAN}, 403)
        work.post("privacy/budget", {"path": "a.jsonl"}, 403)
