"""Facts that the vocabulary takes at a place; what it doesn't take is told, never dropped in silence."""

from __future__ import annotations

from collections.abc import Mapping

from mantlet.model.vocabulary import FactDef, Subject, Vocabulary

Found = Mapping[str, tuple[str, str]]
"""Per fact, its value and the line that shows it."""


class FactSorter:
    """Sorts found facts into those that may be written and the line that shows each."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.refused: list[tuple[str, str]] = []
        """Where something was seen that no fact of the vocabulary says, and what."""

    def sorted(self, found: Found, subject: Subject) -> tuple[dict[str, str], dict[str, str]]:
        """Return the facts to write on a kind of subject, and where each was seen."""
        values: dict[str, str] = {}
        places: dict[str, str] = {}
        for name, (value, place) in sorted(found.items()):
            fact = self._vocabulary.facts.get(name)
            if fact is None or fact.derived or subject not in fact.on or not _fits(fact, value):
                self.refused.append((place, f"{name}: {value}"))
                continue
            values[name], places[name] = value, place
        return values, places


def _fits(fact: FactDef, value: str) -> bool:
    if fact.values == "text" or value in {"unknown", "n/a"}:
        return True
    if fact.values == "number":
        return value.replace(".", "", 1).isdigit()
    return fact.open or value in fact.values
