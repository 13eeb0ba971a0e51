"""`mantlet check` as CI runs it: exit codes, outputs, settings, and what a change introduces."""

import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.test_diff import MODEL, edit, git

SOUND = MODEL.replace("who: {type: user}", "who: {type: user, facts: {mfa: yes}}")
SARIF_NEEDS = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {"results": {"items": {"required": ["message", "ruleId", "locations"]}}},
            }
        },
    },
}


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    Path("threatmodel.yaml").write_text(SOUND, encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return tmp_path


def test_it_fails_on_open_risks_and_says_where(repo, call):
    out = call("check", "--policy", "strict", code=1).out
    assert "A risk at or above the bar is open" in out
    assert "threatmodel.yaml:7:" in out
    assert "failed: policy strict" in out


def test_settings_decide_and_mistakes_in_them_are_told(repo, call):
    Path("mantlet.toml").write_text('[check]\nfail_at = "never"\nnew_at = "never"\n', encoding="utf-8")
    assert "passed" in call("check").out
    Path("mantlet.toml").write_text('[check]\nfail_att = "never"\n', encoding="utf-8")
    assert "did you mean 'fail_at'" in call("check", code=2).err
    Path("mantlet.toml").write_text("[check\n", encoding="utf-8")
    assert "no TOML" in call("check", code=2).err
    Path("mantlet.toml").unlink()
    assert "stict" in call("check", "--policy", "stict", code=2).err


def test_an_empty_model_fails_whatever_the_policy(repo, call):
    Path("threatmodel.yaml").write_text("mantlet: 1\n", encoding="utf-8")
    Path("mantlet.toml").write_text('[check]\nfail_at = "never"\n', encoding="utf-8")
    assert "The model is empty" in call("check", code=1).out


def test_a_change_is_held_against_where_it_started(repo, call):
    Path("mantlet.toml").write_text('[check]\nfail_at = "never"\nnew_at = "note"\n', encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "settings")
    assert "passed" in call("check", "--against", "main").out
    edit("protocol: https", "protocol: http")
    Path("mantlet.toml").write_text('[check]\nfail_at = "never"\n', encoding="utf-8")
    document = json.loads(
        call("check", "--against", "main", "--json", "--config", "mantlet.toml", code=1).out
    )
    kinds = {item["kind"] for item in document["items"] if item["rule"] == "review"}
    assert {"claim", "policy"} <= kinds
    new = [item for item in document["items"] if item["rule"] == "new-threat"]
    assert new
    assert all(item["line"] for item in new)


def test_a_baseline_without_a_model_makes_everything_new(repo, call):
    git("mv", "threatmodel.yaml", "threatmodel.yml")
    git("rm", "-q", "--cached", "threatmodel.yml")
    git("commit", "-q", "-m", "gone")
    document = json.loads(call("check", "--against", "HEAD", "--json", code=1).out)
    assert {"no-baseline", "new-threat", "review"} <= {item["rule"] for item in document["items"]}


def test_outputs_of_every_kind(repo, call):
    edit("name: Shop", 'name: "Shop <script> | ::error::x %0A"')
    call(
        "check", "--policy", "strict", "--against", "main", "--sarif", "o.sarif", "--junit", "o.xml", "--markdown", "o.md", code=1
    )  # fmt: skip
    sarif = json.loads(Path("o.sarif").read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(SARIF_NEEDS).iter_errors(sarif))
    assert any(item["level"] == "error" for item in sarif["runs"][0]["results"])
    suite = ET.fromstring(Path("o.xml").read_text(encoding="utf-8"))  # noqa: S314  (our own output)
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) > 0
    summary = Path("o.md").read_text(encoding="utf-8")
    assert summary.startswith("## mantlet check: failed")
    assert "<script>" not in summary
    assert "### For the reviewer" in summary
    annotated = call("check", "--policy", "strict", "--against", "main", "--github", code=1).out
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in annotated.splitlines())
    assert "file=threatmodel.yaml,line=" in annotated
    assert call("check", "--policy", "strict", "--markdown", "-", code=1).out.startswith(
        "## mantlet check: failed"
    )


def test_newer_rules_do_not_fail_unless_told(repo, call):
    Path("mantlet.toml").write_text('[check]\nfail_at = "never"\nnew_at = "note"\n', encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "settings")
    Path("mantlet-rules").mkdir()
    Path("mantlet-rules/own.yaml").write_text(
        "threats:\n  OWN-ONE: {title: Ours, text: Ours., at: element, applies: \"element is 'process'\", controls: [sandbox-workloads]}\n"
    )
    document = json.loads(call("check", "--against", "HEAD", "--json").out)
    rules = {item["rule"] for item in document["items"]}
    assert "catalogue-threat" in rules
    assert "rules" in {item["kind"] for item in document["items"]}
    Path("mantlet.toml").write_text('[check]\nfail_at = "never"\nnew_at = "note"\ncatalogue_fails = true\n')
    assert "OWN-ONE" in call("check", "--against", "HEAD", code=1).out


def test_drift_only_when_asked(repo, call):
    Path("mantlet.toml").write_text('[check]\nfail_at = "never"\n', encoding="utf-8")
    edit("api: {type: inference-service", "api: {type: inference-service, code: [gone/**]")
    assert "passed" in call("check").out
    assert "names nothing that is there" in call("check", "--drift", code=1).out


def test_git_is_not_needed_without_a_baseline(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    Path("threatmodel.yaml").write_text(SOUND, encoding="utf-8")
    call("check", "--policy", "strict", code=1)
    call("check", "--policy", "strict", "--against", "main", code=2)
    assert subprocess.run(["git", "--version"], check=True, capture_output=True).returncode == 0
