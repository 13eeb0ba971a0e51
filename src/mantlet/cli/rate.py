"""`mantlet rate`: the OWASP Risk Rating calculator by itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.risk.owasp import FactorText, Rating


def rate(
    vector: Annotated[
        str,
        typer.Argument(
            help="An OWASP vector such as SL:5/M:4/O:7/…; without it you are asked factor by factor.",
            show_default=False,
        ),
    ] = "",
    *,
    impact_mode: Annotated[
        str, typer.Option("--impact-mode", help="method (business, else technical), mean8 or max8.")
    ] = "method",
    as_json: options.Json = False,
) -> None:
    """Rate a risk with the OWASP Risk Rating Methodology.

    Takes vectors with or without parentheses. The eight likelihood factors and one impact group are needed.
    """
    from mantlet.base.errors import UsageError
    from mantlet.risk.owasp import rate as rate_factors
    from mantlet.risk.owasp import rate_vector

    if vector:
        rating = rate_vector(vector, impact_mode)  # type: ignore[arg-type]  # checked there
    elif sys.stdin.isatty() or not as_json:
        rating = rate_factors(_interview(), impact_mode)  # type: ignore[arg-type]
    else:
        raise UsageError("no vector given", mend="write mantlet rate SL:5/M:4/…")
    if as_json:
        plain.write_json({"mantlet": 1, **rating.to_dict()})
    else:
        _print(rating)


def _interview() -> dict[str, float]:
    """Ask for each factor; an empty answer to a business factor leaves business impact out."""
    from mantlet.cli.terminal import console
    from mantlet.risk.owasp import factor_texts

    out = console()
    scores: dict[str, float] = {}
    group = ""
    for factor in factor_texts():
        if factor.group != group:
            group = factor.group
            out.print(f"\n[bold]{group.capitalize()}[/bold]")
            if group == "business impact" and not typer.confirm(
                "Do you know the business impact?", default=True
            ):
                break
        scores[factor.code] = _ask(factor)
    return scores


def _ask(factor: FactorText) -> float:
    from mantlet.cli.terminal import console

    out = console()
    out.print(f"\n{factor.name}: {factor.question}")
    for option in factor.options:
        out.print(f"  [bold]{option.score:g}[/bold]  {option.text}")
    while True:
        answer = typer.prompt(f"{factor.code} (0-9)")
        try:
            score = float(answer)
        except ValueError:
            score = -1
        if 0 <= score <= 9:
            return score
        out.print("[yellow]a number from 0 to 9, please[/yellow]")


def _print(rating: Rating) -> None:
    from rich.text import Text

    from mantlet.cli.terminal import console, grid, severity_text, words

    out = console()
    out.print(Text.assemble("Severity    ", severity_text(rating.severity)))
    table = grid("", "", "", show_header=False)
    table.add_row("Likelihood", f"{rating.likelihood:.3f}", rating.likelihood_level.word)
    for name, value in (("Technical impact", rating.technical), ("Business impact", rating.business)):
        table.add_row(name, "not given" if value is None else f"{value:.3f}", "")
    table.add_row("Impact", f"{rating.impact:.3f}", f"{rating.impact_level.word} (mode {rating.mode})")
    out.print(table)
    out.print(words(rating.vector, style="dim"))
