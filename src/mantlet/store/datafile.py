"""A YAML file that is no model (rules, scenarios): plain data that still knows where each part of it stands."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from mantlet.base.errors import Location
from mantlet.base.limits import MAX_RULES_BYTES, read_text
from mantlet.base.text import Lines
from mantlet.store.convert import T, from_raw
from mantlet.store.tree import Path, Raw
from mantlet.store.yamlread import read_yaml


class DataFile:
    """What one file says; `raw` is None where it says nothing."""

    def __init__(self, text: str, name: str) -> None:
        tree = read_yaml(text, name, nodes=True)
        self.name = name
        """What errors call it."""
        self.raw: Raw = tree.raw
        self._node = tree.node
        self._lines = Lines(text, name)

    @classmethod
    def load(cls, path: FilePath, name: str = "") -> DataFile:
        """Read a file; raises `InputError`, `LimitError` or `InputErrors`."""
        return cls(read_text(path, MAX_RULES_BYTES, "split it into several files"), name or str(path))

    def where(self, path: Path = (), at_key: bool = False) -> Location:
        """Return where a value or its key stands; the nearest thing around it if it isn't there."""
        return self._lines.at(self._node.find(path, at_key=at_key) if self._node else 0)

    def record(self, raw: dict[str, Any], kind: type[T], path: Path) -> T:
        """Return the record that plain data from ``path`` describes; raises every error with its place."""
        return from_raw(raw, kind, where=lambda inner, at_key: self.where((*path, *inner), at_key))
