"""`mantlet validate`: tells whether the model file is right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.base.errors import MantletError


def validate(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    environment: options.Environment = "",
    rules: options.Rules = None,
    as_json: options.Json = False,
) -> None:
    """Check a model file; every mistake is shown at once with its line and how to mend it."""
    from mantlet.base.counts import how_many
    from mantlet.base.errors import MantletError
    from mantlet.project.api import catalogue_for, contradictions, load

    path = options.model_path(model)
    try:
        catalogue = catalogue_for(path, rules or ())
        read = load(path, environment=environment, catalogue=catalogue)
    except MantletError as error:
        if not as_json:
            raise
        _print_errors(error.errors)
        raise typer.Exit(error.exit_code) from None
    refuted = contradictions(read, catalogue, path)
    if as_json:
        found = [item.to_dict() for item in refuted]
        plain.write_json({"mantlet": 1, "valid": True, "errors": [], "contradictions": found})
        return
    plain.say(
        f"{path}: fine ({how_many(len(read.elements), 'element')}, {how_many(len(read.flows), 'flow')}, {how_many(len(read.assets), 'data asset')})"
    )
    for item in refuted:
        plain.say(f"evidence against the model: {item}")


def _print_errors(errors: Iterable[MantletError]) -> None:
    from mantlet.base.printable import printable

    found = []
    for error in errors:
        where = error.where
        found.append(
            {
                "what": error.what,
                "file": printable(where.file) if where else "",
                "line": where.line if where else 0,
                "column": where.column if where else 0,
                "mend": error.mend,
            }
        )
    plain.write_json({"mantlet": 1, "valid": False, "errors": found, "contradictions": []})
