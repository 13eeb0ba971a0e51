"""`mantlet diagram`: the data flow diagram."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options
from mantlet.cli.plain import say, write_bytes

if TYPE_CHECKING:
    from mantlet.diagram.options import Options
    from mantlet.project.api import Assessment

SHOW = "What to show"


Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="File to write; its suffix says the format: svg, png, dot, mmd, puml. Default: print SVG.",
    ),
]
Format = Annotated[
    str,
    typer.Option("--format", "-f", help="svg, png, dot, mermaid or plantuml; default: by suffix, else svg."),
]
Focus = Annotated[
    str,
    typer.Option("--focus", help="Only this boundary or element, with its neighbours.", rich_help_panel=SHOW),
]
Sequence = Annotated[
    str,
    typer.Option("--sequence", help="The sequence view of this named flow order.", rich_help_panel=SHOW),
]
PathNumber = Annotated[
    int, typer.Option("--path", help="Bring out the n-th attack path.", rich_help_panel=SHOW)
]
Plain = Annotated[bool, typer.Option("--plain", help="Without threat badges.", rich_help_panel=SHOW)]
Detail = Annotated[
    bool, typer.Option("--detail", help="Draw everything, however much it is.", rich_help_panel=SHOW)
]
Theme = Annotated[str, typer.Option("--theme", help="light, dark or auto (SVG follows the reader).")]
Scale = Annotated[float, typer.Option("--scale", min=0.5, max=6, help="PNG pixels per unit.")]
KeepLayout = Annotated[
    bool,
    typer.Option(
        "--keep-layout",
        help="Also write the places of everything into threatmodel.layout.json, so that later drawings keep them.",
    ),
]


def diagram(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    output: Output = None,
    kind: Format = "",
    focus: Focus = "",
    sequence: Sequence = "",
    path: PathNumber = 0,
    plain: Plain = False,
    detail: Detail = False,
    theme: Theme = "light",
    scale: Scale = 2.0,
    keep: KeepLayout = False,
    environment: options.Environment = "",
    rules: options.Rules = None,
) -> None:
    """Draw the data flow diagram with its trust boundaries, open threats and personal data."""
    from mantlet.project.outputs import SUFFIXES

    result = options.assess(model, environment, None, rules)
    if keep:
        from mantlet.project.outputs import keep_layout

        say(f"wrote {keep_layout(result)}", aside=output is None)
    chosen = kind or (
        SUFFIXES.get(output.suffix.lower().lstrip("."), output.suffix.lstrip(".")) if output else "svg"
    )
    if sequence:
        data = result.sequence(sequence, chosen, theme=theme, scale=scale)
    else:
        shown = _options(result, focus, path, detail=detail)
        data = result.diagram(chosen, shown, theme=theme, scale=scale, marked=not plain)
    if output is None:
        write_bytes([data])
        return
    from mantlet.base.files import write_atomic

    write_atomic(output, data)
    say(f"wrote {output}")


def _options(result: Assessment, focus: str, path: int, *, detail: bool) -> Options:
    from mantlet.base.errors import UsageError
    from mantlet.diagram.options import Options
    from mantlet.model.model import RETURNS

    highlight: set[str] = set()
    if path:
        if not 1 <= path <= len(result.paths):
            raise UsageError(f"there is no attack path {path}", mend=f"there are {len(result.paths)}")
        chosen = result.paths[path - 1]
        highlight = {*chosen.elements, *(step.flow.removesuffix(RETURNS) for step in chosen.steps)}
    return Options(focus=focus, highlight=frozenset(highlight), detail=detail)
