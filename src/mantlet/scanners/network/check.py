"""The check of running systems as the scan runs it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import yaml
from msgspec import Struct, convert, field

from mantlet.base.counts import how_many
from mantlet.base.data import read_beside
from mantlet.base.version import VERSION
from mantlet.findings.finding import CheckResult, Finding, NotLooked, Spot, skipped
from mantlet.scanners.interface import Request, Tool
from mantlet.scanners.network import pages, raw, targets, tls
from mantlet.scanners.network.others import fuzzed, other_tools, services
from mantlet.scanners.network.targets import Target
from mantlet.scanners.network.web import Answer, Site

NAME, TOOL = "network", "mantlet-network"
TITLE = "Running systems: ports, TLS, headers, open servers"
PRACTICE = "vulnerability assessment"
UNKNOWN = "unknown"
PASSES = frozenset({"tls-good", "asks-for-login"})
Row = tuple[str, str]


class NetworkRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule."""

    message: str
    severity: str
    fix: str
    cwe: list[int] = field(default_factory=list)


@lru_cache(maxsize=1)
def rules() -> dict[str, NetworkRule]:
    """Return the rules."""
    raw_ = yaml.load(read_beside(__file__, "../data/network.yaml"), yaml.CSafeLoader)  # package data
    return convert(raw_, dict[str, NetworkRule])


def tools() -> list[Tool]:
    """Return the tools; our own is always there."""
    return [Tool(TOOL, VERSION, ""), *other_tools()]


def run(request: Request) -> list[CheckResult]:
    """Look at the targets that the user named, and at no others."""
    if not request.targets:
        return [skipped(NAME, TOOL, "no target was named (--target host:port)")]
    result = CheckResult(NAME, TOOL, VERSION)
    chosen = [targets.read(text, allowed=request.allowed) for text in request.targets]
    found: dict[Target, list[int]] = {}
    for target in chosen:
        ports, how = targets.open_ports(target)
        found[target] = ports
        result.notes.append(f"{target.host}: {len(ports)} ports answer ({how})")
        for port in set(target.ports) - set(ports) if len(target.ports) < 20 else ():
            result.not_looked.append(NotLooked(Spot(address=target.address(port)), "nothing answers there"))
        for number, port in enumerate(ports, 1):
            request.note(NAME, f"{target.host}:{port} ({number} of {len(ports)})")
            _port(request, result, target, port)
    return [result.settle(), *services(found), *fuzzed(request, chosen)]


def _port(request: Request, result: CheckResult, target: Target, port: int) -> None:
    address = target.address(port)
    known = {targets_port(text) for text in request.expected}
    if request.expected and port not in known and target.local:
        result.findings.append(_finding("port-not-modelled", f"port {port}", address))
    unanswered: list[str] = []
    for rule, what in _rows(target, port, unanswered):
        if rule == UNKNOWN:
            result.not_looked.append(NotLooked(Spot(address=address), what))
            return
        finding = _finding(rule, what, address)
        (result.passes if rule in PASSES else result.findings).append(finding)
    result.looked.append(address)
    if unanswered:
        why = f"{how_many(len(unanswered), 'request')} got no whole answer: {', '.join(unanswered[:3])}"
        result.not_looked.append(NotLooked(Spot(address=address), why))


def targets_port(text: str) -> int:
    """Return the port of an address of the model; 0 where it has none."""
    tail = text.rpartition(":")[2]
    return int(tail) if tail.isdigit() else 0


def _rows(target: Target, port: int, unanswered: list[str]) -> Iterator[Row]:
    """Yield what speaks there and is wrong with it; requests that a web server left without an answer are collected."""
    plain = Site(target, port, tls=False).ask()
    if plain is not None and not (plain.status == 400 and "https" in plain.body.lower()):
        redirects = plain.status in {301, 302, 307, 308} and plain.first("location").startswith("https://")
        if not redirects:
            yield "plain-http", ""
            yield from _pages(Site(target, port, tls=False), plain, unanswered)
        return
    if tls.speaks_tls(target, port):
        yield from tls.look(target, port)
        site = Site(target, port, tls=True)
        front = site.ask()
        if front is not None:
            yield from _pages(site, front, unanswered)
        return
    known = list(raw.look(target, port, guess=target.local))
    yield from known or [(UNKNOWN, "what answers there speaks nothing that is known here")]


def _pages(site: Site, front: Answer, unanswered: list[str]) -> Iterator[Row]:
    """Look at a web server's pages; one that refuses TRACE by hanging up has answered that."""
    yield from pages.look(site, front)
    unanswered += [asked for asked in site.unanswered if not asked.startswith("TRACE ")]


def _finding(rule: str, what: str, address: str) -> Finding:
    known = rules().get(rule) or rules()["open-*"]
    return Finding(
        check=NAME,
        tool=TOOL,
        rule=rule,
        message=known.message.format(what=what),
        severity=known.severity,
        spot=Spot(address=address),
        cwe=list(known.cwe),
        fix=known.fix,
        anchor=what.partition(" ")[0] if rule.startswith("cookie") else rule,
    )
