"""A hand of workshop cards on paper: PDF to cut out, Markdown, JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from mantlet.catalogue.schema import Deck
from mantlet.report.markdown import escape
from mantlet.report.pdf import shown, typeset
from mantlet.review.cards import DECK_TITLES, Dealt

_JOINED = re.compile(r"(?<!non)-")


def suit_title(card: Dealt) -> str:
    """Return a suit as a heading."""
    return _JOINED.sub(" ", card.suit).capitalize()


def to_json(hand: Sequence[Dealt], seed: str) -> bytes:
    """Return a hand for programs."""
    return msgspec.json.encode({"mantlet": 1, "seed": seed, "cards": list(hand)}) + b"\n"


def to_markdown(hand: Sequence[Dealt], system: str, seed: str) -> str:
    """Return a hand for a wiki page or a shared document, with room for what is found."""
    return "\n".join(_lines(hand, system, seed)) + "\n"


def _lines(hand: Sequence[Dealt], system: str, seed: str) -> Iterator[str]:
    yield from (f"# Workshop cards: {escape(system)}", "", f"Hand {escape(seed)}, {len(hand)} cards.", "")
    for deck, cards in groupby(sorted(hand, key=lambda card: list(DECK_TITLES).index(card.deck)), _deck):
        yield from (f"## {DECK_TITLES[deck]}", "")
        for card in cards:
            yield from (
                f"### {escape(card.title)}",
                "",
                escape(card.text),
                "",
                f"**{escape(card.question)}**",
                "",
            )
            yield from (
                f'{suit_title(card)}, {escape(card.at)}. Found something? `mantlet cards add {_code(card.id)} "…"`',
                "",
            )


def _deck(card: Dealt) -> Deck:
    return card.deck


def _code(text: str) -> str:
    """Return an id for a piece of code in a line."""
    return shown(text).replace("`", "'")


def to_pdf(hand: Sequence[Dealt], system: str, seed: str, font_folder: str) -> bytes:
    """Return A4 sheets of nine cards each, with marks to cut along."""
    cards = [
        {**msgspec.to_builtins(card), "suit_title": suit_title(card), "deck_title": DECK_TITLES[card.deck]}
        for card in hand
    ]
    inputs = {
        "cards": msgspec.json.encode(shown(cards)).decode(),
        "system": shown(system),
        "seed": shown(seed),
    }
    return typeset("cards.typ", inputs, font_folder)
