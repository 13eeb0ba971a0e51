"""`mantlet scan` and `mantlet evidence` as people and programs call them."""

from __future__ import annotations

import json
import os

import pytest

from mantlet.scanners.process import package_version
from tests.scanners import handmade

MODEL = """mantlet: 1
system: {name: A}
boundaries: {net: {type: internet}, in: {type: private-network}}
elements:
  user: {type: user, in: [net]}
  api: {type: web-app, in: [in], code: ['*.py']}
  db: {type: database, in: [in]}
flows:
  ask: {from: user, to: api}
  query: {from: api, to: db, facts: {protocol: sql}}
"""
BANDIT = pytest.mark.skipif(not package_version("bandit"), reason="bandit isn't installed")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("MANTLET_ADVISORIES", raising=False)


def test_model_files_as_one_record_each(call, tmp_path):
    (tmp_path / "bad.pkl").write_bytes(handmade.PAYLOAD)
    (tmp_path / "fine.npy").write_bytes(b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'}")
    (tmp_path / "odd.pt").write_bytes(b"\x01\x02\x03")
    shown = json.loads(call("scan", tmp_path, "--only", "models", "--json").out)
    assert {record["path"]: record["verdict"] for record in shown["records"]} == {
        "bad.pkl": "dangerous", "fine.npy": "clean", "odd.pt": "incomplete",
    }  # fmt: skip
    (finding,) = next(record["findings"] for record in shown["records"] if record["path"] == "bad.pkl")
    assert {"rule", "message", "severity", "where"} <= set(finding)
    assert finding["where"] == "bad.pkl byte 17"


def test_one_file_can_be_scanned(call, tmp_path):
    (tmp_path / "bad.pkl").write_bytes(handmade.PAYLOAD)
    (tmp_path / "other.pkl").write_bytes(handmade.PAYLOAD)
    shown = json.loads(call("scan", tmp_path / "bad.pkl", "--only", "models", "--json").out)
    assert [record["path"] for record in shown["records"]] == ["bad.pkl"]


def test_a_gate(call, tmp_path):
    (tmp_path / "bad.pkl").write_bytes(handmade.PAYLOAD)
    call("scan", tmp_path, "--only", "models", "--fail-on", "high", code=1)
    (tmp_path / "bad.pkl").unlink()
    call("scan", tmp_path, "--only", "models", "--fail-on", "high")


def test_results_are_kept_beside_the_model_and_count(call, tmp_path):
    (tmp_path / "threatmodel.yaml").write_text(MODEL)
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    shown = call("scan", tmp_path, "--only", "hardening").out
    assert "not modelled" in shown
    assert (tmp_path / ".mantlet/evidence/hardening-mantlet-hardening.sarif").exists()
    assert "docker-root" in call("evidence", "list", "--project", tmp_path).out


def test_nothing_is_kept_when_not_asked(call, tmp_path):
    (tmp_path / "a.txt").write_text("x")
    call("scan", tmp_path, "--only", "models", "--no-keep")
    assert not (tmp_path / ".mantlet").exists()


@BANDIT
def test_a_finding_reaches_the_threats(call, tmp_path):
    (tmp_path / "threatmodel.yaml").write_text(MODEL)
    (tmp_path / "api.py").write_text("import flask\napp = flask.Flask('a')\napp.run(debug=True)\n")
    assert "DEBUG-EXPOSED@api" in call("scan", tmp_path, "--only", "code").out
    threats = json.loads(call("threats", tmp_path, "--json").out)["threats"]
    (threat,) = [item for item in threats if item["id"] == "DEBUG-EXPOSED@api"]
    assert threat["evidence"][0]["rule"] == "B201"
    assert "bandit B201 (api.py:3)" in call("explain", "DEBUG-EXPOSED@api", tmp_path).out


def test_what_other_tools_found_is_brought_in_and_silenced_with_a_reason(call, tmp_path):
    place = {"physicalLocation": {"artifactLocation": {"uri": "api.py"}, "region": {"startLine": 7}}}
    result = {
        "ruleId": "py/sql",
        "message": {"text": "query from input"},
        "locations": [place],
        "level": "error",
    }
    rule = {"id": "py/sql", "properties": {"tags": ["external/cwe/cwe-089"]}}
    run = {"tool": {"driver": {"name": "CodeQL", "version": "2", "rules": [rule]}}, "results": [result]}
    (tmp_path / "x.sarif").write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
    (tmp_path / "threatmodel.yaml").write_text(MODEL)
    assert (
        "CodeQL 2: findings, 1 finding"
        in call("evidence", "import", tmp_path / "x.sarif", "--project", tmp_path).out
    )
    threats = json.loads(call("threats", tmp_path, "--json").out)["threats"]
    assert any(item["evidence"] and item["id"] == "INJECTION-QUERY@api" for item in threats)
    kept = json.loads(call("evidence", "list", "--project", tmp_path, "--json").out)
    fingerprint = kept["records"][0]["findings"][0]["fingerprint"]
    call(
        "evidence",
        "suppress",
        fingerprint,
        "--reason",
        "constants only",
        "--until",
        "2099-01-01",
        "--project",
        tmp_path,
    )
    kept = json.loads(call("evidence", "list", "--project", tmp_path, "--json").out)
    assert kept["records"][0]["findings"][0]["suppressed"] == "constants only"
    threats = json.loads(call("threats", tmp_path, "--json").out)["threats"]
    assert not any(item["evidence"] for item in threats)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["scan", "not-there"], 2, "no such file"),
        (["scan", ".", "--only", "modles"], 2, "models"),
        (["scan", ".", "--fail-on", "bad"], 2, "unknown severity"),
        (["scan", ".", "--only", "network", "--target", "192.0.2.1:80"], 2, "--i-am-allowed"),
        (["evidence", "import", "not-there.sarif"], 2, "no such file"),
        (["evidence", "list", "--project", "not-there"], 2, "no such folder"),
        (["evidence", "suppress", "abc", "--reason", "x", "--until", "2099-01-01"], 2, "no finding"),
        (["evidence", "suppress", "abc", "--reason", " ", "--until", "2099-01-01"], 2, "needs a reason"),
    ],
)
def test_mistakes_say_what_to_do(call, tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    assert words in call(*arguments, code=code).err


def test_a_missing_tool_that_was_asked_for(call, tmp_path, monkeypatch):
    monkeypatch.setattr("mantlet.scanners.bandit.package_version", lambda _: "")
    monkeypatch.setattr("mantlet.scanners.bandit.find", lambda _: "")
    monkeypatch.setattr("mantlet.scanners.ruff.find", lambda _: "")
    (tmp_path / "a.py").write_text("x = 1\n")
    assert "tool missing" in call("scan", tmp_path, "--only", "code", code=3).out


def test_the_list_counts_rules(call):
    shown = json.loads(call("scan", "--list", "--json").out)
    assert {entry["check"] for entry in shown["tools"]} == {
        "code", "secrets", "workflows", "dependencies", "models", "hardening", "network",
    }  # fmt: skip
    assert sum(entry["mapped"] for entry in shown["rules"]) > 250
    assert "rules of" in call("scan", "--list").out


def test_fixes_are_shown_first_and_made_when_asked(call, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a:1\nADD src /src\n")
    shown = call("scan", tmp_path, "--only", "hardening", "--fix").out
    assert "+COPY src /src" in shown
    assert "ADD" in (tmp_path / "Dockerfile").read_text()
    call("scan", tmp_path, "--only", "hardening", "--fix", "--write")
    assert (tmp_path / "Dockerfile").read_text() == "FROM a:1\nCOPY src /src\n"


def test_the_bill_of_materials(call, tmp_path):
    (tmp_path / "requirements.txt").write_text("flask==3.0\n")
    call("scan", tmp_path, "--only", "dependencies", "--sbom", tmp_path / "bom.json")
    assert json.loads((tmp_path / "bom.json").read_text())["components"][0]["purl"] == "pkg:pypi/flask@3.0"


def test_names_of_files_do_not_steer_the_terminal(call, tmp_path):
    (tmp_path / "a\x1b[31m[bold]x.pkl").write_bytes(handmade.PAYLOAD)
    shown = call("scan", tmp_path, "--only", "models").out
    assert "\x1b" not in shown
    assert "[bold]x.pkl" in shown


@pytest.mark.skipif(os.name != "posix", reason="names are bytes there")
def test_a_name_that_is_no_text_is_told_and_stops_nothing(call, tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    try:
        (tmp_path / os.fsdecode(b"b\xff.py")).write_text("x = 1\n")
    except OSError:
        pytest.skip("this file system takes no such names")
    said = json.loads(call("scan", tmp_path, "--only", "code,secrets,models", "--json").out)
    states = {check["check"]: check["state"] for check in said["checks"]}
    assert states["secrets"] == "incomplete"
    assert "not UTF-8" in call("scan", tmp_path, "--only", "secrets", "--all").out
    assert call("evidence", "list", "--project", tmp_path).out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_what_is_no_file_cannot_be_scanned(call, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("pipe", "loop"):
        assert "no such file or folder" in call("scan", tmp_path / name, code=2).err
