"""Sites in one Python file, found in its tree and never by running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from msgspec import Struct, convert, field

from mantlet.discovery.sites.names import Names, Survey

About = Literal["flow", "store", "process"]
Constant = str | bool | int | float
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LOOPBACK = re.compile(r"https?://(localhost|127\.|0\.0\.0\.0|\[::1\])")
MAX_SITES = 400
"""Sites that are kept of one file; generated code can have thousands alike."""


ASKS_WHO = re.compile(
    r"authoriz|authenticat|login_required|log_in|sign_in|x-api-key|apikeyheader|httpbearer|httpbasic|oauth|\bjwt\b|get_current_user|"
    r"verify_token|auth_required|token_required|basic_auth|permission_classes|compare_digest|\bhmac\b|session_token|\bldap\b|\bsaml\b",
    re.IGNORECASE,
)
"""Words of code that finds out who a caller is."""


CHECKS_SUMS = re.compile(r"hashlib|sha256|checksum|md5sum|blake2|\bminisign\b|sigstore|cosign", re.IGNORECASE)
"""Words of code that compares what it fetched with what it expects."""


class Site(Struct, frozen=True, omit_defaults=True):
    """A line that says a fact of the flow, store or process that it belongs to."""

    path: str
    line: int
    about: About
    fact: str
    value: str
    scope: str = ""
    """The function round it."""
    last: int = 0
    """The last line of the call, where it has several."""
    text: str = ""
    """What people read, where no fact says it."""


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """What a call says."""

    call: str
    names: str = ""
    """Packages of which the file must import one, for calls of methods."""
    when: dict[str, Constant] = field(default_factory=dict)
    unless: dict[str, Constant] = field(default_factory=dict)
    flow: dict[str, str] = field(default_factory=dict)
    store: dict[str, str] = field(default_factory=dict)
    process: dict[str, str] = field(default_factory=dict)
    dynamic: int = -1
    """The argument that must not be a constant."""
    joined: int = -1
    """The argument that must be text put together from parts."""
    hub: bool = False
    """Only where the thing is named as on a hub, not as a folder."""
    runs_code: bool = False


class Credentials(Struct, frozen=True, forbid_unknown_fields=True):
    """How credentials are told."""

    names: str
    not_: str = field(name="not")
    placeholders: str


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """The rules as the file has them."""

    calls: list[Rule]
    credentials: Credentials
    logs: str
    bodies: str


@cache
def rules() -> Rules:
    """Return the rules that come with mantlet."""
    text = (Path(__file__).parent / "rules.yaml").read_bytes()
    return convert(_words(yaml.safe_load(text)), Rules)


def _words(value: Any) -> Any:
    """Return the data with `yes` and `no` as the texts that facts are, and true and false where arguments are compared."""
    if isinstance(value, list):
        return [_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    facts = ("flow", "store", "process")
    return {
        key: {
            fact: ("yes" if word is True else "no" if word is False else word) for fact, word in item.items()
        }
        if key in facts
        else _words(item)
        for key, item in value.items()
    }


@cache
def _index() -> tuple[dict[str, list[Rule]], dict[str, list[Rule]]]:
    """Return the rules by qualified name, and those for methods by the method's name."""
    exact: dict[str, list[Rule]] = {}
    methods: dict[str, list[Rule]] = {}
    for rule in rules().calls:
        for name in rule.call.split():
            target, key = (methods, name[2:]) if name.startswith("*.") else (exact, name)
            target.setdefault(key, []).append(rule)
    return exact, methods


def detect(survey: Survey, path: str) -> list[Site]:
    """Return the sites of a file, in the order of their lines."""
    found = sorted(set(_Looking(survey, path).sites()), key=lambda site: (site.line, site.about, site.fact))
    return found[:MAX_SITES]


class _Looking:
    def __init__(self, survey: Survey, path: str) -> None:
        self._survey, self._path = survey, path
        self._names = Names(survey)
        self._handlers = _handlers(survey)
        self._scope = ""

    def sites(self) -> Iterator[Site]:
        for call, scope in self._survey.calls:
            self._scope = scope
            yield from self._call(call)
        for assigned, scope in self._survey.assigned:
            self._scope = scope
            yield from self._assigned(assigned)
        for dictionary, scope in self._survey.dictionaries:
            self._scope = scope
            yield from self._dictionary(dictionary)

    def _site(self, node: ast.expr | ast.stmt, about: About, fact: str, value: str, text: str = "") -> Site:
        last = node.end_lineno or node.lineno
        return Site(
            self._path, node.lineno, about, fact, value, self._scope,
            last if last != node.lineno else 0, text,
        )  # fmt: skip

    # -- calls

    def _call(self, node: ast.Call) -> Iterator[Site]:
        name = self._names.of(node.func)
        exact, methods = _index()
        applying = exact.get(name, [])
        if isinstance(node.func, ast.Attribute):
            applying = [*applying, *methods.get(node.func.attr, ())]
        given = _constants(node)
        for rule in applying:
            if self._applies(rule, node, given):
                text = f"{name} runs code that the file holds" if rule.runs_code else ""
                for about, facts in _facts(rule):
                    for fact, value in facts.items():
                        yield self._site(node, about, fact, value, text)
        if name == "yaml.load" and not _is_safe_yaml(node, self._names):
            yield self._site(node, "flow", "serialisation", "yaml", "yaml.load without a safe loader")
        yield from self._addresses(node)
        yield from self._logged(node, name)
        for keyword in node.keywords:
            if keyword.arg and _is_credential(keyword.arg, keyword.value):
                yield self._site(
                    keyword.value, "process", "secrets_managed", "no", "a credential is written in the code"
                )

    def _applies(self, rule: Rule, node: ast.Call, given: dict[str, Constant | None]) -> bool:
        if rule.names and not self._names.imported & set(rule.names.split()):
            return False
        if any(not _is(given, key, wanted) for key, wanted in rule.when.items()):
            return False
        if any(_is(given, key, wanted) for key, wanted in rule.unless.items()):
            return False
        if rule.dynamic >= 0 and (len(node.args) <= rule.dynamic or _is_constant(node.args[rule.dynamic])):
            return False
        if rule.joined >= 0 and (len(node.args) <= rule.joined or not _is_joined(node.args[rule.joined])):
            return False
        return not rule.hub or _names_hub(node)

    def _addresses(self, node: ast.Call) -> Iterator[Site]:
        """Tell of calls to an address by which protocol they go."""
        for value in (*node.args[:2], *(item.value for item in node.keywords)):
            text = _start(value)
            if text.startswith(("http://", "ftp://", "ws://", "mqtt://")) and not _LOOPBACK.match(text):
                protocol = {"ws": "websocket"}.get(text.split(":", 1)[0], text.split(":", 1)[0])
                yield self._site(node, "flow", "protocol", protocol)
            elif text.startswith(("https://", "wss://")):
                yield self._site(node, "flow", "protocol", text.split(":", 1)[0])

    def _logged(self, node: ast.Call, name: str) -> Iterator[Site]:
        """Tell of requests' content that goes into a log."""
        last = name.rpartition(".")[2]
        logger = name.startswith(("logging.", "loguru.")) or "log" in name.rpartition(".")[0].lower()
        if last not in rules().logs.split() or not (logger or name == "print"):
            return
        known = set(rules().bodies.split())
        handler = next(
            (names for first, final, names in self._handlers if first <= node.lineno <= final), None
        )
        if handler is None:
            return
        used = {inner.id for value in node.args for inner in ast.walk(value) if isinstance(inner, ast.Name)}
        if used & (known | handler):
            yield self._site(node, "store", "scrubbed", "no", "what a request holds goes into a log")

    # -- credentials

    def _assigned(self, node: ast.Assign | ast.AnnAssign) -> Iterator[Site]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            name = (
                target.id
                if isinstance(target, ast.Name)
                else target.attr
                if isinstance(target, ast.Attribute)
                else ""
            )
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                name = str(target.slice.value)
            if node.value is not None and name and _is_credential(name, node.value):
                yield self._site(
                    node, "process", "secrets_managed", "no", "a credential is written in the code"
                )
            if (
                name == "DEBUG"
                and isinstance(node.value, ast.Constant)
                and node.value.value is True
                and self._names.imported & {"django", "pathlib", "os"}
                and self._path.endswith("settings.py")
            ):
                yield self._site(node, "process", "debug", "yes")

    def _dictionary(self, node: ast.Dict) -> Iterator[Site]:
        for key, value in zip(node.keys, node.values, strict=True):
            if (
                isinstance(key, ast.Constant)
                and isinstance(key.value, str)
                and _is_credential(key.value, value)
            ):
                yield self._site(
                    value, "process", "secrets_managed", "no", "a credential is written in the code"
                )


def _facts(rule: Rule) -> tuple[tuple[About, dict[str, str]], ...]:
    return ("flow", rule.flow), ("store", rule.store), ("process", rule.process)


def _handlers(survey: Survey) -> list[tuple[int, int, set[str]]]:
    """Return the functions that a decorator makes answer requests: first line, last line, parameters."""
    verbs = {"get", "post", "put", "patch", "delete", "route", "websocket", "api_route"}
    found = []
    for node, _ in survey.functions:
        if node.decorator_list:
            marks = {
                item.func.attr
                for item in node.decorator_list
                if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute)
            }
            if marks & verbs:
                names = {item.arg for item in (*node.args.args, *node.args.kwonlyargs)} - {"self"}
                found.append((node.lineno, node.end_lineno or node.lineno, names))
    return found


def _constants(node: ast.Call) -> dict[str, Constant | None]:
    """Return the keyword arguments; None for one that is not a constant."""
    return {
        item.arg: item.value.value
        if isinstance(item.value, ast.Constant) and isinstance(item.value.value, str | bool | int | float)
        else None
        for item in node.keywords
        if item.arg
    }


def _is(given: dict[str, Constant | None], key: str, wanted: Constant) -> bool:
    if key not in given:
        return False
    if wanted == "*":
        return True
    if wanted == "#commit":
        return isinstance(given[key], str) and _COMMIT.fullmatch(str(given[key])) is not None
    return given[key] is wanted if isinstance(wanted, bool) else given[key] == wanted


def _is_constant(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _is_joined(node: ast.expr) -> bool:
    """Tell whether a text is put together from parts that are not all constant."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        texts = any(
            isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)
        )
        return (texts or _is_joined(node.left)) and not _is_constant(node.right)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and isinstance(node.func.value, ast.Constant)
    )


def _names_hub(node: ast.Call) -> bool:
    """Tell whether what is fetched may be named as on a hub: `owner/name`, a bare name or a variable, and no path."""
    named = {"model", "repo_id", "pretrained_model_name_or_path", "path"}
    for value in (*node.args, *(item.value for item in node.keywords if item.arg in named)):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return re.fullmatch(r"\w[\w.-]*(/[\w.-]+)?", value.value) is not None
    return True


def _start(node: ast.expr) -> str:
    """Return the text, or the constant start of one put together."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    while isinstance(node, ast.BinOp):
        node = node.left
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_safe_yaml(node: ast.Call, names: Names) -> bool:
    loaders = [*node.args[1:2], *(item.value for item in node.keywords if item.arg == "Loader")]
    return any(
        "Safe" in names.of(loader) or "Base" in names.of(loader) or not names.of(loader) for loader in loaders
    )


def _is_credential(name: str, value: ast.expr) -> bool:
    """Tell whether a constant under a name is a credential and no stand-in for one."""
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return False
    known, text = rules().credentials, value.value
    plain = name.lower().replace("-", "_")
    if not any(plain == word or plain.endswith(f"_{word}") for word in known.names.split()):
        return False
    if any(word in plain for word in known.not_.split()):
        return False
    if (
        len(text) < 6
        or len(text) > 4096
        or any(char.isspace() for char in text)
        or text.startswith(("$", "{", "<", "%", "http://", "https://"))
    ):
        return False
    if re.fullmatch(r"[A-Z][A-Z0-9_]*|[a-z_]+\.[a-z_.]+|[a-z]+(_[a-z]+)+|/[\w./-]+", text):
        return False  # a variable's or setting's name, or a path
    low = text.lower()
    return not any(word in low for word in known.placeholders.split()) and len(set(text)) > 4
