"""The compiled layout engine, kept in the user's cache folder.

Compiling takes about a second, loading a few milliseconds. A compiled module is machine code, so it is loaded only
from a folder that the user alone can write, under a name made of what it was compiled from and by; anything else is
ignored and the module is compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import platform
import sys
from importlib import metadata

import wasmtime

from mantlet.base.private import keep, kept, trusted_folder


def load_module(engine: wasmtime.Engine, source: bytes) -> wasmtime.Module:
    """Return the compiled module, from the cache where it is there and can be trusted."""
    folder = trusted_folder()
    if folder is None:
        return wasmtime.Module(engine, source)
    path = folder / f"layout-{_key(source)}.bin"
    stored = kept(path)
    if stored is not None:
        with contextlib.suppress(wasmtime.WasmtimeError):
            return wasmtime.Module.deserialize(engine, stored)
    module = wasmtime.Module(engine, source)
    keep(path, bytes(module.serialize()))
    return module


def _key(source: bytes) -> str:
    """Name what the module depends on; a machine or version that differs gets its own file."""
    by = f"{metadata.version('wasmtime')} {sys.platform} {platform.machine()} epochs"
    return hashlib.sha256(hashlib.sha256(source).digest() + by.encode()).hexdigest()[:32]
