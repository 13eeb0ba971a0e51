"""What the commands' output has in common: one console, severities in colour, plain text when piped."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.table import Table
from rich.text import Text

from mantlet.base.counts import how_many, listed
from mantlet.base.printable import printable
from mantlet.cli.plain import ReaderGoneError

if TYPE_CHECKING:
    from mantlet.risk.owasp import Severity
    from mantlet.risk.register import Register

SEVERITY_STYLE = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "yellow",
    "low": "cyan",
    "note": "dim",
}
PLAIN_WIDTH = 160
"""Columns assumed when output is no terminal."""


def words(text: str, style: str = "") -> Text:
    """Return text from a model for a table or line; nothing in it steers the terminal."""
    return Text(printable(text), style=style)


def escape(text: str) -> str:
    """Return text from a model for a line with markup; nothing in it is markup or steers the terminal."""
    return escape_markup(printable(text))


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the exit point: a reader that has read enough is no failure."""
        raise ReaderGoneError


@lru_cache(maxsize=1)
def console() -> Console:
    """Return the console; rich itself respects NO_COLOR and leaves colour out of pipes."""
    return _Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)


@lru_cache(maxsize=1)
def err() -> Console:
    """Return the console for progress and remarks, which never mix with output."""
    return Console(stderr=True, highlight=False, emoji=False)


def severity_text(severity: Severity, worst: Severity | None = None) -> Text:
    """Return a severity in its colour, with the worst case where unknown facts may make it that."""
    text = Text(severity.word, style=SEVERITY_STYLE[severity.word])
    if worst is not None and worst > severity:
        text.append(" ≤ ", style="dim")
        text.append(worst.word, style="dim")
    return text


def grid(*columns: str, **options: object) -> Table:
    """Return a table without lines, for lists that are read top to bottom."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim", **options)  # type: ignore[arg-type]
    for column in columns:
        table.add_column(column)
    return table


def headline(register: Register) -> str:
    """Return the one line that sums up a model."""
    sections = register.analysis.sections
    counts = listed(register.counts(), nothing="")
    parts = [
        f"[bold]{escape(sections.system.name)}[/bold]",
        f"{how_many(len(sections.elements), 'element')}, {how_many(len(sections.flows), 'flow')}",
        f"open risks: {counts}" if counts else "no open risks",
    ]
    if register.to_confirm:
        parts.append(f"{len(register.to_confirm)} to confirm")
    if register.decided:
        parts.append(f"{len(register.decided)} settled by decisions")
    return " · ".join(parts)


def several(names: list[str], shown: int = 3) -> str:
    """Return a short list of names."""
    head = ", ".join(names[:shown])
    return f"{head} +{len(names) - shown}" if len(names) > shown else head
