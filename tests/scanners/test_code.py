"""Code and notebooks under real scanners: findings at the right cell, and nothing clean that nobody looked at."""

from __future__ import annotations

import json
import shutil

import pytest

from mantlet.findings import keeping
from mantlet.findings.finding import CheckState
from mantlet.scanners import code, notebooks, process, workflows
from mantlet.scanners.cache import Cache
from mantlet.scanners.interface import Request, list_files
from mantlet.scanners.process import package_version

BANDIT = pytest.mark.skipif(not package_version("bandit"), reason="bandit isn't installed")
RUFF = pytest.mark.skipif(not process.find("ruff"), reason="ruff isn't installed")
ZIZMOR = pytest.mark.skipif(not process.find("zizmor"), reason="zizmor isn't installed")
CODE = (
    "import pickle\n\ndef load(path):\n    with open(path, 'rb') as file:\n        return pickle.load(file)\n"
)


def request(folder, **changes):
    return Request(folder, list_files(folder), cache=Cache(enabled=False), **changes)


def notebook(*cells, language="python", **extra):
    made = [
        {
            "cell_type": "markdown" if text.startswith("#!md") else "code",
            "source": text.splitlines(keepends=True),
            "outputs": [],
        }
        for text in cells
    ]
    return json.dumps(
        {"cells": made, "metadata": {"kernelspec": {"language": language}}, "nbformat": 4, **extra}
    )


@BANDIT
def test_the_same_code_in_a_notebook_has_the_same_findings_at_its_cell(tmp_path):
    (tmp_path / "a.py").write_text(CODE)
    (tmp_path / "b.ipynb").write_text(
        notebook(
            "#!md text",
            "%matplotlib inline\nimport pickle\n",
            "!pip install x\nfiles = !ls\n" + CODE[14:],
            "%%bash\nrm -rf /\n",
        )
    )
    result = code.run(request(tmp_path))[0]
    found = {(item.spot.path, item.rule): item.spot for item in result.findings}
    assert {rule for path, rule in found if path == "a.py"} == {
        rule for path, rule in found if path == "b.ipynb"
    }
    load = found["b.ipynb", "B301"]
    assert (load.cell, load.line) == (3, 6)
    assert (found["b.ipynb", "B403"].cell, found["b.ipynb", "B403"].line) == (2, 2)
    assert str(load) == "b.ipynb cell 3:6"
    assert result.looked == ["a.py", "b.ipynb"]


@BANDIT
def test_cells_that_are_no_python_are_not_looked_at(tmp_path):
    (tmp_path / "a.ipynb").write_text(notebook("x = 1\n", "this is no python\n"))
    (tmp_path / "b.ipynb").write_text(notebook("x <- 1\n", language="R"))
    (tmp_path / "c.ipynb").write_text("{")
    result = code.run(request(tmp_path))[0]
    assert result.state is CheckState.INCOMPLETE
    assert {(str(item.spot), item.why.partition(":")[0]) for item in result.not_looked} == {
        ("a.ipynb cell 2", "it is no Python"),
        ("b.ipynb", "its language is r"),
        ("c.ipynb", "it is no JSON"),
    }
    assert result.looked == []


@BANDIT
def test_asserts_in_tests_do_not_drown_the_rest(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text("assert 1\nassert 2\nexec('x')\n")
    (tmp_path / "a.py").write_text("assert 1\n")
    result = code.run(request(tmp_path))[0]
    assert sorted((item.spot.path, item.rule) for item in result.findings) == [
        ("a.py", "B101"),
        ("tests/test_a.py", "B102"),
    ]
    assert result.notes == ["2 asserts in tests are left out: there they are no risk"]


@BANDIT
@RUFF
def test_what_two_tools_say_is_said_once(tmp_path):
    (tmp_path / "a.py").write_text("exec('x')\n")
    first, second = code.run(request(tmp_path))
    assert [item.rule for item in first.findings] == ["B102"]
    assert (second.findings, second.repeated, second.state) == ([], 1, CheckState.FINDINGS)


@BANDIT
def test_unchanged_files_are_not_looked_at_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "p").mkdir()
    (tmp_path / "p/a.py").write_text("exec('x')\n")
    first = code.run(Request(tmp_path / "p", ["a.py"]))[0]
    monkeypatch.setattr("mantlet.scanners.bandit._bandit", lambda *_: pytest.fail("it was run again"))
    again = code.run(Request(tmp_path / "p", ["a.py"]))[0]
    assert [item.fingerprint for item in again.findings] == [item.fingerprint for item in first.findings]


def test_a_project_configures_no_scanner(tmp_path):
    (tmp_path / ".bandit").write_text("[bandit]\nskips: B102\n")
    (tmp_path / "pyproject.toml").write_text(
        "[tool.bandit]\nskips = ['B102']\n[tool.ruff]\nexclude = ['*']\n"
    )
    (tmp_path / "bandit.py").write_text("raise SystemExit\n")
    (tmp_path / "a.py").write_text("exec('x')\n")
    if package_version("bandit"):
        assert "B102" in {item.rule for item in code.run(request(tmp_path))[0].findings}


def test_a_missing_tool_says_how_to_get_it(tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text("exec('x')\n")
    monkeypatch.setattr("mantlet.scanners.bandit.package_version", lambda _: "")
    monkeypatch.setattr("mantlet.scanners.bandit.find", lambda _: "")
    result = code.run(request(tmp_path))[0]
    assert (result.state, result.mend) == (CheckState.TOOL_MISSING, "pip install 'mantlet[scan]'")


def test_no_code_is_skipped_not_clean(tmp_path):
    assert code.run(request(tmp_path))[0].state is CheckState.SKIPPED


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%time x = 1\ny\n", ["pass", "y"]),
        ("if a:\n    %run b\n", ["if a:", "    pass"]),
        ("df.head?\nx\n", ["pass", "x"]),
        ("a, b = !ls\n", ["a, b = None"]),
        ("%%time\nx = 1\n", ["pass", "x = 1"]),
        ("x = 5 % 3\ny = not a != b\n", ["x = 5 % 3", "y = not a != b"]),
    ],
)
def test_magics_are_made_harmless_line_by_line(tmp_path, source, expected):
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(source))
    made = notebooks.read(path)
    assert made.text.splitlines() == expected
    assert made.lines == [(1, line) for line in range(1, len(expected) + 1)]


def test_notebooks_of_the_old_form(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(
        json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}], "nbformat": 3})
    )
    assert notebooks.read(path).text == "x = 1\n"


@ZIZMOR
def test_workflows(tmp_path):
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(
        "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: echo ${{ github.event.pull_request.title }}\n"
    )
    (result,) = workflows.run(request(tmp_path))
    found = {item.rule: item.spot for item in result.findings}
    assert {"dangerous-triggers", "template-injection"} <= set(found)
    assert (found["template-injection"].path, found["template-injection"].line) == (
        ".github/workflows/a.yml",
        6,
    )


def test_programs_are_not_taken_from_the_project(tmp_path, monkeypatch):
    fake = tmp_path / "zizmor-of-nobody"
    fake.write_text("#!/bin/sh\n")
    fake.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".:{shutil.os.environ['PATH']}")
    assert process.find("zizmor-of-nobody") == ""


@BANDIT
def test_what_is_secret_in_the_code_is_not_kept(tmp_path):
    (tmp_path / "a.py").write_text(
        "import requests\n"
        "password = 'correct-horse'\n"
        "def login(password='correct-horse'):\n"
        "    requests.get('https://a.example', auth=('me', 'correct-horse'), verify=False)\n"
        "login(password='correct-horse')\n"
    )
    results = code.run(request(tmp_path))
    assert {"B105", "B106", "B107", "B501"} <= {item.rule for result in results for item in result.findings}
    keeping.save(tmp_path, results)
    kept = "".join(path.read_text() for path in (tmp_path / ".mantlet/evidence").iterdir())
    assert "correct-horse" not in kept


@BANDIT
def test_a_file_on_which_bandit_breaks_hides_no_other(tmp_path):
    (tmp_path / "a.py").write_text("password = 'a\\ud800b'\n")
    for name in "bcd":
        (tmp_path / f"{name}.py").write_text("eval(input())\n")
    [result, *_] = code.run(request(tmp_path))
    assert {item.spot.path for item in result.findings} == {"b.py", "c.py", "d.py"}
    assert [item.spot.path for item in result.not_looked] == ["a.py"]
    assert keeping.save(tmp_path, [result])
