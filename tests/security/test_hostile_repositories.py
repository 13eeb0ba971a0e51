"""Repositories that mean harm: whatever their settings say, reading their history starts nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mantlet.base.errors import MantletError
from mantlet.project.vcs import git as vcs
from mantlet.project.vcs.history import history
from mantlet.project.vcs.revisions import revisions
from mantlet.project.vcs.versions import open_revision
from mantlet.scanners.hardening import others
from mantlet.scanners.interface import Request
from mantlet.web.server import served_file

MODEL = "mantlet: 1\nelements:\n  api: {type: inference-service}\n"


def git(folder: Path, *words: str, stdin: bytes = b"") -> str:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    done = subprocess.run(
        ["git", *settings, *words], cwd=folder, check=True, capture_output=True, input=stdin
    )
    return done.stdout.decode().strip()


@pytest.fixture
def model(tmp_path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    path = folder / "threatmodel.yaml"
    path.write_text(MODEL)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    path.write_text(MODEL + "  app: {type: user}\n")
    git(folder, "commit", "-qam", "two")
    return path


def trap(tmp_path: Path) -> tuple[Path, Path]:
    """Return a program, and the file that it leaves when it is started."""
    sprung, program = tmp_path / "sprung", tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {sprung}\n")
    program.chmod(0o755)
    return program, sprung


def lose(folder: Path, name: str) -> None:
    """Take an object out of a repository."""
    path = folder / ".git" / "objects" / name[:2] / name[2:]
    path.chmod(path.stat().st_mode | stat.S_IWUSR)
    path.unlink()


def read_all(model: Path) -> None:
    revisions(model)
    for what in (lambda: open_revision("HEAD~1", model), lambda: history(model)):
        try:
            what()
        except MantletError:
            continue


def test_settings_of_a_repository_start_no_program(tmp_path, model):
    program, sprung = trap(tmp_path)
    folder = model.parent
    for name in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "core.alternateRefsCommand", "gpg.program", "diff.external",
        "diff.x.textconv", "diff.x.command", "filter.x.smudge", "filter.x.clean", "filter.x.process", "alias.log",
        "alias.rev-parse", "pager.log", "core.editor", "core.askPass", "credential.helper",
    ):  # fmt: skip
        git(folder, "config", name, str(program))
    git(folder, "config", "log.showSignature", "true")
    (folder / ".git" / "info" / "attributes").write_text("* diff=x filter=x\n")
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (folder / ".git" / "hooks" / hook).symlink_to(program)
    read_all(model)
    assert not sprung.exists()


def test_settings_of_a_repository_have_no_pipe_read(model, monkeypatch):
    monkeypatch.setattr(vcs, "SECONDS", 5)
    pipe = model.parent / ".git" / "pipe"
    os.mkfifo(pipe)
    for name in ("diff.orderFile", "mailmap.file", "core.excludesFile"):
        git(model.parent, "config", name, str(pipe))
    assert len(revisions(model).commits) == 2
    assert len(history(model).points) == 3


@pytest.mark.parametrize("lost", ["HEAD~1:threatmodel.yaml", "HEAD~1^{tree}"])
@pytest.mark.parametrize("helps", [True, False], ids=["new git", "git that knows no GIT_NO_LAZY_FETCH"])
def test_what_a_repository_lacks_is_fetched_by_no_program_that_it_names(
    tmp_path, model, monkeypatch, lost, helps
):
    program, sprung = trap(tmp_path)
    folder = model.parent
    lose(folder, git(folder, "rev-parse", lost))
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{program}",
        "protocol.ext.allow": "always",
    }.items():
        git(folder, "config", name, value)
    if not helps:
        start = subprocess.run

        def older(command, **options):
            options["env"].pop("GIT_NO_LAZY_FETCH", None)
            return start(command, **options)

        monkeypatch.setattr(vcs.subprocess, "run", older)
    with pytest.raises(MantletError):
        open_revision("HEAD~1", model)
    assert not sprung.exists()


@pytest.mark.parametrize("when", ["99999999999999", "18446744073709551615", "-1", "4102444800000"])
def test_days_that_no_calendar_has(model, when):
    folder = model.parent
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    parent = git(folder, "rev-parse", "HEAD~1")
    text = f"tree {tree}\nparent {parent}\nauthor a <a> {when} +0000\ncommitter a <a> {when} +0000\n\nx\n"
    made = git(folder, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text.encode())
    git(folder, "update-ref", "HEAD", made)
    read_all(model)
    assert revisions(model).git


def test_settings_for_checkov_that_a_project_brings_are_not_followed(tmp_path, monkeypatch):
    program, sprung = trap(tmp_path)
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.setattr(others, "find", lambda name: str(program) if name == "checkov" else "")
    others.others(Request(root, []), [])
    assert sprung.exists()
    sprung.unlink()
    (root / ".checkov.yaml").write_text("external-checks-dir: [checks]\n")
    (result,) = others.others(Request(root, []), [])
    assert "not run" in result.not_looked[0].why
    assert not sprung.exists()


def test_a_project_brings_no_modules(tmp_path):
    _, sprung = trap(tmp_path)
    root = tmp_path / "project"
    root.mkdir()
    (root / "threatmodel.yaml").write_text(MODEL)
    for name in ("msgspec", "yaml", "typer", "numpy", "keyring", "typst"):
        (root / f"{name}.py").write_text(f"open({str(sprung)!r}, 'w').close()\n")
    command = [sys.executable, "-m", "mantlet", "risks"]
    assert subprocess.run(command, cwd=root, check=False, capture_output=True).returncode in {0, 1}
    assert not sprung.exists()


def test_a_link_in_a_folder_that_leads_out_of_it_is_not_served(tmp_path):
    outside, root = tmp_path / "mine.yaml", tmp_path / "project"
    outside.write_text(MODEL)
    root.mkdir()
    link = root / "threatmodel.yaml"
    link.symlink_to(outside)
    with pytest.raises(MantletError, match="outside the project"):
        served_file(root)
    assert served_file(link) == link
    link.unlink()
    link.symlink_to(tmp_path / "new.yaml")
    with pytest.raises(MantletError, match="outside the project"):
        served_file(root)
