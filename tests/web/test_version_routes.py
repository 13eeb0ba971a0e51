"""Earlier versions through the API: only what git knows of the model at hand, compared, drawn, and over time."""

from __future__ import annotations

import subprocess

import pytest

from tests.web.workbench import SMALL, bench, write


def git(folder, *words, when="2026-10-01T12:00:00Z"):
    settings = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "commit.gpgsign=false"]
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        **dates,
    }
    subprocess.run(["git", *settings, *words], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def told(tmp_path):
    """A workbench on a model with two commits and a change that is in neither."""
    folder = tmp_path / "repo" / "model"
    folder.mkdir(parents=True)
    (tmp_path / "repo" / "secret.yaml").write_text(SMALL.replace("Churn", "Secret"))
    path = write(folder)
    git(folder.parent, "init", "-q", "-b", "main")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "-q", "-m", "First <b>model</b>")
    git(folder.parent, "tag", "v1")
    path.write_text(SMALL.replace('rate_limited: "no"', 'rate_limited: "yes"'))
    git(folder.parent, "commit", "-q", "-am", "Limit rates", when="2026-11-01T12:00:00Z")
    path.write_text(path.read_text().replace("  store:", "  cache: {type: cache, in: [vpc]}\n  store:"))
    with bench(path) as opened:
        yield opened


def test_revisions_are_those_that_know_the_model(told):
    found = told.get("revisions")
    assert found["git"]
    assert [item["name"] for item in found["branches"]] == ["main"]
    assert [item["name"] for item in found["tags"]] == ["v1"]
    assert [item["subject"] for item in found["commits"]] == ["Limit rates", "First <b>model</b>"]
    assert found["commits"][0]["on"] == "2026-11-01"


def test_what_differs_from_a_revision_is_told_and_drawn(told):
    found = told.get("diff", against="v1")
    assert {(item["id"], item["change"]) for item in found["system"]} == {
        ("cache", "added"),
        ("api", "changed"),
    }
    assert found["threats"]
    assert set(found["summary"]) <= set(found["words"])
    assert found["before"] == "v1"
    later = told.get("diff", against="main")
    assert [item["id"] for item in later["system"]] == ["cache"]
    for theme in ("light", "dark", "auto"):
        answer = told.client.get("/api/diff/diagram", params={"against": "v1", "theme": theme})
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert "<svg" in answer.text
        assert "sandbox" in answer.headers["content-security-policy"]


def test_the_drawing_of_a_difference_has_things_where_people_put_them(told):
    def drawn():
        return told.client.get("/api/diff/diagram", params={"against": "v1", "theme": "light"}).text

    places = told.post("arrange", {})
    told.change(layout={"set": {"elements": places["elements"], "boundaries": places["boundaries"]}})
    before = drawn()
    moved = {**places["elements"]["app"], "y": places["elements"]["app"]["y"] + 400}
    told.change(layout={"set": {"elements": {"app": moved}}})
    assert drawn() != before


def test_a_difference_follows_edits(told):
    told.change({"op": "remove", "path": ["elements", "cache"]})
    assert told.get("diff", against="main")["empty"]


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "--output=x",
        "HEAD:secret.yaml",
        "../secret.yaml",
        "/etc/passwd",
        "a\x00b",
        "v1:model/threatmodel.yaml",
    ],
)
def test_only_revisions_are_opened_never_files(told, name):
    assert told.get("diff", 422, against=name)["error"]["message"]
    told.get("diff/diagram", 422, against=name)


def test_history_is_told_and_drawn(told):
    found = told.get("history", last=5)
    assert [point["on"] for point in found["points"]][:2] == ["2026-10-01", "2026-11-01"]
    assert found["points"][-1]["commit"] == "now"
    assert found == told.get("history", last=5)
    answer = told.client.get("/api/history/plot", params={"last": 5})
    assert answer.text.startswith("<svg")
    told.get("history", 422, last=0)
    assert "Risk over time" in told.client.get("/api/report", params={"history": "true"}).text


def test_without_a_repository_there_is_nothing_to_compare_with(work):
    assert work.get("revisions") == {"git": False, "branches": [], "tags": [], "commits": []}
    assert "repository" in work.get("diff", 422, against="main")["error"]["message"]
    assert "git" in work.get("history", 422)["error"]["message"]
