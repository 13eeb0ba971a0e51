"""Programs in languages that are not read are told of, once for each language."""

from __future__ import annotations

from pathlib import Path

from mantlet.discovery.link.unread import unread
from mantlet.discovery.run import discover


def test_each_language_is_told_once_with_its_files_counted():
    found = unread(["b/train.R", "a/prep.r", "Main.java", "app.py", "README.md", "Snakefile"])
    assert [(str(item.at), item.what) for item in found] == [
        ("Main.java", "programs in Java are not read (1 file)"),
        ("a/prep.r", "programs in R are not read (2 files)"),
        ("Snakefile", "programs in Snakemake are not read (1 file)"),
    ]


def test_a_repository_in_another_language_does_not_pass_in_silence(tmp_path: Path):
    (tmp_path / "server.go").write_text("package main\n")
    draft = discover(tmp_path, cached=False)
    assert [item.what for item in draft.not_understood] == ["programs in Go are not read (1 file)"]
