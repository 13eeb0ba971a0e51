"""The documentation says what is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mantlet.catalogue.load import load_catalogue

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    missing = [
        target
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_generated_parts_are_fresh():
    done = subprocess.run(
        [sys.executable, ROOT / "tools/docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_in_the_catalogue_is_documented():
    catalogue = load_catalogue()
    listed = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
    words = (ROOT / "docs/file-format.md").read_text(encoding="utf-8")
    missing = [name for name in (*catalogue.threats, *catalogue.controls) if f"`{name}`" not in listed]
    missing += [name for name in catalogue.vocabulary.types if f"`{name}`" not in words]
    missing += [
        fact.id
        for fact in catalogue.vocabulary.facts.values()
        if not fact.derived and f"`{fact.id}`" not in words
    ]
    assert missing == []


def test_python_in_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102
    assert (tmp_path / "report.html").stat().st_size > 1000


@pytest.mark.parametrize("page", ["file-format.md"])
def test_models_in_the_docs_are_sound(page, tmp_path):
    from mantlet.project.api import load

    blocks = re.findall(
        r"```yaml\n(mantlet: 1.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL
    )
    assert blocks
    for block in blocks:
        (tmp_path / "threatmodel.yaml").write_text(block, encoding="utf-8")
        load(tmp_path / "threatmodel.yaml")


def test_the_rule_in_the_extension_page_works(tmp_path):
    blocks = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs/extend.md").read_text(encoding="utf-8"), re.DOTALL
    )
    for number, block in enumerate(blocks):
        (tmp_path / f"{number}.yaml").write_text(block, encoding="utf-8")
    assert "GOLDEN-IMAGE-STALE" in load_catalogue([tmp_path]).threats


def test_commands_in_the_docs_exist():
    manual = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^## mantlet (.+)$", manual, re.MULTILINE))
    for page in PAGES:
        fenced = "\n".join(
            re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        )
        for command in re.findall(r"^(?:\$ )?mantlet ([a-z]+(?: [a-z]+)?)", fenced, re.MULTILINE):
            assert command.split()[0] in known or command in known, (page.name, command)


def test_the_worked_rating_is_what_the_command_prints(capfd, monkeypatch):
    from mantlet.__main__ import run

    command, shown = re.search(
        r"\$ mantlet (rate [^\n]*)\n(.*?)```",
        (ROOT / "docs/rating.md").read_text(encoding="utf-8"),
        re.DOTALL,
    ).groups()
    monkeypatch.setattr(sys, "argv", ["mantlet", *command.split()])
    assert run() == 0
    assert [line.split() for line in capfd.readouterr().out.splitlines()] == [
        line.split() for line in shown.splitlines()
    ]
