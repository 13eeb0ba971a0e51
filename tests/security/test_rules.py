"""A project's own rules are a foreign repository's words: told what is wrong with them, limited, never run."""

import json
from pathlib import Path

import pytest

from mantlet import analyse
from mantlet.catalogue.folders import MAX_TOTAL

MODEL = """\
elements: {m: {type: model-artifact}, j: {type: training-job, name: "{system} {0} <b>"}}
flows: {load: {from: m, to: j}}
"""


def rule(title="Ours at {element}", applies="element is 'process'", **fields):
    """Return a rule file with one threat type, in JSON's subset of YAML."""
    threat = {
        "title": title, "text": "Ours.", "at": "element", "applies": applies, "stride": ["tampering"], "cia": ["integrity"], "agents": ["user"],
        "controls": ["rate-limiting"], **fields,
    }  # fmt: skip
    return json.dumps({"threats": {"OURS": threat}})


def types(entries):
    return "types:\n" + "".join(f"  {name}: {{is: {parent}, title: {name}}}\n" for name, parent in entries)


def ring(size):
    return types((f"t{row}", f"t{(row + 1) % size}") for row in range(size))


WRONG = {
    "no YAML": ("threats: [", "a value is expected here"),
    "not UTF-8": (b"threats: \xff", "not UTF-8"),
    "endless rule": (rule(applies=" or ".join(["element is 'process'"] * 2000)), "the rule has 47996 characters"),
    "deep rule": (rule(applies="(" * 60 + "yes" + ")" * 60), "nests deeper than 48"),
    "denied a hundred times": (rule(applies="not " * 100 + "yes"), "nests deeper than 48"),
    "rule as code": (rule(applies="__import__('os').system('id')"), "unexpected '__import__'"),
    "rule with a dunder": (rule(applies="element.__class__ is 'x'"), "unknown fact '__class__'"),
    "rule with NUL": (rule(applies="element\0is 'x'"), "unexpected character '·'"),
    "rule with an escape": (rule(applies="element is 'a\x1b[2J'"), "unknown element type 'a·[2J'"),
    "huge number": (rule(applies="element.callers < 1e999"), "too large a number"),
    "thousands of wrong values": (
        rule(applies=f"element.logged in ({','.join(f'{chr(39)}v{row}{chr(39)}' for row in range(2000))})"),
        "here are the first 100 of 2,000 errors",
    ),
    "title as a format": (rule(title="{element.__class__} {0!r:>1000000000}"), "{element.__class__} has no meaning"),
    "text as a template": (rule(text="{{7*7}}"), "{7*7} has no meaning"),
    "id that climbs": (rule().replace("OURS", "../../x"), "../../x: a threat type's id is upper-case"),
    "pack that steers": (json.dumps({"pack": "a\x1b[2Jb"}), "expected a pack's id, found 'a·[2Jb'"),
    "fact of nobody": (json.dumps({"controls": {"c": {"title": "c", "text": "c", "effort": "low", "sets": {"element.__class__": "x"}}}}), "unknown fact"),
    "lowers by no number": (
        json.dumps({"controls": {"c": {"title": "c", "text": "c", "effort": "low", "lowers": {"EE": "nan"}}}}),
        "expected a number from 0 to 9, found 'nan'",
    ),
    "circle of types": (ring(3), "the type 't0' is-a itself, by t0 → t1 → t2 → t0"),
    "type of itself": (ring(1), "the type 't0' is-a itself, by t0 → t0"),
    "huge circle of types": (ring(20_000), "is-a itself, by t0 → t1 → t2 → t3 → t4 → t5 → t6 → … → t0"),
    "long chain of types": (
        types([("t0", "process"), *((f"t{row + 1}", f"t{row}") for row in range(3000))]),
        "the type 't64' is-a 'process' by more than 64 steps",
    ),
    "chain to nowhere": (types((f"t{row}", f"t{row + 1}") for row in range(3000)), "'t3000', which does not exist"),
    "a type of ours": (types([("process", "data-store")]), "'process' is already in the catalogue"),
    "thousands of mistakes": (json.dumps({"threats": {f"T{row}": {"titel": "x"} for row in range(5000)}}), "here are the first 100 of 25,000 errors"),
    "silencing in a circle": (rule(silences=["OURS"]), "silence each other"),
    "switch in words": ("packs: {p: {title: P, closed: yes}}\n", "expected true or false, found 'yes'"),
}  # fmt: skip


@pytest.fixture
def rules(tmp_path, monkeypatch):
    """Return a function that writes a rule file beside a model."""
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(MODEL, encoding="utf-8")
    Path("mantlet-rules").mkdir()

    def write(text, name="ours.yaml"):
        Path("mantlet-rules", name).write_bytes(text if isinstance(text, bytes) else text.encode())

    return write


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_place(rules, call, name):
    text, what = WRONG[name]
    rules(text)
    said = set()
    for command in (
        ["validate", "m.yaml"],
        ["risks", "m.yaml", "--json"],
        ["diagram", "m.yaml"],
        ["catalogue", "list"],
        ["schema"],
    ):
        heard = call(*command, code=2)
        assert heard.out == ""
        said.add(heard.err)
    (message,) = said
    assert what in message
    assert "mantlet-rules/ours.yaml:" in message
    assert not {"\x1b", "\x00"} & set(message)
    assert message.count("\n") < 500


FINE = {
    "long": rule(applies=" or ".join(["element is 'process'"] * 450)),
    "wide": rule(applies=" or ".join("(element.logged is 'yes' and not element.logged is known)" for _ in range(200))),
    "always": rule(applies="yes"),
    "never": rule(applies="no"),
    "nobody knows": rule(applies="unknown"),
    "half a brace": rule(title="{"),
    "facts that imply each other": (
        "facts:\n  fa: {on: [element], title: A, question: Q?, implies: {yes: {fb: no}}}\n"
        "  fb: {on: [element], title: B, question: Q?, implies: {no: {fa: no}}}\n"
    ),
    "silencing of ours": rule(silences=["MODEL-DESERIALISE"]),
    "deep types": types([("t0", "process"), *((f"t{row + 1}", f"t{row}") for row in range(63))]),
    "many types": types((f"t{row}", "process") for row in range(5000)),
    "many threats": json.dumps(
        {"threats": {f"OURS-{row}": json.loads(rule(title=f"{row} at {{element}}"))["threats"]["OURS"] for row in range(1000)}}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_odd_rules_do_no_harm(rules, call, name):
    rules(FINE[name])
    for command in (
        ["validate", "m.yaml"],
        ["risks", "m.yaml", "--json"],
        ["threats", "m.yaml", "--considered", "--json"],
        ["catalogue", "list"],
    ):
        call(*command)


def test_names_are_filled_in_once(rules):
    rules(rule(title="{element} and {system}", text="{element}"))
    result = analyse("m.yaml")
    titles = {risk.title for risk in [*result.risks, *result.to_confirm] if risk.type.id == "OURS"}
    assert titles == {"{system} {0} <b> and Unnamed system"}


def test_too_many_bytes_of_rules(rules, call):
    for row in range(MAX_TOTAL // 2**22 + 1):
        rules(b"#" * 2**22, f"r{row}.yaml")
    assert "36 MiB of rules; mantlet reads at most 32 MiB" in call("risks", "m.yaml", code=2).err


def test_other_files_among_the_rules_are_left_alone(rules, call):
    rules("raise SystemExit(1)", "conftest.py")
    rules("raise SystemExit(1)", "__init__.py")
    rules(b"\x80\x04\x95", "x.pkl")
    Path("mantlet-rules/folder.yaml").mkdir()
    call("risks", "m.yaml")
