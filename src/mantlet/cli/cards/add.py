"""`mantlet cards add`: what the table found with a card, as a threat of the model."""

from __future__ import annotations

from typing import Annotated

import typer

from mantlet.cli import options, plain


def add(
    card: Annotated[
        str,
        typer.Argument(metavar="CARD", help="The card and its place as it shows them, such as S1@predict."),
    ],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What could go wrong, in one line.")],
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    text: Annotated[str, typer.Option("--text", "-t", help="More about it.")] = "",
    at: Annotated[
        list[str] | None, typer.Option("--at", help="A further place where it is so; repeat for more.")
    ] = None,
    controls: Annotated[
        list[str] | None, typer.Option("--control", "-c", help="A control that would help; repeat for more.")
    ] = None,
    rating: Annotated[
        str, typer.Option("--rating", help="The OWASP factors, where the table rated it, such as SL:3/M:4.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who found it.")] = "",
    rules: options.Rules = None,
) -> None:
    """Write what the table found with a card into the model, as a threat at the card's place with its categories."""
    from mantlet.project.cards import add_finding

    path = options.model_path(model)
    fields = {"text": text, "at": at or [], "controls": controls or [], "rating": rating, "found_by": by}
    name = add_finding(path, options.assess(path, rules=rules), card, title, fields)
    plain.say(f"wrote the threat {name} into {path}")
