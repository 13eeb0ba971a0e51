"""What the privacy commands share: the extra they need, sizes as people write them, tables on the terminal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.base.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

Data = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA…",
        help="CSV, TSV, Parquet, JSON lines, Arrow or SQLite files, folders, patterns, or a database's address.",
        show_default=False,
    ),
]
OneTable = Annotated[
    str,
    typer.Argument(
        metavar="DATA", help="One table: a file, or FILE:TABLE of a SQLite database.", show_default=False
    ),
]
Treats = Annotated[
    str,
    typer.Option(
        "--treats",
        help="The threat (TYPE@place) that this treats: the decision and the control go into the model.",
        rich_help_panel="Model",
    ),
]
Model = Annotated[Path, typer.Option("--model", help="The model file of --treats.", rich_help_panel="Model")]
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


def need_extra() -> None:
    """Raise `MissingToolError` with the command to type where the privacy extra isn't installed."""
    from mantlet.project.extras import need_privacy

    need_privacy()


def read_size(text: str) -> int:
    """Return a size such as `500MB` in bytes; an empty one is 0."""
    if not text:
        return 0
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"'{text}' is not a size", mend="write it like 500MB or 2GB")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def read_names(text: str) -> list[str]:
    """Return column names that people wrote with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def frame_table(frame: pl.DataFrame, title: str) -> Table:
    """Return rows of data as a table for the terminal."""
    from mantlet.cli.terminal import grid, words

    table = grid(*frame.columns, title=title, title_justify="left")
    for row in frame.iter_rows():
        table.add_row(*(words("" if value is None else str(value)[:60]) for value in row))
    return table


def say_treated(threat: str, model: Path, command: str, evidence: str) -> None:
    """Record a treatment in the model and say what it changed; nothing without a threat."""
    if not threat:
        return
    from mantlet.cli import options, plain
    from mantlet.project.treating import treat

    done = treat(options.model_path(model), threat, command, evidence)
    plain.say(
        f"{threat}: {done.before} before, {done.after} after; {done.control} is verified in the model",
        aside=True,
    )
