"""`mantlet privacy`: exit codes, missing extras, output for programs."""

import importlib.util
import json

import pytest

from mantlet.cli.privacy import common

pytest.importorskip("polars")
TABLE = "email,age\nana@mail.example,37\nbob@mail.example,52\n"


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(TABLE)
    return "people.csv"


@pytest.mark.parametrize(
    "words",
    [
        ["profile", "people.csv"],
        ["mask", "people.csv", "--suggest"],
        ["unmask", "people.csv"],
        ["anonymise", "people.csv"],
        ["risk", "people.csv", "people.csv"],
        ["dp", "budget", "--ledger", "l.jsonl"],
        ["dp", "query", "people.csv", "count", "--ledger", "l.jsonl", "--epsilon", "1"],
    ],
)
def test_without_the_extra_every_command_says_what_to_install(call, table, monkeypatch, words):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    done = call("privacy", *words, code=3)
    assert "pip install 'mantlet[privacy]'" in done.err


def test_a_table_goes_from_profile_to_a_verified_copy(call, table, tmp_path, monkeypatch):
    profile = json.loads(call("privacy", "profile", table, "--json").out)
    assert [(one["name"], one["class"], one["personal"]) for one in profile["columns"]] == [
        ("email", "email", True),
        ("age", "age", True),
    ]
    assert "mail.example" not in json.dumps(profile)
    call("privacy", "mask", table, "--suggest", "--plan", "plan.yaml")
    missing = call("privacy", "mask", table, "--plan", "plan.yaml", "-o", "out.csv", code=2)
    assert "MANTLET_KEY_DEFAULT" in missing.err
    monkeypatch.setenv("MANTLET_KEY_DEFAULT", call("privacy", "key").out.strip())
    call("privacy", "mask", table, "--plan", "plan.yaml", "-o", "out.csv", "--verify")
    assert "mail.example" not in (tmp_path / "out.csv").read_text()
    assert (tmp_path / "people.csv").read_text() == TABLE


def test_an_anonymised_table_is_attacked(call, table):
    made = json.loads(
        call("privacy", "anonymise", table, "--k", "2", "--quasi", "age", "-o", "out.csv", "--json").out
    )
    assert (made["before"]["k"], made["after"]["k"]) == (1, 2)
    risk = json.loads(call("privacy", "risk", table, "out.csv", "--quasi", "age", "--json").out)
    assert (risk["before"]["prosecutor"], risk["after"]["prosecutor"]) == (1.0, 0.5)


def test_a_budget_is_opened_spent_and_kept(call, table):
    pytest.importorskip("opendp")
    call("privacy", "dp", "budget", "--ledger", "l.jsonl", "--epsilon", "1")
    answer = json.loads(
        call(
            "privacy", "dp", "query", table, "count", "--ledger", "l.jsonl", "--epsilon", "0.8", "--json"
        ).out
    )
    assert answer["epsilon"] == 0.8
    call("privacy", "dp", "query", table, "count", "--ledger", "l.jsonl", "--epsilon", "0.8", code=1)
    assert (
        json.loads(call("privacy", "dp", "ledger", "--ledger", "l.jsonl", "--json").out)["spent"]["epsilon"]
        == 0.8
    )


def test_spans_in_texts_come_as_lines_of_json(call, tmp_path):
    (tmp_path / "t.jsonl").write_text('{"text": "mail ana@mail.example"}\n{"text": "nothing"}\n')
    lines = call("privacy", "find", str(tmp_path / "t.jsonl"), "--json").out.splitlines()
    assert json.loads(lines[0])["spans"] == [{"start": 5, "end": 21, "class": "email", "score": 0.99}]
    assert json.loads(lines[1])["spans"] == []
    (tmp_path / "bad.jsonl").write_text('{"text": 3}\n')
    call("privacy", "find", tmp_path / "bad.jsonl", "--json", code=2)


@pytest.mark.parametrize(
    ("text", "size"), [("", 0), ("500MB", 500_000_000), ("2 g", 2_000_000_000), ("1.5k", 1_500)]
)
def test_sizes_are_read_as_people_write_them(text, size):
    assert common.read_size(text) == size


@pytest.mark.parametrize(
    "option", [["--verify"], ["--treats", "X@a"], ["--memory", "1GB"], ["--lineage", "l.json"], ["--preview"]]
)
def test_options_that_would_not_be_heeded_are_refused(call, table, tmp_path, option):
    (tmp_path / "a.ipynb").write_text('{"cells": []}')
    for where in (["a.ipynb"], [table, "--engine", "local[2]", "--plan", "p.yaml"]):
        assert option[0] in call("privacy", "mask", *where, "-o", "out.csv", *option, code=2).err
    assert not (tmp_path / "out.csv").exists()


def test_nothing_is_treated_by_a_table_that_is_not_written(call, table):
    said = call("privacy", "anonymise", table, "--k", "2", "--quasi", "age", "--treats", "X@a", code=2).err
    assert "isn't written" in said


MODEL = """mantlet: 1
data:
  customers: {name: Customers, classification: confidential, personal: [name, email]}
elements:
  app: {type: web-service}
  lake: {type: data-lake, holds: [customers]}
flows:
  land: {from: app, to: lake, data: [customers]}
"""


@pytest.mark.parametrize(
    ("words", "control"),
    [
        (["anonymise", "people.csv", "--k", "2", "--quasi", "age", "-o", "out.csv"], "k-anonymise"),
        (
            [
                "dp",
                "synth",
                "people.csv",
                "--ledger",
                "l.jsonl",
                "--domains",
                "d.yaml",
                "-o",
                "out.csv",
                "--epsilon",
                "1",
            ],
            "synthetic-data",
        ),
    ],
)
def test_what_was_done_is_on_the_threat_in_the_model(call, table, tmp_path, words, control):
    pytest.importorskip("opendp")
    (tmp_path / "threatmodel.yaml").write_text(MODEL)
    (tmp_path / "d.yaml").write_text("age: {low: 0, high: 100, width: 20}\n")
    call("privacy", "dp", "budget", "--ledger", "l.jsonl", "--epsilon", "1")
    call("privacy", *words, "--treats", "IDENTIFIABLE-AT-REST@customers/lake", "--model", "threatmodel.yaml")
    written = (tmp_path / "threatmodel.yaml").read_text()
    assert f"control: {control}" in written
    assert "status: verified" in written
