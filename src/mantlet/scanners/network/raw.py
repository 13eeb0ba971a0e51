"""Servers that speak no HTTP: whether they let anybody in."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.scanners.network.targets import Target

Row = tuple[str, str]
_PROBES: tuple[tuple[str, str, bytes, bytes, frozenset[int]], ...] = (
    ("open-redis", "Redis", b"*1\r\n$4\r\nPING\r\n", b"+PONG", frozenset({6379, 6380})),
    ("open-memcached", "Memcached", b"version\r\n", b"VERSION ", frozenset({11211})),
    (
        "open-mqtt",
        "the message broker",
        b"\x10\x10\x00\x04MQTT\x04\x02\x00\x0a\x00\x04mntl",
        b"\x20\x02\x00\x00",
        frozenset({1883}),
    ),
)


def look(target: Target, port: int, *, guess: bool) -> Iterator[Row]:
    """Yield what an unknown port is; with ``guess`` every question is asked, else those that the port's number suggests."""
    greeting = _talk(target, port, b"")
    if greeting.startswith((b"\xff\xfd", b"\xff\xfb")):
        yield "telnet-offered", "telnet"
        return
    if greeting.startswith(b"220") and _talk(target, port, b"USER anonymous\r\nPASS a@b\r\n", b"230"):
        yield "open-ftp", "FTP"
        return
    if greeting:
        return
    for rule, what, question, answer, ports in _PROBES:
        if (guess or port in ports) and _talk(target, port, question).startswith(answer):
            yield rule, what
            return


def _talk(target: Target, port: int, question: bytes, until: bytes = b"") -> bytes:
    """Send a question and return what comes back at once, or until some words have come."""
    try:
        with target.connect(port) as raw:
            raw.settimeout(1.0)
            if question:
                raw.sendall(question)
            data = raw.recv(512)
            while until and until not in data and len(data) < 4096:
                more = raw.recv(512)
                if not more:
                    return b""
                data += more
            return data
    except OSError:
        return b""
