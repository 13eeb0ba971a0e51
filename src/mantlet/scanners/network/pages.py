"""What a web server says in its headers, cookies and errors, and what it shows that was not meant for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import yaml
from msgspec import Struct, convert, field

from mantlet.base.data import read_beside
from mantlet.scanners.network.web import Answer, Site

_MATCHED = 16_384
"""Characters of an answer that patterns see; a hostile server may send what makes them slow."""
FOREIGN = "https://mantlet.invalid"
Row = tuple[str, str]
_VERSION = re.compile(r"/\d|\d+\.\d+")
_DEBUG = re.compile(
    r"Werkzeug Debugger|Traceback \(most recent call last\)|DEBUG = True|You're seeing this error because|"
    r"at [\w.$]+\([\w]+\.java:\d+\)|<title>Action Controller: Exception|X-Debug-Token"
)


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """How an open server of one kind gives itself away."""

    rule: str
    what: str
    path: str
    body: str
    """Must be in the answer."""
    method: str = "GET"
    sent: str = ""
    status: list[int] = field(default_factory=lambda: [200])


@lru_cache(maxsize=1)
def services() -> list[Service]:
    """Return the servers that are known."""
    raw = yaml.load(read_beside(__file__, "../data/services.yaml"), yaml.CSafeLoader)  # package data
    return convert(raw, list[Service])


def look(site: Site, front: Answer) -> Iterator[Row]:
    """Yield rules that a web server breaks, with what does it; ``front`` is its answer to `/`."""
    yield from _headers(site, front)
    yield from _cookies(site, front)
    yield from _origins(site)
    yield from _methods(site)
    yield from _errors(site)
    yield from _shown(site)
    if front.status in {401, 403} and front.status == 401:
        yield "asks-for-login", f"status {front.status}"


def _headers(site: Site, front: Answer) -> Iterator[Row]:
    policy = front.first("content-security-policy")
    html = "html" in front.first("content-type")
    if site.tls and not re.search(r"max-age=\s*[1-9]", front.first("strict-transport-security")):
        yield "header-hsts", "Strict-Transport-Security"
    if front.first("x-content-type-options").lower() != "nosniff":
        yield "header-sniffing", "X-Content-Type-Options"
    if html and not policy:
        yield "header-policy", "Content-Security-Policy"
    framed = "frame-ancestors" in policy or front.first("x-frame-options")
    if html and not framed:
        yield "header-frames", "X-Frame-Options"
    if html and not front.first("referrer-policy"):
        yield "header-referrer", "Referrer-Policy"
    for name in ("server", "x-powered-by", "x-aspnet-version", "x-runtime"):
        value = front.first(name)
        if value and (name != "server" or _VERSION.search(value)):
            yield "header-version", f"{name}: {value[:80]}"


def _cookies(site: Site, front: Answer) -> Iterator[Row]:
    for cookie in front.all("set-cookie"):
        name = cookie.partition("=")[0].strip()[:60]
        words = {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]}
        if site.tls and "secure" not in words:
            yield "cookie-plain", name
        if "httponly" not in words:
            yield "cookie-script", name
        if "samesite" not in words or re.search(r"(?i)samesite\s*=\s*none", cookie):
            yield "cookie-cross-site", name


def _origins(site: Site) -> Iterator[Row]:
    answer = site.ask("/", headers={"Origin": FOREIGN})
    if answer is None:
        return
    allowed = answer.first("access-control-allow-origin")
    credentials = answer.first("access-control-allow-credentials").lower() == "true"
    if allowed == FOREIGN or (allowed == "*" and credentials):
        yield "cors-with-login" if credentials else "cors-any", f"Access-Control-Allow-Origin: {allowed}"
    elif allowed in {"*", "null"}:
        yield "cors-any", f"Access-Control-Allow-Origin: {allowed}"


def _methods(site: Site) -> Iterator[Row]:
    answer = site.ask("/", "TRACE", {"X-Mantlet": "echo"})
    if answer is not None and answer.status == 200 and "x-mantlet" in answer.body.lower():
        yield "method-trace", "TRACE"


def _errors(site: Site) -> Iterator[Row]:
    for path in ("/mantlet-not-there-%7B%7B7*7%7D%7D", "/%c0%ae%c0%ae/"):
        answer = site.ask(path)
        if (
            answer is not None
            and answer.status >= 400
            and (_DEBUG.search(answer.body) or answer.first("x-debug-token"))
        ):
            yield "error-detail", f"status {answer.status}"
            return


def _shown(site: Site) -> Iterator[Row]:
    """Ask for what open servers answer; a site that answers everything alike is told apart by a path that isn't there."""
    blank = site.ask("/mantlet-not-there")
    catch_all = blank is not None and blank.status == 200
    seen: set[str] = set()
    asked: dict[tuple[str, str, str], Answer | None] = {}
    for service in services():
        key = (service.method, service.path, service.sent)
        if key not in asked:
            headers = {"Content-Type": "application/json"} if service.sent else {}
            asked[key] = site.ask(service.path, service.method, headers, service.sent)
        answer = asked[key]
        if answer is None or answer.status not in service.status or service.rule in seen:
            continue
        if catch_all and blank is not None and answer.body == blank.body:
            continue
        if re.search(service.body, answer.body[:_MATCHED], re.DOTALL):
            seen.add(service.rule)
            yield service.rule, f"{service.what} at {service.path}"
