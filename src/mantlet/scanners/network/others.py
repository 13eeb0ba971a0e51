"""nmap and schemathesis beside our own: found on PATH, run as processes, asked only for the named targets."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
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
    nmap = "on PATH" if find("nmap") else ""
    return [
        Tool("nmap", nmap, "the system's package manager has it", needed=False),
        Tool("schemathesis", there, FUZZ_MEND, needed=False),
    ]


def services(found: dict[Target, list[int]]) -> list[CheckResult]:
    """Let nmap name the services behind ports that answer, where it is installed."""
    program = find("nmap")
    if not program or not any(found.values()):
        return []
    result = CheckResult("network", "nmap")
    for target, ports in found.items():
        if not ports:
            continue
        pace = [] if target.local else ["--max-rate", "10"]
        output = run(
            [
                program,
                "-sT",
                "-sV",
                "-Pn",
                "-n",
                *pace,
                "-oG",
                "-",
                "-p",
                ",".join(map(str, ports)),
                target.ip,
            ],
            seconds=900,
        )
        if output.code:
            result.not_looked.append(NotLooked(Spot(address=target.host), f"nmap: {first_line(output.err)}"))
            continue
        for port, name, version in _greppable(output.out):
            address = target.address(port)
            result.looked.append(address)
            result.notes.append(f"{address}: {name} {version}".rstrip())
            if name in _PLAIN:
                result.findings.append(
                    Finding(
                        check="network",
                        tool="nmap",
                        rule="plain-service",
                        message=f"{name} sends passwords as they are",
                        severity="high",
                        spot=Spot(address=address),
                        cwe=[319],
                        fix=_PLAIN[name],
                        anchor=name,
                    )
                )
    return [result.settle()]


_PLAIN = {
    "telnet": "Use SSH.",
    "ftp": "Use SFTP.",
    "login": "Use SSH.",
    "shell": "Use SSH.",
    "exec": "Use SSH.",
    "vnc": "Use a tunnel through SSH.",
    "pop3": "Offer it with TLS only.",
    "imap": "Offer it with TLS only.",
}


def _greppable(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield port, service and version of open ports; what services say of themselves is text, whatever it looks like."""
    for line in text.splitlines():
        _, mark, ports = line.partition("Ports: ")
        for entry in ports.split("\t")[0].split(", ") if mark else ():
            parts = entry.strip().split("/")
            if len(parts) > 6 and parts[0].isdigit() and parts[1] == "open":
                yield int(parts[0]), parts[4].removeprefix("ssl|")[:40], parts[6][:80]


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
