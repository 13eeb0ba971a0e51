"""Foreign types in our words: by a format's own table first, then by the words of names, else by kind alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from mantlet.base.data import read_beside
from mantlet.formats.interface import Note, note
from mantlet.model.vocabulary import ROOTS, Realm, Vocabulary

How = Literal["table", "name", "unknown"]
_WORD = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+\d*(?![a-z])|\d+|[^\W\d_]+")
_LONGEST = 4
"""Words of a phrase."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A type of ours and how it was come to."""

    type: str
    how: How


def tell(notes: list[Note], guess: Guess, what: str, name: str) -> None:
    """Note a type that was guessed; ``what`` is elements or boundaries, of which only elements need a type of their own."""
    if guess.how == "name":
        note(notes, "guessed", f"types of {what}, from their names", f"{name} ({guess.type})")
    elif guess.how == "unknown" and what == "elements":
        note(notes, "guessed", f"types of {what}, known by their kind alone", f"{name} ({guess.type})")


@cache
def table(name: str) -> dict[str, Any]:
    """Return a format's mapping file from `data/`."""
    import yaml  # noqa: PLC0415

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(read_beside(__file__, f"data/{name}.yaml"), _strings(loader))  # noqa: S506
    return found


def _strings(base: Any) -> Any:
    """Return a loader to which every scalar is text, so that `yes` and `No` stay words."""

    class Loader(base):  # type: ignore[misc]
        pass

    Loader.yaml_implicit_resolvers = {}
    return Loader


class Types:
    """Answers what type of ours something foreign is."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        words = table("words")
        self._ambiguous = frozenset(words["ambiguous"])
        self._phrases: dict[Realm, dict[str, str]] = {
            realm: self._known(realm, words[realm]) for realm in ("element", "boundary", "data")
        }
        self._heads: dict[str, dict[str, str]] = {
            kind: {word: vocabulary.resolve(name, "element") for word, name in known.items()}
            for kind, known in words["heads"].items()
        }

    def _known(self, realm: Realm, extra: Mapping[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for item in self.vocabulary.types.values():
            if item.realm == realm and item.is_:
                for word in (item.id, *item.aliases):
                    if word not in self._ambiguous:
                        found.setdefault(word.replace("-", " "), item.id)
        return {**found, **{phrase: self.vocabulary.resolve(name, realm) for phrase, name in extra.items()}}

    def element(self, kind: str, mapped: str = "", names: Iterable[str] = ()) -> Guess:
        """Return an element's type; ``mapped`` is what a table says, ``names`` are searched, the most telling first.

        A name may make the table's type more special, and never contradicts the kind.
        """
        base = mapped if self.vocabulary.is_a(mapped, kind) else kind
        return self._best("element", base, names, certain=base != kind or bool(mapped and mapped == kind))

    def thing(self, names: Iterable[str]) -> Guess:
        """Return the type of an element of which not even the kind is known; a process where names don't say."""
        listed = list(names)
        for name in listed:
            found = self.phrase(name, "element")
            if found:
                return Guess(found, "name")
        for name in listed:
            for kind in ("process", "external-entity"):
                found = self._head(name, kind)
                if found:
                    return Guess(found, "name")
        return Guess("process", "unknown")

    def boundary(self, mapped: str = "", names: Iterable[str] = ()) -> Guess:
        """Return a boundary's type; network where nothing says more."""
        known = self.vocabulary.knows(mapped, "boundary")
        if known and mapped not in ROOTS["boundary"]:
            return Guess(mapped, "table")
        for name in names:
            found = self.phrase(name, "boundary")
            if found:
                return Guess(found, "name")
        return Guess(mapped if known else "network", "table" if known else "unknown")

    def data(self, names: Iterable[str]) -> Guess:
        """Return a data asset's type."""
        return self._best("data", "data", names, certain=False)

    def _best(self, realm: Realm, base: str, names: Iterable[str], *, certain: bool) -> Guess:
        listed = list(names)
        for name in listed:
            found = self.phrase(name, realm, base)
            if found and found != base:
                return Guess(found, "name")
        for name in listed:
            found = self._head(name, base)
            if found:
                return Guess(found, "name")
        return Guess(base, "table" if certain else "unknown")

    def _head(self, text: str, kind: str) -> str:
        """Return the type that the last telling word of a name has for a kind of element; empty for none."""
        known = self._heads.get(kind, {})
        for word in reversed(_WORD.findall(text)[:40]):
            for form in _forms([word.lower()]):
                if form in known:
                    return known[form]
        return ""

    def phrase(self, text: str, realm: Realm, under: str = "") -> str:
        """Return the type that the longest telling phrase of a text names, nearest its end; empty for none."""
        words = [word.lower() for word in _WORD.findall(text)][:40]
        known = self._phrases[realm]
        for length in range(min(_LONGEST, len(words)), 0, -1):
            for start in range(len(words) - length, -1, -1):
                for phrase in _forms(words[start : start + length]):
                    found = known.get(phrase, "")
                    if found and (not under or self.vocabulary.is_a(found, under, realm)):
                        return found
        return ""


def _forms(words: list[str]) -> list[str]:
    """Return a phrase as it is, without a number at its end, and as one of several."""
    phrase = " ".join(words)
    plain = phrase.rstrip("0123456789")
    forms = [phrase, plain] if plain and plain != phrase else [phrase]
    return [*forms, plain[:-1]] if plain.endswith("s") and not plain.endswith("ss") else forms
