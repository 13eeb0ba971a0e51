"""What the answers of an interview change in a model, on plain data: no file, no text.

Answers touch the same entries, so they are combined in an order that no combination can break: first
everything that is added, then everything that is set, then what is dropped with all that refers to it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct, field

from mantlet.base.errors import UsageError
from mantlet.base.limits import MAX_NAME

NONE = "none"
UNKNOWN = "unknown"
WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Raw = dict[str, Any]


class Edit(Struct, forbid_unknown_fields=True, kw_only=True):
    """What one answer does: entries added, dotted paths set, entries dropped by id."""

    title: str = ""
    add: dict[str, dict[str, Any]] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    drop: list[str] = field(default_factory=list)


class Put(Struct, frozen=True):
    """A written answer and the path where it goes."""

    path: str
    kind: Literal["text", "number", "fields", "choice"]
    answer: str


def cleaned(kind: str, answer: str) -> str:
    """Return an answer in the form that is kept: one line of printable text, bare digits, a list of words.

    What cannot be brought into that form raises `UsageError`.
    """
    line = "".join(char for char in " ".join(answer.split()) if char.isprintable())[:MAX_NAME].strip()
    if kind == "number" and line and line != UNKNOWN:
        digits = re.sub(r"[ ,._']", "", line)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
            raise UsageError(f"'{line}' is no number", mend="write a whole number, such as 120000")
        return digits
    if kind == "fields":
        return ", ".join(_words(line))
    return line


def _words(line: str) -> list[str]:
    words = [re.sub(r"[\s_]+", "-", part.strip().lower()) for part in line.split(",") if part.strip()]
    for word in words:
        if not WORD.fullmatch(word):
            raise UsageError(f"'{word}' is no field name", mend="write words such as name, email, birth-date")
    return list(dict.fromkeys(words))


def combine(model: Raw, edits: Iterable[Edit], puts: Iterable[Put]) -> Raw:
    """Return the model as all answers together make it; the one given is left alone."""
    result, edits = copy.deepcopy(model), list(edits)
    for edit in edits:
        for section, entries in edit.add.items():
            result.setdefault(section, {}).update(copy.deepcopy(entries))
    for edit in edits:
        for path, value in edit.set.items():
            _set(result, path.split("."), copy.deepcopy(value))
    for put in puts:
        _put(result, put)
    for edit in edits:
        for name in edit.drop:
            _drop(result, name)
    return result


def _put(model: Raw, put: Put) -> None:
    path = put.path.split(".")
    if put.answer == UNKNOWN and put.kind != "text":
        _unset(model, path)
    elif put.kind == "fields":
        _set(model, path, [] if put.answer == NONE else put.answer.split(", "))
    else:
        _set(model, path, put.answer)


def _set(model: Raw, path: list[str], value: Any) -> None:
    for key in path[:-1]:
        model = model.setdefault(key, {})
    model[path[-1]] = value


def _unset(model: Raw, path: list[str]) -> None:
    for key in path[:-1]:
        model = model.get(key, {})
    model.pop(path[-1], None)


def _drop(model: Raw, name: str) -> None:
    """Take an entry out, with every flow that touches it and every mention of it."""
    boundaries = model.get("boundaries", {})
    outer = boundaries.get(name, {}).get("in", "")
    for section in ("parties", "data", "boundaries", "elements", "flows"):
        model.get(section, {}).pop(name, None)
    for boundary in boundaries.values():
        if boundary.get("in") == name:
            boundary["in"] = outer
    for element in model.get("elements", {}).values():
        _forget(element, "in", name)
        _forget(element, "holds", name)
        if element.get("operated_by") == name:
            del element["operated_by"]
    for asset in model.get("data", {}).values():
        _forget(asset, "derived_from", name)
    flows = model.get("flows", {})
    for flow in [key for key, value in flows.items() if name in (value["from"], value["to"])]:
        del flows[flow]
    for flow in flows.values():
        _forget(flow, "data", name)
        _forget(flow, "returns", name)


def _forget(entry: Raw, key: str, name: str) -> None:
    """Take a name out of a list or mapping; one that becomes empty goes, since nobody says “nothing”."""
    value = entry.get(key)
    if not isinstance(value, (list, dict)) or name not in value:
        return
    if isinstance(value, list):
        value.remove(name)
    else:
        del value[name]
    if not value:
        del entry[key]
