"""Runs what a documentation page shows, block by block in one temporary folder, and puts the real output into the page.

What a block is, its first line says:

- ```` ```console ```` runs its `$ ` lines and holds what they print. Options behind the word: `head=N` shows only the
  first lines, `exit=N` expects that exit code, `typed=a|b|c` types these answers.
- ```` ```diff FILE ```` changes a file, as a reader would in an editor.
- ```` ```yaml FILE ```` writes a file.
- ```` ```python ```` runs; a ```` ```text ```` block right behind it holds what it printed.

Any other block is left alone. As a script it takes a page, a file that the page makes, and where to put that. `mantlet` runs inside this process, on a fixed day and in a terminal of a fixed width.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from mantlet.__main__ import run
from mantlet.cli import terminal
from mantlet.project import api

TODAY = dt.date(2026, 11, 24)
WIDTH = 106
FENCE = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GIT = {
    "GIT_AUTHOR_DATE": "2026-11-24T09:00:00Z",
    "GIT_COMMITTER_DATE": "2026-11-24T09:00:00Z",
    **{f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in (("NAME", "Ana"), ("EMAIL", "ana@example.org"))},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_PAGER": "cat",
}  # fmt: skip


class PageError(Exception):
    """A page shows something that doesn't work."""


def refreshed(page: str, name: str, keep: tuple[str, Path] | None = None) -> str:
    """Return the page with the output that its commands really have; raise `PageError` where one fails.

    ``keep`` names a file that the page makes, and where to put it.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        session = Session(name, Path(folder))
        done = FENCE.sub(session.block, page)
        if keep:
            shutil.copyfile(keep[0], keep[1])
        return done


class _Day(dt.date):
    @classmethod
    def today(cls) -> dt.date:
        return TODAY


class _Typist(io.StringIO):
    """A keyboard: what is typed also shows on the screen."""

    def __init__(self, lines: list[str], screen: io.TextIOBase) -> None:
        super().__init__("".join(f"{line}\n" for line in lines))
        self.screen = screen

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1) -> str:
        line = super().readline(-1 if size is None else size)
        self.screen.write(line)
        return line


@dataclass
class Session:
    """A reader who works through a page from top to bottom."""

    name: str
    folder: Path
    names: dict[str, Any] = field(default_factory=dict)
    printed: str | None = None
    """What the Python block just before printed."""

    def block(self, found: re.Match[str]) -> str:
        """Do what a block says, and return it as it should stand in the page."""
        kind, info, body = found[1], found[2] or "", found[3]
        before, self.printed = self.printed, None
        if kind == "console":
            body = self._console(body, dict(option.partition("=")[::2] for option in shlex.split(info)))
        elif kind == "text" and before is not None:
            body = before
        elif kind == "python" and info != "no-run":
            self.printed = self._python(body)
        elif kind == "diff" and info:
            self._edit(Path(info), body)
        elif kind == "yaml" and info:
            Path(info).parent.mkdir(parents=True, exist_ok=True)
            Path(info).write_text(body, encoding="utf-8")
        return f"```{kind}{' ' if info else ''}{info}\n{body}```"

    def _console(self, body: str, options: dict[str, str]) -> str:
        commands = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
        if any(command.startswith("git ") for command in commands) and not shutil.which("git"):
            return body
        shown = []
        for command in commands:
            code, output = self._run(command, options.get("typed", ""))
            if code != int(options.get("exit", "0")):
                raise PageError(f"{self.name}: `{command}` ended with exit code {code}:\n{output}")
            lines = "\n".join(line.rstrip() for line in output.splitlines()).strip("\n").splitlines()
            most = int(options.get("head", len(lines)))
            shown += [f"$ {command}", *lines[:most], *(["…"] if len(lines) > most else [])]
        return "\n".join(shown) + "\n"

    def _run(self, command: str, typed: str) -> tuple[int, str]:
        words = shlex.split(command)
        if words[0] == "cd":
            os.chdir(words[1])
            return 0, ""
        if words[0] != "mantlet":
            return _shell(command)
        own, _, rest = command.partition(" | ")
        with (
            screen(typed.split("|") if typed else None) as shown,
            mock.patch.object(sys, "argv", shlex.split(own)),
        ):
            code = run()
            output = shown()
        return _shell(rest, output) if rest and not code else (code, output)

    def _python(self, code: str) -> str:
        with screen() as shown:
            exec(compile(code, self.name, "exec"), self.names)  # noqa: S102  (our own pages)
            return "\n".join(line.rstrip() for line in shown().splitlines()) + "\n"

    def _edit(self, path: Path, body: str) -> None:
        """Apply the hunks of a diff without numbers; each must stand in the file exactly once."""
        text = path.read_text(encoding="utf-8")
        for hunk in re.split(r"^ *…\n|^@@.*\n", body, flags=re.MULTILINE):
            lines = hunk.splitlines()
            old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
            new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
            if text.count(old) != 1:
                raise PageError(f"{self.name}: this is {text.count(old)} times in {path}:\n{old}")
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def main(page: str, name: str, target: str) -> None:
    """Run a page and keep a file that it makes."""
    refreshed(Path(page).read_text(encoding="utf-8"), page, (name, Path(target).absolute()))


def _shell(command: str, given: str = "") -> tuple[int, str]:
    environment = {**os.environ, **GIT}
    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} 2>&1"],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@contextlib.contextmanager
def screen(typed: list[str] | None = None) -> Iterator[Any]:
    """Catch what is printed, on a fixed day and width; `typed` lines come from the keyboard."""
    buffer = io.BytesIO()
    out = io.TextIOWrapper(buffer, encoding="utf-8", write_through=True)
    keyboard = io.StringIO() if typed is None else _Typist(typed, out)
    terminal.console.cache_clear()
    terminal.err.cache_clear()
    with (
        mock.patch.object(terminal, "PLAIN_WIDTH", WIDTH),
        mock.patch.object(api, "date", _Day),
        mock.patch.object(sys, "stdin", keyboard),
        mock.patch.dict(os.environ, {"NO_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "dumb"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        yield lambda: buffer.getvalue().decode()
    terminal.console.cache_clear()
    terminal.err.cache_clear()


if __name__ == "__main__":
    main(*sys.argv[1:])
