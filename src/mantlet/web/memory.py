"""Texts that were there before, put back where an undo makes the data what it was: comments, order and quoting return too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mantlet.changes.compare import same
from mantlet.changes.operations import Change
from mantlet.store.document import Document
from mantlet.web.state import State


def restore(touched: Sequence[Document], changes: Sequence[Change], history: Iterable[State]) -> None:
    """Give documents that now say what an earlier one of the same file said that one's text."""
    for document in touched:
        for state in reversed(list(history)):
            earlier = next(
                (item for item in state.source.documents.values() if item.file == document.file), None
            )
            if earlier is not None and earlier.raw == document.raw and same(earlier.raw, document.raw):
                document.become(earlier)
                break
