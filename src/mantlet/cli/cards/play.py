"""`mantlet cards play`: one card after the other in a meeting, findings written down on the spot."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options
from mantlet.cli.cards.deal import FIRST, NINE, Hand, Seed, Suits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mantlet.review.cards import Dealt

WIDTH = 72
PROMPT = "Enter: next · f: found something · b: back · q: stop"


def play(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    seed: Seed = FIRST,
    hand: Hand = NINE,
    suit: Suits = None,
    minutes: Annotated[
        float,
        typer.Option("--minutes", "-m", help="Ring after so many minutes with one card. Default: never."),
    ] = 0.0,
    by: Annotated[str, typer.Option("--by", help="Who is at the table; kept with each finding.")] = "",
    rules: options.Rules = None,
) -> None:
    """Go through a hand at the table; what is found goes into the model at once."""
    from mantlet.base.counts import how_many
    from mantlet.cli.cards.face import face
    from mantlet.cli.terminal import console, escape
    from mantlet.project import cards

    path = options.model_path(model)
    result = options.assess(path, rules=rules)
    dealt = cards.deal(result, seed=seed, hand=hand, suits=suit or ())
    out, found, number, shown = console(), list[str](), 0, -1
    while number < len(dealt):
        card = dealt[number]
        if shown != number:
            out.print(f"\n[dim]{number + 1} of {len(dealt)}[/dim]")
            out.print(face(card, min(WIDTH, out.width)))
            shown = number
        with _rung(minutes):
            answer = typer.prompt(PROMPT, default="", prompt_suffix=" > ", show_default=False).strip().lower()
        if answer == "f":
            found += _found(path, card, by, rules)
        elif answer == "q":
            break
        else:
            number = max(number - 1, 0) if answer == "b" else number + 1
    written = f"{how_many(len(found), 'finding')} in {escape(str(path))}"
    out.print(f"\n{written}{': ' if found else '.'}{', '.join(found)}")


def _found(path: Path, card: Dealt, by: str, rules: list[Path] | None) -> list[str]:
    """Ask what was found and write it down; nothing typed means nothing found."""
    from mantlet.base.errors import MantletError
    from mantlet.cli.terminal import console, escape
    from mantlet.project import cards

    title = typer.prompt("What could go wrong, in a line", default="", show_default=False).strip()
    if not title:
        return []
    text = typer.prompt("More about it (Enter: nothing)", default="", show_default=False).strip()
    try:
        name = cards.add_finding(
            path, options.assess(path, rules=rules), card.id, title, {"text": text, "found_by": by}
        )
    except MantletError as error:
        console().print(f"[yellow]{escape(error.diagnostics())}[/yellow]")
        return []
    console().print(f"wrote [bold]{escape(name)}[/bold]")
    return [name]


@contextmanager
def _rung(minutes: float) -> Iterator[None]:
    """Ring a bell while somebody still thinks, once the time is over."""
    if minutes <= 0:
        yield
        return
    from threading import Timer

    timer = Timer(minutes * 60, lambda: sys.stderr.write("\a\n  Time is up for this card.\n"))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
