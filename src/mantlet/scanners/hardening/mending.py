"""Edits that mend findings safely: one line changed or added, shown as a diff first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from mantlet.base.errors import MantletError
from mantlet.base.limits import inside, read_text
from mantlet.findings.finding import CheckResult, Finding
from mantlet.scanners.hardening.found import TOOL

MAX_BYTES = 1 << 20


class Edit(Struct):
    """A file as it is and as it would be."""

    path: str
    before: str
    after: str


def mend(root: Path, results: Sequence[CheckResult]) -> list[Edit]:
    """Return the edits for what can be mended without knowing more of the project."""
    by_path: dict[str, list[Finding]] = {}
    for result in results:
        for finding in result.open:
            if finding.tool == TOOL and finding.rule in _MENDERS and finding.spot.line:
                by_path.setdefault(finding.spot.path, []).append(finding)
    edits = []
    for path, findings in sorted(by_path.items()):
        try:
            before = read_text(inside(root, root / path), MAX_BYTES, "")
        except MantletError:
            continue
        lines = before.splitlines(keepends=True)
        for finding in sorted(findings, key=lambda item: -item.spot.line):
            if finding.spot.line <= len(lines):
                _MENDERS[finding.rule](lines, finding.spot.line - 1, finding)
        after = "".join(lines)
        if after != before:
            edits.append(Edit(path, before, after))
    return edits


def diffs(edits: Sequence[Edit]) -> Iterator[str]:
    """Yield the lines of a unified diff of all edits."""
    for edit in edits:
        before, after = edit.before.splitlines(), edit.after.splitlines()
        yield from difflib.unified_diff(before, after, f"a/{edit.path}", f"b/{edit.path}", lineterm="", n=2)


Mender = Callable[[list[str], int, Finding], None]


def _replace(pattern: str, by: str) -> Mender:
    def mender(lines: list[str], at: int, _finding: Finding) -> None:
        lines[at] = re.sub(pattern, by, lines[at], count=1)

    return mender


def _loopback(lines: list[str], at: int, finding: Finding) -> None:
    """Publish a port on this machine only; the list may go on over several lines."""
    ports = re.search(r"(\d+):(\d+)", finding.message)
    if ports is None:
        return
    outer, inner = ports.groups()
    pattern = re.compile(
        rf"(?P<quote>[\"']?)(?<![\d.:])(?P<ports>{outer}:{inner}(?:/tcp)?)(?![\d:])(?P=quote)"
    )
    for number in range(at, min(at + 12, len(lines))):
        match = pattern.search(lines[number])
        if match:
            lines[number] = (
                f'{lines[number][: match.start()]}"127.0.0.1:{match["ports"]}"{lines[number][match.end() :]}'
            )
            return


_MENDERS: dict[str, Mender] = {
    "inner-port-published": _loopback,
    "docker-add": _replace(r"^(\s*)ADD\b", r"\1COPY"),
    "privileged": _replace(r"privileged:\s*true", "privileged: false"),
    "host-pid": _replace(r"hostPID:\s*true", "hostPID: false"),
    "host-ipc": _replace(r"hostIPC:\s*true", "hostIPC: false"),
    "debug-server": _replace(r"\b(FLASK_DEBUG|DEBUG)(=|: *)[\"']?(1|true|True|yes|on)[\"']?", r"\1\g<2>0"),
    "streamlit-unprotected": _replace(r"=\s*false", "= true"),
    "listing-on": _replace(r"autoindex\s+on", "autoindex off"),
    "version-told": _replace(r"server_tokens\s+on", "server_tokens off"),
    "mqtt-open": _replace(r"allow_anonymous\s+true", "allow_anonymous false"),
    "tls-old": _replace(r"(ssl_protocols\s+)[^;]+;", r"\1TLSv1.2 TLSv1.3;"),
    "gradio-shared": _replace(r"share\s*=\s*True", "share=False"),
    "jupyter-root": _replace(r"allow_root\s*=\s*True", "allow_root = False"),
    "xsrf-off": _replace(r"disable_check_xsrf\s*=\s*True", "disable_check_xsrf = False"),
    "remote-code-on": _replace(r"trust_remote_code\s*=\s*True", "trust_remote_code=False"),
}
