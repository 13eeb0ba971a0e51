"""Files that a request names: below the project's folder, visible ones, and nothing else."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from mantlet.base.errors import Location, UsageError
from mantlet.base.limits import inside, is_file, is_folder
from mantlet.web.errors import NotFoundError

MAX_PATH, MAX_PART = 1000, 200
"""Characters of a path, and bytes of each part; file systems take 255, and a temporary file beside it needs some."""
_MEND = "name a file of the project's folder, from there"


def file(root: Path, name: str) -> Path:
    """Return a file that is there; raises `NotFoundError`, or `UsageError` for a name that may mean none."""
    path = below(root, name)
    if not is_file(path):
        raise NotFoundError("there is no such file", where=Location(name), mend=_MEND)
    return path


def new_file(root: Path, name: str) -> Path:
    """Return where a file may be written: in a folder that is there, and not through a link."""
    path = below(root, name)
    if not is_folder(path.parent):
        raise NotFoundError("there is no such folder", where=Location(name), mend=_MEND)
    if path.is_symlink() or (path.exists() and not is_file(path)):
        raise UsageError("is no file that may be written", where=Location(name), mend="choose another name")
    return path


def table(root: Path, name: str) -> str:
    """Return a table's name from the project's folder: a file, or `FILE:TABLE` of a database."""
    head, colon, inner = name.rpartition(":")
    if colon and head and inner and not is_file(root / name):
        return f"{file(root, head).relative_to(root).as_posix()}:{inner}"
    return file(root, name).relative_to(root).as_posix()


def below(root: Path, name: str) -> Path:
    """Return what a name means below a folder, whether or not it is there; raises `UsageError` for what would lie elsewhere."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not _is_plain(name, parts):
        raise UsageError("this names no file of the project", where=Location(name[:100]), mend=_MEND)
    path = root.joinpath(*parts)
    try:
        inside(root, path)
    except (OSError, ValueError):
        raise UsageError(
            "this names no file of the project", where=Location(name[:100]), mend=_MEND
        ) from None
    return path


def _is_plain(name: str, parts: tuple[str, ...]) -> bool:
    """Tell whether a path stays below the folder as far as its text says, names nothing hidden, and can be a path at all."""
    if not parts or len(name) > MAX_PATH or name.startswith(("/", "\\")) or ":" in parts[0]:
        return False
    if any(part.startswith(".") or not part.isprintable() for part in parts):
        return False
    return all(len(part.encode("utf-8", "replace")) <= MAX_PART for part in parts)
