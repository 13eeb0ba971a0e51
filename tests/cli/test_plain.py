"""Commands that are answered without the command line's libraries print what these print."""

import subprocess
import sys

import pytest

from mantlet.cli.plain import answered
from mantlet.project.api import DEFAULT_FILE

MODEL = """mantlet: 1
elements: {u: {type: user, in: [net]}, s: {type: inference-service, in: [vpc]}}
boundaries: {net: {type: network}, vpc: {type: network}}
flows: {ask: {from: u, to: s}}
"""


def run(*arguments):
    program = "import sys; from mantlet.__main__ import main; main()"
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, check=False)


@pytest.mark.parametrize("words", [("threats", "--json"), ("risks", "--json"), ("risks", "--summary")])
def test_both_ways_print_the_same(tmp_path, words):
    (tmp_path / DEFAULT_FILE).write_text(MODEL)
    command, flag = words
    plain = run(command, str(tmp_path), flag)
    whole = run(command, flag, str(tmp_path))
    assert plain.returncode == whole.returncode == 0
    assert plain.stdout == whole.stdout != b""


def test_mistakes_look_the_same(tmp_path):
    plain, whole = run("risks", str(tmp_path), "--json"), run("risks", "--json", str(tmp_path))
    assert plain.returncode == whole.returncode == 2
    assert plain.stderr == whole.stderr
    assert b"there is no threatmodel.yaml here" in plain.stderr


@pytest.mark.parametrize(
    "arguments",
    [[], ["threats"], ["threats", "m.json"], ["threats", "--json", "--json"], ["report", "m.json", "--json"]],
)
def test_anything_else_is_left_alone(arguments):
    assert not answered(arguments)


def test_the_command_line_is_not_imported(tmp_path):
    path = tmp_path / "m.json"
    path.write_text('{"mantlet": 1, "elements": {"u": {"type": "user"}, "s": {"type": "inference-service"}}}')
    program = (
        "import sys; from mantlet.cli.plain import answered; answered(sys.argv[1:]);"
        "heavy = {'typer', 'rich', 'yaml', 'lark', 'jinja2', 'numpy.ma', 'importlib.metadata', 'mantlet.store.document'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "threats", str(path), "--json"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
