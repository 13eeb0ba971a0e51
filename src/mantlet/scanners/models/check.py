"""The check of model files as the scan runs it."""

from __future__ import annotations

from pathlib import Path

from mantlet.base.data import read_beside
from mantlet.base.files import fingerprint
from mantlet.base.version import VERSION
from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot
from mantlet.scanners.cache import Shelf, content_hash
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.models.context import MODEL_SUFFIXES
from mantlet.scanners.models.provenance import MEND, SIGSTORE, signature, signer
from mantlet.scanners.models.rules import RULES
from mantlet.scanners.models.scan import FileReport, scan_file
from mantlet.scanners.process import ToolError, find, package_version

NAME = "models"
TITLE = "Model files: code, path escapes and templates in what is loaded"
PRACTICE = "secure coding"
TOOL = "mantlet-models"


def tools() -> list[Tool]:
    """Return the tools: it is all our own, but for who signed a file."""
    return [
        Tool(TOOL, VERSION, ""),
        Tool(
            SIGSTORE, package_version(SIGSTORE) or ("on PATH" if find(SIGSTORE) else ""), MEND, needed=False
        ),
    ]


def run(request: Request) -> list[CheckResult]:
    """Look at every file of the project by its content."""
    result = CheckResult(NAME, TOOL, VERSION)
    for report in reports(request):
        result.findings += report.findings
        if report.formats and _claims(report.path):
            _provenance(request, result, report)
        missed = report.not_looked
        result.not_looked += missed
        if not missed and (report.formats or _claims(report.path)):
            result.looked.append(report.path)
    signed = {
        item.spot.path for item in [*result.passes, *result.findings] if item.rule.startswith("signature-")
    }
    unsigned = len(set(result.hashes) - signed)
    if unsigned:
        result.notes.append(f"{unsigned:,} model files have no signature beside them")
    if not result.looked and not result.findings and not result.not_looked:
        result.reason = "there is no model file in the project"
    return [result.settle()]


def _provenance(request: Request, result: CheckResult, report: FileReport) -> None:
    """Say whether a signature beside a model file is about this content."""
    file = _base(request) / report.path
    try:
        digest = content_hash(file)
    except OSError:
        return
    result.hashes[report.path] = digest
    state, bundle = signature(file, report.path, digest)
    if state == "unsigned":
        return
    rule, who = {"signed": "signature-fits", "mismatch": "signature-mismatch"}[state], ""
    if state == "signed" and request.signers:
        try:
            trusted, who = signer(file, bundle, request.signers)
            rule = "signature-verified" if trusted else "signature-untrusted"
        except ToolError as error:
            result.not_looked.append(NotLooked(Spot(report.path), f"who signed it isn't known: {error}"))
    known = RULES[rule]
    finding = Finding(
        check=NAME,
        tool=TOOL,
        rule=rule,
        message=known.message.format(name=bundle, args=who),
        severity=known.severity,
        spot=Spot(report.path),
        cwe=list(known.cwe),
        fix=known.fix,
        anchor=digest,
    )
    (result.findings if rule in {"signature-mismatch", "signature-untrusted"} else result.passes).append(
        finding
    )


def _base(request: Request) -> Path:
    return request.root if request.root.is_dir() else request.root.parent


def reports(request: Request) -> list[FileReport]:
    """Return what every file is and holds, in order; contents that were looked at before are not looked at again."""
    found = []
    base = _base(request)
    key = f"{TOOL} {VERSION} {_rules_hash()}"
    with request.cache.shelf(key) as shelf:
        for number, path in enumerate(request.files):
            if number % 50 == 0:
                request.note(NAME, f"{number:,} of {len(request.files):,} files")
            found.append(_report(base / path, path, shelf))
    return found


def _report(file: Path, shown: str, shelf: Shelf) -> FileReport:
    try:
        content = f"{content_hash(file)} {shown}"
    except OSError as error:
        why = f"it cannot be read: {error.strerror or error}"
        return FileReport(shown, "error", not_looked=[NotLooked(Spot(shown), why)])
    known = shelf.get(content, FileReport)
    if known is None:
        known = scan_file(file, shown)
        shelf.put(content, known)
    return known


def _claims(path: str) -> bool:
    return Path(path).suffix.lower() in MODEL_SUFFIXES


def _rules_hash() -> str:
    return fingerprint(
        read_beside(__file__, "../data/globals.yaml") + read_beside(__file__, "../data/model-rules.yaml")
    )
