"""What the project said before: to bring changes made on an older state onto the newest, and to undo exactly.

Revisions share all that did not change between them, so that hundreds take little memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mantlet.changes.compare import same
from mantlet.changes.operations import Change, Rename
from mantlet.store.document import Document
from mantlet.store.include import Source
from mantlet.web.state import State
from mantlet.web.table import Signs

KEPT, LEAST = 200, 8
"""Revisions that are kept, and how many even of the largest model."""
KEPT_ENTRIES = 400_000
"""Bound on the entries that they have together."""
TABLES = 32
"""Revisions of which it is also kept what browsers know of the register; whoever is further behind gets all of it."""


@dataclass(slots=True)
class Kept:
    """An earlier revision."""

    raw: dict[str, Any]
    layout: dict[str, Any]
    documents: dict[str, Document]
    signs: Signs | None
    overtaken: bool = False
    """Somebody edited the files since, so that its texts only stand for entries that are gone by now."""


class Memory:
    """The last revisions by name."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, revision: str) -> Kept | None:
        """Return a revision, as long as it is kept."""
        return self._kept.get(revision)

    def add(self, state: State) -> None:
        """Keep a state; the oldest goes."""
        if self._kept:
            for document in next(reversed(self._kept.values())).documents.values():
                document.forget()
        self._kept[state.revision] = Kept(state.raw, state.layout, state.source.documents, state.table.signs)
        self._kept.move_to_end(state.revision)
        entries = sum(len(part) for part in state.raw.values() if isinstance(part, dict)) + 1
        while len(self._kept) > max(LEAST, min(KEPT, KEPT_ENTRIES // entries)):
            self._kept.popitem(last=False)
        if len(self._kept) > TABLES:
            list(self._kept.values())[-TABLES - 1].signs = None

    def overtake(self) -> None:
        """Note that somebody else edited the files: what they wrote must not be lost to texts from before."""
        for kept in self._kept.values():
            kept.overtaken = True

    def restore(self, before: Source, touched: Sequence[Document], changes: Sequence[Change]) -> None:
        """Put texts back that were there before, where an undo makes the data what it was: comments, order and quoting return.

        A file that says again what it said gets its earlier text as a whole; else each entry does.
        """
        for document in touched:
            earlier = [
                (item, kept.overtaken)
                for kept in reversed(self._kept.values())
                for item in _of(kept, document)
            ]
            whole = next((item for item, old in earlier if not old and _equal(item.raw, document.raw)), None)
            if whole is not None:
                document.become(whole)
                continue
            was = next((item.raw for item in before.documents.values() if item.file == document.file), None)
            for section, name in _entries(changes):
                fresh = _entry(was, section, name) is None
                _restore_entry(
                    document, section, name, [item for item, old in earlier if fresh or not old], fresh=fresh
                )


def _of(kept: Kept, document: Document) -> list[Document]:
    return [item for item in kept.documents.values() if item.file == document.file]


def _equal(one: Any, other: Any) -> bool:
    return one == other and same(one, other)


def _entries(changes: Sequence[Change]) -> list[tuple[str, str]]:
    found = [
        (change.section, change.new)
        if isinstance(change, Rename)
        else (str(change.path[0]), str(change.path[1]))
        for change in changes
        if isinstance(change, Rename) or len(change.path) > 1
    ]
    return list(dict.fromkeys(found))


def _restore_entry(
    document: Document, section: str, name: str, earlier: Sequence[Document], *, fresh: bool
) -> None:
    now = _entry(document.raw, section, name)
    if now is None:
        return
    for item in earlier:
        if _equal(_entry(item.raw, section, name), now):
            document.restore(section, name, item, fresh=fresh)
            return


def _entry(raw: Any, section: str, name: str) -> Any:
    held = raw.get(section) if isinstance(raw, dict) else None
    return held.get(name) if isinstance(held, dict) else None
