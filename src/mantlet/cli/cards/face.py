"""A card on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.panel import Panel

    from mantlet.review.cards import Dealt

COLOURS = {"stride": "blue", "privacy": "magenta", "ml": "green"}


def face(card: Dealt, width: int) -> Panel:
    """Return a card as a box."""
    from rich.console import Group
    from rich.panel import Panel

    from mantlet.cli.terminal import words
    from mantlet.report.cards import suit_title

    colour = COLOURS[card.deck]
    return Panel(
        Group(
            words(card.title, style="bold"),
            words(card.text),
            "",
            words(card.question, style=f"bold {colour}"),
            "",
            words(card.at, style="dim"),
        ),
        title=words(f"{suit_title(card)}", style=colour),
        title_align="left",
        subtitle=words(card.id, style="dim"),
        subtitle_align="right",
        border_style=colour,
        width=width,
    )
