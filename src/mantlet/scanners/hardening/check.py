"""The check of settings as the scan runs it: our own rules, and other tools beside them where they are installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import structs

from mantlet.base.errors import MantletError
from mantlet.base.limits import read_text
from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot
from mantlet.scanners.hardening import compose, configs, dockerfile, kubernetes, terraform
from mantlet.scanners.hardening.expected import Expected
from mantlet.scanners.hardening.found import NAME, TOOL, VERSION, Hit, to_finding
from mantlet.scanners.hardening.others import other_tools, others
from mantlet.scanners.hardening.texts import Lined, UnreadableError, documents
from mantlet.scanners.interface import Request, Tool

TITLE = "Containers, clusters, clouds and servers: settings that leave a door open"
PRACTICE = "hardening"
MAX_BYTES = 4 * 2**20
__all__ = ["NAME", "PRACTICE", "TITLE", "run", "tools"]


def tools() -> list[Tool]:
    """Return the tools; our own is always there."""
    return [Tool(TOOL, VERSION, ""), *other_tools()]


def run(request: Request) -> list[CheckResult]:
    """Look at every file of settings that is known."""
    result = CheckResult(NAME, TOOL, VERSION)
    ignore = {path.rpartition("/")[0] for path in request.files if path.endswith(".dockerignore")}
    policies, expected = False, Expected(request.expected)
    folders = terraform.Folders(request.files, lambda path: _text(request, path))
    for path in request.files:
        look = _reader(path, path.rpartition("/")[0] in ignore or "" in ignore, folders)
        if look is None:
            continue
        try:
            text = _text(request, path)
            hits = list(look(text))
        except (UnreadableError, MantletError) as error:
            why = error.what if isinstance(error, MantletError) else str(error)
            result.not_looked.append(NotLooked(Spot(path), why))
            continue
        result.looked.append(path)
        policies = policies or re.search(r"(?m)^kind:\s*NetworkPolicy\b", text) is not None
        result.findings += [to_finding(hit, path) for hit in dict.fromkeys(hits)]
        result.passes += list(_passes(path, text))
        result.findings += list(_compared(path, text, expected))
    if policies:
        result.findings = [item for item in result.findings if item.rule != "no-network-policy"]
    if not result.looked and not result.not_looked:
        result.reason = "the project has no Dockerfile, compose file, manifest or server settings"
    return [result.settle(), *others(request, result.findings)]


def _text(request: Request, path: str) -> str:
    return read_text(request.root / path, MAX_BYTES, "split it")


def _reader(path: str, has_ignore: bool, folders: terraform.Folders) -> Callable[[str], Iterator[Hit]] | None:
    """Return what looks at a file; None where nothing does."""
    name = path.rpartition("/")[2]
    if re.match(r"(?i)(docker|container)file(\.|$)", name) or name.lower().endswith(
        (".dockerfile", ".containerfile")
    ):
        if name.endswith(".dockerignore"):
            return None
        return lambda text: dockerfile.look(text, has_ignore)
    if name.endswith((".yml", ".yaml")):
        return lambda text: _yaml(path, text)
    if name.endswith(".tf"):
        return lambda text: folders.look(path, text)
    return configs.reader(path)


def _yaml(path: str, text: str) -> Iterator[Hit]:
    """Look at YAML by what it says it is; templates that are no YAML yet are not looked at."""
    if "{{" in text and re.search(r"^\s*\{\{", text, re.MULTILINE):
        if "apiVersion" in text or compose.is_compose(path):
            raise UnreadableError("it is a template; render it first (helm template) and scan what comes out")
        return
    if not (compose.is_compose(path) or ("apiVersion" in text and "kind" in text) or "services:" in text):
        return
    for document in documents(text):
        if kubernetes.is_manifest(document):
            yield from kubernetes.look(document)
        elif compose.is_compose(path) or _serves(document):
            yield from compose.look(document)


def _compared(path: str, text: str, expected: Expected) -> Iterator[Finding]:
    """Yield what the model doesn't know, or says otherwise."""
    if not expected:
        return
    for hit, address in expected.plain_addresses(text):
        finding = to_finding(hit, path)
        finding.spot = structs.replace(finding.spot, address=address)
        yield finding
    if compose.is_compose(path):
        for document in documents(text):
            yield from (to_finding(hit, path) for hit in expected.open_ports(document))


def _serves(document: Lined) -> bool:
    """Tell whether a document is a compose file under another name."""
    services = document.map("services")
    return bool(services) and all(
        isinstance(item, Lined) and ({"image", "build"} & set(item)) for item in services.values()
    )


def _passes(path: str, text: str) -> Iterator[Finding]:
    """Yield what is set right, as evidence for controls."""
    if not ("nginx" in path.lower() and path.endswith(".conf")):
        return
    for rule, pattern, what in (
        ("limits-requests", r"^\s*[^#\n]*\blimit_req\s+zone=", "requests per caller are limited"),
        ("limits-size", r"^\s*[^#\n]*\bclient_max_body_size\s+(?!0\s*;)", "the size of requests is limited"),
        ("serves-tls", r"^\s*[^#\n]*\blisten\s+[^;]*\bssl\b", "it listens with TLS"),
    ):
        match = re.search(pattern, text, re.MULTILINE)
        if match:
            line = text.count("\n", 0, match.end()) + 1
            yield Finding(NAME, TOOL, rule, what, "note", Spot(path, line), anchor=rule)
