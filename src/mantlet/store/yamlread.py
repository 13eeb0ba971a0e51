"""YAML text to plain mappings, lists and texts, from the parser's events.

Every scalar stays the text that was written: the schema decides what it means, so that `no`, `1:30` or
`2027-01-31` never change silently. Only below `x-` keys, which have no schema, plain scalars mean what YAML 1.2 says.
Events come one at a time, so hostile input is refused before it costs anything: no recursion, no unbounded aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from mantlet.base.errors import MAX_ERRORS, InputError, LimitError, Location, MantletError, raise_all
from mantlet.base.limits import MAX_DEPTH, MAX_NODES
from mantlet.base.memory import without_collection
from mantlet.base.text import locate
from mantlet.store.tree import FOREIGN, NULLS, Node, Path, Raw, Tree, copied, core_value, oddities
from mantlet.store.yamlwords import syntax_error

_KEY = object()


@dataclass(slots=True)
class _Anchor:
    value: Raw
    size: int
    height: int


@dataclass(slots=True)
class _Frame:
    """A collection that is being read."""

    value: Any
    mapping: bool
    node: Node
    foreign: bool
    anchor: str | None
    first: int
    """How many values had been read before it."""
    key: Any = _KEY
    key_event: Any = None
    height: int = 1

    def opens_foreign(self) -> bool:
        """Tell whether the value that comes next is that of a foreign key."""
        return self.mapping and str(self.key).startswith(FOREIGN)


def read_yaml(text: str, file: str, *, nodes: bool = False) -> Tree:
    """Return what the text says; raises every duplicate key at once, or the first error of syntax or limit."""
    with without_collection():
        return _Reader(text, file, nodes=nodes).read()


class _Reader:
    def __init__(self, text: str, file: str, *, nodes: bool) -> None:
        self.text, self.file, self.nodes = text, file, nodes
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Anchor | None] = {}
        self.count = 0
        self.errors: list[MantletError] = []
        self.tree = Tree(None, [], None)
        self.documents = 0

    def read(self) -> Tree:
        handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceStartEvent: self._open_list,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        try:
            parser = yaml.CSafeLoader(self.text)
            while (event := parser.get_event()) is not None:
                handler = handlers.get(type(event))
                if handler is not None:
                    handler(event)
        except yaml.YAMLError as error:
            raise syntax_error(error, self.text, self.file) from None
        except UnicodeEncodeError as error:
            raise InputError(
                "half of a surrogate pair is no character", where=self._where(error.start)
            ) from None
        raise_all(self.errors)
        return self.tree

    def _where(self, offset: int) -> Location:
        return locate(self.text, offset, self.file)

    def _path(self) -> Path:
        return tuple(frame.key if frame.mapping else len(frame.value) for frame in self.stack)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise InputError(
                "a second document starts here ('---')",
                where=self._where(event.start_mark.index),
                mend="keep one document per file",
            )

    def _refuse(self, event: Any, what: str, mend: str) -> None:
        raise InputError(what, where=self._where(event.start_mark.index), mend=mend)

    def _admit(self, event: Any, size: int = 1) -> None:
        self.count += size
        if self.count > MAX_NODES:
            raise LimitError(
                f"more than {MAX_NODES:,} values, counting each use of an alias",
                where=self._where(event.start_mark.index),
                mend="split the file, or write it as JSON",
            )

    # -- scalars

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse(
                event, f"the tag '{event.tag[:60]}' is not allowed", "remove it: the schema decides types"
            )
        self._admit(event)
        frame = self.stack[-1] if self.stack else None
        plain: bool = event.implicit[0]
        value: Raw = event.value
        if frame is not None and frame.mapping and frame.key is _KEY:
            self._key(frame, event, value, plain)
            return
        if plain:
            if frame is not None and (frame.foreign or frame.opens_foreign()):
                value = core_value(value)
            elif value in NULLS:
                value = None
                self.tree.odd.append(self._path())
        if event.anchor is not None:
            self._note_anchor(event.anchor, _Anchor(value, 1, 0))
        self._place(value, self._scalar_node(event, plain) if self.nodes or frame is None else None)

    def _scalar_node(self, event: Any, plain: bool) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in ("|", ">"):  # blank lines after it are not part of it, unless it keeps them
            header = self.text[start : self.text.find("\n", start)]
            body = self.text[start:end]
            end = start + len(body[:-1] if "+" in header and body.endswith("\n") else body.rstrip())
        return Node(start, end, plain=plain, anchor=event.anchor or "")

    def _key(self, frame: _Frame, event: Any, value: str, plain: bool) -> None:
        if plain and value == "<<":
            self._refuse(event, "merge keys ('<<') are not read", "write the entries out")
        if plain and value in NULLS:
            self._refuse(event, "a key is missing before ':'", "name the entry")
        if event.anchor is not None:
            self._refuse(event, "an anchor on a key is not read", "put it on the value")
        if value in frame.value:
            self._duplicate(event, value)
        frame.key, frame.key_event = value, event
        depth = len(self.stack)
        if depth <= 2 and not frame.node.flow:
            mark = event.start_mark
            section = value if depth == 1 else self.stack[0].key
            self.tree.keys.append((section, value if depth == 2 else None, mark.index, mark.column))
        if not frame.foreign and value.startswith(FOREIGN):
            self.tree.odd.append(self._path())

    def _duplicate(self, event: Any, key: str) -> None:
        if len(self.errors) < MAX_ERRORS:
            what = f"the key '{key[:80]}' is there twice"
            self.errors.append(
                InputError(
                    what, where=self._where(event.start_mark.index), mend="keep one of them, or rename one"
                )
            )

    # -- collections

    def _open_mapping(self, event: Any) -> None:
        self._open(event, {}, mapping=True)

    def _open_list(self, event: Any) -> None:
        self._open(event, [], mapping=False)

    def _open(self, event: Any, value: Any, *, mapping: bool) -> None:
        if event.tag is not None:
            self._refuse(
                event, f"the tag '{event.tag[:60]}' is not allowed", "remove it: the schema decides types"
            )
        self._admit(event)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.mapping and frame.key is _KEY:
            self._refuse(
                event, "a mapping or list cannot be a key", "put braces in quotes if they are meant as text"
            )
        if len(self.stack) >= MAX_DEPTH:
            raise LimitError(
                f"nested deeper than {MAX_DEPTH} levels",
                where=self._where(event.start_mark.index),
                mend="flatten it",
            )
        foreign = frame is not None and (frame.foreign or frame.opens_foreign())
        node = Node(event.start_mark.index, flow=bool(event.flow_style), anchor=event.anchor or "")
        node.children = {} if mapping else []
        if event.anchor is not None:
            self._note_anchor(event.anchor, None)
        self.stack.append(_Frame(value, mapping, node, foreign, event.anchor, self.count - 1))

    def _close(self, event: Any) -> None:
        frame = self.stack.pop()
        frame.node.end = event.end_mark.index
        children = frame.node.children
        if (
            children and not frame.node.flow
        ):  # its end is only noticed at the next token; its last child knows where it is
            last = children[-1] if isinstance(children, list) else next(reversed(children.values()))
            frame.node.end = last.end
        if frame.anchor is not None:
            self.anchors[frame.anchor] = _Anchor(frame.value, self.count - frame.first, frame.height)
        if self.stack:
            self.stack[-1].height = max(self.stack[-1].height, frame.height + 1)
        self._place(frame.value, frame.node)

    def _place(self, value: Raw, node: Node | None) -> None:
        if not self.stack:
            self.tree.raw = value
            assert node is not None  # noqa: S101
            self.tree.start, self.tree.end, self.tree.flow = node.start, node.end, node.flow
            self.tree.node = node if self.nodes else None
            return
        frame = self.stack[-1]
        if not frame.mapping:
            frame.value.append(value)
            if node is not None and self.nodes:
                frame.node.children.append(node)  # type: ignore[union-attr]
            return
        key = frame.key
        frame.value[key] = value
        if node is not None and self.nodes:
            event = frame.key_event
            node.key_start, node.key_end = event.start_mark.index, event.end_mark.index
            frame.node.children[key] = node  # type: ignore[index]
        frame.key = _KEY

    # -- anchors

    def _note_anchor(self, name: str, anchor: _Anchor | None) -> None:
        self.tree.anchored = True
        self.anchors[name] = anchor

    def _alias(self, event: Any) -> None:
        name = event.anchor
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.mapping and frame.key is _KEY:
            self._refuse(event, "an alias cannot be a key", "write the key out")
        if name not in self.anchors:
            self._refuse(
                event,
                f"'*{name}' names no anchor above",
                f"put '&{name}' before the value it means, or quote the text",
            )
        anchor = self.anchors[name]
        if anchor is None:
            raise InputError(
                f"'*{name}' stands inside the value it means", where=self._where(event.start_mark.index)
            )
        if len(self.stack) + anchor.height > MAX_DEPTH:
            raise LimitError(
                f"nested deeper than {MAX_DEPTH} levels", where=self._where(event.start_mark.index)
            )
        self._admit(event, anchor.size)
        if frame is not None:
            frame.height = max(frame.height, anchor.height + 1)
        value = copied(anchor.value)
        if frame is None or not frame.foreign:
            self.tree.odd.extend((*self._path(), *rest) for rest in oddities(value))
        node = Node(event.start_mark.index, event.end_mark.index, alias=True) if self.nodes else None
        self._place(value, node)
