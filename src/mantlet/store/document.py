"""A model file in memory: its text, what it says, and edits that change only their own lines."""

from __future__ import annotations

import copy
import json
from pathlib import Path as FilePath
from typing import Self

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.files import fingerprint, write_atomic
from mantlet.base.text import locate
from mantlet.model.entries import Sections
from mantlet.store.chunks import cut, restored
from mantlet.store.convert import from_raw, settle
from mantlet.store.jsonread import JsonPlaces, looks_like_json
from mantlet.store.rawedit import MISSING, Edit, applied, as_read, get, is_foreign
from mantlet.store.read import BOM, Reading, read_any, read_file
from mantlet.store.shape import type_of
from mantlet.store.tree import Node, Path, Raw
from mantlet.store.yamlread import read_yaml


class Document:
    """One model file.

    `raw` is what it says, as plain data; treat it as read-only and change it by `set`, `remove`, `rename_key` and `insert`,
    which keep comments, order and quoting of everything else. The text always reads as `raw`.
    """

    def __init__(self, text: str = "mantlet: 1\n", file: str = "threatmodel.yaml") -> None:
        self._take(read_any(text, file))

    @classmethod
    def load(cls, path: FilePath) -> Self:
        """Read a file; raises `InputError`, `LimitError` or `InputErrors`."""
        document = cls.__new__(cls)
        document._take(read_file(path))  # noqa: SLF001
        document.fingerprint = fingerprint(document.data)
        return document

    def _take(self, reading: Reading) -> None:
        self.fingerprint: str | None = None
        """Of the bytes on disk when it was read or saved; None for a file that has not been written."""
        self.file = reading.file
        self.is_json = reading.is_json
        tree = reading.tree
        settle(tree.raw, tree.odd, type_of(Sections))
        self.raw: Raw = tree.raw
        self._bom = reading.bom
        self._text: str | None = reading.text
        self._nodes: dict[Path, Node | None] = {}
        self._json_places: JsonPlaces | None = None
        self._chunks = None if reading.is_json else cut(reading.text, tree)
        self._odd: list[Path] | None = [path for path in tree.odd if is_foreign(path[-1:])]
        """Foreign keys; unknown once the text was edited."""

    def copy(self) -> Self:
        """Return the same file for other edits; what is not edited is shared."""
        other = copy.copy(self)
        chunks = self._chunks.copy() if self._chunks is not None else None
        other.__dict__.update(_chunks=chunks, _nodes={})
        return other

    def forget(self) -> None:
        """Let go of what can be made again from the rest, of a file that is kept for later."""
        if self._chunks is not None:  # JSON has no pieces, and its spaces are in the text alone
            self._text = None
        self._nodes, self._json_places = {}, None

    def become(self, earlier: Self) -> None:
        """Take over the text of the same file as it was at another time; what is on disk stays the version that a save may replace."""
        kept = self.fingerprint
        self.__dict__.update(earlier.copy().__dict__)
        self.fingerprint = kept

    def restore(self, section: str, name: str, earlier: Self, *, fresh: bool) -> None:
        """Give an entry the text that it had in the same file at another time, where both say the same of it.

        One that is ``fresh``, because it was just added again, also gets its earlier place.
        """
        if self._chunks is None or earlier._chunks is None or not isinstance(self.raw, dict):
            return
        if restored(self._chunks, section, name, earlier._chunks, fresh=fresh):
            ordered = self._chunks.sections[section].entries or {}
            self.raw = {**self.raw, section: {key: self.raw[section][key] for key in ordered}}
            self._text = None
            self._nodes.clear()

    @property
    def text(self) -> str:
        """The file's text, edits included."""
        text = self._text
        if text is None:
            if self._chunks is not None:
                text = self._chunks.text
            else:
                text = json.dumps(self.raw, indent=2, ensure_ascii=False) + "\n"
            self._text = text
        return text

    @property
    def data(self) -> bytes:
        """The file's bytes, as they are saved."""
        return (BOM if self._bom else b"") + self.text.encode()

    def sections(self) -> Sections:
        """Return the records that the text describes; raises every error with its place."""
        if self.raw is None:
            raise InputError(
                "the file is empty", where=Location(self.file), mend="`mantlet init` writes a first model"
            )
        return from_raw(self.raw, odd=self._odd, where=self.where)

    def reset(self, text: str) -> None:
        """Go back to an earlier text; what was read from disk stays the version that a save may replace."""
        if text != self.text:
            self._take_anew(read_any(text, self.file))

    def save(self, path: FilePath | None = None) -> None:
        """Write the file whole or not at all; raises `StaleWriteError` if it changed on disk since it was read."""
        data = self.data
        write_atomic(path or FilePath(self.file), data, expected=self.fingerprint if path is None else None)
        if path is None:
            self.fingerprint = fingerprint(data)

    # -- places

    def where(self, path: Path, at_key: bool = False) -> Location:
        """Return the line and column of a value or its key, or of the nearest thing around it that is there."""
        return locate(self.text, self._offset(path, at_key=at_key), self.file)

    def _offset(self, path: Path, *, at_key: bool) -> int:
        if self.is_json:
            self._json_places = self._json_places or JsonPlaces(self.text)
            return self._json_places.find(path, at_key=at_key)
        offset = 0
        if self._chunks is None:
            return self._within((), self.text, path, at_key=at_key)
        best: tuple[int, str, Path] = (0, "", ())
        for holds, part in self._chunks.pieces():
            if holds and holds == path[: len(holds)]:
                best = (offset, part, holds)
            offset += len(part)
        start, piece, held = best
        return start + (
            self._within(held, piece, path[max(len(held) - 1, 0) :], at_key=at_key) if held else 0
        )

    def _within(self, held: Path, piece: str, path: Path, *, at_key: bool) -> int:
        if held not in self._nodes:
            self._nodes[held] = read_yaml(piece, self.file, nodes=True).node
        node = self._nodes[held]
        return node.find(path, at_key=at_key) if node else 0

    # -- edits

    def set(self, path: Path, value: Raw) -> None:
        """Set the value at a path, making what is missing on the way; of a mapping or list only what differs is rewritten."""
        if value is None and not is_foreign(path):
            self.remove(path)
            return
        value = as_read(value, foreign=is_foreign(path), typed=self.is_json)
        old = get(self.raw, path)
        if isinstance(old, dict) and isinstance(value, dict) and old and value:
            for key, item in value.items():
                self.set((*path, key), item)
            for key in [key for key in old if key not in value]:
                self.remove((*path, key))
        elif old is MISSING or old != value or type(old) is not type(value):
            self._apply(Edit("put", path, value))

    def insert(self, path: Path, value: Raw) -> None:
        """Add a mapping entry that isn't there yet, or a list item before the index that ends the path."""
        last = path[-1]
        if isinstance(last, int):
            items = self._list(path[:-1])
            self.set(path[:-1], [*items[:last], value, *items[last:]])
            return
        if get(self.raw, path) is not MISSING:
            raise UsageError(f"'{_shown(path)}' is there already", mend="choose another id, or set it")
        self.set(path, value)

    def remove(self, path: Path) -> None:
        """Take out the mapping entry or list item at a path; what isn't there stays away."""
        if get(self.raw, path) is MISSING:
            return
        last = path[-1]
        if isinstance(last, int):
            items = self._list(path[:-1])
            self.set(path[:-1], [*items[:last], *items[last + 1 :]])
        else:
            self._apply(Edit("drop", path))

    def rename_key(self, path: Path, new: str) -> None:
        """Give a mapping entry another key, in place."""
        if get(self.raw, path) is MISSING:
            raise UsageError(f"there is no '{_shown(path)}'")
        if path[-1] == new:
            return
        if get(self.raw, (*path[:-1], new)) is not MISSING:
            raise UsageError(f"'{new}' is there already", mend="choose another name")
        self._apply(Edit("rekey", path, new))

    def rename(self, section: str, old: str, new: str) -> None:
        """Give an entry of a section another id; what refers to it is the caller's (see `mantlet.changes`)."""
        self.rename_key((section, old), new)

    def _list(self, path: Path) -> list[Raw]:
        items = get(self.raw, path)
        if not isinstance(items, list):
            raise UsageError(f"there is no list at '{_shown(path)}'")
        return items

    def _apply(self, edit: Edit) -> None:
        wanted = applied(self.raw, edit)
        if not self.is_json:
            from mantlet.store.edits import edited  # noqa: PLC0415  (most files are only read)

            self._chunks, self._text = edited(
                self._chunks, self.text if self._chunks is None else "", self.raw, edit, wanted
            )
        else:
            self._text = None
        self.raw = wanted
        self._nodes.clear()
        self._json_places = self._odd = None
        self._notice_json()

    def _notice_json(self) -> None:
        """Read the text anew where an edit made JSON of YAML in braces: JSON keeps numbers, and whoever opens the file next sees them."""
        if self.is_json or self._chunks is not None or not looks_like_json(self.text):
            return
        reading = read_any(self.text, self.file)
        if reading.is_json:
            self._take_anew(reading)

    def _take_anew(self, reading: Reading) -> None:
        kept, bom = self.fingerprint, self._bom
        self._take(reading)
        self.fingerprint, self._bom = kept, bom


def _shown(path: Path) -> str:
    return ".".join(map(str, path))
