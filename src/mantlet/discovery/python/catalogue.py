"""The API catalogue: what calls of libraries do, read from `apis/*.yaml`.

Each file maps a qualified prefix to a list of calls. `*` matches within a name; the prefix `any` is for methods on
objects of unknown class (`any: to_csv`), which must have telling names.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, convert

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FOLDER = Path(__file__).parent.parent / "apis"


class Api(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What calls of one or several names do."""

    call: str
    """Names, divided by spaces; `*` matches anything within one name; `()` the class itself."""
    do: str = ""
    """load, store, send, receive, exchange, delete, connect, source, hub, predict, fit, transform, evaluate, aggregate,
    generate, embed, retrieve, input, show, log, ignore, pass."""
    arg: str = ""
    """Names or positions of the argument that names the resource, divided by `|`; `self` is the object's own."""
    data: str = ""
    """Positions or names of the argument that is written or sent; empty: all others."""
    key: str = "path"
    """The kind of key that the argument's text makes; with `:` in it, a template with `{}`."""
    type: str = ""
    """The vocabulary's type of the resource."""
    name: str = ""
    """The resource's name, where it doesn't depend on an argument."""
    returns: str = ""
    """The qualified class of what comes back."""
    says: str = ""
    """What data goes over, in a few words."""
    role: str = ""
    """The vocabulary's type of the process that calls it."""
    default: str = ""
    """The resource where the argument is left out (`path:mlruns`)."""
    also: str = ""
    """A further resource that is always involved (`saas:huggingface` for downloads by name)."""


class Catalogue:
    """The calls of libraries by qualified name."""

    def __init__(self, entries: dict[str, list[Api]]) -> None:
        self._exact: dict[str, Api] = {}
        self._patterns: dict[str, list[tuple[str, str, Api]]] = {}
        self.any: dict[str, Api] = {}
        self.tops: set[str] = set()
        self._wide: dict[str, list[tuple[re.Pattern[str], Api]]] = {}
        for prefix, apis in entries.items():
            self.tops.add(prefix.partition(".")[0])
            for api in apis:
                self._add(prefix, api)
        self._cache: dict[str, Api | None] = {}

    def _add(self, prefix: str, api: Api) -> None:
        for name in api.call.split():
            if prefix == "any":
                self.any[name] = api
            elif name == "()":
                self._exact[prefix] = api
            elif "*" in name.rpartition(".")[0]:
                self._wide.setdefault(prefix, []).append(
                    (re.compile(re.escape(name).replace(r"\*", "[^.]*")), api)
                )
            elif "*" in name and "." in name:
                inner, _, final = name.rpartition(".")
                head, _, tail = final.partition("*")
                self._patterns.setdefault(f"{prefix}.{inner}", []).append((head, tail, api))
            elif "*" in name:
                head, _, tail = name.partition("*")
                self._patterns.setdefault(prefix, []).append((head, tail, api))
            else:
                self._exact[f"{prefix}.{name}"] = api

    def find(self, name: str) -> Api | None:
        """Return what a qualified name does; a longer prefix goes before a shorter one."""
        if name not in self._cache:
            self._cache[name] = self._find(name)
        return self._cache[name]

    def _find(self, name: str) -> Api | None:
        found = self._exact.get(name)
        if found is not None:
            return found
        top = name
        while "." in top:
            top = top.rpartition(".")[0]
            for pattern, api in self._wide.get(top, ()):
                if pattern.fullmatch(name, len(top) + 1):
                    return api
        prefix, _, last = name.rpartition(".")
        if prefix.endswith("()"):  # what a function returned isn't a module to look in
            return next(
                (
                    api
                    for head, tail, api in self._patterns.get(prefix, ())
                    if last.startswith(head) and last.endswith(tail)
                ),
                None,
            )
        while prefix:
            shorter = f"{prefix}.{last}"
            if shorter != name and shorter in self._exact:  # `pandas.io.api.read_csv` is `pandas.read_csv`
                return self._exact[shorter]
            for head, tail, api in self._patterns.get(prefix, ()):
                if len(last) >= len(head) + len(tail) and last.startswith(head) and last.endswith(tail):
                    return api
            prefix = prefix.rpartition(".")[0]
        return None


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """What names of functions and files tell about what they do."""

    roles: dict[str, list[str]]
    factories: frozenset[str]
    conventions: list[tuple[str, str]]
    handlers: frozenset[str]
    options: list[str]


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that comes with mantlet."""
    entries: dict[str, list[Api]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        document: dict[str, Any] = yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506
        for prefix, apis in document.items():
            entries.setdefault(prefix, []).extend(convert(apis, list[Api]))
    return Catalogue(entries)


@cache
def words() -> Words:
    """Return what names tell."""
    path = FOLDER.parent / "words.yaml"
    return convert(yaml.safe_load(path.read_bytes()), Words)


@cache
def options() -> re.Pattern[str]:
    """Return what finds a library that reads a script's options, in the script's text."""
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in words().options))
