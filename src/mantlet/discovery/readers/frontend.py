"""Programs in JavaScript and TypeScript: what they call (fetch, axios, WebSocket, EventSource), serve, and send to others."""

from __future__ import annotations

import posixpath
import re

from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing, Unclear
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._handlers import by_file, inside, secret_of
from mantlet.discovery.readers._javascript import (
    UNKNOWN,
    MissingGrammarError,
    Node,
    Values,
    arguments_of,
    field_of,
    line_of,
    parse,
    text_of,
    walk,
    writes_as_it_is,
)
from mantlet.discovery.readers._names import (
    in_clear,
    is_secret,
    known,
    looks_random,
    saas_of_host,
    saas_thing,
    variable_clues,
)

MAX_CHARACTERS = 400_000
_LONG_LINE = 20_000
_FOLDERS = ("src", "app", "pages", "components", "lib", "services", "hooks", "utils", "api", "store", "stores", "public", "static", "routes", "views", "composables", "features")  # fmt: skip
_METHODS = frozenset(("get", "post", "put", "patch", "delete", "head", "request"))
_CLIENT = re.compile(
    r"axios|\bhttp|api|client|\bky\b|superagent|\$http|instance|request|fetcher|\bgot\b", re.IGNORECASE
)
_FETCHERS = re.compile(
    r"^(fetch|\$fetch|useFetch|ofetch|authFetch|apiFetch|fetchApi|fetchJson|apiRequest|request|useSWR|fetcher|fetchWithAuth|fetchEventSource|api|axios|http|ky|got|apiCall|callApi)$"
)
_ROUTERS = re.compile(r"^(app|router|server|api|\w*Router|fastify)$")
_SERVER_PACKAGES = ("express", "fastify", "koa", "hono", "koa-router", "@koa/router")
_ANSWERING = frozenset(
    ("llm-service", "embedding-service", "vector-index", "speech-service", "inference-service")
)
_LOCAL = frozenset(("localhost", "127.0.0.1", "0.0.0.0", "*"))  # noqa: S104 (compared, not bound)
_TESTS = re.compile(
    r"(^|/)(__tests__|__mocks__|tests?|e2e|cypress|stories|mocks?|dist|vendor|third_party|wwwroot/lib|node_modules|docs?|_static|htmlcov|coverage)/|serviceWorker\.|\.(test|spec|stories|d|config|min)\.[jt]sx?\Z"
)


def claims(path: str) -> bool:
    """Tell whether the file is a program in JavaScript or TypeScript, no test and no bundle."""
    return path.endswith((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts")) and not _TESTS.search(path)


def read(source: Source) -> list[Clue]:
    """Return the calls that the file makes, the routes that it serves and the services that it uses."""
    if len(source.text) > MAX_CHARACTERS or any(len(line) > _LONG_LINE for line in source.lines[:50]):
        return [Unclear(source.at(), "not read: a bundle or data rather than a program that people write")]
    if not _worth(source.text):
        return []
    return script_clues(source, source.text, program_of(source.path))


def _worth(text: str) -> bool:
    return any(
        word in text
        for word in (
            "fetch",
            "axios",
            "WebSocket",
            "EventSource",
            "ajax",
            "http",
            ".get(",
            ".post(",
            "import",
            "require",
            "innerHTML",
        )
    )


def program_of(path: str) -> str:
    """Return the key of the program that a file belongs to: the folder above `src` and its like.

    What lies in `static` belongs to the pages of the server that is there.
    """
    parts = path.split("/")[:-1]
    if "static" in parts and "src" not in parts:
        folder = "/".join(parts[: parts.index("static")])
        return f"code:{folder}/templates" if folder else "code:templates"
    if "src" in parts:
        at = parts.index("src")
    elif len(parts) == 1 and parts[0] in _FOLDERS:
        at = 0
    else:
        at = next((n for n, part in enumerate(parts) if n and part in _FOLDERS), len(parts))
    folder = "/".join(parts[:at])
    return f"code:{folder}" if folder else "code:."


def script_clues(source: Source, text: str, key: str, first: int = 1) -> list[Clue]:
    """Return what a script says; ``first`` is the line of the file that it starts on."""
    try:
        root = parse(text, source.path)
    except MissingGrammarError:
        return [
            Unclear(source.at(), "not read: JavaScript needs tree-sitter (pip install 'mantlet[discovery]')")
        ]
    return _Script(source, root, key, first - 1).clues()


class _Script:
    def __init__(self, source: Source, root: Node, key: str, shift: int) -> None:
        self.source, self.root, self.key, self.shift = source, root, key, shift
        self.values = Values(root)
        self.imported = self._imports()
        self.serves = any(name in _SERVER_PACKAGES for name in self.imported)
        self.calls = 0
        self.owners: dict[int, str] = {}
        """Per function that answers requests, the endpoint's key."""
        self.handlers = self._handlers()
        self.default = next(iter(self.owners.values()), key)
        """What the file's own lines belong to."""

    def at(self, node: Node) -> int:
        return line_of(node) + self.shift

    def clues(self) -> list[Clue]:
        found: list[Clue] = []
        for node in walk(self.root):
            if node.type == "member_expression" and (name := secret_of(node)) and is_secret(name):
                found += self._secret(node, name)
            elif node.type == "call_expression":
                found += self._call(node)
            elif node.type == "new_expression":
                found += self._new(node)
            elif node.type == "pair":
                found += self._credential(node)
            elif node.type in ("jsx_attribute", "assignment_expression"):
                found += self._unencoded(node)
        found += self._services()
        if self.calls or self.handlers:
            called = (c.at for c in found if isinstance(c, Fact) and c.fact == "called_with")
            first = self.handlers[0].at if self.handlers else next(called)
            name = posixpath.basename(self.key[5:]).strip(".") or "front end"
            kind = "web-service" if self.serves or self._server_side() else "browser-client"
            found.insert(0, Thing(self.key, kind, name, first, 0.5))
        found += self.handlers
        return list(dict.fromkeys(found))

    def _handlers(self) -> list[Clue]:
        """Return the endpoints that the file is by its place (`app/api/chat/route.ts`)."""
        clues: list[Clue] = []
        for verb, path, function in by_file(self.source.path, self.root):
            clues += self._endpoint(verb, path, function, [function])
            clues.append(Fact(self.owners[function.id], "answers", "yes", clues[-1].at))
        return clues

    def _endpoint(self, verb: str, path: str, node: Node, functions: list[Node]) -> list[Clue]:
        """Return an endpoint; what its functions do is the endpoint's."""
        key, at = f"code:{self.source.path}#{verb} {path}", self.source.at(self.at(node))
        self.owners |= {function.id: key for function in functions}
        return [
            Thing(key, "web-service", f"{verb} {path}", at, 0.7, parent=self.key),
            Same(key, f"route:{verb} {path}@code:{self.source.path}", at),
        ]

    def _server_side(self) -> bool:
        return bool(
            re.search(r"(^|/)(pages|app)/api/|(^|/)(server|backend)/|\.server\.[jt]s\Z", self.source.path)
        )

    def _imports(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for node in walk(self.root):
            if node.type == "import_statement":
                name = text_of(node.child_by_field_name("source")).strip("\"'`")
                found.setdefault(name, self.at(node))
            elif (
                node.type == "call_expression" and text_of(node.child_by_field_name("function")) == "require"
            ):
                arguments = arguments_of(node)
                if arguments and arguments[0].type == "string":
                    found.setdefault(text_of(arguments[0])[1:-1], self.at(node))
        return found

    # -- calls

    def _call(self, node: Node) -> list[Clue]:
        function = node.child_by_field_name("function")
        if (
            function is not None and function.type == "await_expression"
        ):  # the grammar's reading of `await f<T>()`
            function = function.named_children[0] if function.named_children else None
        arguments = arguments_of(node)
        name = text_of(function)
        if function is None or not arguments or len(name) > 120:
            return []
        if function.type == "identifier" and _FETCHERS.match(name):
            return self._fetch(node, arguments)
        if function.type == "member_expression":
            return self._method(node, function, arguments)
        if name == "io" and "socket.io-client" in self.imported:
            return self._request(node, "WS", self.values.text(arguments[0]), answers=True)
        return []

    def _fetch(self, node: Node, arguments: list[Node]) -> list[Clue]:
        if arguments[0].type == "object":  # axios({url, method})
            return self._settings(node, arguments[0])
        options = arguments[1] if len(arguments) > 1 else None
        if options is not None and options.type == "identifier":
            options = self.values.constants.get(text_of(options))
        method = (self.values.text(field_of(options, "method")) or "GET").upper()
        return self._request(node, method, self.values.text(arguments[0]), answers=self._used(node, options))

    def _settings(self, node: Node, options: Node) -> list[Clue]:
        method = (self.values.text(field_of(options, "method") or field_of(options, "type")) or "GET").upper()
        return self._request(
            node, method, self.values.text(field_of(options, "url")), answers=self._used(node, options)
        )

    def _method(self, node: Node, function: Node, arguments: list[Node]) -> list[Clue]:
        owner = text_of(function.child_by_field_name("object"))
        name = text_of(function.child_by_field_name("property"))
        if self.serves and _ROUTERS.match(owner) and name in (*_METHODS, "all") and len(arguments) > 1:
            return self._route(node, name, arguments)
        if name == "fetch" and owner in ("window", "globalThis", "self"):
            return self._fetch(node, arguments)
        if name in ("ajax", "getJSON", "open", "sendBeacon"):
            return self._old(node, owner, name, arguments)
        if name in _METHODS and (_CLIENT.search(owner.rpartition(".")[2]) or owner in ("$", "jQuery")):
            return self._client(node, owner, name, arguments)
        return []

    def _old(self, node: Node, owner: str, name: str, arguments: list[Node]) -> list[Clue]:
        """Return the requests of jQuery, XMLHttpRequest and beacons."""
        first = self.values.text(arguments[0])
        if name == "sendBeacon":
            return self._request(node, "POST", first, answers=False)
        if name == "open":
            if len(arguments) < 2 or not re.search(r"xhr|req|http", owner, re.IGNORECASE):
                return []
            return self._request(node, (first or "GET").upper(), self.values.text(arguments[1]), answers=True)
        if owner not in ("$", "jQuery"):
            return []
        if arguments[0].type == "object":
            return self._settings(node, arguments[0])
        return self._request(node, "GET", first, answers=True)

    def _client(self, node: Node, owner: str, name: str, arguments: list[Node]) -> list[Clue]:
        """Return the request of a client's method (`axios.post`, `api.get`)."""
        if arguments[0].type == "object":
            return self._settings(node, arguments[0])
        path = self.values.text(arguments[0])
        if path is None or not re.match(r"(/|\*|https?:|\{|[\w-]+/)", path):
            return []
        base = self._base(owner)
        whole = (
            path if re.match(r"https?:|\*", path) or not base else f"{base.rstrip('/')}/{path.lstrip('/')}"
        )
        body = arguments[1] if len(arguments) > 1 else None
        verb = "GET" if name == "request" else name.upper()
        return self._request(node, verb, whole, answers=self._used(node, body))

    def _base(self, owner: str) -> str:
        """Return the address that a client made by `axios.create({baseURL})` puts before its paths."""
        made = self.values.constants.get(owner)
        if made is None or made.type != "call_expression":
            return "" if owner in ("axios", "$", "jQuery", "ky", "superagent", "got") else UNKNOWN
        options = next(iter(arguments_of(made)), None)
        found = self.values.text(field_of(options, "baseURL") or field_of(options, "prefixUrl"))
        return UNKNOWN if found is None else found

    def _new(self, node: Node) -> list[Clue]:
        kind = text_of(node.child_by_field_name("constructor"))
        arguments = arguments_of(node)
        if kind not in ("WebSocket", "EventSource", "ReconnectingWebSocket") or not arguments:
            return []
        url = self.values.text(arguments[0])
        if url is None and kind != "EventSource":
            url = self._ending(arguments[0])
        return self._request(node, "GET" if kind == "EventSource" else "WS", url, answers=True)

    def _ending(self, node: Node) -> str | None:
        """Return the path that an address ends with, where its start is worked out at run time."""
        return None if node.type not in ("template_string", "binary_expression") else self.values.text(node)

    def _used(self, node: Node, body: Node | None) -> bool:
        """Tell whether the answer is used: assigned, returned or handed on; what only stores a file gets a receipt."""
        stores = re.search(
            r"upload|document|file|attachment|ingest",
            text_of((arguments_of(node) or [None])[0]),
            re.IGNORECASE,
        )
        if (
            stores
            and body is not None
            and not self.key.endswith("templates")
            and re.search(r"formdata", text_of(body)[:400], re.IGNORECASE)
        ):
            return False
        parent = node.parent
        while parent is not None and parent.type in (
            "await_expression",
            "parenthesized_expression",
            "as_expression",
        ):
            parent = parent.parent
        return parent is not None and parent.type != "expression_statement"

    def _request(self, node: Node, verb: str, url: str | None, *, answers: bool) -> list[Clue]:
        at, caller = self.source.at(self.at(node)), inside(node, self.owners, self.default)
        if url is None:
            return [Unclear(at, "a request to an address that is worked out at run time")]
        url = re.sub(r"\$\{[^}]*\}", "{value}", url)
        if not re.match(r"(https?|wss?)://|/|\*|\{", url):
            url = "/" + url
        host = re.match(r"(?:https?|wss?)://([^/:?#]+)", url)
        if host and (service := saas_of_host(host[1])):
            sent: list[Clue] = [
                saas_thing(service, at),
                Move(caller, f"saas:{service}", at, "request", 0.7),
            ]
            return (
                [*sent, Move(f"saas:{service}", caller, at, "answer", 0.6, opened_by=caller)]
                if answers
                else sent
            )
        self.calls += 1
        key = f"url:{verb} " + url.partition("?")[0]
        clues: list[Clue] = [Fact(key, "called_with", verb, at, other=caller)]
        if answers and verb in ("GET", "WS", "POST"):
            clues.append(Move(key, caller, at, "answer", 0.7, opened_by=caller))
        local = host is None or host[1] in _LOCAL
        if not local and url.startswith(("http://", "ws://")):
            protocol = "http" if url.startswith("http:") else "websocket"
            clues.append(Fact(caller, "protocol", protocol, at, other=key))
        return clues

    # -- what a server answers, what it uses, what it gives away

    def _route(self, node: Node, method: str, arguments: list[Node]) -> list[Clue]:
        path = self.values.text(arguments[0])
        if path is None or not path.startswith("/"):
            return []
        verb, at = "ANY" if method == "all" else method.upper(), self.source.at(self.at(node))
        name = posixpath.basename(self.key[5:]).strip(".") or "server"
        clues: list[Clue] = [Thing(self.key, "web-service", name, at, 0.5)]
        clues += self._endpoint(verb, path, node, arguments[1:])
        if re.search(r"\b\w+\.(json|send|render|end|write|body)\b", text_of(arguments[-1])):
            clues.append(Fact(self.owners[arguments[-1].id], "answers", "yes", at))
        return clues

    def _services(self) -> list[Clue]:
        clues: list[Clue] = []
        for package, line in self.imported.items():
            if service := known()["npm"].get(package):
                at, thing = self.source.at(line), saas_thing(service, self.source.at(line), 0.7)
                clues += [thing, Move(self.default, thing.key, at, "", 0.6, opened_by=self.default)]
                if thing.type in _ANSWERING:
                    clues.append(Move(thing.key, self.default, at, "answer", 0.6, opened_by=self.default))
                if not self.handlers:
                    name = posixpath.basename(self.key[5:]).strip(".") or "program"
                    clues.append(Thing(self.key, "web-service", name, at, 0.4))
        return clues

    def _secret(self, node: Node, name: str) -> list[Clue]:
        """Return a credential that the program takes from its environment."""
        at, caller = self.source.at(self.at(node)), inside(node, self.owners, self.default)
        return [
            Thing(f"secret:{name}", "secret-store", name, at, 0.7),
            Move(f"secret:{name}", caller, at, "credential", 0.7, opened_by=caller),
        ]

    def _credential(self, node: Node) -> list[Clue]:
        """Return a key that stands in the program (`apiKey: "…"`); its value is not kept."""
        name, value = text_of(node.child_by_field_name("key")).strip("\"'"), node.child_by_field_name("value")
        if (
            value is None
            or value.type != "string"
            or not re.search(r"api_?key|secret|token|password", name, re.IGNORECASE)
        ):
            return []
        text = text_of(value)[1:-1]
        if not (in_clear(text) and looks_random(text)):
            return []
        at = self.source.at(self.at(node))
        return [clue for clue in variable_clues("API_KEY", text, at, self.key) if isinstance(clue, Fact)]

    def _unencoded(self, node: Node) -> list[Clue]:
        raw = writes_as_it_is(node)
        return [Fact(self.key, "output_encoded", "no", self.source.at(self.at(node)))] if raw else []
