"""YAML of other tools: scalars mean what YAML 1.2 says, anchors and merge keys work, size and depth are bounded.

The parser's events come one at a time, so that nothing is built of hostile input before it is refused.
"""

from __future__ import annotations

from typing import Any

import yaml

from mantlet.base.errors import InputError, LimitError, Location
from mantlet.base.limits import MAX_DEPTH
from mantlet.base.text import locate
from mantlet.store.tree import core_value
from mantlet.store.yamlwords import syntax_error

MAX_VALUES = 1_000_000
"""Values of a document, each use of an alias counted in full."""
_MERGE = "<<"
_NO_KEY = object()


class _Open:
    """A collection that is being read."""

    def __init__(self, value: Any, anchor: str | None, first: int) -> None:
        self.value = value
        self.anchor = anchor
        self.first = first
        self.key: Any = _NO_KEY
        self.merge: list[Any] = []


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int] | None] = {}
        self.count = 0
        self.result: Any = None
        self.documents = 0

    def read(self) -> Any:
        try:
            parser = yaml.CSafeLoader(self.text)
            while (event := parser.get_event()) is not None:
                self._take(event)
        except yaml.YAMLError as error:
            raise syntax_error(error, self.text, self.name) from None
        except UnicodeEncodeError:
            raise InputError("half of a surrogate pair is no character", where=Location(self.name)) from None
        return self.result

    def _take(self, event: Any) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self._refuse(event, "a second document starts here ('---')")
            case yaml.ScalarEvent():
                plain = event.implicit[0] and event.tag is None
                self._done(core_value(event.value) if plain else event.value, event.anchor, 1, event)
            case yaml.MappingStartEvent():
                self._start({}, event)
            case yaml.SequenceStartEvent():
                self._start([], event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                known = self.anchors.get(event.anchor or "")
                if known is None:
                    self._refuse(event, f"the alias '{event.anchor}' stands inside itself or for nothing")
                else:
                    self._done(known[0], None, known[1], event)

    def _refuse(self, event: Any, what: str) -> None:
        raise InputError(what, where=locate(self.text, event.start_mark.index, self.name))

    def _start(self, value: Any, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise LimitError(f"nested deeper than {MAX_DEPTH} levels", where=Location(self.name))
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(value, event.anchor, self.count))

    def _end(self, event: Any) -> None:
        done = self.stack.pop()
        if isinstance(done.value, dict):
            for source in reversed(done.merge):
                self._count(len(source), event)
                done.value = {**source, **done.value}
        self._done(done.value, done.anchor, 1, event, self.count - done.first + 1)

    def _count(self, size: int, event: Any) -> None:
        self.count += size
        if self.count > MAX_VALUES:
            where = locate(self.text, event.start_mark.index, self.name)
            raise LimitError(f"more than {MAX_VALUES:,} values, counting each use of an alias", where=where)

    def _done(self, value: Any, anchor: str | None, size: int, event: Any, whole: int = 0) -> None:
        """Put a value that is complete where it belongs."""
        self._count(size, event)
        if anchor is not None:
            self.anchors[anchor] = (value, whole or size)
        if not self.stack:
            self.result = value
            return
        holder = self.stack[-1]
        if isinstance(holder.value, list):
            holder.value.append(value)
        elif holder.key is _NO_KEY:
            holder.key = self._key(value, event)
        else:
            key, holder.key = holder.key, _NO_KEY
            if key == _MERGE:
                holder.merge += [
                    item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)
                ]
            else:
                holder.value[key] = value

    def _key(self, value: Any, event: Any) -> Any:
        if isinstance(value, dict | list):
            self._refuse(event, "a key is no text")
        return (
            value
            if isinstance(value, str)
            else "null"
            if value is None
            else str(value).lower()
            if isinstance(value, bool)
            else str(value)
        )


def read_yaml(text: str, name: str) -> Any:
    """Return what a text says as plain data."""
    return _Reader(text, name).read()
