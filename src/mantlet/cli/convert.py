"""`mantlet convert`: from one tool's file to another's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mantlet.cli import options, plain
from mantlet.cli.import_ import print_notes


def convert(
    source: Annotated[Path, typer.Argument(help="A model of any tool, or a threatmodel.yaml.")],
    target: Annotated[Path, typer.Argument(help="The file to write; its suffix says the format.")],
    *,
    to: Annotated[str, typer.Option("--to", "-t", help="The format, where the suffix does not say it.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
) -> None:
    """Convert a model from one tool's format to another's, and say what was guessed and lost on the way."""
    from mantlet.base.errors import Location, UsageError
    from mantlet.base.files import write_atomic
    from mantlet.project.api import catalogue_for, load
    from mantlet.project.foreign import export, kind_for

    path = options.model_path(source)
    own = target.suffix in {".yaml", ".yml"} and to in {"", "mantlet"}
    kind = "" if own else to or kind_for(target)
    if target.exists() and not force:
        raise UsageError(
            "is there already", where=Location(str(target)), mend="name another file, or --force"
        )
    if own:
        _import(path, target, force=force)
        return
    catalogue = catalogue_for(path)
    model = load(path, catalogue=catalogue)
    data, notes = export(model, catalogue, kind, path)
    write_atomic(target, data)
    plain.say(f"wrote {target}")
    print_notes([*(model.foreign.notes if model.foreign else ()), *notes], aside=True)


def _import(source: Path, target: Path, *, force: bool) -> None:
    from mantlet.cli.import_ import import_

    import_([source], output=target, force=force)
