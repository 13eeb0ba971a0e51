"""Bounds on hostile input, and the one way to read a text file within them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from mantlet.base.errors import InputError, LimitError, Location

MAX_TEXT_BYTES = 64 * 2**20
"""A model file that people write; 64 MiB is about half a million elements' worth of YAML."""
MAX_BULK_BYTES = 512 * 2**20
"""A model file that a program writes (JSON)."""
MAX_RULES_BYTES = 8 * 2**20
"""One file of rules; the largest of the package's own has about 100 kB."""
MAX_DEPTH = 64
"""Nesting of mappings and lists; real models use fewer than ten levels."""
MAX_NODES = 5_000_000
"""Values in one YAML document."""
MAX_NAME = 500
"""Characters of a name or id that outputs print."""
SPLIT = "split the model with `include:`, or write it as JSON"


def is_file(path: Path) -> bool:
    """Tell whether a regular file can be seen there; a name that no system takes is none, and never an error."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Tell whether a folder can be seen there."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def read_text(path: Path, limit: int = MAX_TEXT_BYTES, mend: str = SPLIT) -> str:
    """Return the file's text (UTF-8, with or without byte order mark), or raise one clear error.

    ``mend`` is what helps when the file is too large.
    """
    return decode(_read(path, limit, mend), str(path))


def _read(path: Path, limit: int, mend: str) -> bytes:
    """Return a file's bytes; pipes and devices are no files, since reading one may never end."""
    where = Location(str(path))
    if not is_file(path):
        what = "is a folder" if is_folder(path) else "there is no such file"
        raise InputError(what, where=where, mend="check its name; folders, pipes and devices are not read")
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(limit + 1) if size <= limit else b""
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=where) from None
    size = max(size, len(data))
    if size > limit:
        what = f"the file has {size / 2**20:.0f} MiB; mantlet reads at most {limit / 2**20:.0f} MiB"
        raise LimitError(what, where=where, mend=mend)
    return data


def decode(data: bytes, name: str) -> str:
    """Return UTF-8 bytes as text; the error names the line and byte that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise InputError(
            f"the file is not UTF-8 text (byte 0x{data[error.start]:02x})",
            where=Location(name, line, column),
            mend="save it as UTF-8",
        ) from None


def inside(root: Path, path: Path) -> Path:
    """Return the real path, or raise if it lies outside ``root`` (links are followed first)."""
    resolved, base = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    if not resolved.is_relative_to(base):
        raise InputError(
            f"'{path}' lies outside the project",
            where=Location(str(root)),
            mend="keep the model's files together",
        )
    return resolved
