"""`mantlet merge`: three versions of a model file made one, by element id; git's merge driver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mantlet.cli import plain


def merge(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The version that both sides come from.")],
    ours: Annotated[Path, typer.Argument(metavar="OURS", help="Our version; the result goes here.")],
    theirs: Annotated[Path, typer.Argument(metavar="THEIRS", help="Their version.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write the result here instead of into OURS.", show_default=False
        ),
    ] = None,
    path: Annotated[
        str, typer.Option("--path", help="What the file is called in the project (git's %P).")
    ] = "",
) -> None:
    """Merge two people's versions of a model by element id; exit with 1 if both changed the same thing differently.

    Made to be git's merge driver: `git config merge.mantlet.driver "mantlet merge %O %A %B --path %P"` and
    `threatmodel.yaml merge=mantlet` in .gitattributes. Our comments and order stay. A conflict stands between markers, and no
    decision is ever lost.
    """
    from mantlet.project.vcs.merging import merge_files

    made = merge_files(base, ours, theirs, output or ours, name=path)
    name = path or str(ours)
    for conflict in made.conflicts:
        plain.say(f"{name}: {conflict.message}", aside=True)
    if made.by_lines:
        plain.say(f"{name}: merged line by line, because it is no sound model: {made.by_lines}", aside=True)
    if not made.clean:
        raise typer.Exit(1)
