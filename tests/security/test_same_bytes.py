"""Same input, same bytes out: in every format, on every run, whatever the hash seed, zone, language or cache."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from mantlet.project.demo import list_examples, write_example
from tests.security.hostile import hostile_model

MAKE = """
import sys
from pathlib import Path
from mantlet.__main__ import run
target = Path(sys.argv[1])
target.mkdir()
outputs = [part for name in ("html", "md", "xlsx", "csv", "json", *PDF) for part in ("-o", str(target / f"{FILE}.{name}"))]
commands = [["report", FILE, *outputs]]
commands += [["diagram", FILE, "-o", str(target / f"{FILE}.{name}"), *more] for name, more in DIAGRAMS]
for line in commands:
    sys.argv = ["mantlet", *line]
    assert run() == 0, line
for number, line in enumerate([["risks", FILE, "--json"], ["risks", FILE, "--all"], ["risks", FILE], ["threats", FILE, "--json"], ["threats", FILE],
                               ["threats", FILE, "--considered", "--json"], ["ask", FILE, "--json"], ["schema"], ["catalogue", "list", "--json"]]):
    with open(target / f"{FILE}.out{number}", "w", encoding="utf-8") as sys.stdout:
        sys.argv = ["mantlet", *line]
        assert run() == 0, line
sys.stdout = sys.__stdout__
"""
DIAGRAMS = [(name, []) for name in ("svg", "png", "dot", "mmd", "puml")]
ELSEWHERE = {
    "PYTHONHASHSEED": "4242",
    "TZ": "Pacific/Auckland",
    "LANG": "tr_TR.UTF-8",
    "LC_ALL": "C.UTF-8",
    "COLUMNS": "47",
    "HOME": "/nonexistent",
}


def make(model, target, environment):
    try:
        import typst  # noqa: F401

        pdf = ("pdf",)
    except ImportError:
        pdf = ()
    program = f"FILE, PDF, DIAGRAMS = {model.name!r}, {pdf!r}, {DIAGRAMS!r}\n{MAKE}"
    done = subprocess.run(
        [sys.executable, "-c", program, str(target)],
        cwd=model.parent,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(target.iterdir())}


FIRST = "churn"
OTHERS = [item.id for item in list_examples() if item.id != FIRST]


@pytest.mark.parametrize(
    "example", ["hostile", FIRST, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)]
)
def test_two_processes_make_the_same_files(tmp_path, example):
    if example == "hostile":
        model = tmp_path / "m.json"
        model.write_text(json.dumps(hostile_model()), encoding="utf-8")
    else:
        model = write_example(example, tmp_path / "demo")
    one = make(model, tmp_path / "one", {"PYTHONHASHSEED": "0"})
    two = make(model, tmp_path / "two", {**ELSEWHERE, "XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert len(one) >= 18
    assert [name for name in one if one[name] != two[name]] == []
