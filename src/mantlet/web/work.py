"""What a job does, in a process of its own: `python -m mantlet.web.work`.

It reads one line of JSON that says what to do, and writes lines of JSON: how far it is, then the result or the error.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from mantlet.base.errors import LimitError, MantletError, MissingToolError, UsageError, bug
from mantlet.web.child import die_with

LEAST_APART = 0.05
"""Seconds between two words on how far it is."""
Request = dict[str, Any]


class Line:
    """Tells the server how far the work is."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._last = 0.0

    def __call__(self, done: int, of: int, message: str = "") -> None:
        """Tell it, unless something was told a moment ago."""
        now = time.monotonic()
        if now - self._last >= LEAST_APART:
            self._last = now
            self.write({"done": done, "of": of, "message": message})

    def write(self, said: dict[str, Any]) -> None:
        """Write a line."""
        self._out.write(msgspec.json.encode(said) + b"\n")
        self._out.flush()


def discover(request: Request, told: Line) -> Any:
    """Look at a repository."""
    from mantlet.project.discovering import discover as look  # noqa: PLC0415
    from mantlet.project.proposing import look_of  # noqa: PLC0415

    told(0, 0, "reading the code")
    return look_of(
        look(["."], request["scope"], exclude=request["exclude"], model=Path(request["model"]), told=told)
    )


def scan(request: Request, told: Line) -> Any:
    """Run checks over a project, and keep what they found beside its model."""
    from mantlet.project import scanning  # noqa: PLC0415

    asked = scanning.Asked(
        request["only"],
        request["targets"],
        request["allowed"],
        Path(request["advisories"]) if request["advisories"] else None,
        request["online"],
        request["fuzz"],
    )
    wanted = len(request["only"]) or request["checks"]
    finished: list[str] = []

    def note(check: str, what: str) -> None:
        told(len(finished), wanted, f"{check}: {what}")

    def done(check: str) -> None:
        finished.append(check)
        told(len(finished), wanted, check)

    day = date.fromisoformat(request["today"])
    results = scanning.scan(Path(), asked, today=day, note=note, done=done)
    scanning.keep(Path(), results)
    return {"checks": scanning.summary(results)}


def profile(request: Request, told: Line) -> Any:
    """Look for personal data in tables."""
    from mantlet.project.masking import profiled  # noqa: PLC0415

    told(0, 0, "reading the table")
    return profiled(request["file"], request["seed"], told)


def preview(request: Request, _told: Line) -> Any:
    """Mask the first rows of a table, and show them before and after."""
    from mantlet.project.masking import previewed  # noqa: PLC0415

    return previewed(request["file"], request["plan"], request["rows"])


def mask(request: Request, told: Line) -> Any:
    """Mask a table by a plan."""
    from mantlet.project.masking import masked  # noqa: PLC0415

    told(0, 0, "masking")
    return masked(
        request["file"], request["plan"], request["output"], request["vault"], verified=request["verify"]
    )


def history(request: Request, told: Line) -> Any:
    """Judge the last commits that touched a model."""
    from mantlet.project.vcs.history import history as read  # noqa: PLC0415
    from mantlet.report.history import history_json  # noqa: PLC0415

    day = date.fromisoformat(request["today"])
    made = read(
        Path(request["model"]),
        last=request["last"],
        today=day,
        told=lambda done, of: told(done, of, "commits"),
    )
    return history_json(made, made.per_week)


def plan(request: Request, _told: Line) -> Any:
    """Choose what to do first."""
    from mantlet.project.planning import planned  # noqa: PLC0415

    made, titles = planned(
        Path(request["model"]),
        budget=request["budget"],
        target=request["target"],
        considered=request["considered"],
        edits=request["what_if"],
        worst_case=request["worst_case"],
        today=date.fromisoformat(request["today"]),
    )
    return {"plan": made, "titles": titles}


KINDS: dict[str, Callable[[Request, Line], Any]] = {
    "discover": discover,
    "scan": scan,
    "profile": profile,
    "preview": preview,
    "mask": mask,
    "history": history,
    "plan": plan,
}


def main() -> None:
    """Do what the first line of the input says."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGTERM, _leave)
    line = sys.stdin.buffer.readline()
    if not line:
        return
    die_with(0)
    told = Line(out)
    try:
        request = msgspec.json.decode(line)
        told.write({"result": KINDS[request["kind"]](request, told)})
    except MantletError as error:
        told.write({"error": described(error)})
    except Exception as error:  # noqa: BLE001  (a bug, or memory ran out; the server must know in either case)
        told.write({"error": {"code": "bug", "message": bug(error)}})


def described(error: MantletError) -> dict[str, str]:
    """Return an error as the API has it."""
    codes = ((MissingToolError, "missing-tool"), (LimitError, "limit"), (UsageError, "usage"))
    code = next((code for kind, code in codes if isinstance(error, kind)), "input")
    first = error.errors[0]
    return {"code": code, "message": first.what, "mend": first.mend, "where": _where(first)}


def _where(error: MantletError) -> str:
    """Return a place without the folders that lead to the project."""
    if error.where is None:
        return ""
    name = os.path.relpath(error.where.file) if Path(error.where.file).is_absolute() else error.where.file
    line = error.where.line
    return f"{name}:{line}" if line else name


def _leave(_number: int, _frame: object) -> None:
    """End as a program ends, so that half-written files go."""
    raise SystemExit(1)


if __name__ == "__main__":
    main()
