"""Settings files of the repository, read as data: YAML, JSON, TOML, and how Hydra puts them together."""

from __future__ import annotations

import configparser
import json
import posixpath
import re
import tomllib
from typing import TYPE_CHECKING, Any

import yaml

from mantlet.discovery.python import paths
from mantlet.discovery.python.values import Mapping, Value

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine, Settings

MAX_TEXT = 400_000
MAX_ITEMS = 20_000
_SETTINGS = re.compile(r"conf|setting|param|option|args|env|secret|credential|schema")
_REFERENCE = re.compile(r"\$\{([\w.]+)\}")


def parse(path: str, text: str) -> Any:
    """Return a settings file's content; None where it is none."""
    if len(text) > MAX_TEXT or _deep(text):
        return None
    suffix = path.rpartition(".")[2].lower()
    try:
        if suffix in {"yaml", "yml"}:
            data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        elif suffix == "json":
            data = json.loads(text)
        elif suffix == "toml":
            data = tomllib.loads(text)
        elif suffix in {"ini", "cfg"}:
            data = _sections(text)
        else:
            return None
    except (yaml.YAMLError, configparser.Error, ValueError, RecursionError, TypeError):
        return None
    return data if _count(data, [0]) else None


def is_settings(path: str) -> bool:
    """Tell whether a file holds settings, and not data that happens to be written as a document."""
    return not path.endswith(".json") or bool(_SETTINGS.search(path.lower()))


def _sections(text: str) -> dict[str, dict[str, str]]:
    reader = configparser.ConfigParser(strict=False, interpolation=None)
    reader.read_string(text)
    return {name: dict(reader.items(name)) for name in reader.sections()}


def _deep(text: str) -> bool:
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest > 40 or any(len(line) - len(line.lstrip(" ")) > 160 for line in text.split("\n"))


def _count(data: Any, seen: list[int]) -> bool:
    """Tell whether a document is small, aliases counted each time."""
    seen[0] += 1
    if seen[0] > MAX_ITEMS:
        return False
    if isinstance(data, dict):
        return all(_count(item, seen) for item in data.values())
    if isinstance(data, list):
        return all(_count(item, seen) for item in data)
    return True


def load(m: Machine, text: str) -> Value | None:
    """Return the value of a settings file that code names, where the repository has it."""
    path = _in_repository(paths.of_path(text, m.script, m.settings).removeprefix("path:"), m.settings)
    if not path or "*" in path:
        return None
    if path not in m.documents:
        found = _text(m, path)
        data = parse(path, found) if found is not None else None
        m.documents[path] = m.soft_mapping(_resolved(data, data)) if isinstance(data, (dict, list)) else None
    return m.documents[path]


def _in_repository(path: str, settings: Settings) -> str:
    """Return the file that a path means which code writes as it is where it runs (`/opt/app/config/a.yaml`)."""
    parts = path.strip("/").split("/")
    if path in settings.files or "*" in path:
        return path
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        if tail in settings.files:
            return tail
        ending = [file for file in settings.files if file.endswith(f"/{tail}")]
        if ending:
            return ending[0] if len(ending) == 1 else path
    return path


def _text(m: Machine, path: str) -> str | None:
    return m.settings.read(path) if path in m.settings.files else None


def _resolved(data: Any, root: Any, depth: int = 0) -> Any:
    """Replace `${a.b}` by what it refers to."""
    if depth > 12:
        return data
    if isinstance(data, dict):
        return {key: _resolved(item, root, depth + 1) for key, item in data.items()}
    if isinstance(data, list):
        return [_resolved(item, root, depth + 1) for item in data]
    if isinstance(data, str) and "${" in data:
        return _REFERENCE.sub(lambda found: _looked_up(found, root, depth), data)
    return data


def _looked_up(found: re.Match[str], root: Any, depth: int) -> str:
    current = root
    for name in found[1].split("."):
        current = current.get(name) if isinstance(current, dict) else None
    if isinstance(current, str) and "${" in current and depth < 8:
        return str(_resolved(current, root, depth + 3))
    return str(current) if isinstance(current, (str, int, float)) else found[0]


def hydra(m: Machine, folder: str, name: str) -> Value:
    """Return the settings that Hydra composes from a folder and a name."""
    script_folder = posixpath.dirname(m.module.path if m.module else "")
    base = posixpath.normpath(posixpath.join(script_folder, folder)) if folder else script_folder
    base = "" if base == "." else base
    if base not in m.settings.folders:
        tail = posixpath.normpath(folder).lstrip("./")
        base = next(
            (found for found in sorted(m.settings.folders) if found == tail or found.endswith(f"/{tail}")),
            base,
        )
    data = _composed(m, base, name or "config", 0)
    return m.soft_mapping(_resolved(data, data)) if data else Value((Mapping(soft=True),))


def _composed(m: Machine, base: str, name: str, depth: int) -> dict[str, Any]:
    path = posixpath.join(base, name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    text = _text(m, path)
    data = parse(path, text) if text is not None else None
    if not isinstance(data, dict) or depth > 6:
        return {}
    merged: dict[str, Any] = {}
    for item in data.get("defaults") or []:
        if isinstance(item, str) and item != "_self_":
            inner = _composed(m, base, item, depth + 1)
            parts = item.strip("/").split("/")
            for part in reversed(parts[:-1]):
                inner = {part: inner}
            merged = _merged(merged, inner)
        elif isinstance(item, dict):
            for group, choice in item.items():
                if isinstance(choice, str):
                    key = str(group).removeprefix("override ").strip("/").partition("@")[0]
                    merged = _merged(
                        merged, {key: _composed(m, posixpath.join(base, key), choice, depth + 1)}
                    )
    return _merged(merged, {key: item for key, item in data.items() if key != "defaults"})


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    result = dict(one)
    for key, item in other.items():
        before = result.get(key)
        result[key] = _merged(before, item) if isinstance(before, dict) and isinstance(item, dict) else item
    return result


def options(argv: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    """Split a command's arguments into options with values and positions."""
    named: dict[str, str] = {}
    positions: list[str] = []
    index = 0
    while index < len(argv):
        part = argv[index]
        if part.startswith("-") and len(part) > 1:
            name, equals, value = part.partition("=")
            if equals:
                named[name] = value
            elif index + 1 < len(argv) and not argv[index + 1].startswith("-"):
                named[name] = argv[index + 1]
                index += 1
        else:
            positions.append(part)
        index += 1
    return named, positions
