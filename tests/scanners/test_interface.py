"""Which files a scan sees, and what becomes of a check that fails."""

from __future__ import annotations

from datetime import date

import pytest

from mantlet.base.errors import UsageError
from mantlet.findings.finding import CheckResult, CheckState, Finding
from mantlet.scanners import registry
from mantlet.scanners.cache import Cache
from mantlet.scanners.interface import Request, list_files
from mantlet.scanners.process import ToolError, run


def test_what_tools_put_there_and_links_are_left_out(tmp_path):
    for path in (
        "a.py",
        "b/c.py",
        ".git/x",
        "node_modules/y.js",
        "env/pyvenv.cfg",
        "env/lib/z.py",
        ".mantlet/evidence/e.sarif",
    ):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    assert list_files(tmp_path) == ["a.py", "b/c.py"]
    assert list_files(tmp_path / "a.py") == ["a.py"]


@pytest.mark.parametrize(
    "error", [ToolError("it broke"), OSError("no space"), ValueError("odd json"), KeyError("results")]
)
def test_a_check_that_fails_is_incomplete_and_leaves_the_rest(tmp_path, monkeypatch, error):
    import mantlet.scanners.workflows as broken

    def fail(_request):
        raise error

    (tmp_path / "a.txt").write_text("x")
    monkeypatch.setattr(broken, "run", fail)
    request = Request(tmp_path, ["a.txt"], cache=Cache(enabled=False))
    results = registry.run(["workflows", "models"], request, date(2026, 11, 24))
    assert [(item.check, item.state) for item in results] == [
        ("workflows", CheckState.INCOMPLETE),
        ("models", CheckState.SKIPPED),
    ]
    assert results[0].reason
    assert {item.on for item in results} == {"2026-11-24"}


def test_every_check_says_what_it_is_for():
    for name in registry.NAMES:
        check = registry.check(name)
        assert name == check.NAME
        assert check.TITLE
        assert check.PRACTICE in {"secure coding", "hardening", "vulnerability assessment"}
        assert check.tools()
    with pytest.raises(UsageError, match="no check"):
        registry.check("modles")


def test_processes_end():
    with pytest.raises(ToolError, match="did not end"):
        run(["/bin/sh", "-c", "while :; do :; done"], seconds=1)
    with pytest.raises(ToolError, match="cannot be started"):
        run(["/not/there"])


def test_only_a_check_that_looked_is_clean():
    assert CheckResult("a", "b").settle().state is CheckState.SKIPPED
    assert CheckResult("a", "b", looked=["x"]).settle().state is CheckState.CLEAN
    quiet = Finding("a", "b", "c", "d", suppressed="why")
    assert CheckResult("a", "b", looked=["x"], findings=[quiet]).settle().state is CheckState.CLEAN


def test_a_damaged_cache_is_done_without(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with Cache().shelf("tool 1") as shelf:
        assert shelf.get("k", int) is None
        shelf.put("k", 5)
    with Cache().shelf("tool 1") as shelf:
        assert shelf.get("k", int) == 5
        assert shelf.get("k", list[int]) is None
    for file in (tmp_path / "mantlet").glob("scan-*"):
        file.write_bytes(b"x" * 50)
    with Cache().shelf("tool 1") as shelf:
        assert shelf.get("k", int) is None
