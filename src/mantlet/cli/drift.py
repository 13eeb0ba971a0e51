"""`mantlet drift`: tell whether code and model still agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mantlet.cli import options, plain


def drift(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    code: Annotated[
        list[Path] | None,
        typer.Option(
            "--code",
            help="A folder of the code; repeat for more. Default: the model's own.",
            show_default=False,
        ),
    ] = None,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="Only this folder or file counts; repeat for more.")
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude", metavar="GLOB", help="What does not belong to the system; repeat for more."
        ),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Read every file anew.")] = False,
    as_json: options.Json = False,
) -> None:
    """Compare the code with the model; exit with 1 if they disagree, for CI.

    Lists what is new in the code, what changed, what is gone, and facts that the model states otherwise than the code shows.
    `mantlet discover --update` brings the model up to date; what people declined there is no drift. Without --scope and
    --exclude, those of the last look count.
    """
    from mantlet.cli.found import drift_shape, print_items
    from mantlet.project.discovering import Update, discover

    path = options.model_path(model)
    found = discover(
        code or [path.parent], scope or (), exclude=exclude or (), model=path, cached=not no_cache
    )
    news = Update(found, path)
    if as_json:
        plain.write_json(drift_shape(news))
    else:
        print_items(news)
    if news.comparison.drift or news.stale:
        raise typer.Exit(1)
