"""Servers that code names only by their kind or port: which of those that are set up is meant."""

from __future__ import annotations

import re
from collections import defaultdict

from mantlet.discovery.clues import Move, Thing
from mantlet.discovery.link.linker import Linker

_BY_KIND = re.compile(r"^(?:db|saas|queue):([a-z]+)$")
_ALIKE = {"pgvector": "postgresql", "postgres": "postgresql", "mongo": "mongodb"}
_PORTS = {
    "11434": ("saas:ollama", "llm-service", "Ollama"),
    "1234": ("saas:lm-studio", "llm-service", "LM Studio"),
}
"""Ports that hardly anything else listens on."""
_HERE = re.compile(
    r"^url:(?:[A-Z]+ )?https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal|\[::1\]):(\d+)"
)


def unite_servers(linker: Linker) -> None:
    """Unite clients whose server has no known address with the only server of the kind that the repository sets up."""
    set_up: dict[str, set[str]] = defaultdict(set)
    for key in linker.keys:
        if key.startswith("service:"):
            for thing in linker.things.get(key, ()):
                for name in thing.also:
                    set_up[name.lower()].add(linker.find(key))
    for key in linker.keys:
        kind = _BY_KIND.match(key)
        if kind is None or not linker.things.get(key):
            continue
        name = kind[1] if kind[1] in set_up else _ALIKE.get(kind[1], "")
        if len(set_up.get(name, ())) == 1:
            linker.unite(next(iter(set_up[name])), key)


def name_ports(linker: Linker) -> None:
    """Calls to a port of this machine that one kind of server has are calls of that server."""
    others = []
    for call in linker.calls:
        found = _HERE.match(call.key)
        known = _PORTS.get(found[1]) if found else None
        if found is None or known is None or _published(linker, found[1]):
            others.append(call)
            continue
        key, kind, name = known
        if not linker.things.get(key):
            linker.find(key)
            linker.things[key] = [Thing(key, kind, name, call.at, 0.95)]
        linker.unite(key, call.key)
        linker.moves.append(Move(call.other, key, call.at, "request", opened_by=call.other))
    linker.calls = others


def _published(linker: Linker, port: str) -> bool:
    """Tell whether a service of the repository has a port of this machine."""
    key = f"host:localhost:{port}"
    return key in linker.keys and linker.find(key).startswith("service:")
