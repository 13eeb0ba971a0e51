"""The user's cache folder, trusted only where nobody else can write.

What a cache holds is used without being checked again (compiled modules, what files say), so a folder or file that
somebody else could have written is never read, and one that cannot be had is done without.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from pathlib import Path

from mantlet.base.errors import MantletError
from mantlet.base.files import write_atomic

_FOLDER = "mantlet"
_DIGEST = 32
"""Bytes of the checksum in front of the content; a cut or damaged file is noticed before it is used."""


def trusted_folder() -> Path | None:
    """Return mantlet's cache folder, made if need be; None where somebody else could write into it."""
    folder = _base() / _FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink():
            return None
        return folder if all(_safe(place) for place in (folder, *folder.resolve().parents)) else None
    except OSError:
        return None


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache whole; one that cannot be written is done without."""
    with contextlib.suppress(MantletError, OSError):
        write_atomic(path, hashlib.sha256(content).digest() + content)
        path.chmod(0o600)


def kept(path: Path, limit: int = 2**30) -> bytes | None:
    """Return what was kept, or None where it is not there, not ours, damaged or larger than ``limit`` bytes."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode) or not _only_ours(state) or state.st_size > limit:
                return None
            data = file.read()
    except OSError:
        return None
    digest, content = data[:_DIGEST], data[_DIGEST:]
    return content if hashlib.sha256(content).digest() == digest else None


def _safe(place: Path) -> bool:
    """Tell whether nobody but the user (or root) can put or swap entries in a folder; shared sticky folders are fine above."""
    state = place.stat()
    if not hasattr(os, "getuid"):
        return True  # Windows: the profile folder is private by its access list
    if state.st_uid not in (os.getuid(), 0):
        return False
    return not state.st_mode & 0o022 or bool(state.st_mode & stat.S_ISVTX)


def _only_ours(state: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not state.st_mode & 0o022)


def _base() -> Path:
    """Return the user's cache folder, as the system has it."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if chosen and Path(chosen).is_absolute():
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
