"""Who calls whom: addresses and routes, hosts and services, people and what they use."""

from __future__ import annotations

import re

from mantlet.discovery.clues import Move, Thing, Where
from mantlet.discovery.link.linker import Linker

_PARAMETER = re.compile(r"^(\{.*\}|<.*>|:\w+|\*.*|\$\{.*\})$")
_LOCAL = re.compile(r"^(localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal|\*|\[::1\])(:|$)")


def connect_routes(linker: Linker) -> None:
    """Unite the routes that clients name with those that servers answer, and follow calls to addresses."""
    servers = {
        key: linker.find(key)
        for key in linker.keys
        if key.startswith("route:") and linker.find(key).startswith("code:")
    }
    for key in linker.keys:
        if key.startswith("route:") and key not in servers:
            found = _server(key[6:], servers)
            if found:
                linker.unite(found, key)
                linker.requested.add(key)
    for call in linker.calls:
        _call(linker, call.key, call.value, call.other, call.at, servers)


def _server(route: str, servers: dict[str, str]) -> str:
    method, _, path = route.partition(" ")
    best, score = "", 0
    for key, root in servers.items():
        other, _, template = key[6:].partition(" ")
        if other not in {method, "ANY"} and method != "ANY":
            continue
        fit = _fits(path, template)
        if fit > score:
            best, score = root, fit
    return best


def _fits(path: str, template: str) -> int:
    """Return how well a client's path fits a server's template: the number of segments that agree, 0 for none."""
    ours = [part for part in path.split("?", maxsplit=1)[0].split("/") if part]
    theirs = [part for part in template.split("/") if part]
    while ours and ours[0].startswith(("*", "${", "{")) and len(ours) > len(theirs):
        ours = ours[1:]
    if not theirs:
        return 1 if not ours else 0
    for shorter, longer in ((ours, theirs), (theirs, ours)):
        if (
            shorter
            and 0 <= len(longer) - len(shorter) <= 2
            and _same(shorter, longer[len(longer) - len(shorter) :])
        ):
            return 10 * len(shorter) - abs(len(longer) - len(shorter)) + 1
    return 0


def _same(one: list[str], other: list[str]) -> bool:
    literal = False
    for a, b in zip(one, other, strict=True):
        if _PARAMETER.match(a) or _PARAMETER.match(b):
            continue
        if a != b:
            return False
        literal = True
    return literal


def _call(linker: Linker, key: str, verb: str, caller: str, at: Where, servers: dict[str, str]) -> None:
    address = key.partition(":")[2]
    host, _, path = (
        address.partition("://")[2].partition("/")
        if "://" in address
        else ("*", "", address.partition("/")[2])
    )
    local = bool(_LOCAL.match(host)) or "." not in host.split(":")[0]
    if local:
        found = _server(f"{verb} /{path}", servers) or _server(f"ANY /{path}", servers)
        if found:
            linker.unite(found, key)
            linker.requested.add(key)
            linker.moves.append(Move(caller, found, at, "request", opened_by=caller))
            return
        service = f"service:{host.split(':')[0]}"
        if service in linker.keys:
            linker.unite(service, key)
            linker.moves.append(Move(caller, service, at, "request", opened_by=caller))
            return
        name = f"{verb} /{path} ({host})" if host != "*" else f"{verb} /{path}"
        linker.things[key] = [
            Thing(key, "web-service", name, at, 0.7, also=(path.rpartition("/")[2],) if path else ())
        ]
    else:
        key = _host(linker, key, host)
    linker.moves.append(Move(caller, key, at, "request", opened_by=caller))


def _host(linker: Linker, key: str, host: str) -> str:
    """Addresses of one host outside are one system."""
    whole = f"url:https://{host}"
    known = next(
        (
            k
            for k in linker.keys
            if k.startswith("saas:")
            and any(host == t.name or host in t.also for t in linker.things.get(k, ()))
        ),
        "",
    )
    linker.unite(known or whole, key)
    if not known and whole not in linker.things:
        at = linker.things[key][0].at if linker.things.get(key) else Where("")
        linker.things[whole] = [Thing(whole, "external-system", host, at, 0.7)]
    return known or whole


def people(linker: Linker, evidence: Where | None) -> None:
    """Endpoints that nothing of the repository calls are called by a client; interfaces are used by people."""
    endpoints = sorted(
        {
            linker.find(key)
            for key in linker.keys
            if key.startswith("route:") and linker.find(key).startswith("code:")
        }
    )
    interfaces = _interfaces(linker)
    answering = {linker.find(key) for key in linker.answers}
    called = {linker.find(key) for key in linker.requested}
    if endpoints and not (called & set(endpoints)):
        first = evidence or next(
            (thing.at for key in endpoints for thing in linker.things.get(key, [])), Where("")
        )
        linker.add([Thing("who:client", "user", "API client", first, 0.7, also=("user", "client"))])
        for key in endpoints:
            at = next((thing.at for thing in linker.things.get(key, [])), first)
            linker.moves.append(Move("who:client", key, at, "request", 0.8, "who:client"))
            if key in answering:
                linker.moves.append(Move(key, "who:client", at, "answer", 0.8, "who:client"))
    for key in interfaces:
        at = linker.things[key][0].at
        if not any(
            linker.find(move.source) == "who:user" and linker.find(move.target) == linker.find(key)
            for move in linker.moves
        ):
            linker.add([Thing("who:user", "user", "user", at, 0.7)])
            linker.moves.append(Move("who:user", key, at, "input", 0.7, "who:user"))
            linker.moves.append(Move(key, "who:user", at, "answers", 0.7, "who:user"))


def _interfaces(linker: Linker) -> list[str]:
    return [
        key
        for key, things in linker.things.items()
        if key.startswith("code:") and any(thing.type in {"browser-client", "mobile-app"} for thing in things)
    ]
