"""Which addresses may be looked at: those that the user names, on this machine at once, elsewhere only with permission."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import time
from dataclasses import dataclass, field
from importlib.util import find_spec

from mantlet.base.errors import UsageError

USUAL_PORTS = (
    21, 22, 23, 25, 80, 443, 1883, 2375, 2379, 3000, 3306, 4040, 5000, 5001, 5432, 5672, 6006, 6333, 6379, 7077, 7474, 7687, 7860,
    8000, 8001, 8002, 8080, 8081, 8082, 8123, 8200, 8265, 8443, 8500, 8501, 8786, 8787, 8888, 9000, 9001, 9042, 9090, 9092, 9200,
    10000, 10001, 11211, 11434, 15672, 19530, 27017, 50051,
)  # fmt: skip
"""Ports of web servers, databases and what machine learning runs on."""
LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0


@dataclass(slots=True)
class Pace:
    """Keeps requests to one host apart, so that looking doesn't become a flood."""

    per_second: float
    _next: float = 0.0

    def wait(self) -> None:
        """Wait until the next request may go out."""
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.per_second


@dataclass(slots=True, eq=False)
class Target:
    """A host that may be looked at, at one address that was resolved once."""

    host: str
    ip: str
    ports: tuple[int, ...] = ()
    """Empty: find out."""
    local: bool = False
    pace: Pace = field(default_factory=lambda: Pace(10))

    def address(self, port: int) -> str:
        """Return an address as findings name it."""
        return f"[{self.host}]:{port}" if ":" in self.host else f"{self.host}:{port}"

    def connect(self, port: int, seconds: float = CONNECT_SECONDS) -> socket.socket:
        """Open a connection; raises `OSError`."""
        self.pace.wait()
        made = socket.create_connection((self.ip, port), timeout=seconds)
        made.settimeout(READ_SECONDS)
        return made


def read(text: str, *, allowed: bool) -> Target:
    """Read a target that a user named: `host`, `host:port`, `host:8000-8010`; raises `UsageError` where it may not be looked at."""
    body = re.sub(r"^\w+://", "", text.strip()).partition("/")[0]
    match = re.fullmatch(r"\[([^\]]+)\](?::([\d,-]+))?|([^:]+)(?::([\d,-]+))?", body)
    if match is None:
        raise UsageError(f"'{text}' is no address", mend="write host:port, such as localhost:8000")
    host = (match.group(1) or match.group(3)).lower()
    ports = _ports(match.group(2) or match.group(4) or "", text)
    ip = _resolve(host)
    local = ipaddress.ip_address(ip.partition("%")[0]).is_loopback and (host in LOCAL_NAMES or _is_ip(host))
    if not local and not allowed:
        raise UsageError(
            f"'{host}' is not this machine",
            mend="if you may look at it, say so with --i-am-allowed",
        )
    return Target(host, ip, ports, local, Pace(1000 if local else 10))


def _ports(text: str, shown: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            raise UsageError(
                f"'{shown}' has no port that can be read", mend="write host:port, such as localhost:8000"
            )
        found += range(int(first), int(last or first) + 1)
    if any(not 0 < port < 65536 for port in found) or len(found) > 65_535:
        raise UsageError(f"'{shown}' names ports that there are not", mend="ports run from 1 to 65535")
    return tuple(dict.fromkeys(found))


def _resolve(host: str) -> str:
    if host in LOCAL_NAMES:
        return "127.0.0.1"
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        raise UsageError(f"there is no host '{host}'", mend="check the name, or write its address") from None


def _is_ip(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(text))
    return False


def open_ports(target: Target) -> tuple[list[int], str]:
    """Return the ports that answer, and how they were found: what this machine says of itself, or by trying."""
    if target.local and not target.ports and find_spec("psutil") is not None:
        import psutil  # noqa: PLC0415

        with contextlib.suppress(psutil.AccessDenied):
            listening = {
                item.laddr.port
                for item in psutil.net_connections("inet")
                if item.status == psutil.CONN_LISTEN and item.laddr
            }
            return sorted(
                port for port in listening if _answers(target, port)
            ), "what this machine listens on"
    tried = target.ports or USUAL_PORTS
    how = f"{len(tried):,} ports were tried"
    return [port for port in tried if _answers(target, port)], how


def _answers(target: Target, port: int) -> bool:
    try:
        target.connect(port).close()
    except OSError:
        return False
    return True
