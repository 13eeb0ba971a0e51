"""Check cards for workshops: their names, what they name, and that they fit on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mantlet.base.errors import InputError, MantletError
from mantlet.base.suggest import suggest
from mantlet.catalogue.consistency import PLACEHOLDERS, Finding
from mantlet.catalogue.schema import Card, Framework
from mantlet.catalogue.source import Sources

_ID = re.compile(r"[A-Z]{1,3}[0-9]{1,3}")
_NAMED = re.compile(r"\{(\w*)\}")
_LONGEST = {"title": 90, "text": 300, "ask": 170}
"""Characters that a printed card has room for, names apart."""


def check_cards(
    sources: Sources, cards: Sequence[Card], frameworks: Mapping[str, Framework], errors: list[MantletError]
) -> None:
    """Note what is wrong with the cards that were read now."""
    for card in cards:
        if ("cards", card.id) in sources.origins:
            for what, path, mend in _wrong(card, frameworks):
                where = sources.where("cards", card.id, *path)
                errors.append(InputError(f"{card.id}: {what}", where=where, mend=mend))


def _wrong(card: Card, frameworks: Mapping[str, Framework]) -> Iterator[Finding]:
    if not _ID.fullmatch(card.id):
        yield "a card's id is up to three capitals and a number, such as S1", (), ""
    if not card.ask.rstrip().endswith("?"):
        yield "what the table talks about is no question", ("ask",), "end it with '?'"
    known = PLACEHOLDERS[card.at]
    for part, longest in _LONGEST.items():
        text: str = getattr(card, part)
        if len(text) > longest:
            yield f"too long for a card: {len(text)} characters", (part,), f"at most {longest}"
        for name in _NAMED.findall(text):
            if name not in known:
                mend = f"there are: {', '.join(sorted(known))}"
                yield f"{{{name}}} has no meaning at '{card.at}'", (part,), mend
    entries = frameworks["linddun"].entries if card.linddun and "linddun" in frameworks else {}
    for number, node in enumerate(card.linddun):
        if node not in entries:
            yield f"LINDDUN has no node '{node}'", ("linddun", number), suggest(node, entries)
