"""GitHub workflows under zizmor, offline."""

from __future__ import annotations

import json
from typing import Any

from mantlet.findings.finding import CheckResult, Finding, Spot, skipped, tool_missing
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.process import ToolError, find, first_line, package_version
from mantlet.scanners.process import run as start

NAME = "workflows"
TITLE = "CI workflows: injection, too wide rights, unpinned actions"
PRACTICE = "secure coding"
TOOL = "zizmor"
MEND = "pip install 'mantlet[scan]'"
_SEVERITY = {"High": "high", "Medium": "medium", "Low": "low", "Informational": "note", "Unknown": "low"}


def tools() -> list[Tool]:
    """Return whether zizmor is there."""
    return [Tool(TOOL, package_version("zizmor") if find(TOOL) else "", MEND)]


def run(request: Request) -> list[CheckResult]:
    """Look at workflows and actions."""
    files = [
        path
        for path in request.named(".yml", ".yaml")
        if ".github/workflows/" in f"/{path}" or path.rpartition("/")[2] in {"action.yml", "action.yaml"}
    ]
    if not files:
        return [skipped(NAME, TOOL, "there are no workflows in the project")]
    program = find(TOOL)
    if not program:
        return [tool_missing(NAME, TOOL, MEND)]
    result = CheckResult(NAME, TOOL, package_version("zizmor"), looked=list(files))
    output = start(
        [program, "--offline", "--no-config", "--format", "json", "--no-exit-codes", "--quiet", "--", *files],
        cwd=request.root,
    )
    if output.code:
        raise ToolError(f"zizmor failed: {first_line(output.err)}")
    for item in json.loads(output.out or "[]"):
        if not item.get("ignored"):
            result.findings.append(_finding(item))
    return [result.settle()]


def _finding(item: dict[str, Any]) -> Finding:
    places = item.get("locations", [])
    main = next(
        (place for place in places if place["symbolic"].get("kind") == "Primary"),
        places[0] if places else None,
    )
    spot, text = Spot(), ""
    if main:
        key: dict[str, Any] = next(iter(main["symbolic"]["key"].values()), {})
        start_point = main["concrete"]["location"]["start_point"]
        spot = Spot(
            str(key.get("verbatim_path") or key.get("given_path", "")),
            start_point["row"] + 1,
            start_point["column"] + 1,
        )
        text = main["concrete"].get("feature", "")
    return Finding(
        check=NAME,
        tool=TOOL,
        rule=item["ident"],
        message=f"{item['desc']}: {main['symbolic'].get('annotation', '')}".rstrip(": ")
        if main
        else item["desc"],
        severity=_SEVERITY.get(item["determinations"]["severity"], "low"),
        spot=spot,
        refs=[item["url"]] if item.get("url") else [],
        anchor=text[:300],
    )
