"""Real output of what keeps a model true fits its documented schema."""

import json
from pathlib import Path

import pytest

from tests.cli.test_diff import git
from tests.docs.test_json_shapes import fits, model  # noqa: F401  (a fixture)


def test_difference_and_gate(model, tmp_path, call, monkeypatch):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    text = Path(model).read_text(encoding="utf-8")
    Path("old.yaml").write_text(text.replace("protocol: https", "protocol: http"), encoding="utf-8")
    Path("new.yaml").write_text(text, encoding="utf-8")
    fits("diff", json.loads(call("diff", "old.yaml", "new.yaml", "--json").out))
    for code, policy in ((1, "strict"), (1, "medical")):
        out = call("check", "new.yaml", "--policy", policy, "--against", "old.yaml", "--json", code=code).out
        document = json.loads(out)
        fits("check", document)
        assert document["items"]


def test_plan_and_history(tmp_path, call, monkeypatch):
    pytest.importorskip("highspy")
    monkeypatch.chdir(tmp_path)
    Path("threatmodel.yaml").write_text(
        "mantlet: 1\nelements: {u: {type: user}, a: {type: inference-service}}\nflows: {f: {from: u, to: a, facts: {protocol: http}}}\n",
        encoding="utf-8",
    )
    document = json.loads(call("plan", "--budget", "5", "--json").out)
    fits("plan", document)
    assert document["steps"]
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    fits("history", json.loads(call("history", "--json").out))
