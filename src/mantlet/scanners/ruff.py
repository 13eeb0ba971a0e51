"""Ruff's security rules (S), as a process: fast, and it reads notebooks itself. What bandit says too is said once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot, tool_missing
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.process import ToolError, find, first_line, package_version, run

TOOL = "ruff"
MEND = "pip install 'mantlet[scan]'"
_AT_ONCE = 500
_HIGH = frozenset({"S102", "S602", "S605", "S701", "S324", "S501", "S201"})
_LOW_PREFIXES = (
    "S4",
    "S101",
    "S110",
    "S112",
    "S311",
    "S603",
    "S606",
    "S607",
    "S404",
    "S603",
    "S105",
    "S106",
    "S107",
)


def tool() -> Tool:
    """Return whether ruff is there."""
    return Tool(TOOL, package_version("ruff") if find("ruff") else "", MEND, needed=False)


def check(request: Request, files: list[str], known: list[Finding]) -> CheckResult:
    """Look at Python files and notebooks; ``known`` are findings of bandit."""
    program = find("ruff")
    if not program:
        return tool_missing("code", TOOL, MEND)
    result = CheckResult("code", TOOL, package_version("ruff"))
    said = {(item.spot.path, item.spot.cell, item.spot.line, item.rule[1:]) for item in known}
    twice = 0
    for start in range(0, len(files), _AT_ONCE):
        some = files[start : start + _AT_ONCE]
        broken = set()
        for item in _ruff(program, request.root, some):
            path = Path(item["filename"]).relative_to(request.root.resolve()).as_posix()
            rule = item.get("code") or ""
            if not rule.startswith("S"):
                broken.add(path)
                result.not_looked.append(
                    NotLooked(Spot(path, cell=item.get("cell") or 0), item["message"][:200])
                )
                continue
            finding = _finding(item, path, rule)
            spot = finding.spot
            if (spot.path, spot.cell, spot.line, rule[1:]) in said:
                twice += 1
            elif rule != "S101":
                result.findings.append(finding)
        result.looked += [path for path in some if path not in broken]
    if twice:
        result.notes.append(f"{twice:,} findings are also bandit's and are listed there")
    result.repeated = twice
    return result.settle()


def _ruff(program: str, root: Path, files: list[str]) -> list[dict[str, Any]]:
    output = run(
        [program, "check", "--isolated", "--no-cache", "--select", "S", "--output-format", "json", "--exit-zero",
         "--no-respect-gitignore", *(str(root.resolve() / path) for path in files)]
    )  # fmt: skip
    if output.code:
        raise ToolError(f"ruff failed: {first_line(output.err)}")
    answer: list[dict[str, Any]] = json.loads(output.out or "[]")
    return answer


def _finding(item: dict[str, Any], path: str, rule: str) -> Finding:
    where = item["location"]
    severity = "high" if rule in _HIGH else "low" if rule.startswith(_LOW_PREFIXES) else "medium"
    return Finding(
        check="code",
        tool=TOOL,
        rule=rule,
        message=item["message"],
        severity=severity,
        spot=Spot(path, int(where["row"]), int(where["column"]), cell=item.get("cell") or 0),
        refs=[item["url"]] if item.get("url") else [],
    )
