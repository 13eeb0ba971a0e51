"""nmap and schemathesis beside our own: found on PATH, run as processes, asked only for the named targets."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot, tool_missing
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.network.targets import Target
from mantlet.scanners.network.web import Site
from mantlet.scanners.process import find, first_line, package_version, run

FUZZ_MEND = "pipx install schemathesis"


def other_tools() -> list[Tool]:
    """Return the tools that add to our own."""
    there = package_version("schemathesis") or ("on PATH" if find("schemathesis") else "")
    return [Tool("schemathesis", there, FUZZ_MEND, needed=False)]


def fuzzed(request: Request, targets: Sequence[Target]) -> list[CheckResult]:
    """Send odd requests to APIs that describe themselves, where the user asked for it."""
    if not request.fuzz:
        return []
    program = find("schemathesis")
    if not program:
        return [tool_missing("network", "schemathesis", FUZZ_MEND)]
    result = CheckResult("network", "schemathesis", package_version("schemathesis"))
    for target in targets:
        for port in target.ports:
            _one(result, program, target, port)
    return [result.settle()]


def _one(result: CheckResult, program: str, target: Target, port: int) -> None:
    address = target.address(port)
    for tls in (False, True):
        answer = Site(target, port, tls=tls).ask("/openapi.json")
        if answer is None or answer.status != 200 or '"paths"' not in answer.body:
            continue
        with tempfile.TemporaryDirectory(prefix="mantlet-scan-") as folder:
            out = Path(folder) / "events.ndjson"
            url = f"{'https' if tls else 'http'}://{address}/openapi.json"
            output = run(
                [program, "run", url, "--max-examples", "20", "--rate-limit", "50/s", "--request-timeout", "5",
                 "--report", "ndjson", "--report-ndjson-path", str(out), "--no-color"],
                cwd=Path(folder),
                seconds=300,
            )  # fmt: skip
            if not out.exists():
                result.not_looked.append(
                    NotLooked(Spot(address=address), f"schemathesis: {first_line(output.err)}")
                )
                return
            _read(result, out.read_text(encoding="utf-8"), address)
        result.looked.append(address)
        return
    result.not_looked.append(NotLooked(Spot(address=address), "it describes no API at /openapi.json"))


def _read(result: CheckResult, text: str, address: str) -> None:
    """Read what failed: server errors are findings, other differences from the description are notes."""
    seen: set[tuple[str, str]] = set()
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        for match in re.finditer(r'"label":\s*"([A-Z]+ [^"]+)"', json.dumps(event)):
            label = match.group(1)
            if '"status_code": 500' in json.dumps(event) and (label, "500") not in seen:
                seen.add((label, "500"))
                result.findings.append(
                    Finding(
                        check="network",
                        tool="schemathesis",
                        rule="server-error",
                        message=f"an odd request breaks {label} (status 500)",
                        severity="medium",
                        spot=Spot(address=address, member=label),
                        cwe=[20],
                        fix="Check the input before it is used, and answer with 400.",
                        anchor=label,
                    )
                )
