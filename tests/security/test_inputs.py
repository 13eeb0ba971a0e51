"""Bad input gets one clear set of messages and exit code 2: never a traceback, never a partial write, never a long wait."""

import json
import re
from pathlib import Path

import pytest

from mantlet import analyse, load
from mantlet.base.errors import MantletError
from tests.security.hostile import COMMANDS, FILES

MESSAGE = re.compile(r"(m\.yaml(:\d+:\d+)?: |here are the first |    |  → )")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder):
    return sorted(
        (str(path.relative_to(folder)), path.is_file() and path.read_bytes()) for path in folder.rglob("*")
    )


@pytest.mark.parametrize("name", FILES)
def test_every_command_says_what_is_wrong_and_where(folder, call, name):
    data, what, place = FILES[name]
    Path("m.yaml").write_bytes(data)
    before = contents(folder)
    said = set()
    for command in COMMANDS.values():
        heard = call(*command, code=2)
        assert heard.out == ""
        said.add(heard.err)
    assert contents(folder) == before
    assert len(said) == 1, "all commands say the same"
    (message,) = said
    assert what in message
    assert message.startswith(f"m.yaml:{place}: " if place else "m.yaml: ")
    assert all(MESSAGE.match(line) for line in message.splitlines())
    assert max(map(len, message.splitlines())) < 2000


@pytest.mark.parametrize("name", FILES)
def test_programs_get_it_as_json(folder, call, name):
    data, what, place = FILES[name]
    Path("m.yaml").write_bytes(data)
    answer = json.loads(call("validate", "m.yaml", "--json", code=2).out)
    assert answer["valid"] is False
    first = answer["errors"][0]
    assert what in first["what"]
    assert first["file"] == "m.yaml"
    assert place in ("", f"{first['line']}:{first['column']}")


@pytest.mark.parametrize("name", FILES)
def test_python_raises_the_same(folder, call, name):
    Path("m.yaml").write_bytes(FILES[name][0])
    message = call("risks", "m.yaml", code=2).err
    for face in (load, analyse):
        with pytest.raises(MantletError) as caught:
            face("m.yaml")
        shown = "".join(char if char.isprintable() or char == "\n" else "·" for char in str(caught.value))
        assert shown + "\n" == message


def test_a_file_larger_than_any_is_not_read(folder, call):
    for name, size in (("m.yaml", 100 * 2**20), ("m.json", 600 * 2**20)):
        with Path(name).open("wb") as file:
            if name == "m.json":
                file.write(b"{")
            file.truncate(size)
        assert "MiB; mantlet reads at most" in call("risks", name, code=2).err
        assert "MiB; mantlet reads at most" in call("risks", name, "--json", code=2).err


def test_a_hundred_of_many_mistakes_are_shown_soon(folder, call):
    elements = {f"e{row}": {"type": f"nope{row}", "facts": {"oops": "yes"}} for row in range(10_000)}
    Path("m.yaml").write_text(json.dumps({"elements": elements}), encoding="utf-8")
    message = call("validate", "m.yaml", code=2).err
    assert message.startswith("here are the first 100 of 20,000 errors\n")
    assert message.count("m.yaml:1:") == 100


def test_a_name_cannot_pose_as_another_message(folder, call):
    Path("m.yaml").write_text(
        json.dumps({"elements": {"a": {"type": "x\nother.yaml:1:1: all is lost\u2028\r!"}}}), encoding="utf-8"
    )
    message = call("validate", "m.yaml", code=2).err
    assert "'x·other.yaml:1:1: all is lost··!'" in message
    assert len(message.splitlines()) == 4


def test_odd_ids_are_only_ids(folder, call):
    ids = ["__proto__", "constructor", "__class__", "../../etc/passwd", "-o", "..", ".", "NUL", "con", "模型"]
    elements = {name: {"type": "process"} for name in ids}
    flows = {f"f{row}": {"from": ids[0], "to": name} for row, name in enumerate(ids[1:])}
    Path("m.yaml").write_text(json.dumps({"elements": elements, "flows": flows}), encoding="utf-8")
    for command in COMMANDS.values():
        if command[0] in {"validate", "risks", "threats", "diagram", "report"}:
            call(*command)
    call("report", "m.yaml", "-o", "out.html", "-o", "out.md", "-o", "out.xlsx", "-o", "out.json")
    names = {path.name for path in folder.iterdir()}
    assert names == {"m.yaml", "out.svg", "out.html", "out.csv", "out.md", "out.xlsx", "out.json"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"x": 1}', ""),
        ('{"layout": 2}', "m.layout.json:1:12: unknown version the number 2"),
        ('{"elements": []}', "m.layout.json:1:14: expected a mapping, found a list"),
        ('{"elements": {"a": {"x": "1"}}}', "expected a number of points"),
        ('{"elements": {"a": {"x": 1e300, "y": -1e300}}}', "expected a number of points"),
        ('{"elements": {"a": {"x": NaN}}}', "NaN is no number"),
        ('{"flows": {"f": {"waypoints": [[1]]}}}', "expected [x, y]"),
        ('{"flows": {"f": {"waypoints": [[0, 0], [1e7, 1e7]], "label": [0, 1e7]}}}', ""),
        ('{"elements": {"a": {"x": 0, "y": 0, "width": 0, "height": 0}, "gone": {"x": 1, "y": 1}}}', ""),
        ("[" * 100_000, "nested deeper"),
        ("\x00", "m.layout.json:1:1"),
        ("", "m.layout.json:1:1"),
    ],
)
def test_a_layout_that_is_wrong(folder, call, text, what):
    Path("m.yaml").write_text(
        "elements: {a: {type: process}, b: {type: database}}\nflows: {f: {from: a, to: b}}\n",
        encoding="utf-8",
    )
    Path("m.layout.json").write_text(text, encoding="utf-8")
    message = call("diagram", "m.yaml", "-o", "out.svg", code=2 if what else 0).err
    assert what in message
    assert Path("out.svg").exists() is not bool(what)
