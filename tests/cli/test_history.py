"""`mantlet history` over a real git history of known days."""

import json
import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.test_diff import MODEL, WHO, git

ACCEPTED = "decisions:\n  {}: {{treatment: not-applicable, reason: r}}\n"


def commit(day, text):
    Path("threatmodel.yaml").write_text(text, encoding="utf-8")
    git("add", ".")
    when = {f"GIT_{who}_DATE": f"{day}T12:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    subprocess.run(["git", "commit", "-q", "-m", f"on {day}"], env={**os.environ, **WHO, **when}, check=True)


@pytest.fixture
def grown(tmp_path, monkeypatch, call):
    """A model whose first risk is settled after ten days, with one broken commit between."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    commit("2026-01-01", MODEL)
    first = json.loads(call("risks", "--json").out)["risks"][0]
    commit("2026-01-05", MODEL + "broken: [\n")
    commit("2026-01-11", MODEL + ACCEPTED.format(first["id"]))
    return first


def history(call, *more):
    return json.loads(call("history", "--json", "--today", "2026-01-21", *more).out)


def test_risks_are_followed_from_day_to_day(grown, call):
    made = history(call)
    assert [point["on"] for point in made["points"]] == ["2026-01-01", "2026-01-11", "2026-01-21"]
    first, second, now = made["points"]
    assert set(first["open"]) - set(second["open"]) == {grown["id"]}
    assert now["commit"] == "now"
    assert now["counts"] == second["counts"]
    assert [item["on"] for item in made["unread"]] == ["2026-01-05"]
    severity = grown["rating"]["severity"]
    treated = {item["severity"]: item for item in made["treatment"]}
    assert treated[severity]["treated"] == 1
    assert treated[severity]["median_days"] == 10
    assert max(item["oldest_days"] for item in made["treatment"]) == 20
    lost = first["weight"] - now["weight"]
    assert made["burned_per_week"] == round(lost * 7 / 20, 2)


def test_what_came_before_is_told(grown, call):
    made = history(call, "--last", "1")
    assert [point["on"] for point in made["points"]] == ["2026-01-11", "2026-01-21"]
    assert made["earlier"] == 1


def test_words_and_a_plot(grown, call):
    printed = call("history", "--today", "2026-01-21")
    assert "Time to treat" in printed.out
    assert "less a week" in printed.out
    assert "could not be judged" in printed.err
    commit("2026-01-12", MODEL.replace("name: Shop", 'name: "<b>&"'))
    call("history", "-o", "plot.svg", "--today", "2026-01-21")
    root = ET.fromstring(Path("plot.svg").read_text(encoding="utf-8"))  # noqa: S314  (our own output)
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Open risks of <b>&"
    assert root.findall("{http://www.w3.org/2000/svg}polygon")
    assert "svg" in call("history", "-o", "plot.txt", code=2).err


def test_the_same_history_gives_the_same_plot(grown, call):
    for name in ("one.svg", "two.svg"):
        call("history", "-o", name, "--today", "2026-01-21")
    assert Path("one.svg").read_bytes() == Path("two.svg").read_bytes()


def test_without_git_or_commits(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    Path("threatmodel.yaml").write_text(MODEL, encoding="utf-8")
    assert "not in a git repository" in call("history", code=2).err
    git("init", "-q", "-b", "main")
    assert call("history", code=2).err


def test_a_report_shows_risk_over_time_where_it_is_asked_to(grown, call):
    call("report", "-o", "plain.md", "-o", "plain.html", "--today", "2026-01-21")
    assert "Risk over time" not in Path("plain.md").read_text("utf-8")
    assert 'id="history"' not in Path("plain.html").read_text("utf-8")
    call("report", "--history", "-o", "r.md", "-o", "r.html", "-o", "r.json", "--today", "2026-01-21")
    told = Path("r.md").read_text("utf-8").partition("## Risk over time")[2].partition("\n## ")[0]
    assert r"| 2026\-01\-11 |" in told
    assert f"| {grown['rating']['severity']} | 1 | 10 |" in told
    assert "<title>Open risks of" in Path("r.html").read_text("utf-8")
    kept = json.loads(Path("r.json").read_text("utf-8"))["report"]["history"]
    assert [point["on"] for point in kept["points"]] == ["2026-01-01", "2026-01-11", "2026-01-21"]
    assert "law" in call("report", "--history", "--compliance", "gdpr", code=2).err
