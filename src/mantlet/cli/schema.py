"""`mantlet schema`: the JSON Schema of the model file, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mantlet.cli import plain


def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of printing.")
    ] = None,
) -> None:
    """Print the JSON Schema of threatmodel.yaml, so that editors complete and check it as you type."""
    import json

    from mantlet.project.api import catalogue_for
    from mantlet.store.schema import schema as model_schema

    catalogue = catalogue_for(Path("threatmodel.yaml"))
    text = json.dumps(model_schema(catalogue.vocabulary), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        plain.write_bytes([text.encode()])
        return
    from mantlet.base.files import write_atomic

    write_atomic(output, text.encode())
    plain.say(f"wrote {output}")
