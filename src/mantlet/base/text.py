"""Where in a text something stands."""

from __future__ import annotations

from mantlet.base.errors import Location

MAX_EXCERPT = 4000
"""Characters of a line kept for showing; minified files have lines of megabytes."""


def locate(text: str, offset: int, file: str) -> Location:
    """Return the line and column of a character, with its line as the excerpt."""
    offset = min(max(offset, 0), len(text))
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text.count("\n", 0, start) + 1
    excerpt = text[start : len(text) if end < 0 else end].rstrip("\r")
    if len(excerpt) <= MAX_EXCERPT:
        return Location(file, line, offset - start + 1, excerpt)
    return Location(file, line, offset - start + 1, excerpt[: offset - start + MAX_EXCERPT])
