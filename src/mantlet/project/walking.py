"""The files of a project's folder, in a stable order and within bounds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mantlet.base.limits import is_file
from mantlet.scanners.interface import SKIPPED_FOLDERS, is_text

MAX_SEEN = 50_000
MAX_DEPTH = 12
HEAD = 4096


def files_below(root: Path) -> Iterator[Path]:
    """Yield the files below a folder: no links, nothing hidden, nothing that tools put there, and not past the bounds."""
    seen = 0
    for folder, names, entries in os.walk(root):
        base = Path(folder)
        deep = len(base.relative_to(root).parts) >= MAX_DEPTH
        names[:] = [] if deep else sorted(name for name in names if _is_shown(name))
        for entry in sorted(entries):
            seen += 1
            if seen > MAX_SEEN:
                return
            path = base / entry
            if is_text(entry) and not entry.startswith(".") and not path.is_symlink() and is_file(path):
                yield path


def _is_shown(name: str) -> bool:
    return name not in SKIPPED_FOLDERS and not name.startswith(".")


def head(path: Path, size: int = HEAD) -> bytes:
    """Return a file's first bytes; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return b""
