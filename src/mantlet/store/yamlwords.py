"""The YAML parser's complaints in words for people who don't know its insides."""

from __future__ import annotations

from typing import Any

import yaml

from mantlet.base.errors import InputError, Location
from mantlet.base.text import locate

_WORDS = (
    ("mapping values are not allowed", "a second ': ' in one line", "put text that contains ': ' in quotes, or start a new line"),
    ("did not find expected key", "a key is expected here", "check the indentation, and quotes and brackets above"),
    ("could not find expected ':'", "this line has no ':' after its key", "write `key: value`, or check the quotes above"),
    ("did not find expected ',' or '}'", "a ',' or '}' is missing", "close what was opened with '{'"),
    ("did not find expected ',' or ']'", "a ',' or ']' is missing", "close what was opened with '['"),
    ("did not find expected '-' indicator", "a list item ('- ') is expected here", "check the indentation"),
    ("did not find expected node content", "a value is expected here", "check the brackets and commas"),
    ("block sequence entries are not allowed", "a list item ('- ') cannot start here", "start the list on a line of its own"),
    ("block mapping", "this entry stands too far left or right", "check the indentation"),
    ("found unexpected end of stream", "the file ends inside quotes", "close the quotes"),
    ("found unexpected document indicator", "a document ends inside quotes", "close the quotes"),
    ("found undefined tag handle", "a tag ('!…') is not allowed", "remove it, or quote the text"),
    ("found unknown escape character", "this escape is unknown", "write '\\\\' for a backslash, or use single quotes"),
    ("did not find expected hexdecimal", "this escape lacks digits", "write '\\\\' for a backslash, or use single quotes"),
    ("did not find expected alphabetic", "'*' and '&' are signs of YAML here", "put the text in quotes"),
    ("found a tab character", "a tab is used for indentation", "indent with spaces"),
    ("found duplicate %YAML", "a second %YAML line", "remove it"),
    ("incompatible", "this version of YAML is not read", "remove the %YAML line"),
)  # fmt: skip

_LONGEST_KEY = 1024
"""Characters after which YAML takes no text for a key."""


def syntax_error(error: yaml.YAMLError, text: str, file: str) -> InputError:
    """Return the parser's error as ours: what is wrong, where, how to mend it."""
    problem = str(getattr(error, "problem", "") or getattr(error, "reason", "") or error)
    if isinstance(error, yaml.reader.ReaderError):
        return _bad_character(error, text, file)
    mark = getattr(error, "problem_mark", None)
    offset = int(mark.index) if mark is not None else 0
    if "cannot start any token" in problem:
        return _bad_start(text, file, offset)
    quoted = "quoted scalar" in str(getattr(error, "context", ""))
    opened = getattr(error, "context_mark", None)
    where = _where(text, int(opened.index) if quoted and opened is not None else offset, file)
    if "mapping values" in problem and offset - text.rfind("\n", 0, offset) > _LONGEST_KEY:
        return InputError("a key of more than 1,024 characters", where=where, mend="shorten it")
    for sign, what, mend in _WORDS:
        if sign in problem:
            return InputError(what, where=where, mend=mend)
    return InputError(
        f"not readable as YAML: {problem[:200]}",
        where=where,
        mend="check the indentation, quotes and brackets",
    )


def _where(text: str, offset: int, file: str) -> Location:
    """Return the place, stepping back over line ends: the parser points behind what is missing."""
    offset = min(offset, len(text))
    while offset and offset == len(text) and text[offset - 1] in "\r\n ":
        offset -= 1
    return locate(text, offset, file)


def _bad_start(text: str, file: str, offset: int) -> InputError:
    char = text[offset : offset + 1]
    where = locate(text, offset, file)
    if char == "\t":
        return InputError("a tab is used for indentation", where=where, mend="indent with spaces")
    return InputError(f"text cannot start with '{char}'", where=where, mend="put it in quotes")


def _bad_character(error: Any, text: str, file: str) -> InputError:
    code = error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")
    where = locate(text, max(text.find(chr(code)), 0), file)
    return InputError(
        f"the character U+{code:04X} is not allowed in a text file",
        where=where,
        mend='remove it; inside "…" write it as an escape',
    )
