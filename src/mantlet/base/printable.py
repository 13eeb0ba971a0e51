"""Text from a model on a terminal or page: shown as it is, but never obeyed."""

from __future__ import annotations

import re
import unicodedata

_KEPT = frozenset("\n\t\u200c\u200d")
"""Line ends, tabs, and the joiners that Persian, Indic scripts and emoji need."""
_LINE_ENDS = re.compile("[\n\t\u2028\u2029]")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Control and format characters (escape sequences, direction overrides), and what is no character."""


def printable(text: str) -> str:
    """Return text in which every character that could steer a terminal or reorder a line is a middle dot."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char in _KEPT or unicodedata.category(char) not in _HIDDEN else "·" for char in text
    )


def one_line(text: str) -> str:
    """Return printable text that stays on its line: a name with a line end does not look like a line of ours."""
    return _LINE_ENDS.sub("·", printable(text))
