"""Who calls whom: addresses and routes, hosts and services, people and what they use."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from mantlet.discovery.clues import Fact, Move, Thing, Where
from mantlet.discovery.link.linker import Linker
from mantlet.discovery.python.paths import SUFFIX_TYPES
from mantlet.discovery.readers._names import saas_of_variable

_PARAMETER = re.compile(r"^(\{.*\}|<.*>|:\w+|\*.*|\$\{.*\})$")
_LOCAL = re.compile(
    r"^(\d+\.\d+\.\d+\.\d+|localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal|\*|\[::1\])(:|$)"
)


def unite_hosts(linker: Linker) -> None:
    """Addresses of a host that is a declared service are that service; a tracker's client and server are one thing."""
    services = {key[8:]: key for key in linker.keys if key.startswith("service:")}
    called = {call.key for call in linker.calls}
    for key in linker.keys:
        if key.startswith("url:") and "://" in key and key not in called:
            host = key.partition("://")[2].partition("/")[0].partition(":")[0]
            if host in services:
                linker.unite(services[host], key)
    _unite_published(linker, called)
    trackers = sorted(
        {
            linker.find(key)
            for key in linker.keys
            for thing in linker.things.get(key, ())
            if thing.type == "experiment-tracker"
        }
    )
    hosted = [
        root
        for root in trackers
        if not root.startswith("saas:")
        and any(
            "mlflow" in name.lower()
            for thing in linker.things.get(root, ())
            for name in (thing.name, *thing.also)
        )
    ]
    if "saas:mlflow" in linker.keys and len(hosted) == 1:
        linker.unite(hosted[0], "saas:mlflow")


def _unite_published(linker: Linker, called: set[str]) -> None:
    """Addresses on this machine are the service that publishes their port."""
    known = set(linker.keys)
    for key in linker.keys:
        address = key[5:] if key.startswith("host:") else key.partition("://")[2].partition("/")[0]
        if key in called or not key.startswith(("host:", "url:")) or not _LOCAL.match(address):
            continue
        published = f"host:localhost:{address.rpartition(':')[2]}"
        if published in known and published != key:
            linker.unite(published, key)


def secrets(linker: Linker) -> None:
    """A credential of a hosted service goes to whoever calls that service, also where the library reads it by itself."""
    callers: dict[str, set[str]] = {}
    for move in linker.moves:
        target = linker.find(move.target)
        if target.startswith("saas:"):
            callers.setdefault(target, set()).add(linker.find(move.source))
    used = {linker.find(move.source) for move in linker.moves}
    for key in [key for key in linker.keys if key.startswith("secret:") and linker.things.get(key)]:
        if linker.find(key) in used:
            continue
        service = saas_of_variable(key.partition(":")[2])
        for caller in sorted(callers.get(linker.find(f"saas:{service}"), ())) if service else ():
            linker.moves.append(Move(key, caller, linker.things[key][0].at, "credential", 0.7, caller))


def brokers(linker: Linker) -> None:
    """Who reads or writes a topic isn't drawn to the broker as well, which has the topics as its parts."""
    kinds = {key: thing.type for key in linker.keys for thing in linker.things.get(key, ())}
    of_broker = sorted(
        {linker.find(key) for key, kind in kinds.items() if kind == "queue" and not key.startswith("topic:")}
    )
    topics = {linker.find(key) for key in linker.keys if key.startswith("topic:") and linker.things.get(key)}
    whole = [root for root in of_broker if root not in topics]
    busy = {
        end
        for move in linker.moves
        for one, end in ((move.source, move.target), (move.target, move.source))
        if linker.find(one) in topics
    }
    busy = {linker.find(end) for end in busy}
    linker.moves = [
        move
        for move in linker.moves
        if not (
            (linker.find(move.source) in whole and linker.find(move.target) in busy)
            or (linker.find(move.target) in whole and linker.find(move.source) in busy)
        )
    ]
    if len(whole) == 1:
        for topic in topics:
            linker.parents.setdefault(topic, whole[0])


def connect_routes(linker: Linker) -> None:
    """Unite the routes that clients name with those that servers answer, and follow calls to addresses."""
    servers = [
        Server(key[6:].partition("@code:")[0], linker.find(key), key.partition("@code:")[2])
        for key in linker.keys
        if key.startswith("route:") and "@code:" in key
    ]
    for key in linker.keys:
        if key.startswith("route:") and "@code:" not in key:
            near = next((move.at.path for move in linker.moves if key in {move.source, move.target}), "")
            found = _server(key[6:], servers, near)
            if found:
                linker.unite(found, key)
                linker.requested.add(key)
    for call in linker.calls:
        _call(linker, call, servers)


@dataclass(frozen=True, slots=True)
class Server:
    """An endpoint of the repository: its route, its key, its file."""

    route: str
    key: str
    path: str


def _server(route: str, servers: list[Server], near: str) -> str:
    """Return the endpoint that answers a route: the one that fits best, of several the one that lies nearest."""
    method, _, path = route.partition(" ")
    best: tuple[int, int] = (0, 0)
    key = ""
    for server in servers:
        other, _, template = server.route.partition(" ")
        if other not in {method, "ANY"} and method != "ANY":
            continue
        fit = _fits(path, template)
        rank = (fit, len(posixpath.commonprefix([near, server.path])))
        if fit and rank > best:
            best, key = rank, server.key
    return key


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


def _call(linker: Linker, call: Fact, servers: list[Server]) -> None:
    """Follow a call to an address: to the endpoint, service or outside system that it reaches."""
    key, verb, caller, at = call.key, call.value, call.other, call.at
    address = key.partition(":")[2]
    host, _, path = (
        address.partition("://")[2].partition("/")
        if "://" in address
        else ("*", "", address.partition("/")[2])
    )
    if _LOCAL.match(host) or "." not in host.split(":")[0]:
        service = _service(linker, host)
        own = [server for server in servers if service and linker.find(service) == _whole(linker, server.key)]
        found = _server(f"{verb} /{path}", own or servers, at.path)
        if host == "*" and _asks_itself(linker, found, caller, servers):
            found = ""
        if found and service and not own and path.strip("/") and _alone(f"{verb} /{path}", servers):
            linker.unite(service, _whole(linker, found))  # only one service answers there
            own = servers
        if found and (own or not service):
            linker.unite(found, key)
            linker.requested.add(key)
            linker.moves.append(Move(caller, found, at, "request", opened_by=caller))
            return
        if service:
            linker.unite(service, key)
            linker.moves.append(Move(caller, service, at, "request", opened_by=caller))
            return
        name = f"{verb} /{path} ({host})" if host != "*" else f"{verb} /{path}"
        last = path.rpartition("/")[2]
        linker.things[key] = [Thing(key, "web-service", name, at, 0.7, also=(last,) if last else ())]
        linker.endpoints.add(key)
    else:
        data = path.rpartition(".")[2].lower() in SUFFIX_TYPES and "." in path.rpartition("/")[2]
        answered = any(
            move.source == key and linker.find(move.target) == linker.find(caller) for move in linker.moves
        )
        key = _host(linker, key, host, "data-provider" if data else "external-system")
        if verb in {"GET", "HEAD"} and answered:
            return  # the answer is what travels
    linker.moves.append(Move(caller, key, at, "request", opened_by=caller))


def _alone(route: str, servers: list[Server]) -> bool:
    """Tell whether one server only has a route that fits."""
    method, _, path = route.partition(" ")
    fitting = {
        server.path.partition("#")[0]
        for server in servers
        if server.route.partition(" ")[0] in {method, "ANY"}
        and _fits(path, server.route.partition(" ")[2]) % 10 == 1  # whole, no part of it
    }
    return len(fitting) == 1


def _asks_itself(linker: Linker, found: str, caller: str, servers: list[Server]) -> bool:
    """Tell whether a call would go from a program to itself; pages and routes of one site do that, others hardly."""
    python = any(server.key == found and ".py" in server.path for server in servers)
    root = linker.find(caller)
    return python and bool(found) and _whole(linker, found) in {root, _whole(linker, root)} - {""}


def _service(linker: Linker, host: str) -> str:
    """Return the declared service that a host name or a published port means."""
    name, _, port = host.partition(":")
    if f"service:{name}" in linker.keys:
        return f"service:{name}"
    for key in (f"host:{host}", f"host:localhost:{port}"):
        if port and key in linker.keys:
            root = linker.find(key)
            return root if root.startswith("service:") or linker.things.get(root) else ""
    return ""


def _whole(linker: Linker, key: str) -> str:
    """Return the service that an endpoint is a part of."""
    for other in linker.keys:
        if linker.find(other) == key:
            for thing in linker.things.get(other, ()):
                if thing.parent:
                    return linker.find(thing.parent)
    return ""


def _host(linker: Linker, key: str, host: str, kind: str) -> str:
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
        linker.things[whole] = [Thing(whole, kind, host, at, 0.7)]
    return known or whole


def people(linker: Linker, evidence: Where | None) -> None:
    """Outsiders call the endpoints that no interface of the repository is the client of; interfaces are used by people."""
    endpoints = sorted(
        {linker.find(key) for key in linker.keys if key.startswith("route:") and "@code:" in key}
    )
    interfaces = _interfaces(linker)
    callers: dict[str, set[str]] = {key: set() for key in endpoints}
    for move in linker.moves:
        target = linker.find(move.target)
        if target in callers and (move.data == "request" or move.opened_by == move.source):
            callers[target].add(linker.find(move.source))
    for key in linker.requested:
        callers.setdefault(linker.find(key), set()).add("?")
    shown = {linker.find(key) for key in interfaces}
    taken = {_whole(linker, key) for key in endpoints if callers[key] & shown}
    open_ends = [key for key in endpoints if not callers[key] and _whole(linker, key) not in taken]
    open_ends += _served(linker)
    if open_ends:
        _client(linker, open_ends, evidence)
    for key in interfaces:
        at = linker.things[key][0].at
        met = any(
            linker.find(move.source) == "who:user" and linker.find(move.target) == linker.find(key)
            for move in linker.moves
        )
        if not met:
            chats = any(
                "chat" in route.partition(" ")[2].lower()
                for route in (k[6:] for k in linker.keys if k.startswith("route:"))
            )
            linker.add([Thing("who:user", "user", "chat user" if chats else "user", at, 0.7, also=("user",))])
            linker.moves.append(Move("who:user", key, at, "input", 0.7, "who:user"))
            linker.moves.append(Move(key, "who:user", at, "answers", 0.7, "who:user"))


def _served(linker: Linker) -> list[str]:
    """Return what a server of models calls, where no program of the repository asks it."""
    wholes = {
        linker.find(thing.parent) for things in linker.things.values() for thing in things if thing.parent
    }
    served = sorted(key for key in linker.served if linker.find(key) not in wholes)
    asked = {
        linker.find(move.target)
        for move in linker.moves
        if linker.find(move.source).startswith(
            ("code:", "stage:", "service:", "app:", "who:", "route:", "resource:")
        )
    }
    alone = [key for key in served if linker.find(key) not in asked]
    linker.answers.update(alone)
    return alone


def _client(linker: Linker, endpoints: list[str], evidence: Where | None) -> None:
    answering = {linker.find(key) for key in linker.answers}
    first = evidence or next(
        (thing.at for key in endpoints for thing in linker.things.get(key, [])), Where("")
    )
    linker.add([Thing("who:client", "user", "API client", first, 0.7, also=("user", "client"))])
    for key in endpoints:
        at = next((thing.at for thing in linker.things.get(key, [])), first)
        linker.moves.append(Move("who:client", key, at, "request", 0.8, "who:client"))
        if linker.find(key) in answering:
            linker.moves.append(Move(key, "who:client", at, "answer", 0.8, "who:client"))


def _interfaces(linker: Linker) -> list[str]:
    return [
        key
        for key, things in linker.things.items()
        if key.startswith(("code:", "app:"))
        and any(thing.type in {"browser-client", "mobile-app", "web-app"} for thing in things)
    ]
