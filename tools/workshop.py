"""The JSON Schemas of workshop cards and of compliance views."""

from __future__ import annotations

from typing import Any

import msgspec
from shapes import FOUND, Schema, many, number, record, said, text, words

from mantlet.catalogue.schema import AgentKind, Cia, Deck, Stride, Suit, Trim
from mantlet.review.compliance.view import STATES, Compliance


def workshop() -> dict[str, Any]:
    """Return the shapes by name: command, schema, definitions."""
    states = record({state: number(kind="integer") for state in STATES})
    return {
        "cards": (
            "mantlet cards --json",
            record({**FOUND, "seed": text("The word that deals this hand."), "cards": many(_card())}),
            {},
        ),
        "compliance": (
            "mantlet report --compliance LAW -o LAW.json",
            record(
                {
                    **FOUND,
                    "counts": said(states, "How many articles are in which state."),
                    "verdict": many(text(), "How things stand, in sentences."),
                    "compliance": {"$ref": "#/$defs/Compliance"},
                }
            ),
            msgspec.json.schema(Compliance)["$defs"],
        ),
    }


def _card() -> Schema:
    return record(
        {
            "id": text("`CARD@place`, as `mantlet cards add` takes it."),
            "card": text("The card's own id."),
            "deck": words(Deck),
            "suit": words(Suit),
            "title": text(),
            "text": text("What could happen there."),
            "question": text("What the table talks about."),
            "place": text("The place as a threat that is found there names it."),
            "at": text("The place in words."),
            "element": text("The element that it belongs to; empty for boundaries and the system."),
            "stride": many(words(Stride), "Categories of a threat that is found with it; so the next four."),
            "cia": many(words(Cia)),
            "linddun": many(text()),
            "trim": many(words(Trim)),
            "agents": many(words(AgentKind)),
        }
    )
