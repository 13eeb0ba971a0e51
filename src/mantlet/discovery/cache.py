"""What files said, kept in the user's private cache folder: one file per repository, entries by content.

An entry's name is a hash of the content that it was made of, of mantlet's version and of discovery's own code and data, so
that nothing old is ever taken for new. Only what the last run used is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from mantlet.base.private import keep, kept, trusted_folder
from mantlet.base.version import VERSION

MAX_BYTES = 256 * 2**20
MAX_REPOSITORIES = 32
"""Repositories of which something is kept; those looked at longest ago go."""
_PREFIX = "discovery-"


class Cache:
    """The kept entries of one repository; without a trusted folder it keeps nothing beyond the run."""

    def __init__(self, root: Path, *, active: bool = True) -> None:
        folder = trusted_folder() if active else None
        name = hashlib.blake2b(
            os.path.realpath(root).encode(errors="surrogateescape"), digest_size=16
        ).hexdigest()
        self._path = folder / f"{_PREFIX}{name}.bin" if folder else None
        self._entries = self._load()
        self._used: dict[bytes, bytes] = {}

    def _load(self) -> dict[bytes, bytes]:
        data = kept(self._path, MAX_BYTES) if self._path else None
        if data is None:
            return {}
        try:
            return msgspec.msgpack.decode(data, type=dict[bytes, bytes])
        except msgspec.DecodeError:
            return {}

    def get(self, name: bytes) -> bytes | None:
        """Return an entry, if it is there."""
        found = self._entries.get(name)
        if found is not None:
            self._used[name] = found
        return found

    def put(self, name: bytes, content: bytes) -> None:
        """Keep an entry."""
        self._used[name] = content

    def save(self) -> None:
        """Write what this run used; nothing is written where that is what is there already."""
        if self._path is None or self._used.keys() == self._entries.keys():
            return
        data = msgspec.msgpack.encode(self._used)
        if len(data) <= MAX_BYTES:
            keep(self._path, data)
            _trim(self._path.parent)


def _trim(folder: Path) -> None:
    """Let the repositories go that were looked at longest ago."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob(f"{_PREFIX}*.bin"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[MAX_REPOSITORIES:]:
            path.unlink()


def named(*parts: bytes | str | Iterable[str]) -> bytes:
    """Return the name of an entry made of these parts."""
    digest = hashlib.blake2b(_salt(), digest_size=20)
    for part in parts:
        data = (
            part
            if isinstance(part, bytes)
            else (part if isinstance(part, str) else "\0".join(part)).encode(errors="surrogatepass")
        )
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


@cache
def _salt() -> bytes:
    """Return a hash of all that decides what is made of a file: the version, discovery's code and its data."""
    digest = hashlib.blake2b(VERSION.encode(), digest_size=20)
    folder = Path(__file__).parent
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.yaml")]):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.digest()
