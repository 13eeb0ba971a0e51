"""Files that are either wholly written or not touched at all."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mantlet.base.errors import InputError, Location, StaleWriteError

if sys.platform != "win32":
    import fcntl


def fingerprint(data: bytes) -> str:
    """Return the content hash that a later write must match."""
    return hashlib.sha256(data).hexdigest()


def write_atomic(path: Path, data: bytes, *, expected: str | None = None) -> None:
    """Write all of ``data`` or nothing: temporary file, fsync, rename.

    ``expected`` is the fingerprint the file had when it was read; a newer version on disk raises
    `StaleWriteError` and stays as it is. A link is written through, and the file's mode is kept. What is no file
    (a terminal, a pipe, `/dev/null`) is written to and never replaced.
    """
    with _writing(path):
        if _is_device(path):
            with path.open("wb") as device:
                device.write(data)
            return
    target = Path(os.path.realpath(path))
    with contextlib.nullcontext() if expected is None else _alone(target.parent):
        if expected is not None:
            with _writing(path):
                _refuse_stale(target, expected)
        with (
            whole_file(path) as temporary,
            _writing(path),
            os.fdopen(os.open(temporary, os.O_WRONLY), "wb") as file,
        ):
            file.write(data)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary file beside a path that takes its place when the body ends well, and vanishes when not.

    A link is written through, the mode of a file that was there is kept, and folders on the way are made. For writers
    that take a path; `write_atomic` is for bytes.
    """
    target = Path(os.path.realpath(path))
    with _writing(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
        os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with _writing(path):
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def sweep(path: Path) -> None:
    """Take away what writers of a file left beside it when they were killed; those that are still writing keep theirs."""
    target = Path(os.path.realpath(path))
    with _alone(target.parent), contextlib.suppress(OSError):
        for left in target.parent.glob(f".{glob.escape(target.name)}.????????{glob.escape(target.suffix)}"):
            if stat.S_ISREG(left.lstat().st_mode):
                left.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the system says of a file that cannot be written into an error that people can act on."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or error
        raise InputError(
            f"cannot be written: {what}",
            where=Location(str(path)),
            mend="nothing was changed; name another place, or make room and let it be written",
        ) from None


def _is_device(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _refuse_stale(path: Path, expected: str) -> None:
    current = fingerprint(path.read_bytes()) if path.exists() else ""
    if current != expected:
        raise StaleWriteError(
            "the file changed on disk since it was read",
            where=Location(str(path)),
            mend="read it again and repeat the change; nothing was written",
        )


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other checked writes into a folder waiting, so that nothing changes between the look at a file and its replacement.

    Windows and some network file systems have no such lock; there the two steps are only close together.
    """
    handle = None
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable; file systems that cannot sync a folder are left alone."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
