"""`mantlet export`: the model as a file of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mantlet.cli import options, plain
from mantlet.cli.import_ import print_notes


def export(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    to: Annotated[
        str,
        typer.Option("--to", "-t", help="The format; default: by the suffix of --output. --list names them."),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write. Default: print it.")
    ] = None,
    environment: options.Environment = "",
    rules: options.Rules = None,
    show: Annotated[bool, typer.Option("--list", help="Name the formats and stop.")] = False,
) -> None:
    """Write the model in another tool's format, and say what that cannot hold."""
    from mantlet.base.errors import UsageError
    from mantlet.project.api import catalogue_for, load
    from mantlet.project.foreign import export as write
    from mantlet.project.foreign import kind_for

    if show:
        _print_list()
        return
    if not to and output is None:
        raise UsageError(
            "export to what?",
            mend="name a format with --to, or a file with --output; --list names the formats",
        )
    path = options.model_path(model)
    kind = to or kind_for(output or Path())
    catalogue = catalogue_for(path, rules or ())
    data, notes = write(load(path, environment=environment, catalogue=catalogue), catalogue, kind, path)
    if output is None:
        plain.write_bytes([data])
    else:
        from mantlet.base.files import write_atomic

        write_atomic(output, data)
        plain.say(f"wrote {output}")
    print_notes(notes, aside=True)


def _print_list() -> None:
    from mantlet.cli.terminal import console, grid, words
    from mantlet.formats.registry import formats

    table = grid("format", "import", "export", "files", "tool")
    for item in formats():
        table.add_row(
            words(item.id, style="bold"),
            words(item.brings if item.read else "–"),
            words("yes" if item.write else "–"),
            words(", ".join(f".{suffix}" for suffix in item.suffixes)),
            words(item.title),
        )
    console().print(table)
