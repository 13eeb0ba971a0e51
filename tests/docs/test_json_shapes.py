"""Real output of every command fits its documented schema, on every example."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mantlet.__main__ import run
from mantlet.project.demo import list_examples, write_example

SCHEMAS = Path(__file__).parents[2] / "docs/schema"
STATES = [part for state in ("open", "to-confirm", "mitigated") for part in ("--status", state)]
COMMANDS = {
    "risks": ["risks", "MODEL", "--json"],
    "summary": ["risks", "MODEL", "--summary", "--json"],
    "threats": ["threats", "MODEL", "--json", *STATES],
    "considered": ["threats", "MODEL", "--considered", "--json"],
    "questions": ["ask", "MODEL", "--json"],
    "validate": ["validate", "MODEL", "--json"],
    "cards": ["cards", "MODEL", "--json", "--hand", "60"],
}
ONCE = {
    "rate": ["rate", "SL:1/M:1/O:1/S:1/ED:1/EE:1/A:1/ID:1/LC:1/LI:1/LAV:1/LAC:1", "--json"],
    "coverage": ["catalogue", "coverage", "--json"],
}
EXAMPLES = [item.id for item in list_examples()]


def schema(name):
    return Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")))


def fits(name, document):
    errors = [f"{error.json_path}: {error.message[:120]}" for error in schema(name).iter_errors(document)]
    assert errors == []


@pytest.fixture
def call(monkeypatch, capfd):
    def call(*arguments, code=0):
        monkeypatch.setattr(sys, "argv", ["mantlet", *map(str, arguments)])
        assert run() == code
        return capfd.readouterr().out

    return call


@pytest.fixture(scope="module", params=EXAMPLES)
def model(request, tmp_path_factory):
    return write_example(request.param, tmp_path_factory.mktemp(request.param) / "demo")


@pytest.mark.parametrize("name", COMMANDS)
def test_output_fits_its_schema(name, model, call):
    arguments = [str(model) if part == "MODEL" else part for part in COMMANDS[name]]
    fits(name, json.loads(call(*arguments)))


@pytest.mark.parametrize("name", ONCE)
def test_output_without_a_model_fits_too(name, call):
    fits(name, json.loads(call(*ONCE[name])))


def test_explanations_fit(model, call):
    register = json.loads(call("risks", model, "--json"))
    some = [risk["id"] for group in ("risks", "to_confirm", "mitigated") for risk in register[group][:3]]
    for name in (*some, "BREACH-UNREADY@system"):
        fits("explain", json.loads(call("explain", name, model, "--json")))


def test_the_report_fits(model, call, tmp_path):
    call("report", model, "-o", tmp_path / "report.json")
    fits("report", json.loads((tmp_path / "report.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("law", ["gdpr", "ai-act"])
def test_compliance_views_fit(law, model, call, tmp_path):
    call("report", model, "--compliance", law, "-o", tmp_path / "law.json")
    fits("compliance", json.loads((tmp_path / "law.json").read_text(encoding="utf-8")))


def test_mistakes_fit(tmp_path, call):
    (tmp_path / "threatmodel.yaml").write_text(
        "mantlet: 1\nelements: {a: {type: user, nam: A}, b: {}}\nodd: 1\n", encoding="utf-8"
    )
    document = json.loads(call("validate", tmp_path, "--json", code=2))
    fits("validate", document)
    assert not document["valid"]
    assert len(document["errors"]) == 3


def test_every_schema_is_valid_and_used():
    names = {path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.json")}
    assert names == {
        *COMMANDS,
        *ONCE,
        "explain",
        "report",
        "compliance",
        "discover",
        "inventory",
        "drift",
        "scan",
        "evidence",
        "diff",
        "check",
        "plan",
        "history",
    }
    for name in names:
        Draft202012Validator.check_schema(schema(name).schema)


def test_what_scanners_find_fits_its_schema(model, call, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    project = shutil.copytree(model.parent, tmp_path / "project")
    fits(
        "scan", json.loads(call("scan", project, "--only", "dependencies,models,hardening,network", "--json"))
    )
    fits("evidence", json.loads(call("evidence", "list", "--project", project, "--json")))


def test_what_is_found_in_code_fits_its_schema(model, call, tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fits("discover", json.loads(call("discover", model.parent, "--json")))
    fits("inventory", json.loads(call("discover", model.parent, "--inventory", "--json")))
    fits("drift", json.loads(call("drift", model, "--json", code=1)))
