"""Bandit over Python code and notebooks, as a process; a notebook's findings come back at their cell and line."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from mantlet.base.files import fingerprint
from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot, tool_missing
from mantlet.scanners import notebooks
from mantlet.scanners.cache import Shelf, content_hash
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.process import ToolError, find, first_line, package_version, run

TOOL = "bandit"
MEND = "pip install 'mantlet[scan]'"
_AT_ONCE = 200
_MOST_BROKEN = 20
"""Files that make bandit fail before it is the tool that is broken."""
_SECRET = {
    "B105": "a password stands in the text",
    "B106": "a password is passed as it stands in the text",
    "B107": "a password is an argument's default",
}
"""What is said instead of bandit's words, which quote the secret."""
_SEVERITY = {"HIGH": "high", "MEDIUM": "medium", "LOW": "low", "UNDEFINED": "note"}


class FileFindings(Struct, omit_defaults=True):
    """What bandit said of one file."""

    findings: list[Finding] = field(default_factory=list)
    not_looked: list[NotLooked] = field(default_factory=list)
    silenced: int = 0


def tool() -> Tool:
    """Return whether bandit is there: in this environment, or on PATH in one of its own."""
    return Tool(TOOL, _version(), MEND)


def _version() -> str:
    return package_version("bandit") or ("on PATH" if find("bandit") else "")


def _command() -> list[str]:
    """Return how bandit is started; in this environment without what a project has beside it."""
    return [sys.executable, "-I", "-m", "bandit"] if package_version("bandit") else [find("bandit")]


def check(request: Request, files: list[str]) -> CheckResult:
    """Look at Python files and notebooks."""
    version = _version()
    if not version:
        return tool_missing("code", TOOL, MEND)
    result = CheckResult("code", TOOL, version)
    with request.cache.shelf(f"bandit {version} python {sys.version_info[:2]} 2") as shelf:
        found = _all(request, files, shelf)
    silenced = asserts = 0
    for path in files:
        of_file = found.get(path)
        if of_file is None:
            result.not_looked.append(NotLooked(Spot(path), "bandit did not say anything of it"))
            continue
        kept = [finding for finding in of_file.findings if not _assert_in_test(finding, path)]
        asserts += len(of_file.findings) - len(kept)
        silenced += of_file.silenced
        result.findings += kept
        result.not_looked += of_file.not_looked
        if not of_file.not_looked:
            result.looked.append(path)
    if asserts:
        result.notes.append(f"{asserts:,} asserts in tests are left out: there they are no risk")
    if silenced:
        result.notes.append(f"{silenced:,} lines are marked `nosec` in the code")
    return result.settle()


def _all(request: Request, files: list[str], shelf: Shelf) -> dict[str, FileFindings]:
    """Return what bandit says of each file, from before or now."""
    found: dict[str, FileFindings] = {}
    todo: list[tuple[str, str]] = []
    for path in files:
        content = f"{content_hash(request.root / path)} {path}"
        known = shelf.get(content, FileFindings)
        if known is None:
            todo.append((path, content))
        else:
            found[path] = known
    pieces = [todo[start : start + _AT_ONCE] for start in range(0, len(todo), _AT_ONCE)]
    if 0 < len(todo) <= _AT_ONCE and len(todo) > 20:
        half = (len(todo) + 1) // 2
        pieces = [todo[:half], todo[half:]]
    with ThreadPoolExecutor(min(os.cpu_count() or 2, 4)) as pool:
        for number, piece in enumerate(pool.map(lambda some: _some(request, some), pieces)):
            request.note("code", f"bandit {number + 1} of {len(pieces)}")
            for path, content in todo:
                if path in piece:
                    found[path] = piece[path]
                    shelf.put(content, piece[path])
    return found


def _some(
    request: Request, files: list[tuple[str, str]], broken: list[str] | None = None
) -> dict[str, FileFindings]:
    """Run bandit over some files; one that makes it fail takes nothing from the others, by halves until it stands alone."""
    told = [] if broken is None else broken
    try:
        return _together(request, files)
    except ToolError as error:
        if len(files) == 1:
            told.append(files[0][0])
            return {files[0][0]: FileFindings(not_looked=[NotLooked(Spot(files[0][0]), str(error)[:300])])}
        if len(told) >= _MOST_BROKEN:
            raise
    half = len(files) // 2
    return {**_some(request, files[:half], told), **_some(request, files[half:], told)}


def _together(request: Request, files: list[tuple[str, str]]) -> dict[str, FileFindings]:
    """Run bandit once over some files."""
    with tempfile.TemporaryDirectory(prefix="mantlet-scan-") as name:
        folder = Path(name)
        found = {path: FileFindings() for path, _ in files}
        targets: dict[str, tuple[str, notebooks.NotebookCode | None]] = {}
        for number, (path, _) in enumerate(files):
            code, target = None, request.root / path
            if path.endswith(".ipynb"):
                try:
                    code = notebooks.read(target)
                except notebooks.NotebookError as error:
                    found[path].not_looked.append(NotLooked(Spot(path), str(error)))
                    continue
                found[path].not_looked += [
                    NotLooked(Spot(path, cell=cell), why)
                    for cell, why in code.left_out
                    if why == "it is no Python"
                ]
                target = folder / f"notebook{number}.py"
                target.write_text(code.text, encoding="utf-8")
            targets[str(target)] = (path, code)
        if targets:
            _read(_bandit(list(targets), folder), targets, found)
    return found


def _bandit(files: list[str], folder: Path) -> dict[str, Any]:
    """Return bandit's JSON; nothing in a project configures it."""
    out = folder / "bandit.json"
    output = run(
        [*_command(), "--quiet", "--format", "json", "--output", str(out), *files],
        cwd=folder,
    )
    if output.code not in {0, 1} or not out.exists():
        raise ToolError(f"bandit failed: {first_line(output.err)}")
    try:
        answer: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    except ValueError:
        raise ToolError("bandit failed: it wrote no answer") from None
    return answer


def _read(
    answer: dict[str, Any],
    targets: dict[str, tuple[str, notebooks.NotebookCode | None]],
    found: dict[str, FileFindings],
) -> None:
    for error in answer.get("errors", []):
        path, _ = targets.get(error["filename"], ("", None))
        if path:
            found[path].not_looked.append(NotLooked(Spot(path), f"bandit: {error['reason']}"[:300]))
    for item in answer.get("results", []):
        if item["filename"] in targets:
            path, code = targets[item["filename"]]
            found[path].findings.append(_finding(item, path, code))
    for name, numbers in answer.get("metrics", {}).items():
        if name in targets:
            found[targets[name][0]].silenced += int(numbers.get("nosec", 0)) + int(
                numbers.get("skipped_tests", 0)
            )


def _finding(item: dict[str, Any], path: str, code: notebooks.NotebookCode | None) -> Finding:
    line, column = int(item["line_number"]), int(item.get("col_offset", 0)) + 1
    spot = Spot(path, line, column)
    if code is not None:
        cell, line = code.place(line)
        spot = Spot(path, line, column, cell=cell)
    cwe = item.get("issue_cwe", {}).get("id")
    text = " ".join(part.partition(" ")[2].strip() for part in item.get("code", "").splitlines())
    return Finding(
        check="code",
        tool=TOOL,
        rule=item["test_id"],
        message=_SECRET.get(item["test_id"]) or item["issue_text"],
        severity=_SEVERITY.get(item["issue_severity"], "low"),
        spot=spot,
        cwe=[int(cwe)] if cwe else [],
        refs=[item["test_name"]],
        anchor=fingerprint(text.encode("utf-8", "replace"))[:20],  # the code itself may hold a secret
        sure=item.get("issue_confidence") != "LOW",
    )


def _assert_in_test(finding: Finding, path: str) -> bool:
    if finding.rule != "B101":
        return False
    *folders, name = path.split("/")
    return (
        bool({"tests", "test", "testing"} & set(folders))
        or name.startswith("test_")
        or name.endswith(("_test.py", "_tests.py"))
        or name == "conftest.py"
    )
