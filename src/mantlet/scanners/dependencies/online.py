"""Known vulnerabilities as public services tell them: pip-audit for requirements files, uv for its lock files.

Both run as processes of their own, build and install nothing, and take no settings from the project.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot, tool_missing
from mantlet.scanners.dependencies.pins import normal
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.process import ToolError, find, first_line, package_version
from mantlet.scanners.process import run as start

NAME = "dependencies"
PIP_AUDIT, UV = "pip-audit", "uv"
PIP_AUDIT_MEND, UV_MEND = "pipx install pip-audit", "pipx install uv"
_REQUIREMENTS = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off")
_LOCKED = (
    "audit",
    "--frozen",
    "--no-config",
    "--no-build",
    "--no-python-downloads",
    "--output-format",
    "json",
)


def tools() -> list[Tool]:
    """Return the tools that ask; both are left out without `--online`."""
    return [
        Tool(
            PIP_AUDIT,
            package_version(PIP_AUDIT) or ("on PATH" if find(PIP_AUDIT) else "by uvx" if find("uvx") else ""),
            PIP_AUDIT_MEND,
            needed=False,
        ),
        Tool(UV, package_version(UV) or ("on PATH" if find(UV) else ""), UV_MEND, needed=False),
    ]


def ask(request: Request, files: list[str]) -> Iterator[CheckResult]:
    """Yield what each service says; files that neither tool reads are told as not looked at."""
    locks = [path for path in files if PurePosixPath(path).name == "uv.lock"]
    rest = [path for path in files if path not in locks]
    if rest or not locks:
        yield _pip_audit(request, rest)
    if locks:
        yield _uv_audit(request, locks)


def _pip_audit(request: Request, files: list[str]) -> CheckResult:
    """Ask pip-audit; a dependency that it skipped was not looked at, whatever it says at the end."""
    program = find(PIP_AUDIT)
    runner = find("uvx")
    command = (
        [program] if program else [runner, "--no-config", "--from", PIP_AUDIT, PIP_AUDIT] if runner else []
    )
    result = CheckResult(NAME, PIP_AUDIT, package_version(PIP_AUDIT))
    if not command:
        return tool_missing(NAME, PIP_AUDIT, PIP_AUDIT_MEND)
    for path in files:
        if not path.endswith(".txt"):
            result.not_looked.append(NotLooked(Spot(path), "pip-audit reads requirements files only"))
            continue
        told = _told(request, [*command, "-r", str(request.root / path), *_REQUIREMENTS], PIP_AUDIT)
        for item in _entries(told, "dependencies"):
            name = normal(str(item["name"]))
            if item.get("skip_reason"):
                why = str(item["skip_reason"])[:200]
                result.not_looked.append(NotLooked(Spot(path, member=name), why))
                continue
            result.looked.append(f"{path}#{name}")
            result.findings += [
                _vulnerable(PIP_AUDIT, path, name, str(item["version"]), hole)
                for hole in item.get("vulns", ())
            ]
    return result.settle()


def _uv_audit(request: Request, files: list[str]) -> CheckResult:
    """Ask uv about its own lock files, with everything that they hold: groups and extras too."""
    program = find(UV)
    if not program:
        return tool_missing(NAME, UV, UV_MEND)
    result = CheckResult(NAME, UV, package_version(UV))
    for path in files:
        folder = (request.root / path).parent
        told = _told(request, [program, *_LOCKED, "--project", str(folder)], UV)
        summary = told.get("summary")
        if not isinstance(summary, dict) or not isinstance(summary.get("audited_packages"), int):
            raise ToolError("uv audit said nothing that is understood")
        result.looked.append(path)
        result.notes.append(f"{path}: {summary['audited_packages']:,} packages")
        for item in _entries(told, "vulnerabilities"):
            package = item.get("dependency") or {}
            name, version = normal(str(package.get("name", ""))), str(package.get("version", ""))
            result.findings.append(_vulnerable(UV, path, name, version, item))
    return result.settle()


def _told(request: Request, command: list[str], tool: str) -> dict[str, Any]:
    output = start(command, cwd=Path(request.root))
    try:
        told = json.loads(output.out)
    except ValueError:
        raise ToolError(f"{tool} failed: {first_line(output.err)}") from None
    if not isinstance(told, dict):
        raise ToolError(f"{tool} said nothing that is understood")
    return told


def _entries(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = told.get(name)
    return [item for item in entries if isinstance(item, dict)] if isinstance(entries, list) else []


def _vulnerable(tool: str, path: str, name: str, version: str, hole: dict[str, Any]) -> Finding:
    """Return the finding for one vulnerability; both tools describe it by the same words."""
    fixed = next(iter(hole.get("fix_versions") or ()), "")
    summary = " ".join(str(hole.get("summary") or "").split())[:200]
    return Finding(
        check=NAME,
        tool=tool,
        rule="known-vulnerability",
        message=f"{name} {version}: {hole['id']}" + (f", {summary}" if summary else ""),
        severity="high",
        spot=Spot(path, member=name),
        cwe=[1395],
        fix=f"Update {name} to {fixed} or later." if fixed else f"There is no mended version of {name} yet.",
        refs=sorted({str(hole["id"]), *map(str, hole.get("aliases") or ())}),
        anchor=f"{name} {hole['id']}",
    )
