"""What a project's files ask to be installed: requirements, pyproject and lock files of Python."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from mantlet.base.errors import MantletError
from mantlet.base.limits import read_text
from mantlet.base.yamlplain import load_plain

_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)$")
_EXACT = re.compile(r"^===?\s*([A-Za-z0-9.!+_-]+)\s*(?:;.*)?$")
_LOCKS = {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"}
MAX_BYTES = 32 * 2**20


class Pin(Struct, frozen=True, order=True):
    """One thing to be installed."""

    path: str
    line: int
    name: str
    """As the index normalises it."""
    version: str = ""
    """Empty where no exact version is asked for."""
    wanted: str = ""
    """What is asked for, as it is written."""
    hashed: bool = False
    locked: bool = False
    """From a lock file, which holds exact versions by its nature."""


class UnreadableError(Exception):
    """A file that asks for dependencies cannot be read."""


def normal(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_dependency_file(path: str) -> bool:
    """Tell whether a file asks for Python packages."""
    name = path.rpartition("/")[2].lower()
    return _reader(name) is not None


def read(root: Path, path: str) -> list[Pin]:
    """Return what one file asks for; raises `UnreadableError`."""
    reader = _reader(path.rpartition("/")[2].lower())
    if reader is None:
        return []
    try:
        text = read_text(root / path, MAX_BYTES, "split it")
        return sorted(reader(text, path))
    except MantletError as error:
        raise UnreadableError(error.what) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableError(f"it cannot be understood: {str(error)[:200]}") from None


def _reader(name: str) -> Callable[[str, str], Iterator[Pin]] | None:
    if name.endswith((".txt", ".in")) and re.search(
        r"(^|[-_.])(requirements?|constraints?|reqs)([-_.]|$)", name
    ):
        return _requirements
    if name == "pyproject.toml":
        return _pyproject
    if name in _LOCKS:
        return _lock
    if name == "pipfile.lock":
        return _pipfile
    if name in {"environment.yml", "environment.yaml", "conda.yaml", "conda.yml"}:
        return _conda
    return None


def _requirements(text: str, path: str) -> Iterator[Pin]:
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        start = number
        line = lines[number]
        while line.rstrip().endswith("\\") and number + 1 < len(lines):
            number += 1
            line = line.rstrip()[:-1] + " " + lines[number]
        number += 1
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        if line and not line.startswith("-"):
            yield from _one(line, path, start + 1)


def _one(text: str, path: str, line: int) -> Iterator[Pin]:
    """Read one requirement."""
    hashed = "--hash" in text
    text = re.split(r"\s--", text)[0].strip()
    if " @ " in text or "://" in text.split(";")[0]:
        match = re.search(r"#egg=([\w.-]+)", text) or re.match(r"([\w.-]+)(?:\[[^\]]*\])?\s*@", text)
        fixed = re.search(r"@([0-9a-f]{40})\b", text) or re.search(r"#sha256=[0-9a-f]{64}", text)
        if match:
            yield Pin(path, line, normal(match.group(1)), "", text, hashed=fixed is not None)
        return
    match = _NAME.match(text)
    if not match:
        return
    rest = match.group(2).strip()
    exact = _EXACT.match(rest)
    version = exact.group(1) if exact and "*" not in exact.group(1) else ""
    yield Pin(path, line, normal(match.group(1)), version, rest.partition(";")[0].strip(), hashed)


def _pyproject(text: str, path: str) -> Iterator[Pin]:
    document = tomllib.loads(text)
    project = document.get("project", {})
    groups = [
        *project.get("dependencies", []),
        *(item for group in project.get("optional-dependencies", {}).values() for item in group),
        *(
            item
            for group in document.get("dependency-groups", {}).values()
            for item in group
            if isinstance(item, str)
        ),
    ]
    for item in groups:
        yield from _one(item, path, _line(text, item))
    poetry = document.get("tool", {}).get("poetry", {})
    for name, wanted in poetry.get("dependencies", {}).items():
        if name.lower() == "python":
            continue
        spec = (
            wanted
            if isinstance(wanted, str)
            else wanted.get("version", "")
            if isinstance(wanted, dict)
            else ""
        )
        version = spec.lstrip("=") if re.fullmatch(r"={0,2}\d[\w.]*", spec) and spec.startswith("=") else ""
        yield Pin(path, _line(text, name), normal(name), version, spec)


def _line(text: str, what: str) -> int:
    at = text.find(what)
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def _lock(text: str, path: str) -> Iterator[Pin]:
    document = tomllib.loads(text)
    packages: list[dict[str, Any]] = document.get("package", document.get("packages", []))
    for item in packages:
        version = str(item.get("version", ""))
        source = item.get("source", {})
        if isinstance(source, dict) and {"virtual", "editable", "directory"} & set(source):
            continue
        line = _line(text, f'name = "{item["name"]}"')
        yield Pin(path, line, normal(item["name"]), version, f"=={version}", hashed=True, locked=True)


def _pipfile(text: str, path: str) -> Iterator[Pin]:
    document = json.loads(text)
    for section in ("default", "develop"):
        for name, item in document.get(section, {}).items():
            wanted = item.get("version", "")
            yield Pin(
                path,
                _line(text, f'"{name}"'),
                normal(name),
                wanted.lstrip("="),
                wanted,
                bool(item.get("hashes")),
                locked=True,
            )


def _conda(text: str, path: str) -> Iterator[Pin]:
    document = load_plain(text) or {}
    for item in document.get("dependencies", []):
        if isinstance(item, dict):
            for inner in item.get("pip", []):
                yield from _one(inner, path, _line(text, inner))
        elif isinstance(item, str) and not re.match(r"(python|pip)\b", item):
            name, _, version = item.rpartition("::")[2].partition("=")
            exact = version.lstrip("=").partition("=")[0]
            yield Pin(
                path, _line(text, item), normal(name.strip()), exact if exact[:1].isdigit() else "", item
            )
