"""`mantlet cards deal`: a hand of cards on the terminal, as PDF to cut out, as Markdown or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.review.cards import Dealt

Seed = Annotated[
    str, typer.Option("--seed", "-s", help="Any word or number; the same one deals the same hand.")
]
Hand = Annotated[int, typer.Option("--hand", "-n", metavar="N", help="How many cards; nine fit on a sheet.")]
Suits = Annotated[
    list[str] | None,
    typer.Option(
        "--suit",
        help="Only this deck (stride, privacy, ml) or suit (spoofing, linking, poisoning …); repeat for more.",
    ),
]
FIRST, NINE = "1", 9


def deal(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    seed: Seed = FIRST,
    hand: Hand = NINE,
    suit: Suits = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write instead of showing the cards: pdf (to cut out), md, json. Repeat for more.",
        ),
    ] = None,
    environment: options.Environment = "",
    rules: options.Rules = None,
    as_json: options.Json = False,
) -> None:
    """Deal a hand of cards, each a question about a concrete place in the model.

    STRIDE, privacy and machine learning in turn, first where much is at stake. Another hand: another seed.
    """
    from mantlet.base.files import write_atomic
    from mantlet.project import cards

    result = options.assess(model, environment, rules=rules)
    dealt = cards.deal(result, seed=seed, hand=hand, suits=suit or ())
    if as_json:
        plain.write_bytes([cards.printed(result, dealt, "json", seed)])
        return
    for target in output or ():
        write_atomic(target, cards.printed(result, dealt, target.suffix.lower().lstrip("."), seed))
        plain.say(f"wrote {target}")
    if not output:
        _show(result.model.name, dealt, seed)


def _show(system: str, dealt: list[Dealt], seed: str) -> None:
    from rich.columns import Columns

    from mantlet.base.counts import how_many
    from mantlet.cli.cards.face import face
    from mantlet.cli.terminal import console, escape

    out = console()
    out.print(f"[bold]{escape(system)}[/bold] · hand {escape(seed)} · {how_many(len(dealt), 'card')}\n")
    out.print(Columns([face(card, 46) for card in dealt]))
    if dealt:
        out.print(
            f'\n[dim]Found something? mantlet cards add {escape(dealt[0].id)} "what you found" · '
            "on paper: -o cards.pdf · in a meeting: mantlet cards play[/dim]"
        )
    else:
        out.print("No card has a place in this model yet.")
