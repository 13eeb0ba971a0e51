"""A process that works for the server and that never outlives it, nor anything that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

GRACE = 2.0
"""Seconds in which a process that was told to stop may tidy up."""
MODULE = "mantlet.web.work"


@contextlib.contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process in a folder, at the head of a group; when the body ends, nothing of the group is left."""
    process = subprocess.Popen(  # noqa: S603  (our own module, no shell)
        [sys.executable, "-P", "-m", MODULE],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


def _environment() -> dict[str, str]:
    """Return the environment, without what would let Python take modules from the project's folder."""
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    if paths := environment.pop("PYTHONPATH", ""):
        environment["PYTHONPATH"] = os.pathsep.join(
            str(Path(path).absolute()) for path in paths.split(os.pathsep) if path
        )
    return environment


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process and all that it started to stop; what has not after a moment is killed."""
    _signal(process, signal.SIGTERM)
    later = threading.Timer(GRACE, kill, [process])
    later.daemon = True
    later.start()


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started, at once."""
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal a process's group as long as nobody has waited for the process: its number is then still its own."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.kill()


def die_with(pipe: int) -> None:
    """Let the other end of a pipe keep this process group alive: when it closes, the whole group is killed.

    On Linux the kernel does it, whatever the process is busy with; elsewhere a thread waits for the end. A process that
    does not lead its group gets one of its own first: nobody else may be killed.
    """
    if hasattr(os, "setsid") and os.getpgrp() != os.getpid():
        os.setsid()
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415  (Unix only)
        import select  # noqa: PLC0415

        fcntl.fcntl(pipe, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
        poll = select.poll()
        poll.register(pipe, 0)  # tells of the end alone
        if poll.poll(0):
            _end_all()
        return
    threading.Thread(target=_wait, args=(pipe,), daemon=True).start()


def _wait(pipe: int) -> None:
    while os.read(pipe, 1024):
        pass
    _end_all()


def _end_all() -> None:
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
