"""Bounds on hostile input, and the one way to read a text file within them."""

from __future__ import annotations

import os
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


def read_text(path: Path, limit: int = MAX_TEXT_BYTES, mend: str = SPLIT) -> str:
    """Return the file's text (UTF-8, with or without byte order mark), or raise one clear error.

    ``mend`` is what helps when the file is too large.
    """
    where = Location(str(path))
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "there is no such file"
            raise InputError(what, where=where, mend="name a model file, such as threatmodel.yaml")
        size = path.stat().st_size
        if size > limit:
            raise LimitError(
                f"the file has {size / 2**20:.0f} MiB; mantlet reads at most {limit / 2**20:.0f} MiB",
                where=where,
                mend=mend,
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=where) from None
    return decode(data, str(path))


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
