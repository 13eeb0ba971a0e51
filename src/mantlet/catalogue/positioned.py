"""YAML into plain values that still know where each of them stands.

Every scalar stays text: the schema decides what is a number or a switch, so `no`, `on` and `1:30` never change
type by themselves. Built from parser events without recursion; aliases are refused, so a small file stays small.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mantlet.base.errors import InputError, LimitError, Location
from mantlet.base.limits import MAX_DEPTH, read_text

MAX_BYTES = 8 * 2**20
"""One rule file; the largest of the package's own has about 100 kB."""
Path_ = tuple[str | int, ...]
_NULLS = {"", "~", "null", "Null", "NULL"}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Positioned:
    """A document: its value, and the line and column of each key and item by path."""

    name: str
    lines: list[str]
    value: Any = None
    marks: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    key_marks: dict[Path_, tuple[int, int]] = field(default_factory=dict)

    def locate(self, path: Path_, *, key: bool = False) -> Location:
        """Return where the value at a path stands (or its key); the nearest thing around it if it isn't there."""
        while True:
            first, second = (self.key_marks, self.marks) if key else (self.marks, self.key_marks)
            mark = first.get(path) or second.get(path)
            if mark:
                return self._location(*mark)
            if not path:
                return Location(self.name)
            path = path[:-1]

    def _location(self, line: int, column: int) -> Location:
        excerpt = self.lines[line - 1] if line <= len(self.lines) else ""
        return Location(self.name, line, column, excerpt)

    def error(self, what: str, mark: Any, mend: str = "") -> InputError:
        """Return an error at a YAML mark."""
        return InputError(what, where=self._location(mark.line + 1, mark.column + 1), mend=mend)


def read_yaml(path: Path, name: str = "") -> Positioned:
    """Read one YAML file; ``name`` is what errors call it. Raises `InputError` with the place."""
    text = read_text(path, MAX_BYTES)
    document = Positioned(name or str(path), text.splitlines())
    try:
        _build(document, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or "the YAML cannot be read"
        if mark is None:
            raise InputError(what, where=Location(document.name)) from None
        raise document.error(what, mark) from None
    except yaml.reader.ReaderError as error:
        raise InputError(
            f"a character that text files do not have: {error.reason}", where=Location(document.name)
        ) from None
    return document


class _Container:
    """A mapping or list under construction."""

    __slots__ = ("key", "path", "value")

    def __init__(self, value: dict[str, Any] | list[Any], path: Path_) -> None:
        self.value = value
        self.path = path
        self.key: str | None = None


def _build(document: Positioned, text: str) -> None:
    stack: list[_Container] = []
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise document.error(
                    "a second document starts here", event.start_mark, "keep one document per file"
                )
        elif isinstance(event, yaml.AliasEvent):
            raise document.error("aliases (*name) are not read here", event.start_mark, "write the value out")
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            if len(stack) >= MAX_DEPTH:
                raise LimitError(
                    f"nested deeper than {MAX_DEPTH} levels", where=document.error("", event.start_mark).where
                )
            _put(document, stack, event)


def _put(document: Positioned, stack: list[_Container], event: Any) -> None:
    """Add one scalar or opened collection to what is around it."""
    mark = (event.start_mark.line + 1, event.start_mark.column + 1)
    around = stack[-1] if stack else None
    if around is not None and isinstance(around.value, dict) and around.key is None:
        _take_key(document, around, event, mark)
        return
    if around is None:
        path: Path_ = ()
    elif isinstance(around.value, list):
        path = (*around.path, len(around.value))
    else:
        path = (*around.path, around.key or "")
    document.marks[path] = mark
    value = _value(event)
    if around is None:
        document.value = value
    elif isinstance(around.value, list):
        around.value.append(value)
    else:
        around.value[around.key or ""] = value
        around.key = None
    if not isinstance(event, yaml.ScalarEvent):
        stack.append(_Container(value, path))


def _take_key(document: Positioned, around: _Container, event: Any, mark: tuple[int, int]) -> None:
    if not isinstance(event, yaml.ScalarEvent):
        raise document.error("a key must be plain text", event.start_mark)
    if event.value in around.value:
        first = document.key_marks[(*around.path, event.value)]
        raise document.error(
            f"the key '{event.value}' is here twice", event.start_mark, f"the first is in line {first[0]}"
        )
    around.key = event.value
    document.key_marks[(*around.path, event.value)] = mark


def _value(event: Any) -> Any:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    plain = event.style is None or event.style == ""
    return None if plain and event.value in _NULLS else event.value


_WHERE = re.compile(r" - at `(?:key in )?\$(.*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")


def schema_path(message: str) -> tuple[str, Path_]:
    """Split a schema error into its text and the path it names (as far as it names one)."""
    found = _WHERE.search(message)
    if not found:
        unknown = _UNKNOWN.search(message)
        return message, (unknown.group(1),) if unknown else ()
    text = message[: found.start()]
    path: list[str | int] = []
    for step in _STEP.finditer(found.group(1)):
        if step.group(1) is not None:
            path.append(step.group(1))
        elif step.group(2) is not None:
            path.append(int(step.group(2)))
        else:
            break
    unknown = _UNKNOWN.search(text)
    return text, (*path, unknown.group(1)) if unknown else tuple(path)
