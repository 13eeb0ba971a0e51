"""Sites in one Python file, found in its tree and never by running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from msgspec import Struct

from mantlet.discovery.sites.names import Names, Survey
from mantlet.discovery.sites.nodes import (
    constants,
    is_constant,
    is_credential,
    is_given,
    is_joined,
    is_safe_yaml,
    names_hub,
    start,
)
from mantlet.discovery.sites.rules import Constant, Rule, rules

About = Literal["flow", "store", "process"]
_LOOPBACK = re.compile(r"https?://(localhost|127\.|0\.0\.0\.0|\[::1\])")
MAX_SITES = 400
"""Sites that are kept of one file; generated code can have thousands alike."""


ASKS_WHO = (
    "authoriz", "authentic", "login_required", "log_in", "sign_in", "x-api-key", "apikeyheader", "httpbearer", "httpbasic", "oauth", "jwt",
    "get_current_user", "verify_token", "auth_required", "token_required", "basic_auth", "permission_classes", "compare_digest", "hmac",
    "session_token", "ldap", "saml",
)  # fmt: skip
"""Words of code that finds out who a caller is."""
CHECKS_SUMS = ("hashlib", "sha256", "checksum", "md5sum", "blake2", "minisign", "sigstore", "cosign")
"""Words of code that compares what it fetched with what it expects."""


def speaks_of(code: str, words: tuple[str, ...]) -> bool:
    """Tell whether code, in small letters, has one of some words in it."""
    return any(word in code for word in words)


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
        given = constants(node)
        for rule in applying:
            if self._applies(rule, node, given):
                text = f"{name} runs code that the file holds" if rule.runs_code else ""
                for about, facts in _facts(rule):
                    for fact, value in facts.items():
                        yield self._site(node, about, fact, value, text)
        if name == "yaml.load" and not is_safe_yaml(node, self._names):
            yield self._site(node, "flow", "serialisation", "yaml", "yaml.load without a safe loader")
        yield from self._addresses(node)
        yield from self._logged(node, name)
        for keyword in node.keywords:
            if keyword.arg and is_credential(keyword.arg, keyword.value):
                yield self._site(
                    keyword.value, "process", "secrets_managed", "no", "a credential is written in the code"
                )

    def _applies(self, rule: Rule, node: ast.Call, given: dict[str, Constant | None]) -> bool:
        if rule.names and not self._names.imported & set(rule.names.split()):
            return False
        if any(not is_given(given, key, wanted) for key, wanted in rule.when.items()):
            return False
        if any(is_given(given, key, wanted) for key, wanted in rule.unless.items()):
            return False
        if rule.dynamic >= 0 and (len(node.args) <= rule.dynamic or is_constant(node.args[rule.dynamic])):
            return False
        if rule.joined >= 0 and (len(node.args) <= rule.joined or not is_joined(node.args[rule.joined])):
            return False
        return not rule.hub or names_hub(node)

    def _addresses(self, node: ast.Call) -> Iterator[Site]:
        """Tell of calls to an address by which protocol they go."""
        for value in (*node.args[:2], *(item.value for item in node.keywords)):
            text = start(value)
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
            if node.value is not None and name and is_credential(name, node.value):
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
                and is_credential(key.value, value)
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
