"""Bytes of a model file, or of a part of one, without copying: a window on a mapped file or on bytes."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Source:
    """A window on bytes. Offsets count from the window's start; reading past its end returns less."""

    __slots__ = ("_data", "end", "start")

    def __init__(self, data: bytes | mmap.mmap, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self.start = start
        self.end = len(data) if end is None else min(end, len(data))

    def __len__(self) -> int:
        return max(self.end - self.start, 0)

    def read(self, at: int, count: int) -> bytes:
        """Return bytes from an offset."""
        first = self.start + at
        return self._data[first : min(first + max(count, 0), self.end)]

    def all(self, limit: int) -> bytes:
        """Return the first ``limit`` bytes."""
        return self.read(0, limit)

    def find(self, what: bytes, at: int = 0, within: int = 1 << 62) -> int:
        """Return where something stands from an offset on, ``within`` so many bytes; −1 for nowhere."""
        found = self._data.find(what, self.start + at, min(self.end, self.start + at + within))
        return found - self.start if found >= 0 else -1

    def part(self, at: int, count: int | None = None) -> Source:
        """Return a window in the window."""
        first = self.start + at
        return Source(self._data, first, self.end if count is None else min(first + count, self.end))


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Map a file; an empty one has no bytes to map."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            yield Source(b"")
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield Source(mapped)
