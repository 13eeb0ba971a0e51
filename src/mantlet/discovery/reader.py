"""What a reader is: a module that says which files it claims and what one of them says.

Readers are pure per file, so that files can be read in parallel and their clues kept in a cache.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from functools import cached_property
from typing import Protocol

from mantlet.discovery.clues import Clue, Where


class Source:
    """The text of one file of the repository; `path` is relative to its root, with forward slashes."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return posixpath.basename(self.path)

    @property
    def folder(self) -> str:
        """The folder that the file is in; empty at the root."""
        return posixpath.dirname(self.path)

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; line 1 is `lines[0]`."""
        return self.text.split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def at(self, line: int = 0) -> Where:
        """Return the place of a line, counted from 1."""
        return Where(self.path, line)

    def at_offset(self, offset: int) -> Where:
        """Return the place of a character."""
        return Where(self.path, bisect_right(self._starts, offset))

    def find(self, needle: str, start: int = 1) -> Where:
        """Return the first line from ``start`` that contains ``needle``, or the file itself."""
        for number, line in enumerate(self.lines[start - 1 :], start):
            if needle in line:
                return Where(self.path, number)
        return Where(self.path)


class Reader(Protocol):
    """A module of `discovery.readers`."""

    def claims(self, path: str) -> bool:
        """Tell from the path alone whether the reader reads the file."""

    def read(self, source: Source) -> list[Clue]:
        """Return what the file says; what it can't make out is an `Unclear`, never an exception of the format."""


_SOURCES = frozenset(
    [
        "inputs",
        "outputs",
        "parent",
        "jobs",
        "steps",
        "needs",
        "github",
        "env",
        "vars",
        "matrix",
        "params",
        "parameters",
    ]
)
_EXPRESSION = re.compile(r"\$\{\{([^{}]*)\}\}")


def in_words(text: str) -> tuple[str, bool]:
    """Replace what a pipeline fills in by the name that it has there, and tell whether the text starts with it.

    `${{parent.jobs.prep.outputs.data}}` of one step and `${{outputs.data}}` of another are both `data`.
    """
    start = _EXPRESSION.match(text) is not None
    return _EXPRESSION.sub(lambda found: _last_name(found[1].strip()), text), start


def _last_name(expression: str) -> str:
    first, dot, _ = expression.partition(".")
    return re.split(r"[.\s]", expression)[-1] if dot and first in _SOURCES else expression


def path_key(text: str, folder: str = "") -> str:
    """Return the key of a path as a file in ``folder`` writes it; absolute and home paths stay as they are."""
    text, filled = in_words(text.strip().replace("\\", "/"))
    folder = "" if filled else folder
    if text.startswith(("/", "~")):
        return "path:" + (posixpath.normpath(text))
    joined = posixpath.normpath(posixpath.join(folder, text))
    while joined.startswith("../"):  # above the root: what lies there is named as the program sees it
        joined = joined[3:]
    return "path:" + joined
