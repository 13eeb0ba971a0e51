"""JSON and templates in and beside models: Keras configurations, chat templates, code that a repository brings."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from mantlet.scanners.models.context import Context
from mantlet.scanners.models.graphs import leads_out
from mantlet.scanners.models.imports import Trust, trust
from mantlet.scanners.models.limits import MAX_TEXT
from mantlet.scanners.models.source import Source
from mantlet.scanners.models.templates import is_template, template

_KERAS_HOME = re.compile(
    r"(keras|tensorflow|tf_keras|keras_nlp|keras_hub|keras_cv|keras_core|builtins|numpy)(\.|$)"
)
_TEMPLATE_SUFFIXES = frozenset({".jinja", ".jinja2", ".j2", ".tmpl", ".tpl", ".template"})
_SOURCES = frozenset(
    [
        ".py",
        ".pyi",
        ".ipynb",
        ".md",
        ".rst",
        ".tex",
        ".js",
        ".mjs",
        ".ts",
        ".tsx",
        ".jsx",
        ".vue",
        ".css",
        ".html",
        ".htm",
        ".svg",
        ".xml",
        ".java",
        ".go",
        ".rs",
        ".c",
        ".h",
        ".cpp",
        ".rb",
        ".php",
        ".sh",
        ".sql",
        ".csv",
        ".tsv",
        ".log",
        ".lock",
        ".toml",
        ".cfg",
        ".ini",
    ]
)
"""Texts that nobody gives to a chat template."""
_NAMES_IN_CODE = re.compile(
    rb"\b(os|subprocess|sys|socket|system|popen|Popen|eval|exec|compile|__import__|importlib|import_module|"
    rb"check_output|urlopen|urllib|requests|builtins|getattr|globals|ctypes|pty|spawn|b64decode|marshal|shutil|open)\b"
)
MAX_TRIES = 500
"""Starts of a configuration in one HDF5 file."""
MAX_CONFIG = 8 * 2**20
_KERAS_READERS = frozenset({"TFSMLayer"})
_VOCABULARIES = frozenset({"StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup"})


def text(context: Context, source: Source, member: str, name: str) -> None:
    """Look at a text: a template, or JSON with a template or a network in it."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _SOURCES:
        return
    raw = source.all(MAX_TEXT + 1)
    if len(raw) > MAX_TEXT:
        if context.claims:
            context.missed(member, "the text is too long")
        return
    words = raw.decode("utf-8-sig", "replace")
    if suffix in _TEMPLATE_SUFFIXES:
        context.is_a("template")
        template(context, words, member, chat="chat" in name.lower())
        return
    if words.lstrip()[:1] in {"{", "["} and any(
        key in words for key in ("class_name", "chat_template", "auto_map", "{{", "{%")
    ):
        try:
            value = json.loads(words)
        except (ValueError, RecursionError):
            value = None
        if value is not None:
            document(context, value, member)
            return
    if is_template(words) and len(words) < 1 << 20:
        template(context, words, member, chat=False)


def document(context: Context, value: Any, member: str) -> None:
    """Look at JSON."""
    for key, item in _walk(value):
        if isinstance(item, dict):
            if "class_name" in item:
                context.is_a("keras")
                _keras(context, item, member)
            if key == "auto_map":
                for module in dict.fromkeys(map(str, item.values())):
                    context.found("remote-code", member, name=module[:120])
        elif isinstance(item, str) and is_template(item):
            template(context, item, member, chat="chat_template" in key or key == "template")


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every value with its key, without recursion."""
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        key, item = pending.pop()
        yield key, item
        if isinstance(item, dict):
            pending += [(str(name), inner) for name, inner in item.items()]
        elif isinstance(item, list):
            pending += [(key, inner) for inner in item]


def _keras(context: Context, item: dict[str, Any], member: str) -> None:
    """Look at one object of a Keras configuration."""
    name, config = str(item["class_name"]), item.get("config")
    module = item.get("module")
    if name.rpartition(">")[2] == "Lambda":
        _lambda(context, config if isinstance(config, dict) else {}, member)
    elif name in _KERAS_READERS:
        where = config.get("filepath", name) if isinstance(config, dict) else name
        context.found("keras-reads-path", member, name=f"a SavedModel from {str(where)[:120]!r}")
    elif name in _VOCABULARIES and isinstance(config, dict):
        words = config.get("vocabulary")
        if isinstance(words, str) and (leads_out(words) or "/" in words or "\\" in words):
            context.found("keras-reads-path", member, name=repr(words[:120]))
    if not isinstance(module, str):
        return
    called = config if isinstance(config, str) and name == "function" else name
    if _KERAS_HOME.match(module):
        if trust(module, str(called)) is Trust.DANGEROUS:
            context.found("keras-dangerous-import", member, name=f"{module}.{called}"[:160])
    elif trust(module, str(called)) is Trust.DANGEROUS:
        context.found("keras-dangerous-import", member, name=f"{module}.{called}"[:160])
    else:
        context.found("keras-foreign-class", member, name=f"{module}.{called}"[:160])


def _lambda(context: Context, config: dict[str, Any], member: str) -> None:
    """Look into a Lambda layer; its bytecode or source is searched for names, never decoded or run."""
    name = str(config.get("name", "without a name"))[:80]
    for _, value in _walk(config):
        if not isinstance(value, str) or len(value) < 16:
            continue
        try:
            code = base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError):
            code = value.encode("utf-8", "replace")
        words = sorted({match.decode() for match in _NAMES_IN_CODE.findall(code)})
        if words:
            context.found("keras-lambda-dangerous", member, name=", ".join(words[:5]))
            return
    context.found("keras-lambda", member, name=name)


def keras_as_text(context: Context, source: Source, member: str) -> None:
    """Find Keras configurations in an HDF5 file or in metadata of a SavedModel: they lie there as plain JSON."""
    at, decoder, tries = 0, json.JSONDecoder(), 0
    while (at := source.find(b'"class_name"', at)) >= 0:
        tries += 1
        if context.late or tries > MAX_TRIES:
            context.missed(member, "it has more configurations than are looked at")
            return
        before = source.read(max(at - 64, 0), min(at, 64))
        start = at - len(before) + max(before.rfind(b"{"), 0)
        words = source.read(start, MAX_CONFIG if tries < 5 else 1 << 20).decode("latin-1")
        try:
            value, used = decoder.raw_decode(words)
        except (ValueError, RecursionError):
            if re.match(r'"class_name":\s*"Lambda"', words[at - start : at - start + 60]):
                context.found("keras-lambda", member, name="in a part that cannot be read")
            at += 1
            continue
        document(context, value, member)
        at = max(start + used, at + 1)
