"""Evidence on disk: what is written is read back, other tools' SARIF is understood, suppressions end."""

from __future__ import annotations

import json
from datetime import date

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base import sarif
from mantlet.base.errors import InputError
from mantlet.findings import keeping, runs
from mantlet.findings.finding import CheckResult, CheckState, Finding, NotLooked, Spot

TODAY = date(2026, 11, 24)
words = (
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
spots = st.builds(
    Spot,
    path=words,
    line=st.integers(0, 9),
    column=st.integers(0, 9),
    cell=st.integers(0, 3),
    member=words,
    address=words,
)
findings = st.builds(
    Finding,
    check=st.just("code"),
    tool=st.just("bandit"),
    rule=st.sampled_from(["B101", "B608", "X1"]),
    message=words.map(lambda text: " ".join(text.split())).filter(bool),
    severity=st.sampled_from(["note", "low", "medium", "high", "critical"]),
    spot=spots,
    cwe=st.lists(st.integers(1, 2000), min_size=1, max_size=3, unique=True).map(sorted),
    fix=words,
    refs=st.lists(words, max_size=2),
    anchor=words,
    sure=st.booleans(),
)
results = st.builds(
    CheckResult,
    check=st.just("code"),
    tool=st.just("bandit"),
    version=words,
    findings=st.lists(findings, max_size=4),
    passes=st.lists(findings, max_size=2),
    looked=st.lists(words, max_size=3),
    not_looked=st.lists(st.builds(NotLooked, spot=spots, why=words), max_size=2),
    notes=st.lists(words, max_size=2),
    on=st.just("2026-11-24"),
    repeated=st.integers(0, 2),
    hashes=st.dictionaries(words, st.just("ab" * 32), max_size=2),
).map(CheckResult.settle)


@given(result=results)
def test_what_is_written_is_read_back(result):
    log = sarif.parse(sarif.write([runs.to_run(result)]).decode(), "x")
    again = runs.from_run(log.runs[0], "x")
    assert again == result
    assert [item.fingerprint for item in again.findings] == [item.fingerprint for item in result.findings]


@pytest.mark.parametrize("state", [CheckState.SKIPPED, CheckState.TOOL_MISSING, CheckState.DATABASE_MISSING])
def test_that_nothing_was_looked_at_is_kept_too(state):
    result = CheckResult("code", "bandit", state=state, reason="because", mend="do this")
    again = runs.from_run(sarif.parse(sarif.write([runs.to_run(result)]).decode(), "x").runs[0], "x")
    assert (again.state, again.reason, again.mend) == (state, "because", "do this")


SHAPE = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {"items": {
            "required": ["tool", "results"],
            "properties": {
                "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name"]}}},
                "results": {"items": {
                    "required": ["message"],
                    "properties": {"level": {"enum": ["none", "note", "warning", "error"]}, "kind": {"enum": ["pass", "fail"]},
                                   "message": {"required": ["text"]}},
                }},
                "invocations": {"items": {"required": ["executionSuccessful"]}},
            },
        }},
    },
}  # fmt: skip


@given(result=results)
def test_it_has_the_shape_of_sarif(result):
    jsonschema.validate(json.loads(sarif.write([runs.to_run(result)])), SHAPE)


def foreign(**run):
    return runs.from_run(sarif.parse(json.dumps({"version": "2.1.0", "runs": [run]}), "x").runs[0], "x")


def result_at(path="src/a.py", line=3, **more):
    place = {"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": line}}}
    return {"ruleId": "R1", "message": {"text": "bad"}, "locations": [place], **more}


@pytest.mark.parametrize(
    ("rule", "result", "cwe", "severity"),
    [
        (
            {"properties": {"tags": ["security", "external/cwe/cwe-089"], "security-severity": "8.8"}},
            {},
            [89],
            "high",
        ),
        (
            {
                "properties": {"tags": ["CWE-502: Deserialization"]},
                "defaultConfiguration": {"level": "error"},
            },
            {},
            [502],
            "high",
        ),
        ({"properties": {"cwe": ["CWE-79", "CWE-80"]}}, {"level": "note"}, [79, 80], "low"),
        ({}, {"level": "warning", "properties": {"cwe": "CWE-22"}}, [22], "medium"),
    ],
)
def test_other_tools_name_weaknesses_and_severities_each_in_their_way(rule, result, cwe, severity):
    tool = {"driver": {"name": "CodeQL", "rules": [{"id": "R1", **rule}]}}
    (found,) = foreign(tool=tool, results=[result_at(**result)]).findings
    assert (found.cwe, found.severity, str(found.spot)) == (cwe, severity, "src/a.py:3")


def test_rules_may_be_named_by_their_number():
    tool = {
        "driver": {"name": "T", "rules": [{"id": "A"}, {"id": "B", "shortDescription": {"text": "about B"}}]}
    }
    place = {"message": {}, "ruleIndex": 1}
    (found,) = foreign(tool=tool, results=[place]).findings
    assert (found.rule, found.message) == ("B", "about B")


def test_a_run_that_broke_off_is_not_clean():
    tool = {"driver": {"name": "T"}}
    assert foreign(tool=tool, results=[]).state is CheckState.INCOMPLETE
    assert foreign(tool=tool).state is CheckState.INCOMPLETE
    looked = [{"location": {"uri": "a.py"}}]
    assert foreign(tool=tool, results=[], artifacts=looked).state is CheckState.CLEAN
    failed = [{"executionSuccessful": False}]
    assert foreign(tool=tool, results=[], artifacts=looked, invocations=failed).state is CheckState.INCOMPLETE


def test_what_another_tool_suppressed_stays_so():
    tool = {"driver": {"name": "T"}}
    quiet = {"suppressions": [{"kind": "inSource", "justification": "checked by ana"}]}
    result = foreign(tool=tool, results=[result_at(**quiet)])
    assert result.findings[0].suppressed == "checked by ana"
    assert result.open == []


@pytest.mark.parametrize("uri", ["file:///work/a.py", "./a.py", "a%20b.py", "src\\a.py"])
def test_files_are_named_as_models_name_them(uri):
    (found,) = foreign(tool={"driver": {"name": "T"}}, results=[result_at(uri)]).findings
    assert (
        found.spot.path
        == {
            "file:///work/a.py": "/work/a.py",
            "./a.py": "a.py",
            "a%20b.py": "a b.py",
            "src\\a.py": "src/a.py",
        }[uri]
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"runs": 1}',
        '{"runs": [], "version": "1.0"}',
        '{"runs": [{"results": 5}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_sarif_says_so(text):
    with pytest.raises(InputError):
        sarif.parse(text, "x.sarif")


@given(st.text(max_size=200))
def test_no_text_makes_reading_fail(text):
    try:
        sarif.parse(text, "x")
    except InputError:
        return


def result_like(path, tool="CodeQL"):
    found = Finding(
        check="code", tool=tool, rule="x", message="m", severity="high", spot=Spot(path=path, line=1)
    )
    return CheckResult(check="code", tool=tool, state=CheckState.FINDINGS, findings=[found])


def test_results_are_kept_per_check_and_tool(tmp_path):
    first = CheckResult(
        "code", "bandit", findings=[Finding("code", "bandit", "B608", "m", spot=Spot("a.py", 1))]
    ).settle()
    keeping.save(tmp_path, [first, CheckResult("code", "ruff", looked=["a.py"]).settle()])
    keeping.save(tmp_path, [CheckResult("code", "ruff", looked=["b.py"]).settle()])
    kept = keeping.load(tmp_path, TODAY)
    assert [(item.tool, item.state.value, item.looked) for item in kept] == [
        ("bandit", "findings", []),
        ("ruff", "clean", ["b.py"]),
    ]


def test_runs_of_one_tool_stand_beside_each_other(tmp_path):
    python, script = result_like("a.py"), result_like("b.js")
    keeping.save(tmp_path, [python, script])
    assert [one.findings[0].spot.path for one in keeping.load(tmp_path, TODAY)] == ["a.py", "b.js"]


def test_a_tool_may_have_any_name(tmp_path):
    names = ["x" * 400, "x" * 401, "../../up", "a\nb"]
    kept = keeping.save(tmp_path, [result_like("a.py", tool=name) for name in names])
    assert len(set(kept)) == len(names)
    assert {path.parent for path in kept} == {tmp_path / ".mantlet/evidence"}
    assert len(keeping.load(tmp_path, TODAY)) == len(names)


def test_too_many_files_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "MAX_FILES", 1)
    keeping.save(tmp_path, [result_like("a.py", tool="x"), result_like("a.py", tool="y")])
    with pytest.raises(InputError, match="2 files of evidence"):
        keeping.load(tmp_path, TODAY)


def test_suppressions_have_a_reason_and_an_end(tmp_path):
    finding = Finding("code", "bandit", "B608", "m", spot=Spot("a.py", 1))
    keeping.save(tmp_path, [CheckResult("code", "bandit", findings=[finding]).settle()])
    entry = keeping.Suppression(
        fingerprint=finding.fingerprint, reason="values are constants", until="2026-12-31", by="ana"
    )
    keeping.add_suppression(tmp_path, entry)
    (before,) = keeping.load(tmp_path, TODAY)
    assert before.findings[0].suppressed == "values are constants"
    assert before.open == []
    (after,) = keeping.load(tmp_path, date(2027, 1, 1))
    assert after.state is CheckState.FINDINGS
    assert "ended on 2026-12-31" in after.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "suppressions: [{fingerprint: a}]",
        "suppressions: [{fingerprint: a, reason: b, until: soon}]",
        "x: 1",
        "[",
    ],
)
def test_suppressions_that_are_none_say_so(tmp_path, text):
    path = tmp_path / keeping.SUPPRESSIONS
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(InputError, match="no suppressions"):
        keeping.load_suppressions(tmp_path)


def test_a_fingerprint_stays_when_lines_move_and_changes_when_the_code_does():
    one = Finding("code", "bandit", "B608", "m", spot=Spot("a.py", 1), anchor="execute(f'…')")
    moved = Finding("code", "bandit", "B608", "m", spot=Spot("a.py", 90), anchor="execute(f'…')")
    other = Finding("code", "bandit", "B608", "m", spot=Spot("a.py", 1), anchor="execute(q)")
    assert one.fingerprint == moved.fingerprint != other.fingerprint


def test_a_link_out_of_the_project_is_refused(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "p/.mantlet").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/evidence").mkdir()
    with pytest.raises(InputError):
        keeping.load(tmp_path / "p", TODAY)
    with pytest.raises(InputError):
        keeping.save(tmp_path / "p", [CheckResult("code", "bandit").settle()])
