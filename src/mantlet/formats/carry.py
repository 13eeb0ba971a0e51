"""What is ours, inside files of others that allow attributes of one's own, so that it comes back whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mantlet.model.entries import Boundary, Data, Element, FactValue, Flow, fact_text
from mantlet.model.vocabulary import Realm, Subject, Vocabulary

TYPE = "mantlet-type"
FACT = "mantlet-fact-"
Entry = Element | Boundary | Data | Flow


def attributes(entry: Entry) -> dict[str, str]:
    """Return an entry's type and facts as attributes."""
    kind = {} if isinstance(entry, Flow) else {TYPE: entry.type}
    return {**kind, **{FACT + fact: fact_text(value) for fact, value in entry.facts.items()}}


def type_from(attributes_: Mapping[str, Any], realm: Realm, vocabulary: Vocabulary) -> str:
    """Return the type that attributes name; empty where they name none."""
    found = attributes_.get(TYPE)
    return found if isinstance(found, str) and vocabulary.knows(found, realm) else ""


def facts_from(
    attributes_: Mapping[str, Any], subject: Subject, vocabulary: Vocabulary
) -> dict[str, FactValue]:
    """Return the facts that attributes hold, as far as they are facts of the subject with values that these may have."""
    found: dict[str, FactValue] = {}
    for key, value in attributes_.items():
        if key.startswith(FACT) and isinstance(value, str):
            fact = key.removeprefix(FACT)
            if fits(fact, value, subject, vocabulary):
                found[fact] = value
    return found


def fits(fact: str, value: str, subject: Subject, vocabulary: Vocabulary) -> bool:
    """Tell whether a fact may be written on a subject with this value."""
    known = vocabulary.facts.get(fact)
    if known is None or known.derived or subject not in known.on:
        return False
    if value in {"unknown", "n/a"} or known.values == "text":
        return True
    if known.values == "number":
        return value.replace(".", "", 1).isdecimal() and len(value) < 15
    return known.open or value in known.values
