"""Workshop cards of a model: dealt, put on paper, and what the table finds written into the model file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mantlet.base.errors import UsageError
from mantlet.base.limits import MAX_NAME
from mantlet.base.suggest import suggest
from mantlet.changes.apply import apply_to_document
from mantlet.changes.operations import Set
from mantlet.model.vector import parse_vector
from mantlet.project.foreign import refuse_foreign
from mantlet.review import cards
from mantlet.review.cards import HAND, SEED, Dealt
from mantlet.store.document import Document

if TYPE_CHECKING:
    from mantlet.project.api import Assessment

FORMATS = ("pdf", "md", "json")
LONGEST_ID = 48


def deal(
    assessment: Assessment, *, seed: str = SEED, hand: int = HAND, suits: Collection[str] = ()
) -> list[Dealt]:
    """Deal cards for a model; the same seed deals the same hand. ``suits`` are names of suits or decks."""
    return cards.deal(assessment.register, seed=seed, hand=hand, chosen=suits)


def printed(assessment: Assessment, hand: Sequence[Dealt], kind: str, seed: str = SEED) -> bytes:
    """Put a hand on paper as pdf, md or json."""
    from mantlet.report import cards as paper  # noqa: PLC0415

    if kind not in FORMATS:
        raise UsageError(
            f"no cards in the format '{kind}'", mend=suggest(kind, FORMATS) or f"one of {', '.join(FORMATS)}"
        )
    name = assessment.model.name
    if kind == "json":
        return paper.to_json(hand, seed)
    if kind == "md":
        return paper.to_markdown(hand, name, seed).encode()
    with resources.as_file(resources.files("mantlet.diagram") / "fonts") as fonts:
        return paper.to_pdf(hand, name, seed, str(fonts))


def finding_change(
    assessment: Assessment, card: str, title: str, fields: dict[str, Any] | None = None
) -> Set:
    """Return the change that writes down what a table found with a card (`CARD@place`).

    ``fields`` are those of a manual threat: text, controls, found_by, rating …; ``at`` adds places to the card's.
    """
    dealt = cards.on_place(assessment.register, card)
    line = " ".join(title.split())
    if not line or len(line) > MAX_NAME:
        raise UsageError("a finding needs a title", mend=f"one line of at most {MAX_NAME} characters")
    start = cards.finding(dealt)
    given = {name: value for name, value in (fields or {}).items() if value}
    _check(assessment, given)
    places = list(dict.fromkeys([*start.pop("at"), *given.pop("at", ())]))
    entry = {"title": line, "text": given.pop("text", ""), "at": places, **start, **given}
    return Set(
        ("threats", _free_id(assessment, line)), {name: value for name, value in entry.items() if value}
    )


def add_finding(
    path: Path, assessment: Assessment, card: str, title: str, fields: dict[str, Any] | None = None
) -> str:
    """Write what a table found with a card into the model file; return the threat's id."""
    refuse_foreign(path)
    change = finding_change(assessment, card, title, fields)
    document = Document.load(path)
    apply_to_document(document, [change])
    document.save()
    return str(change.path[1])


def _check(assessment: Assessment, given: dict[str, Any]) -> None:
    known = assessment.catalogue.controls
    for control in given.get("controls", ()):
        if control not in known:
            mend = suggest(control, known) or "`mantlet catalogue list controls` names them"
            raise UsageError(f"unknown control '{control}'", mend=mend)
    if given.get("rating"):
        parse_vector(given["rating"])
    analysis = assessment.register.analysis
    places = {place for scope in analysis.sets.sizes for place in analysis.places(scope)}
    for place in given.get("at", ()):
        if place not in places:
            mend = suggest(place, places) or "an element, a flow, a boundary, data/element or system"
            raise UsageError(f"the model has no place '{place}'", mend=mend)


def _free_id(assessment: Assessment, title: str) -> str:
    """Return an id made of a title's words that neither the model nor the catalogue has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().upper()
    words = re.findall(r"[A-Z0-9]+", plain.replace("'", ""))
    stem = ""
    for word in words:
        if len(stem) + len(word) + 1 > LONGEST_ID and stem:
            break
        stem = f"{stem}-{word}".lstrip("-")[:LONGEST_ID]
    if not stem[:1].isalpha():
        stem = f"FOUND-{stem}".rstrip("-")
    taken = {*assessment.model.sections.threats, *assessment.catalogue.threats}
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
