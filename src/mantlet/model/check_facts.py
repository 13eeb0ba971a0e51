"""Facts that exist, stand where they may, and have values that rules understand."""

from __future__ import annotations

from mantlet.model.entries import Facts, FactValue, fact_text
from mantlet.model.problem import Path, Problems
from mantlet.model.vocabulary import FactDef, Subject, Vocabulary

ALWAYS = ("unknown", "n/a")
_MANY = {
    "element": "elements",
    "flow": "flows",
    "boundary": "boundaries",
    "data": "data",
    "copy": "copies (`holds:`)",
    "system": "the system",
}


class FactChecker:
    """Looks facts up once per value: a big model says the same few things often."""

    def __init__(self, vocabulary: Vocabulary, problems: Problems) -> None:
        self._vocabulary = vocabulary
        self._problems = problems
        self._good: dict[str, set[tuple[str, FactValue]]] = {subject: set() for subject in _MANY}

    def check(self, facts: Facts, subject: Subject, path: Path) -> None:
        """Note what is wrong with the facts of one subject."""
        good = self._good[subject]
        for item in facts.items():
            if item not in good:
                name, value = item
                if self._fine(name, value, subject, (*path, name)):
                    good.add(item)

    def _fine(self, name: str, value: FactValue, subject: Subject, path: Path) -> bool:
        fact = self._vocabulary.facts.get(name)
        if fact is None:
            known = [item.id for item in self._vocabulary.facts_for(subject)]
            self._problems.unknown(
                path, "fact", name, known, "see `mantlet catalogue list facts`", at_key=True
            )
            return False
        if fact.derived:
            mend = f"leave it out; {fact.why[0].lower()}{fact.why[1:]}" if fact.why else "leave it out"
            self._problems.add(
                path, f"the fact '{name}' is worked out from the model, nobody writes it", mend, at_key=True
            )
            return False
        if subject not in fact.on:
            places = " and ".join(_MANY[item] for item in fact.on)
            self._problems.add(
                path, f"'{name}' is a fact of {places}, not of {_MANY[subject]}", "move it there", at_key=True
            )
            return False
        return self._value(fact, value, path)

    def _value(self, fact: FactDef, value: FactValue, path: Path) -> bool:
        text = fact_text(value)
        if text in ALWAYS or fact.values == "text":
            return True
        if fact.values == "number":
            try:
                float(text)
            except ValueError:
                self._problems.add(
                    path, f"'{fact.id}' is a number, not '{text[:60]}'", "write a number, unknown or n/a"
                )
                return False
            return True
        if fact.open or text in fact.values:
            return True
        expected = f"one of {', '.join([*fact.values, *ALWAYS])}"
        self._problems.add(
            path,
            f"'{text[:60]}' is no value of '{fact.id}'",
            self._problems.near(text, fact.values) or expected,
        )
        return False
