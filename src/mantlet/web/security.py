"""Who may ask, from where, and what the browser may do with the answer.

The server is for one person on one machine. A page of another site must not reach it (Host, Origin, a header that forms
cannot send), nor another user of the machine (the token), nor may anything that a model says run in the page (the policy).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mantlet.web.answers import Json
from mantlet.web.errors import error_body

MAX_BODY = 8 * 2**20
MAX_UPLOAD = 50 * 2**20
UPLOADS = ("/api/import", "/api/evidence/import")
"""Where a whole file may be sent."""
SAFE = ("GET", "HEAD", "OPTIONS")
LOCAL = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; frame-src 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""Of every answer that does not bring its own."""
_AGAIN = '<meta http-equiv="refresh" content="0">'
"""After a link from elsewhere the browser keeps the cookie back; asked again from our own page, it sends it."""
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">{again}<title>mantlet</title><h1>mantlet</h1>
<p>Open the address that <code>mantlet serve</code> printed in the terminal: it carries the token that lets you in.</p>"""


@dataclass(frozen=True)
class Access:
    """What lets a request in."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    hosts: frozenset[str] = frozenset()
    """Values of `Host` that are ours, with the port."""
    _opening: set[str] = field(default_factory=set)

    @property
    def cookie(self) -> str:
        """The cookie's name; two servers on one machine share cookies, so each has a name of its own."""
        return f"mantlet-{hashlib.sha256(self.token.encode()).hexdigest()[:12]}"

    def knows(self, token: str) -> bool:
        """Tell whether a token is the right one, in the same time whatever it is."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def once(self) -> str:
        """Return a code that lets one in a single time, for a browser's command line: everybody on a machine can read those."""
        code = secrets.token_urlsafe(32)
        self._opening.add(code)
        return code

    def admits(self, asked: str) -> bool:
        """Tell whether an address lets one in; a code that did so does it no more."""
        if self.knows(asked):
            return True
        code = next((one for one in self._opening if hmac.compare_digest(asked.encode(), one.encode())), "")
        self._opening.discard(code)
        return bool(code)


def local_hosts(port: int, host: str = "") -> frozenset[str]:
    """Return the values of `Host` that a server on a port answers to."""
    host = host.lower()
    names = [*LOCAL, *([f"[{host}]" if ":" in host else host] if host else [])]
    return frozenset([f"{name}:{port}" for name in names] + (list(names) if port == 80 else []))


class Guard:
    """Refuses what must not come in before anything else sees it, and puts the headers on what goes out."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the app do so."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        sending = _dressed(send)
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        try:
            body = await _body(scope, receive)
        except ClientDisconnect:
            return
        if body is None:
            await Json(error_body("too-large", "the request is larger than the server takes"), 413)(
                scope, receive, sending
            )
            return
        await self.app(scope, _replayed(body, receive), sending)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self.access.hosts:
            return Json(error_body("host", "this address is not the server's own"), 403)
        origin = headers.get("origin")
        if origin is not None and not self._is_ours(origin):
            return Json(error_body("origin", "a page of another site may not ask this server"), 403)
        if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"} and scope["path"] != "/":
            return Json(error_body("origin", "a page of another site may not ask this server"), 403)
        if scope["path"] == "/" and scope["method"] in {"GET", "HEAD"}:
            asked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            if asked and self.access.admits(asked):
                return self._welcome()
        if not self._let_in(headers):
            if scope["path"] == "/":
                linked = headers.get("sec-fetch-site") in {"cross-site", "same-site"}
                return Response(_PAGE.format(again=_AGAIN if linked else ""), 401, media_type="text/html")
            return Json(error_body("unauthorised", "the token is missing or wrong"), 401)
        if scope["method"] not in SAFE and "x-mantlet" not in headers:
            return Json(error_body("header", "a change needs the header X-Mantlet"), 403)
        return None

    def _is_ours(self, origin: str) -> bool:
        scheme, _, host = origin.lower().partition("://")
        return scheme in {"http", "https"} and host in self.access.hosts

    def _let_in(self, headers: Headers) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.access.knows(given.strip())
        return self.access.knows(_cookies(headers.get("cookie", "")).get(self.access.cookie, ""))

    def _welcome(self) -> Response:
        """Swap the token in the address for a cookie, so that it is in no history and no referrer."""
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self.access.cookie, self.access.token, httponly=True, samesite="strict", path="/")
        return answer


def _cookies(text: str) -> Mapping[str, str]:
    """Return cookies by name; those that other servers on this machine set may have any form and spoil none of ours."""
    parts = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in parts}


def _dressed(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            message["headers"] = headers.raw
        await send(message)

    return sending


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """Return a request's body, or None as soon as it is larger than may be sent there; half a body is never taken for one."""
    limit = MAX_UPLOAD if scope["path"] in UPLOADS else MAX_BODY
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
