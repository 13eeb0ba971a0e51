"""What a project's files open and address, compared with the addresses that its threat model knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from mantlet.scanners.hardening.compose import published
from mantlet.scanners.hardening.found import Hit
from mantlet.scanners.hardening.texts import Lined

_PLAIN = re.compile(r"\b(http|ws|ftp|mqtt|amqp|redis|telnet)://([A-Za-z0-9._-]+)(?::(\d{1,5}))?")
_USUAL = {"http": 80, "ws": 80, "ftp": 21, "mqtt": 1883, "amqp": 5672, "redis": 6379, "telnet": 23}
READ = (
    ".py",
    ".yml",
    ".yaml",
    ".env",
    ".sh",
    ".conf",
    ".toml",
    ".ini",
    ".cfg",
    ".json",
    ".properties",
    ".tf",
)


class Expected:
    """The addresses of a model."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._known = {known for address in addresses if (known := _split(address))[1]}
        self._ports = {port for _, port in self._known}

    def __bool__(self) -> bool:
        return bool(self._known)

    def open_ports(self, document: Lined) -> Iterator[Hit]:
        """Yield the ports that a compose file publishes and the model doesn't know."""
        for name, service in document.map("services").items():
            if not isinstance(service, Lined):
                continue
            for address, outer, inner in published(service):
                local = address.startswith(("127.", "[::1]"))
                if not local and not {inner, outer} & self._ports:
                    yield Hit(
                        "port-not-modelled",
                        service.at("ports"),
                        f"service {name}",
                        f"{outer or inner}:{inner}",
                    )

    def plain_addresses(self, text: str) -> Iterator[tuple[Hit, str]]:
        """Yield where a file speaks unencrypted to an address of the model, with that address."""
        for match in _PLAIN.finditer(text):
            scheme, host, port = match.groups()
            place = (host.lower(), int(port) if port else _USUAL[scheme])
            if place in self._known:
                line = text.count("\n", 0, match.start()) + 1
                yield Hit("plain-address", line, what=match.group()), f"{place[0]}:{place[1]}"


def _split(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return (parts.hostname or "").lower(), parts.port or 0
    except ValueError:
        return "", 0
