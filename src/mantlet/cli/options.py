"""Arguments that several commands share, and how a model is opened from them."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mantlet.project.api import Assessment

LARGE = 1 << 21
"""Bytes of a model file from which reading and judging it takes a while."""
MODEL = "Model"
LOOK = "Look"

ModelFile = Annotated[
    Path,
    typer.Argument(
        metavar="[MODEL]",
        help="The model file (YAML or JSON), or a folder that has a threatmodel.yaml.",
        show_default=False,
    ),
]
Environment = Annotated[
    str,
    typer.Option("--env", "-e", help="Lay this environment's facts over the model.", rich_help_panel=MODEL),
]
Packs = Annotated[
    list[str] | None,
    typer.Option(
        "--pack",
        "-p",
        help="Judge by this rule pack only; repeat for more. Default: what the model chooses.",
        rich_help_panel=MODEL,
    ),
]
Rules = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        help="A further folder of rules; `mantlet-rules/` beside the model is always read.",
        rich_help_panel=MODEL,
    ),
]
ImpactModeOption = Annotated[
    str,
    typer.Option(
        "--impact-mode",
        help="How impact is made: method (business, else technical), mean8 or max8.",
        rich_help_panel=MODEL,
    ),
]
Today = Annotated[
    str,
    typer.Option(
        "--today",
        help="Judge end dates as of this day (YYYY-MM-DD).",
        rich_help_panel=MODEL,
        show_default="today",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DEFAULT_MODEL = Path()


def model_path(path: Path) -> Path:
    """Return the model file that an argument names; a folder stands for the model in it."""
    from mantlet.project.places import model_file

    return model_file(path)


def assess(
    path: Path,
    environment: str = "",
    packs: list[str] | None = None,
    rules: list[Path] | None = None,
    impact_mode: str = "method",
    today: str = "",
    *,
    told: bool = False,
) -> Assessment:
    """Open and analyse the model that a command was given; ``told`` says that the command itself shows that it works."""
    from mantlet.project.api import analyse

    file = model_path(path)
    with nullcontext() if told else _working(file):
        return analyse(
            file,
            packs=packs or None,
            impact_mode=impact_mode,  # type: ignore[arg-type]  # checked where it is used
            rules=rules or (),
            environment=environment,
            today=read_day(today),
        )


def _working(file: Path) -> AbstractContextManager[object]:
    """Show on a terminal that a large model takes a while."""
    try:
        large = sys.stderr.isatty() and file.stat().st_size > LARGE
    except OSError:  # reading it will say what is wrong
        large = False
    if not large:
        return nullcontext()
    from mantlet.cli.terminal import err

    return err().status("Finding and rating threats …")


def read_day(text: str) -> date | None:
    """Return a day that a person typed."""
    from mantlet.base.errors import UsageError

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a day", mend="write it like 2027-01-31") from None
