"""Cards for workshops, dealt for one model: each is a question about a concrete place in it.

A deal gives every deck its share and every suit its turn, and prefers places where much is at stake and that no other
card of the hand is about. The same seed deals the same hand for the same model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from random import Random
from typing import Any, get_args

import numpy as np
from msgspec import Struct

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.catalogue.schema import Card, Deck, Stride, Suit, Trim
from mantlet.risk.names import WORDS, fill, names
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST
from mantlet.risk.register import Register
from mantlet.rules.evaluate import evaluate
from mantlet.rules.tree import NO, SCOPES, UNKNOWN, YES

LINDDUN: dict[str, str] = {
    "linking": "L",
    "identifying": "I",
    "non-repudiation": "NR",
    "detecting": "D",
    "data-disclosure": "DD",
    "unawareness": "U",
    "non-compliance": "NC",
}
LOST: dict[str, list[str]] = {
    "spoofing": ["confidentiality", "integrity"],
    "tampering": ["integrity"],
    "repudiation": ["accountability"],
    "denial-of-service": ["availability"],
    "elevation-of-privilege": ["confidentiality", "integrity"],
    "unawareness": ["accountability"],
    "non-compliance": ["accountability"],
}
"""What is lost with a card that does not say so, by its suit; with the others it is confidentiality."""
DECK_TITLES: dict[Deck, str] = {"stride": "STRIDE", "privacy": "Privacy", "ml": "Machine learning"}
SEED = "1"
HAND = 9
"""As many as fit on a sheet."""
MOST = 500
CERTAIN = 3
"""How much likelier a place is where the card surely fits than one of which nobody knows."""
AGAIN = 8
"""How much less likely a place becomes with each card of the hand that is about it."""


class Dealt(Struct, frozen=True):
    """A card on a place."""

    id: str
    """`CARD@place`."""
    card: str
    deck: Deck
    suit: Suit
    title: str
    text: str
    question: str
    place: str
    """As a threat that is found there names it."""
    at: str
    """The place in words."""
    element: str
    """The element that it belongs to; empty for the system and for boundaries."""
    stride: list[str]
    cia: list[str]
    linddun: list[str]
    trim: list[str]
    agents: list[str]


def deck_of(suit: Suit) -> Deck:
    """Return the deck that a suit belongs to."""
    if suit in get_args(Stride):
        return "stride"
    return "privacy" if suit in LINDDUN or suit in get_args(Trim) else "ml"


def suits(chosen: Collection[str] = ()) -> set[Suit]:
    """Return the suits that names of suits and decks stand for; all for none. Raises `UsageError` for other names."""
    known: dict[str, set[Suit]] = {suit: {suit} for suit in get_args(Suit)}
    for deck in get_args(Deck):
        known[deck] = {suit for suit in get_args(Suit) if deck_of(suit) == deck}
    found: set[Suit] = set()
    for name in chosen or known:
        word = name.strip().lower().replace(" ", "-")
        if word not in known:
            mend = (
                suggest(word, known)
                or f"decks are {', '.join(get_args(Deck))}; suits are {', '.join(get_args(Suit))}"
            )
            raise UsageError(f"there is no suit '{name}'", mend=mend)
        found |= known[word]
    return found


def deal(
    register: Register, *, seed: str = SEED, hand: int = HAND, chosen: Collection[str] = ()
) -> list[Dealt]:
    """Deal a hand of cards; fewer where the model has no place for more."""
    if not 1 <= hand <= MOST:
        raise UsageError(f"a hand of {hand} cards", mend=f"from 1 to {MOST}")
    dealer = _Dealer(register, Random(seed), suits(chosen))  # noqa: S311  (a deal that can be repeated)
    return dealer.hand(hand)


def on_place(register: Register, name: str) -> Dealt:
    """Return a card on a place, `CARD@place`; raises `UsageError` where there is no such card or place."""
    number, at, place = name.partition("@")
    cards = register.analysis.catalogue.cards
    card = cards.get(number.strip().upper())
    if card is None:
        raise UsageError(
            f"there is no card '{number}'",
            mend=suggest(number.upper(), cards) or "`mantlet cards` deals some",
        )
    places = register.analysis.places(SCOPES[card.at])
    if not at or place not in places:
        kind = card.at.partition(".")[0]
        mend = (
            suggest(place, places)
            or f"write {card.id}@ and one of {', '.join(places[:8])}{' …' if len(places) > 8 else ''}"
        )
        raise UsageError(f"card {card.id} is about a {kind}; '{place}' is none", mend=mend)
    return _dealt(register, card, places.index(place))


def finding(card: Dealt) -> dict[str, Any]:
    """Return the fields that a threat found with a card starts from, as the model file holds them."""
    fields = {
        "at": [card.place],
        **{part: getattr(card, part) for part in ("stride", "cia", "linddun", "trim", "agents")},
        "x-card": card.id,
    }
    return {name: value for name, value in fields.items() if value}


class _Dealer:
    def __init__(self, register: Register, random: Random, wanted: set[Suit]) -> None:
        self.register, self.random = register, random
        self.stakes = self._stakes()
        self.used: Counter[str] = Counter()
        """How many cards of the hand are about a place or element."""
        self.piles: dict[Deck, list[Suit]] = {}
        self.cards: dict[Suit, list[Card]] = {}
        self.open: dict[str, dict[int, float]] = {}
        """Per card the places where it can still be played, with what speaks for each."""
        for card in register.analysis.catalogue.cards.values():
            places = self._places(card) if card.suit in wanted else {}
            if places:
                self.open[card.id] = places
                self.cards.setdefault(card.suit, []).append(card)
        for suit, cards in self.cards.items():
            self.piles.setdefault(deck_of(suit), []).append(suit)
            random.shuffle(cards)
        for pile in self.piles.values():
            random.shuffle(pile)

    def hand(self, size: int) -> list[Dealt]:
        """Deal from each deck in turn, from each suit of it in turn."""
        found: list[Dealt] = []
        decks = [deck for deck in get_args(Deck) if deck in self.piles]
        while decks and len(found) < size:
            for deck in list(decks):
                dealt = self._from(deck)
                if dealt is None:
                    decks.remove(deck)
                elif len(found) < size:
                    found.append(dealt)
        return found

    def _from(self, deck: Deck) -> Dealt | None:
        """Take the next card of a deck and put it, and its suit, below the others; a card with no place left goes."""
        pile = self.piles[deck]
        while pile:
            suit = pile.pop(0)
            cards = self.cards[suit]
            if not cards:
                continue
            card = cards.pop(0)
            dealt = _dealt(self.register, card, self._place(card))
            self.used[dealt.place] += 1
            self.used[dealt.element] += 1
            if self.open[card.id]:
                cards.append(card)
            pile.append(suit)
            return dealt
        return None

    def _place(self, card: Card) -> int:
        """Take one of the card's places."""
        analysis, places = self.register.analysis, self.open[card.id]
        ends = analysis.end(card.at)
        rows = list(places)
        weights = []
        for row in rows:
            names_ = {analysis.place_id(SCOPES[card.at], row), _element(self.register, int(ends[row]))} - {""}
            weights.append(places[row] / AGAIN ** sum(self.used[name] for name in names_))
        row = self.random.choices(rows, weights)[0]
        del places[row]
        return row

    def _places(self, card: Card) -> dict[int, float]:
        analysis = self.register.analysis
        values = evaluate(card.applies, SCOPES[card.at], analysis.atoms, analysis.memo)
        live = analysis.live(card.at) if len(values) else np.zeros(0, bool)
        rows = np.flatnonzero((values > (NO if card.unsure else UNKNOWN)) & live).tolist()
        ends = analysis.end(card.at)
        return {
            row: (CERTAIN if values[row] == YES else 1) * (1 + self.stakes[int(ends[row])]) for row in rows
        }

    def _stakes(self) -> list[int]:
        """Return per element the severity of the worst open risk there; the last is the system's."""
        analysis, ratings = self.register.analysis, self.register.ratings
        found = [0] * (len(analysis.columns.elements) + 1)
        for risk in self.register.open:
            element = int(analysis.threats.element[risk.worst])
            found[element] = max(found[element], int(Severity(int(ratings.severity[BEST, risk.worst]))))
        return found


def _element(register: Register, row: int) -> str:
    ids: Sequence[str] = register.analysis.columns.elements.ids
    return ids[row] if 0 <= row < len(ids) else ""


def _dealt(register: Register, card: Card, row: int) -> Dealt:
    analysis, scope = register.analysis, SCOPES[card.at]
    place = analysis.place_id(scope, row)
    words = {word: names(analysis, scope, word, [row])[0] for word in WORDS[scope]}
    at = f"{words['source']} → {words['target']}" if scope == "movement" else words["at"]
    title, text, question = (_sentence(fill(part, words)) for part in (card.title, card.text, card.ask))
    own = dict(_categories(card))
    return Dealt(
        id=f"{card.id}@{place}",
        card=card.id,
        deck=deck_of(card.suit),
        suit=card.suit,
        title=title,
        text=text,
        question=question,
        place=place,
        at=at,
        element=_element(register, int(analysis.end(card.at)[row])),
        cia=list(card.cia) or LOST.get(card.suit, ["confidentiality"]),
        agents=list(card.agents),
        **own,
    )


def _categories(card: Card) -> Iterator[tuple[str, list[str]]]:
    """Yield the categories of a card: its suit's, and its own."""
    suit = card.suit
    of_suit: dict[str, list[str]] = {
        "stride": [suit] if suit in get_args(Stride) else [],
        "linddun": [LINDDUN[suit]] if suit in LINDDUN else [],
        "trim": [suit] if suit in get_args(Trim) else [],
    }
    for part, found in of_suit.items():
        own: list[str] = getattr(card, part)
        yield part, list(dict.fromkeys([*found, *own]))


def _sentence(text: str) -> str:
    """Return a text that begins with a capital, whatever name it begins with."""
    return text[:1].upper() + text[1:]
