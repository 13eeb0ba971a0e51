"""Values of a settings file that know their lines, whatever the language it is written in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_ITEMS = 200_000
"""Values of one document; files with more hold data, not settings."""


@dataclass(slots=True)
class Item:
    """A value and its line; what is asked for and isn't there is `NOTHING`, so readers need no checks on the way."""

    value: str | list[Item] | dict[str, Item] | None = None
    line: int = 0
    key: int = 0
    """The line of its key, where it has one."""
    tag: str = ""
    plain: bool = False
    block: str = ""
    """`|` or `>` for block text."""

    def __bool__(self) -> bool:
        return self.value is not None

    def __getitem__(self, name: str) -> Item:
        return self.value.get(name, NOTHING) if isinstance(self.value, dict) else NOTHING

    def __contains__(self, name: str) -> bool:
        return isinstance(self.value, dict) and name in self.value

    def get(self, *names: str) -> Item:
        """Return the value below several keys."""
        found = self
        for name in names:
            found = found[name]
        return found

    @property
    def at(self) -> int:
        """The line that people mean: that of the key, or of the value in a list."""
        return self.key or self.line

    @property
    def text(self) -> str:
        """The scalar as written; empty for what isn't one."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def yes(self) -> bool:
        """Whether it is one of YAML's words for true."""
        return self.text.lower() in ("true", "yes", "on")

    def items(self) -> list[tuple[str, Item]]:
        """Return the entries of a mapping, none for anything else."""
        return list(self.value.items()) if isinstance(self.value, dict) else []

    def values(self) -> list[Item]:
        """Return the values of a mapping, none for anything else."""
        return list(self.value.values()) if isinstance(self.value, dict) else []

    def each(self) -> list[Item]:
        """Return the items of a list; a lone value counts as a list of one."""
        if isinstance(self.value, list):
            return self.value
        return [] if self.value is None else [self]

    def texts(self) -> list[tuple[str, int]]:
        """Return the texts of a list or of a lone text, with their lines."""
        return [(item.text, item.at) for item in self.each() if item.text]

    def walk(self, limit: int = MAX_ITEMS) -> Iterator[tuple[tuple[str, ...], Item]]:
        """Yield every value below, with the keys that lead there; list positions count as keys."""
        todo: list[tuple[tuple[str, ...], Item]] = [((), self)]
        while todo and limit:
            limit -= 1
            path, item = todo.pop()
            yield path, item
            if isinstance(item.value, dict):
                todo += [((*path, key), child) for key, child in reversed(item.value.items())]
            elif isinstance(item.value, list):
                todo += [((*path, str(at)), child) for at, child in reversed(list(enumerate(item.value)))]


NOTHING = Item()
