"""Where in a text something stands."""

from __future__ import annotations

import re
from bisect import bisect_right

from mantlet.base.errors import Location

MAX_EXCERPT = 4000
"""Characters kept on either side of a place in its line; minified files have lines of megabytes."""


def locate(text: str, offset: int, file: str) -> Location:
    """Return the line and column of a character, with its line as the excerpt."""
    offset = min(max(offset, 0), len(text))
    start = text.rfind("\n", 0, offset) + 1
    return _location(text, start, offset, text.count("\n", 0, start) + 1, file)


class Lines:
    """The lines of a text, counted once for many look-ups."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._starts: list[int] = []

    def at(self, offset: int) -> Location:
        """Return what `locate` does."""
        if not self._starts:
            self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]
        offset = min(max(offset, 0), len(self._text))
        line = bisect_right(self._starts, offset)
        return _location(self._text, self._starts[line - 1], offset, line, self._file)


def _location(text: str, start: int, offset: int, line: int, file: str) -> Location:
    """Return the location of a character in the line that begins at ``start``."""
    first, end = max(start, offset - MAX_EXCERPT), text.find("\n", offset, offset + MAX_EXCERPT)
    excerpt = text[first : offset + MAX_EXCERPT if end < 0 else end].rstrip("\r")
    return Location(file, line, offset - start + 1, excerpt, first - start)
