"""nginx: what a proxy forwards where, whether it listens without TLS, and who is asked for a password."""

from __future__ import annotations

import re

from msgspec import Struct

from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing, Unclear
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._names import address

_TOKEN = re.compile(
    r"#[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{};]|\$\{[^}]*\}[^\s{};]*|[^\s{};\"'#]+|\n|\s+"
)
MAX_DIRECTIVES = 5_000


class _Directive(Struct, frozen=True):
    words: tuple[str, ...]
    line: int
    inside: tuple[tuple[str, ...], ...]
    """The blocks around it, the outermost first."""


def claims(path: str) -> bool:
    """Tell whether the file may be nginx's."""
    return (
        re.search(
            r"(^|/)nginx[^/]*\.(conf|template)\Z|(^|/)(nginx|conf\.d|sites-(available|enabled))/[^/]*(\.conf[^/]*|\.template|default|[^./]+)\Z|(^|/)(proxy|default)(/conf|\.conf)(\.template)?\Z",
            path,
        )
        is not None
    )


def read(source: Source) -> list[Clue]:
    """Return the proxy and where it forwards to."""
    if "server" not in source.text and "upstream" not in source.text:
        return []
    directives, balanced = _directives(source)
    clues: list[Clue] = (
        [] if balanced else [Unclear(source.at(), "braces of the nginx configuration don't match")]
    )
    upstreams = _upstreams(directives)
    key = f"service:nginx/{source.path}"
    forwards = [
        one
        for one in directives
        if one.words[0] in ("proxy_pass", "uwsgi_pass", "grpc_pass", "fastcgi_pass") and len(one.words) > 1
    ]
    first = next((one for one in directives if one.words[0] == "listen"), None)
    if not forwards and first is None:
        return clues
    at = source.at((first or forwards[0]).line)
    clues.append(Thing(key, "api-gateway", "nginx", at, 0.6, also=("nginx", "proxy")))
    clues.append(Same(key, "config:" + source.path, at))
    for one in forwards:
        clues += _forward(source, key, one, upstreams)
    return list(dict.fromkeys(clues + _listens(source, key, directives)))


def _directives(source: Source) -> tuple[list[_Directive], bool]:
    found: list[_Directive] = []
    blocks: list[tuple[str, ...]] = []
    words: list[str] = []
    line, start, balanced = 1, 1, True
    for match in _TOKEN.finditer(source.text):
        piece = match[0]
        if piece == ";" and words:
            found.append(_Directive(tuple(words), start, tuple(blocks)))
            words = []
        elif piece == "{":
            blocks.append(tuple(words))
            found.append(_Directive(tuple(words) or ("",), start, tuple(blocks[:-1])))
            words = []
        elif piece == "}":
            balanced = balanced and bool(blocks)
            blocks = blocks[:-1]
            words = []
        elif piece.strip() and not piece.startswith("#"):
            start = start if words else line
            words.append(piece.strip("\"'"))
        line += piece.count("\n")
        if len(found) > MAX_DIRECTIVES:
            break
    return found, balanced and not blocks


def _upstreams(directives: list[_Directive]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in directives:
        block = one.inside[-1] if one.inside else ()
        if one.words[0] == "server" and block[:1] == ("upstream",) and len(block) > 1 and len(one.words) > 1:
            found.setdefault(block[1], []).append(one.words[1])
    return found


def _forward(source: Source, key: str, one: _Directive, upstreams: dict[str, list[str]]) -> list[Clue]:
    at = source.at(one.line)
    target = one.words[1]
    location = next((block[-1] for block in reversed(one.inside) if block[:1] == ("location",)), "/")
    scheme, mark, rest = target.partition("://")
    host = rest.split("/")[0] if mark else target.split("/")[0]
    if host.startswith("$"):
        return [Unclear(at, f"forwards to '{host[:60]}', which is only known at run time")]
    clues: list[Clue] = []
    for server in upstreams.get(host, [host]):
        found = address(f"{scheme if mark else 'http'}://{server}")
        if found is None or server.startswith("unix:"):
            continue
        clues.append(Move(key, found.key, at, f"requests to {location}", 0.8))
        if scheme == "http" and found.host not in ("localhost", "127.0.0.1"):
            clues.append(Fact(key, "protocol", "http", at, other=found.key))
    return clues


def _listens(source: Source, key: str, directives: list[_Directive]) -> list[Clue]:
    clues: list[Clue] = []
    ports = [one for one in directives if one.words[0] == "listen" and len(one.words) > 1]
    secure = any("ssl" in one.words or one.words[1].endswith("443") for one in ports)
    if ports and not secure:
        clues.append(Fact("who:user", "protocol", "http", source.at(ports[0].line), other=key))
    for one in directives:
        if one.words[0] == "limit_req":
            clues.append(Fact(key, "rate_limited", "yes", source.at(one.line)))
        elif one.words[0] == "client_max_body_size" and one.words[1:2] != ("0",):
            clues.append(Fact(key, "size_limited", "yes", source.at(one.line)))
        elif one.words[0] in ("auth_basic", "auth_request") and one.words[1:2] != ("off",):
            clues.append(Fact(key, "authenticated", "yes", source.at(one.line)))
    return clues
