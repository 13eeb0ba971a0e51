"""Dependencies: what is pinned how, which advisories speak of it, and an answer only where something was compared."""

from __future__ import annotations

import json
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.findings.finding import CheckState
from mantlet.scanners.dependencies import advisories, check, online, pins
from mantlet.scanners.dependencies.sbom import sbom
from mantlet.scanners.interface import Request, list_files
from mantlet.scanners.process import ToolError

FILES = {
    "requirements.txt": "# a\nrequests==2.31.0\nflask>=2\nnumpy\nother[x]==1.0 ; python_version > '3' # why\n-r b.txt\n"
    "hashed==1 \\\n  --hash=sha256:aa\ngit+https://a/b@main#egg=loose\nfixed @ https://a/b.whl#sha256="
    + "0" * 64
    + "\n",
    "pyproject.toml": '[project]\ndependencies = ["torch==2.1", "pandas~=2.0"]\n[dependency-groups]\ndev = ["pytest"]\n',
    "poetry.lock": '[[package]]\nname = "PyYAML"\nversion = "6.0"\n',
    "uv.lock": '[[package]]\nname = "jinja2"\nversion = "3.1.2"\n[[package]]\nname = "me"\nversion = "0"\nsource = {virtual = "."}\n',
    "Pipfile.lock": '{"default": {"a-b": {"version": "==1.2", "hashes": []}}}',
    "environment.yml": "dependencies:\n  - python=3.11\n  - scipy=1.11\n  - conda-forge::xgboost\n  - pip:\n    - mlflow==2.9.2\n",
}
READ = {
    "requirements.txt": {
        "requests": "2.31.0",
        "flask": "",
        "numpy": "",
        "other": "1.0",
        "hashed": "1",
        "loose": "",
        "fixed": "",
    },
    "pyproject.toml": {"torch": "2.1", "pandas": "", "pytest": ""},
    "poetry.lock": {"pyyaml": "6.0"},
    "uv.lock": {"jinja2": "3.1.2"},
    "Pipfile.lock": {"a-b": "1.2"},
    "environment.yml": {"scipy": "1.11", "xgboost": "", "mlflow": "2.9.2"},
}


def write(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text)


@pytest.mark.parametrize("name", FILES)
def test_every_form_is_read(tmp_path, name):
    write(tmp_path, FILES)
    assert pins.is_dependency_file(name)
    found = pins.read(tmp_path, name)
    assert {pin.name: pin.version for pin in found} == READ[name]
    assert all(pin.line for pin in found)


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("pins")
    for name in FILES:
        (folder / name).write_text(text, "utf-8")
        try:
            pins.read(folder, name)
        except pins.UnreadableError:
            continue


def test_what_a_lock_file_fixes_is_not_loose(tmp_path):
    write(tmp_path, {"requirements.txt": "jinja2\nflask\n", "uv.lock": FILES["uv.lock"]})
    result = check.run(Request(tmp_path, list_files(tmp_path)))[0]
    assert [(item.rule, item.spot.member) for item in result.findings] == [("requirement-unpinned", "flask")]


def advisory(name="requests", id="GHSA-1", events=(("introduced", "0"), ("fixed", "2.32.0")), **more):
    ranges = [{"type": "ECOSYSTEM", "events": [{kind: version} for kind, version in events]}]
    return {
        "id": id, "modified": "2026-11-01T00:00:00Z", "summary": "a hole", "aliases": ["CVE-1"],
        "affected": [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges}], **more,
    }  # fmt: skip


def database(folder, *entries):
    folder.mkdir(exist_ok=True)
    for number, entry in enumerate(entries):
        (folder / f"{number}.json").write_text(json.dumps(entry))
    return folder


@pytest.mark.parametrize(
    ("events", "hit", "missed"),
    [
        ((("introduced", "0"), ("fixed", "2.0")), ["0.1", "1.9.9", "2.0rc1"], ["2.0", "2.1"]),
        ((("introduced", "1.0"), ("last_affected", "1.5")), ["1.0", "1.5"], ["0.9", "1.5.1"]),
        (
            (("introduced", "1.0"), ("fixed", "1.2"), ("introduced", "2.0"), ("fixed", "2.3")),
            ["1.1", "2.2"],
            ["1.5", "2.3"],
        ),
        ((("fixed", "3"), ("introduced", "0")), ["2"], ["3"]),
    ],
)
def test_ranges_of_versions(events, hit, missed):
    import msgspec

    known = msgspec.convert(advisory(events=events), advisories.Advisory)
    assert all(advisories.affects(known, "requests", version)[0] for version in hit)
    assert not any(advisories.affects(known, "requests", version)[0] for version in missed)


def run(folder, base):
    return check.run(Request(folder, list_files(folder), advisories=base))[1]


def test_a_known_hole_is_found_once_with_the_version_that_mends_it(tmp_path):
    write(tmp_path, {"requirements.txt": "Requests==2.31.0\n"})
    twin = advisory(id="PYSEC-1", aliases=["GHSA-1"])
    other = advisory(name="flask", id="GHSA-2")
    gone = advisory(id="GHSA-3", aliases=[], withdrawn="2026-01-01T00:00:00Z")
    result = run(tmp_path, database(tmp_path / "db", advisory(), twin, other, gone))
    (finding,) = result.findings
    assert finding.refs == ["CVE-1", "GHSA-1"]
    assert finding.fix == "Update requests to 2.32.0 or later."
    assert (finding.spot.path, finding.spot.line, finding.spot.member) == ("requirements.txt", 1, "requests")
    assert result.notes[0] == "4 advisories, the newest of 2026-11-01"


def test_zips_and_yaml_are_read_too(tmp_path):
    write(tmp_path, {"requirements.txt": "requests==2.31.0\n"})
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a/GHSA-1.json", json.dumps(advisory()))
    assert len(run(tmp_path, tmp_path / "all.zip").findings) == 1
    folder = tmp_path / "pypa"
    folder.mkdir()
    (folder / "PYSEC-1.yaml").write_text(json.dumps(advisory()))
    assert len(run(tmp_path, folder).findings) == 1


def test_nothing_is_clean_without_a_database_or_a_version(tmp_path):
    write(tmp_path, {"requirements.txt": "requests==2.33\nflask\n"})
    assert run(tmp_path, None).state is CheckState.DATABASE_MISSING
    assert run(tmp_path, tmp_path / "not-there").state is CheckState.DATABASE_MISSING
    (tmp_path / "empty").mkdir()
    assert run(tmp_path, tmp_path / "empty").state is CheckState.DATABASE_MISSING
    result = run(tmp_path, database(tmp_path / "db", advisory()))
    assert result.state is CheckState.INCOMPLETE
    assert "flask has no exact version" in result.not_looked[0].why
    write(tmp_path, {"requirements.txt": "requests==2.33\n"})
    assert run(tmp_path, tmp_path / "db").state is CheckState.CLEAN


def test_an_old_database_says_so(tmp_path):
    write(tmp_path, {"requirements.txt": "requests==2.33\n"})
    old = advisory(modified="2020-01-01T00:00:00Z")
    days = (date.today() - date(2020, 1, 1)).days
    assert f"the database is {days} days old" in run(tmp_path, database(tmp_path / "db", old)).notes[1]


def test_what_pip_audit_skipped_was_not_looked_at(tmp_path, monkeypatch):
    write(tmp_path, {"requirements.txt": "a==1\nb==1\n"})
    answer = {"dependencies": [
        {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-9", "fix_versions": ["2"], "aliases": []}]},
        {"name": "b", "skip_reason": "Dependency not found on PyPI"},
    ]}  # fmt: skip
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!/bin/sh\ncat <<'E'\n{json.dumps(answer)}\nE\n")
    tool.chmod(0o755)
    monkeypatch.setattr(online, "find", lambda _: str(tool))
    result = check.run(Request(tmp_path, ["requirements.txt"], online=True))[2]
    assert [item.refs for item in result.findings] == [["PYSEC-9"]]
    assert [item.spot.member for item in result.not_looked] == ["b"]
    answer["dependencies"].pop(0)
    tool.write_text(f"#!/bin/sh\ncat <<'E'\n{json.dumps(answer)}\nE\n")
    assert check.run(Request(tmp_path, ["requirements.txt"], online=True))[2].state is CheckState.INCOMPLETE


def test_uv_is_asked_about_its_lock_files_and_pip_audit_about_the_rest(tmp_path, monkeypatch):
    (tmp_path / "app").mkdir()
    write(tmp_path, {"requirements.txt": "a==1\n", "app/uv.lock": "version = 1\n"})
    hole = {"id": "GHSA-1", "aliases": ["CVE-1"], "summary": "bad", "fix_versions": []}
    answer = {
        "summary": {"audited_packages": 7},
        "vulnerabilities": [{"dependency": {"name": "Jinja2", "version": "2"}, **hole}],
    }
    tool = tmp_path / "uv"
    tool.write_text(f"#!/bin/sh\necho \"$@\" > asked\ncat <<'E'\n{json.dumps(answer)}\nE\n")
    tool.chmod(0o755)
    monkeypatch.setattr(online, "find", lambda name: str(tool) if name == "uv" else "")
    request = Request(tmp_path, ["requirements.txt", "app/uv.lock"], online=True)
    *_, pip_audit, uv = check.run(request)
    assert pip_audit.state is CheckState.TOOL_MISSING
    assert (uv.looked, uv.notes) == (["app/uv.lock"], ["app/uv.lock: 7 packages"])
    (found,) = uv.findings
    assert (found.spot.member, found.refs, found.rule) == (
        "jinja2",
        ["CVE-1", "GHSA-1"],
        "known-vulnerability",
    )
    assert "no mended version" in found.fix
    asked = (tmp_path / "asked").read_text()
    assert {"--frozen", "--no-config", "--no-build", str(tmp_path / "app")} <= set(asked.split())
    tool.write_text("#!/bin/sh\necho '{}'\n")
    with pytest.raises(ToolError, match="nothing that is understood"):
        check.run(request)


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", 2.5),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:2.0/AV:N", None),
    ],
)
def test_scores_follow_the_specification(vector, score):
    assert advisories.cvss3(vector) == score


def test_the_bill_of_materials_is_valid_and_always_the_same(tmp_path):
    write(tmp_path, FILES)
    results = check.run(
        Request(tmp_path, list_files(tmp_path), advisories=database(tmp_path / "db", advisory()))
    )
    made = sbom(tmp_path, results)
    assert made == sbom(tmp_path, results)
    document = json.loads(made)
    assert "pkg:pypi/requests@2.31.0" in {item["purl"] for item in document["components"]}
    (hole,) = document["vulnerabilities"]
    assert hole["affects"] == [{"ref": "pkg:pypi/requests@2.31.0"}]
    cyclonedx = pytest.importorskip("cyclonedx.validation.json")
    from cyclonedx.schema import SchemaVersion

    assert cyclonedx.JsonStrictValidator(SchemaVersion.V1_6).validate_str(made.decode()) is None
