"""`mantlet diff` between files, revisions and branches of a real git repository."""

import json
import os
import subprocess
from pathlib import Path

import pytest

MODEL = """\
mantlet: 1
system: {name: Shop}
data:
  people: {personal: [name, email], classification: confidential}
elements:
  who: {type: user}
  api: {type: inference-service}
flows:
  ask: {from: who, to: api, data: [people], facts: {protocol: https}}
"""
WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ana"), ("EMAIL", "ana@example.org"))
}


def git(*arguments, cwd="."):
    done = subprocess.run(
        ["git", *arguments],
        cwd=cwd,
        env={**os.environ, **WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    Path("threatmodel.yaml").write_text(MODEL, encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return tmp_path


def edit(old, new, name="threatmodel.yaml"):
    path = Path(name)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_file_at_hand_against_a_branch(repo, call):
    assert "no difference" in call("diff", "main").out
    edit("protocol: https", "protocol: http")
    document = json.loads(call("diff", "main", "--json").out)
    assert document["system"][0]["fields"] == [{"path": "facts.protocol", "before": "https", "after": "http"}]
    assert {"appeared", "reopened"} & {item["change"] for item in document["threats"]}
    assert not document["empty"]


def test_two_revisions_and_a_path_in_one(repo, call):
    edit("api: {type: inference-service}", "api: {type: inference-service}\n  log: {type: log-store}")
    git("commit", "-q", "-a", "-m", "second")
    git("mv", "threatmodel.yaml", "moved.yaml")
    git("commit", "-q", "-m", "third")
    out = call("diff", "HEAD~2", "HEAD~1", "--model", "threatmodel.yaml").out
    assert "elements.log" in out
    assert "elements.log" in call("diff", "HEAD:moved.yaml", "HEAD~2:threatmodel.yaml").out
    assert "no 'threatmodel.yaml'" in call("diff", "HEAD:threatmodel.yaml", "HEAD:moved.yaml", code=2).err


def test_from_a_folder_below_and_with_what_the_model_includes(repo, call, monkeypatch):
    Path("team/shared").mkdir(parents=True)
    Path("team/shared/log.yaml").write_text("mantlet: 1\nelements: {store: {type: log-store}}\n")
    Path("team/threatmodel.yaml").write_text(MODEL + "include: [{path: shared/log.yaml, as: logs}]\n")
    git("add", ".")
    git("commit", "-q", "-m", "with a shared part")
    Path("team/shared/log.yaml").write_text("mantlet: 1\nelements: {other: {type: log-store}}\n")
    monkeypatch.chdir("team")
    out = call("diff", "HEAD").out
    assert "elements.logs/store" in out
    assert "elements.logs/other" in out


def test_a_page_with_the_drawing(repo, call):
    edit("who: {type: user}", 'who: {type: user, name: "<script>alert(1)</script>"}')
    edit("api: {type: inference-service}", "api: {type: inference-service}\n  log: {type: log-store}")
    call("diff", "main", "-o", "changes.html")
    page = Path("changes.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "elements.log" in page
    assert "<script" not in page
    assert "json" in call("diff", "main", "-o", "changes.txt", code=2).err


@pytest.mark.parametrize(
    "name",
    ["--upload-pack=touch pwned", "-x", "main;touch pwned", "$(touch pwned)", "nothing", ":", "a\nb", ""],
)
def test_hostile_names_are_names(repo, call, name):
    assert call("diff", "--", name, code=2).err
    assert not Path("pwned").exists()


def test_a_repository_cannot_start_programs(repo, call):
    """Settings of a repository that name programs are not followed."""
    script = Path("run.sh")
    script.write_text("#!/bin/sh\ntouch pwned\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "gpg.program"):
        git("config", key, str(script.resolve()))
    git("config", "log.showSignature", "true")
    git("config", "core.hooksPath", str(Path.cwd()))
    assert "no difference" in call("diff", "main").out
    assert not Path("pwned").exists()


def test_a_link_in_a_revision_is_not_followed(repo, call):
    Path("link.yaml").symlink_to("/etc/passwd")
    git("add", ".")
    git("commit", "-q", "-m", "a link")
    assert "no 'link.yaml'" in call("diff", "HEAD:link.yaml", code=2).err


def test_mistakes_are_told_with_the_revision(repo, call):
    edit("type: inference-service", "type: infrence-service")
    git("commit", "-q", "-a", "-m", "broken")
    err = call("diff", "HEAD", "HEAD~1", code=2).err
    assert "HEAD:threatmodel.yaml:7:" in err


def test_outside_a_repository(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    Path("threatmodel.yaml").write_text(MODEL, encoding="utf-8")
    assert "not in a git repository" in call("diff", "main", code=2).err
