"""YAML, JSON and TOML of other people's tools, as values that know their lines.

`store.yamlread` reads our own file and refuses what such files are full of: tags, merge keys, several documents. The
bounds are the same: events come one at a time, so depth, size and aliases are refused before they cost anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from mantlet.base.errors import LimitError
from mantlet.base.items import MAX_ITEMS, NOTHING, Item
from mantlet.base.limits import MAX_DEPTH
from mantlet.discovery.clues import Clue, Unclear
from mantlet.discovery.reader import Source

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass(slots=True)
class _Frame:
    item: Item
    key: str | None = None
    key_line: int = 0
    merges: list[Item] | None = None
    anchor: str = ""
    first: int = 0
    """How many values had been read before it."""


class _Builder:
    """Builds items from the parser's events, without recursion."""

    def __init__(self, text: str) -> None:
        self.parser: Any = yaml.CSafeLoader(text)
        self.stack: list[_Frame] = []
        self.anchors: dict[str, Item] = {}
        self.sizes: dict[str, int] = {}
        self.documents: list[Item] = []
        self.count = 0

    def build(self) -> list[Item]:
        while (event := self.parser.get_event()) is not None:
            if isinstance(event, yaml.AliasEvent):
                mark = event.start_mark
                self._alias(str(event.anchor), mark.line + 1 if mark else 0)
            elif isinstance(event, yaml.ScalarEvent):
                self._place(self._scalar(event))
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()
            elif isinstance(event, yaml.DocumentStartEvent):
                self.anchors.clear()
        return self.documents

    def _admit(self, size: int = 1) -> None:
        self.count += size
        if self.count > MAX_ITEMS:
            raise LimitError(f"more than {MAX_ITEMS:,} values")

    def _scalar(self, event: Any) -> Item:
        self._admit()
        plain = bool(event.implicit[0])
        value = None if plain and event.value in _NULLS else event.value
        block = event.style if event.style in ("|", ">") else ""
        return self._anchored(
            Item(value, event.start_mark.line + 1, tag=event.tag or "", plain=plain, block=block), event
        )

    def _anchored(self, item: Item, event: Any) -> Item:
        if event.anchor:
            self.anchors[event.anchor] = item
            self.sizes[event.anchor] = 1
        return item

    def _alias(self, name: str, line: int) -> None:
        item = self.anchors.get(name, NOTHING)
        self._admit(self.sizes.get(name, 1))  # each use counts in full: what grows by aliases is refused
        if any(frame.item is item for frame in self.stack):  # a value that contains itself
            item = NOTHING
        self._place(Item(item.value, line, tag=item.tag))

    def _open(self, event: Any) -> None:
        self._admit()
        if len(self.stack) >= MAX_DEPTH:
            raise LimitError(f"nested deeper than {MAX_DEPTH} levels")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        item = self._anchored(Item(value, event.start_mark.line + 1, tag=event.tag or ""), event)
        self.stack.append(_Frame(item, anchor=event.anchor or "", first=self.count - 1))

    def _close(self) -> None:
        frame = self.stack.pop()
        if frame.anchor:
            self.sizes[frame.anchor] = self.count - frame.first
        if frame.merges and isinstance(frame.item.value, dict):
            for other in frame.merges:
                for name, child in other.items():
                    frame.item.value.setdefault(name, child)
        self._place(frame.item)

    def _place(self, item: Item) -> None:
        if not self.stack:
            self.documents.append(item)
            return
        frame = self.stack[-1]
        holder = frame.item.value
        if isinstance(holder, list):
            holder.append(item)
        elif isinstance(holder, dict):
            if frame.key is None:
                frame.key = item.text if not isinstance(item.value, (list, dict)) else "?"
                frame.key_line = item.line
            else:
                item.key = frame.key_line
                if frame.key == "<<" and not item.text:
                    frame.merges = [*(frame.merges or []), *item.each()]
                else:
                    holder[frame.key] = item
                frame.key = None


_BREAKS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
"""What YAML takes for the end of a line, and nobody else does."""


@lru_cache(maxsize=4)
def _yaml(text: str) -> tuple[tuple[Item, ...], str, int]:
    """Return the documents, and what is wrong where the text is no YAML or past a limit."""
    builder: _Builder | None = None
    try:
        builder = _Builder(_BREAKS.sub(" ", text))
        return tuple(builder.build()), "", 0
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = f"not readable as YAML: {getattr(error, 'problem', None) or 'bad character'}"
        line = min(mark.line + 1, text.count("\n") + 1) if mark else 0
        return tuple(builder.documents if builder else ()), what, line
    except LimitError as error:
        return (), error.what, 0
    except UnicodeEncodeError:
        return (), "half of a surrogate pair is no character", 0


def yaml_documents(source: Source, text: str = "") -> list[Item]:
    """Return the documents of a YAML or JSON file; those before a mistake are kept."""
    return [item for item in _yaml(text or source.text)[0] if item]


def yaml_trouble(source: Source, text: str = "") -> list[Clue]:
    """Return what could not be read of a YAML or JSON file."""
    _, what, line = _yaml(text or source.text)
    return [Unclear(source.at(line), what)] if what else []


_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_ENTRY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w.-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")


def toml_document(source: Source) -> tuple[Item, list[Clue]]:
    """Return a TOML file and what could not be read of it; lines are those of the keys."""
    import tomllib  # noqa: PLC0415

    try:
        data = tomllib.loads(source.text)
        return _toml_item(data, (), _toml_lines(source), source, 0), []
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        what = Unclear(source.at(int(found[1]) if found else 0), f"not readable as TOML: {str(error)[:120]}")
        return NOTHING, [what]


def _toml_lines(source: Source) -> dict[tuple[str, ...], int]:
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.lines, 1):
        if head := _TABLE.match(line):
            table = _dotted(head[1])
            lines.setdefault(table, number)
        elif entry := _ENTRY.match(line):
            lines.setdefault((*table, *_dotted(entry[1])), number)
    return lines


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"' ") for part in re.findall(r""""[^"]*"|'[^']*'|[^.\s]+""", text))


def _toml_item(
    value: Any, path: tuple[str, ...], lines: dict[tuple[str, ...], int], source: Source, near: int
) -> Item:
    line = lines.get(path, near)
    if isinstance(value, dict):
        children = {str(k): _toml_item(v, (*path, str(k)), lines, source, line) for k, v in value.items()}
        return Item(children, line, line)
    if isinstance(value, list):
        return Item([_toml_element(v, path, lines, source, line) for v in value], line, line)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Item(text, line, line, plain=not isinstance(value, str))


def _toml_element(
    value: Any, path: tuple[str, ...], lines: dict[tuple[str, ...], int], source: Source, line: int
) -> Item:
    if not isinstance(value, str) or not line:
        return _toml_item(value, path, lines, source, line)
    found = source.find(value, line).line or line
    return Item(value, found)
