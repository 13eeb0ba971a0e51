"""The one error family: what is wrong, where, and how to mend it.

Library code raises these; only the command's exit point turns them into text and an exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_ERRORS = 100
"""Errors of one input that are worth reading; hostile input has millions."""
_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")


@dataclass(frozen=True, slots=True)
class Location:
    """A place in an input: a file, and in it a line and column (both from 1; 0 where unknown)."""

    file: str
    line: int = 0
    column: int = 0
    excerpt: str = ""
    """The source line, shown under the message with a caret."""
    skipped: int = 0
    """Characters of the line that stand before the excerpt, where it is too long to be kept whole."""

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


class MantletError(Exception):
    """Something the user can act on."""

    exit_code = 2

    def __init__(self, what: str, *, where: Location | None = None, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        return self.diagnostics()

    @property
    def errors(self) -> tuple[MantletError, ...]:
        """The errors that this one stands for: itself, or all that were collected."""
        return (self,)

    def diagnostics(self) -> str:
        """Return the message as people read it: place, what, the line with a caret, and the mend.

        Place, what and mend are one line each, whatever names they quote.
        """
        place = f"{_one_line(str(self.where))}: " if self.where else ""
        lines = [place + _one_line(self.what)]
        if self.where and self.where.excerpt:
            shown, caret = _excerpt(self.where)
            lines += [f"    {shown}", f"    {caret}"]
        if self.mend:
            lines.append(f"  → {_one_line(self.mend)}")
        return "\n".join(lines)


class InputError(MantletError):
    """A file says something that cannot be: wrong syntax, unknown name, broken reference."""


class LimitError(InputError):
    """An input is larger or deeper than mantlet reads; guards against hostile files."""


class UsageError(MantletError):
    """A command or call was asked for something that does not exist or does not fit."""


class StaleWriteError(MantletError):
    """The file changed on disk since it was read, so writing would lose somebody's work."""


class MissingToolError(MantletError):
    """A needed program or optional package is not installed."""

    exit_code = 3


class InputErrors(MantletError):  # noqa: N818
    """Every error of one input at once, so that a person mends them in one go."""

    def __init__(self, errors: Sequence[MantletError]) -> None:
        self._errors = tuple(sorted(errors, key=_order))
        super().__init__(f"{len(self._errors)} errors")

    @property
    def errors(self) -> tuple[MantletError, ...]:
        """All that were collected, in file order."""
        return self._errors

    def diagnostics(self) -> str:
        """Return all messages, in file order."""
        return "\n".join(error.diagnostics() for error in self.errors)


def raise_all(errors: Sequence[MantletError], total: int = 0) -> None:
    """Raise what was collected: nothing, the only error, or all of them together.

    Of more than a hundred the first are raised, and how many there are; ``total`` says so where only those were made.
    """
    total = max(total, len(errors))
    if total > MAX_ERRORS:
        first = sorted(errors, key=_order)[:MAX_ERRORS]
        raise InputErrors([InputError(f"here are the first {MAX_ERRORS} of {total:,} errors"), *first])
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InputErrors(errors)


def _order(error: MantletError) -> tuple[str, int, int]:
    where = error.where
    return (where.file, where.line, where.column) if where else ("", 0, 0)


_EXCERPT_WIDTH = 120
_LINE_WIDTH = 1500


def _one_line(text: str) -> str:
    """Keep a name with line ends from looking like another message, and a huge one from hiding the others."""
    if len(text) > _LINE_WIDTH:
        text = f"{text[: _LINE_WIDTH // 2]}…{text[-_LINE_WIDTH // 2 :]}"
    return "".join("·" if char in _LINE_ENDS else char for char in text)


def _excerpt(where: Location) -> tuple[str, str]:
    """Cut the line to a window round the column, so that a minified file shows something readable."""
    column = max(where.column - where.skipped, 1)
    start = max(0, column - 1 - _EXCERPT_WIDTH // 2) if len(where.excerpt) > _EXCERPT_WIDTH else 0
    shown = where.excerpt[start : start + _EXCERPT_WIDTH].replace("\t", " ")
    shown = "".join(char if char.isprintable() else "·" for char in shown)
    return shown, " " * (column - 1 - start) + "^"


def bug(error: BaseException) -> str:
    """Say that something is our own fault and in which line; what the error itself says may quote somebody's data."""
    import traceback  # noqa: PLC0415  (only when it happens)

    steps = traceback.extract_tb(error.__traceback__)
    where = f" ({steps[-1].name}, line {steps[-1].lineno})" if steps else ""
    return f"mantlet has a bug: {type(error).__name__}{where}"
