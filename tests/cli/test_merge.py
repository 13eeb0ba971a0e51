"""`mantlet merge` as git runs it, on branches of a real repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mantlet.base.errors import InputError
from mantlet.project.vcs.merging import merge_files
from mantlet.store.document import Document

MODEL = """\
mantlet: 1
system: {name: Shop}   # the shop
elements:
  # people
  who: {type: user}
  api: {type: inference-service}   # answers
flows:
  ask: {from: who, to: api, facts: {protocol: https}}
decisions:
  FLOW-CUT@ask: {treatment: transfer, reason: theirs to keep up}
"""
WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ana"), ("EMAIL", "ana@example.org"))
}


def git(*arguments, code=0):
    done = subprocess.run(
        ["git", *arguments],
        env={**os.environ, **WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    git("config", "merge.mantlet.name", "threat models, by element")
    git("config", "merge.mantlet.driver", f'"{sys.executable}" -m mantlet merge %O %A %B --path %P')
    Path(".gitattributes").write_text("threatmodel.yaml merge=mantlet\n*.layout.json merge=mantlet\n")
    Path("threatmodel.yaml").write_text(MODEL, encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return tmp_path


def change(*edits):
    path = Path("threatmodel.yaml")
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    git("commit", "-q", "-a", "-m", "edit")


def two_sides(ours, theirs):
    git("checkout", "-q", "-b", "topic")
    change(*theirs)
    git("checkout", "-q", "main")
    change(*ours)


def test_lines_that_clash_for_git_are_no_conflict(repo):
    two_sides(
        [
            ("{type: inference-service}", "{type: inference-service, name: Scoring}"),
            ("# answers", "# answers fast"),
        ],
        [("{type: inference-service}", "{type: inference-service, facts: {logged: yes}}")],
    )
    git("merge", "-q", "--no-edit", "topic")
    text = Path("threatmodel.yaml").read_text(encoding="utf-8")
    raw = Document(text).raw
    assert raw["elements"]["api"] == {
        "type": "inference-service",
        "name": "Scoring",
        "facts": {"logged": "yes"},
    }
    assert "# answers fast" in text
    assert "# people" in text


def test_new_decisions_of_both_sides_come_in(repo):
    first = ("decisions:\n", "decisions:\n  LOGGING-MISSING@api: {treatment: not-applicable, reason: ours}\n")
    second = (
        "decisions:\n",
        "decisions:\n  RECEIPT-DENIED@ask: {treatment: not-applicable, reason: theirs}\n",
    )
    two_sides([first], [second])
    git("merge", "-q", "--no-edit", "topic")
    decisions = Document(Path("threatmodel.yaml").read_text(encoding="utf-8")).raw["decisions"]
    assert set(decisions) == {"FLOW-CUT@ask", "LOGGING-MISSING@api", "RECEIPT-DENIED@ask"}


def test_two_judgements_stop_the_merge_and_both_stand_there(repo):
    two_sides(
        [
            (
                "treatment: transfer, reason: theirs to keep up",
                "treatment: not-applicable, reason: it may go down",
            )
        ],
        [("theirs to keep up", "by contract")],
    )
    out = git("merge", "-q", "--no-edit", "topic", code=1)
    assert "decisions.FLOW-CUT@ask: changed here and there, differently" in out
    text = Path("threatmodel.yaml").read_text(encoding="utf-8")
    assert "it may go down" in text
    assert "by contract" in text
    assert "<<<<<<< ours" in text
    assert "threatmodel.yaml" in git("diff", "--name-only", "--diff-filter=U")


def test_a_removal_against_a_change_stops_it_too(repo):
    two_sides(
        [("  FLOW-CUT@ask: {treatment: transfer, reason: theirs to keep up}\n", ""), ("decisions:\n", "")],
        [("theirs to keep up", "by contract")],
    )
    git("merge", "-q", "--no-edit", "topic", code=1)
    assert "by contract" in Path("threatmodel.yaml").read_text(encoding="utf-8")


def test_what_does_not_read_is_merged_line_by_line(repo):
    two_sides([("# people", "# people: here")], [("system: {name: Shop}", "system: {name: Shop")])
    out = git("merge", "-q", "--no-edit", "topic")
    assert "merged line by line" in out
    text = Path("threatmodel.yaml").read_text(encoding="utf-8")
    assert "# people: here" in text
    assert "{name: Shop " in text


def test_positions_that_both_moved(repo):
    layout = Path("threatmodel.layout.json")
    layout.write_text('{"layout": 1, "elements": {"who": {"x": 1, "y": 1}, "api": {"x": 5, "y": 1}}}\n')
    git("add", ".")
    git("commit", "-q", "-m", "layout")
    git("checkout", "-q", "-b", "topic")
    layout.write_text('{"layout": 1, "elements": {"who": {"x": 3, "y": 1}, "api": {"x": 9, "y": 1}}}\n')
    git("commit", "-q", "-a", "-m", "theirs")
    git("checkout", "-q", "main")
    layout.write_text('{"layout": 1, "elements": {"who": {"x": 2, "y": 1}, "api": {"x": 5, "y": 1}}}\n')
    git("commit", "-q", "-a", "-m", "ours")
    git("merge", "-q", "--no-edit", "topic")
    text = layout.read_text(encoding="utf-8")
    assert '"x": 2' in text
    assert '"x": 9' in text


def test_both_sides_bring_the_file(repo, call):
    for name, text in (("base", ""), ("ours", MODEL), ("theirs", MODEL.replace("who", "bob"))):
        Path(name).write_text(text, encoding="utf-8")
    call("merge", "base", "ours", "theirs", "-o", "out.yaml", code=1)
    assert Path("ours").read_text(encoding="utf-8") == MODEL
    assert "bob" in Path("out.yaml").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_what_is_no_file_is_refused_at_once(tmp_path):
    sound, pipe, out = tmp_path / "a.yaml", tmp_path / "pipe", tmp_path / "out.yaml"
    sound.write_text(MODEL)
    os.mkfifo(pipe)
    for strange in (pipe, tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="no such file"):
            merge_files(strange, sound, sound, out)
    assert not out.exists()
