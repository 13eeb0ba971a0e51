"""What a check found in files, kept by their content in the user's own folder.

Never in the project: a project that brings its own results would bring clean ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from mantlet.base.private import keep, kept, trusted_folder

T = TypeVar("T")
MAX_KEPT = 50_000
"""Results of one tool; the oldest go first."""


class Shelf:
    """Results of one tool in one version."""

    def __init__(self, raw: dict[str, msgspec.Raw]) -> None:
        self.raw = raw
        self.changed = False

    def get(self, content: str, kind: type[T]) -> T | None:
        """Return what was found in a content; None where that isn't known."""
        raw = self.raw.pop(content, None)
        if raw is None:
            return None
        try:
            value = msgspec.json.decode(raw, type=kind)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return None
        self.raw[content] = raw
        return value

    def put(self, content: str, value: object) -> None:
        """Keep what was found in a content."""
        self.raw[content] = msgspec.Raw(msgspec.json.encode(value))
        self.changed = True


class Cache:
    """Results by tool and content; without a private folder nothing is kept."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._folder = trusted_folder() if enabled else None

    @contextmanager
    def shelf(self, tool: str) -> Iterator[Shelf]:
        """Open the results of a tool; ``tool`` names its version and settings too. New ones are kept at the end."""
        name = hashlib.sha256(tool.encode()).hexdigest()[:32]
        path = self._folder / f"scan-{name}.json" if self._folder else None
        shelf = Shelf({})
        data = kept(path) if path else None
        if data:
            try:
                shelf.raw = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
            except (msgspec.DecodeError, msgspec.ValidationError):
                shelf.raw = {}
        yield shelf
        if path and shelf.changed:
            keep(path, msgspec.json.encode(dict(list(shelf.raw.items())[-MAX_KEPT:])))


def content_hash(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
