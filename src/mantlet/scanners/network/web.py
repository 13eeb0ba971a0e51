"""One HTTP request at a time to a fixed address: bounded, without redirects, proxies or cookies."""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass, field

from mantlet.scanners.network.targets import READ_SECONDS, Target

MAX_BODY = 256 * 1024
AGENT = "mantlet-scan"


@dataclass(slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def first(self, name: str) -> str:
        """Return a header's first value; empty for none."""
        return next(iter(self.all(name)), "")


class Site:
    """One web server."""

    def __init__(self, target: Target, port: int, *, tls: bool) -> None:
        self.target, self.port, self.tls = target, port, tls
        self.unanswered: list[str] = []
        """Requests that got no answer, or none to its end: what they ask about was not looked at."""

    def ask(
        self, path: str = "/", method: str = "GET", headers: dict[str, str] | None = None, body: str = ""
    ) -> Answer | None:
        """Return the answer to a request; None where no HTTP comes back."""
        try:
            raw = self.target.connect(self.port)
        except OSError:
            self.unanswered.append(f"{method} {path}")
            return None
        connection = http.client.HTTPConnection(self.target.host, self.port, timeout=READ_SECONDS)
        try:
            if self.tls:
                raw = _loose().wrap_socket(raw, server_hostname=self.target.host)
            connection.sock = raw
            sent = {"User-Agent": AGENT, "Accept": "*/*", "Connection": "close", **(headers or {})}
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            text, whole = _read(response)
            if not whole:
                self.unanswered.append(f"{method} {path}")
            return Answer(response.status, response.getheaders(), text)
        except (OSError, http.client.HTTPException, ValueError):
            self.unanswered.append(f"{method} {path}")
            return None
        finally:
            connection.close()
            raw.close()


def _read(response: http.client.HTTPResponse) -> tuple[str, bool]:
    """Return a body within bounds of size and time, and whether it didn't break off before them."""
    data, end, whole = bytearray(), time.monotonic() + READ_SECONDS, True
    try:
        while len(data) < MAX_BODY and time.monotonic() < end:
            piece = response.read1(16_384)
            if not piece:
                whole = not response.length  # what it promised and didn't send
                break
            data += piece
    except (OSError, http.client.HTTPException, ValueError):
        whole = False
    return data.decode("utf-8", "replace"), whole


def _loose() -> ssl.SSLContext:
    """Return settings that connect to anything: what is wrong with the certificate is told elsewhere."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context
