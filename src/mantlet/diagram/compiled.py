"""The compiled layout engine, kept in the user's cache folder.

Compiling takes about a second, loading a few milliseconds. A compiled module is machine code, so it is loaded only
from a folder that the user alone can write, under a name made of what it was compiled from and by; anything else is
ignored and the module is compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import stat
import sys
from importlib import metadata
from pathlib import Path

import wasmtime

from mantlet.base.errors import MantletError
from mantlet.base.files import write_atomic

_FOLDER = "mantlet"
_DIGEST = 32
"""Bytes of the checksum in front of the module; a cut or damaged file is noticed before it is loaded."""


def load_module(engine: wasmtime.Engine, source: bytes) -> wasmtime.Module:
    """Return the compiled module, from the cache where it is there and can be trusted."""
    folder = trusted_folder()
    if folder is None:
        return wasmtime.Module(engine, source)
    path = folder / f"layout-{_key(source)}.bin"
    kept = _read(path)
    if kept is not None:
        with contextlib.suppress(wasmtime.WasmtimeError):
            return wasmtime.Module.deserialize(engine, kept)
    module = wasmtime.Module(engine, source)
    _keep(path, bytes(module.serialize()))
    return module


def _key(source: bytes) -> str:
    """Name what the module depends on; a machine or version that differs gets its own file."""
    by = f"{metadata.version('wasmtime')} {sys.platform} {platform.machine()} epochs"
    return hashlib.sha256(hashlib.sha256(source).digest() + by.encode()).hexdigest()[:32]


def _keep(path: Path, module: bytes) -> None:
    with contextlib.suppress(MantletError, OSError):
        write_atomic(path, hashlib.sha256(module).digest() + module)
        path.chmod(0o600)


def _read(path: Path) -> bytes | None:
    """Return a kept module's bytes, or None where the file is not there, not ours or damaged."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode) or not _only_ours(os.fstat(handle)):
                return None
            data = file.read()
    except OSError:
        return None
    digest, module = data[:_DIGEST], data[_DIGEST:]
    return module if hashlib.sha256(module).digest() == digest else None


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
