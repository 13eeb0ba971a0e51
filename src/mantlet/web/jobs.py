"""Work that takes long, each in a process of its own: it can be watched and stopped, and none outlives the server.

A job runs `mantlet.web.work`, which reads what to do from its standard input and writes how far it is. As long as that
input is open the server is there; when it closes, the job and all that it started are killed.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from mantlet.base.errors import InputError, LimitError, MantletError, MissingToolError, UsageError, bug
from mantlet.web import child
from mantlet.web.errors import BugError, BusyError, NotFoundError

LOG = logging.getLogger("mantlet.web")
AT_ONCE = 2
KEPT = 20
"""Jobs that are known, those that wait and run among them."""
MAX_RESULT = 32 * 2**20
MAX_HELD = 64 * 2**20
"""Bytes of all results together; the oldest go first."""
MAX_SECONDS = 3600.0
CALL_SECONDS = 120.0
STATES = ("queued", "running", "done", "failed", "cancelled")
_ERRORS: dict[str, type[MantletError]] = {
    "usage": UsageError,
    "limit": LimitError,
    "missing-tool": MissingToolError,
    "bug": BugError,
}
PAUSE = 0.2
"""Seconds between two reports of progress."""


class Said(Struct, omit_defaults=True):
    """One line of a job: how far it is, or how it ended."""

    done: int = 0
    of: int = 0
    message: str = ""
    result: Raw = Raw(b"")
    """As JSON; nothing as long as the work goes on."""
    error: dict[str, Any] | None = None


_line = msgspec.json.Decoder(Said)


@dataclass
class Job:
    """One piece of work."""

    kind: str
    options: dict[str, Any]
    """As they were asked for."""
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    state: str = "queued"
    done: int = 0
    of: int = 0
    message: str = ""
    held: bytes = b""
    """The result, as JSON."""
    error: dict[str, Any] | None = None
    kept: Any = None
    """What the server keeps with it, such as what was true when it began."""
    process: subprocess.Popen[bytes] | None = None
    stopped: bool = False
    quiet: bool = False
    """Whether nobody is told: somebody waits for it."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in STATES[2:]

    @property
    def result(self) -> Any:
        """What came of it; None until it is done."""
        return msgspec.json.decode(self.held) if self.held else None

    def record(self) -> dict[str, Any]:
        """Return it as the API shows it, without its result."""
        names = ("id", "kind", "options", "state", "done", "of", "message", "error")
        return {name: getattr(self, name) for name in names}


class Jobs:
    """The jobs of one project; safe to call from any thread."""

    def __init__(self, tell: Callable[[Job], None] = lambda _job: None) -> None:
        self._listener = tell
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, "job")
        self._calls = threading.BoundedSemaphore(AT_ONCE)
        self._calling: list[Job] = []
        self._closed = False

    def start(
        self,
        kind: str,
        folder: Path,
        request: dict[str, Any],
        options: dict[str, Any],
        *,
        kept: Any = None,
        after: Callable[[Job], None] = lambda _job: None,
    ) -> Job:
        """Begin a job in a folder, or let it wait for its turn; ``after`` is called when it is done, before that is told."""
        job = Job(kind, options, kept=kept)
        with self._lock:
            if self._closed:
                raise BusyError("the server is closing")
            self._make_room()
            self._jobs[job.id] = job
        self._pool.submit(self._work, job, folder, request, after)
        return job

    def call(self, kind: str, folder: Path, request: dict[str, Any], seconds: float = CALL_SECONDS) -> Any:
        """Do something in a process of its own and wait for it; raises the error that it ends with."""
        if not self._calls.acquire(timeout=CALL_SECONDS / 4):
            raise BusyError("the server is busy with other requests", mend="try again in a moment")
        job = Job(kind, {}, quiet=True)
        try:
            with self._lock:
                self._calling.append(job)
            self._run(job, folder, request, seconds)
        finally:
            with self._lock:
                self._calling.remove(job)
            self._calls.release()
        if job.state != "done":
            raise _raised(job)
        return job.result

    def get(self, name: str) -> Job:
        """Return a job; raises `NotFoundError`."""
        with self._lock:
            job = self._jobs.get(name)
        if job is None:
            raise NotFoundError("there is no such job (any more)", mend="start it again")
        return job

    def finished(self, name: str, kind: str) -> Job:
        """Return a job of a kind that is done; raises `NotFoundError` or `UsageError`."""
        job = self.get(name)
        if job.kind != kind or job.state != "done":
            raise UsageError(f"this is no {kind} that is done", mend="wait until it is, or start one")
        return job

    def all(self) -> list[Job]:
        """Return all that is known, the newest last."""
        with self._lock:
            return list(self._jobs.values())

    def cancel(self, name: str) -> Job:
        """Stop a job; one that has ended is forgotten."""
        job = self.get(name)
        if job.ended:
            with self._lock:
                self._jobs.pop(name, None)
            return job
        job.stopped = True
        if job.process is None:
            self._end(job, "cancelled", "cancelled before it began")
        else:
            child.stop(job.process)
        return job

    def clear(self) -> None:
        """Stop and forget all jobs, because another project is open."""
        for job in self.all():
            self.cancel(job.id)
        with self._lock:
            self._jobs.clear()

    def close(self) -> None:
        """Stop everything, and take nothing on."""
        with self._lock:
            self._closed = True
            running = [job for job in (*self._jobs.values(), *self._calling) if not job.ended]
        for job in running:
            job.stopped = True
            if job.process is not None:
                child.kill(job.process)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _make_room(self) -> None:
        """Forget the oldest of what has ended."""
        ended = [job for job in self._jobs.values() if job.ended]
        held = sum(len(job.held) for job in ended)
        while ended and (len(self._jobs) >= KEPT or held > MAX_HELD):
            oldest = ended.pop(0)
            held -= len(oldest.held)
            del self._jobs[oldest.id]
        if len(self._jobs) >= KEPT:
            raise BusyError(f"{KEPT} jobs wait or run already", mend="wait for them, or cancel some")

    def _work(self, job: Job, folder: Path, request: dict[str, Any], after: Callable[[Job], None]) -> None:
        if job.stopped:
            return
        job.state = "running"
        self._tell(job)
        try:
            self._run(job, folder, request, MAX_SECONDS, after)
        except Exception as error:  # whatever happens here, the job must end in the eyes of its readers
            LOG.error("a bug of ours", exc_info=error)
            job.error = {"code": "bug", "message": bug(error)}
            self._end(job, "failed")

    def _run(
        self,
        job: Job,
        folder: Path,
        request: dict[str, Any],
        seconds: float,
        after: Callable[[Job], None] = lambda _job: None,
    ) -> None:
        with child.started(folder) as process:
            job.process = process
            watch = threading.Timer(seconds, child.stop, [process])
            watch.daemon = True
            watch.start()
            began = time.monotonic()
            try:
                self._listen(job, process, {"kind": job.kind, **request})
            finally:
                watch.cancel()
        if job.stopped:
            self._end(job, "cancelled", "cancelled")
        elif job.held:
            try:
                after(job)
            except MantletError as error:
                job.error = {"code": "input", "message": error.what, "mend": error.mend}
            self._end(job, "failed" if job.error else "done")
        else:
            late = time.monotonic() - began >= seconds
            what = f"it took longer than {seconds:,.0f} seconds" if late else "it ended without a result"
            job.error = job.error or {"code": "input", "message": what}
            self._end(job, "failed")

    def _listen(self, job: Job, process: subprocess.Popen[bytes], request: dict[str, Any]) -> None:
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stdout is not None  # noqa: S101
        if job.stopped or self._closed:
            job.stopped = True
            return
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(msgspec.json.encode(request) + b"\n")
            process.stdin.flush()
        told = 0.0
        while line := process.stdout.readline(MAX_RESULT):
            if len(line) >= MAX_RESULT:
                job.error = {
                    "code": "limit",
                    "message": f"the result is larger than {MAX_RESULT // 2**20} MiB",
                }
                return
            try:
                said = _line.decode(line)
            except msgspec.DecodeError:
                continue
            if said.error is not None:
                job.error = said.error
                return
            if held := bytes(said.result):
                job.held = held
                return
            job.done, job.of, job.message = said.done, said.of, said.message
            if (now := time.monotonic()) - told >= PAUSE:
                told = now
                self._tell(job)

    def _tell(self, job: Job) -> None:
        if not job.quiet:
            self._listener(job)

    def _end(self, job: Job, state: str, message: str = "") -> None:
        job.state, job.process = state, None
        job.message = message or (job.error or {}).get("message", "") or job.message
        self._tell(job)


def _raised(job: Job) -> MantletError:
    """Return the error that a call ended with."""
    error = job.error or {"message": "it was stopped"}
    kind = _ERRORS.get(str(error.get("code")), InputError)
    return kind(str(error.get("message", "")), mend=str(error.get("mend", "")))
