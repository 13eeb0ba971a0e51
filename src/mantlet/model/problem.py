"""What is wrong with a model, by path; where that is in a file is the store's matter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from msgspec import UNSET, Struct, UnsetType

from mantlet.base.suggest import suggest

Path = tuple[str | int, ...]
MAX_NAMED = 8
MAX_SUGGESTED = 100
"""Suggestions cost a search through all names; after so many mistakes nobody reads them."""


class Problem(Struct, frozen=True):
    """One mistake."""

    path: Path
    message: str
    mend: str = ""
    at_key: bool = False
    """The key is wrong rather than its value."""


def _there(names: Sequence[str], what: str) -> str:
    """Return the names that there are, the first few of many."""
    if not names:
        return f"the model has no {what} yet"
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"there are: {', '.join(names[:MAX_NAMED])}{more}"


class Problems:
    """Mistakes as they are found."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, path: Path, message: str, mend: str = "", *, at_key: bool = False) -> None:
        """Note a mistake."""
        self.found.append(Problem(path, message, mend, at_key))

    def near(self, name: str, known: Iterable[str]) -> str:
        """Return “did you mean …?”, or nothing once there are many mistakes."""
        return suggest(name, known) if len(self.found) < MAX_SUGGESTED else ""

    def unknown(
        self, path: Path, what: str, name: str, known: Iterable[str], mend: str = "", *, at_key: bool = False
    ) -> None:
        """Note a name that nobody knows, with the nearest one that somebody does, or what there is."""
        if len(self.found) < MAX_SUGGESTED:
            names = list(known)
            mend = suggest(name, names) or mend or _there(names, what)
        self.add(path, f"unknown {what} '{name}'", mend, at_key=at_key)

    def names(self, names: Iterable[str], known: Collection[str], what: str, path: Path) -> None:
        """Note each name of a list that is not known."""
        for index, name in enumerate(names):
            if name not in known:
                self.unknown((*path, index), what, name, known)

    def words(self, words: Iterable[str], known: tuple[str, ...], path: Path) -> None:
        """Note each word of a list that is none of a few."""
        for index, word in enumerate(words):
            if word not in known:
                self.unknown((*path, index), "word", word, known, f"one of {', '.join(known)}")

    def date(self, value: str | UnsetType, path: Path) -> None:
        """Note a date that the calendar doesn't have."""
        if value is UNSET:
            return
        try:
            date.fromisoformat(value)
        except ValueError:
            self.add(path, f"there is no day {value}", "write a date that exists, YYYY-MM-DD")
