"""One value as YAML text that every reader takes for the same value.

Texts are bare where that is safe, else quoted. What the schema says is a fact, a number, a date or one of a few words stays
bare (`logged: no`); free text that some YAML reader would take for a truth value, number or date is quoted (`name: "no"`).
"""

from __future__ import annotations

import re

import msgspec.inspect as mi

from mantlet.base.errors import InputError
from mantlet.store.shape import Type
from mantlet.store.tree import NULLS, Raw, core_value

_FIRST = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=]|-(?=\d)")
_BREAKING = re.compile(r"[,\[\]{}]|:(?=[\s?]|$)|(?<=\s)#|^\.\.\.")
_AMBIGUOUS = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false)"
    r"|[-+]?(0x[0-9a-fA-F_]+|0o?[0-7_]+|0b[01_]+|[0-9][0-9_]*(:[0-5]?\d)*(\.[0-9_]*)?([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)"
    r"|[-+]?\.(?i:inf|nan)|\d{4}-\d\d?-\d\d?.*"
)
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def scalar(value: Raw, kind: Type | None, *, foreign: bool = False) -> str:
    """Return a scalar as text for a flow or block collection; below foreign keys by YAML 1.2's own types."""
    if isinstance(value, str):
        if foreign:
            return value if _bare(value) and core_value(value) == value else quoted(value)
        free = kind is None or (isinstance(kind, mi.StrType) and kind.pattern is None)
        return value if _bare(value) and not (free and _AMBIGUOUS.fullmatch(value)) else quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return ("true" if value else "false") if foreign else ("yes" if value else "no")
    return number_text(value, foreign=foreign)


def number_text(value: float, *, foreign: bool = False) -> str:
    """Return a number as text that reads back as the same number; 7.0 is 7 where nobody minds."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 and not foreign else repr(value)


def key_text(key: str, holder: Type | None = None) -> str:
    """Return a mapping's key as text; a record's own keys (`on:`) are never in doubt."""
    own = isinstance(holder, mi.StructType)
    return key if _bare(key) and (own or not _AMBIGUOUS.fullmatch(key)) and key != "<<" else quoted(key)


def _bare(text: str) -> bool:
    return (
        bool(_FIRST.match(text))
        and text.isprintable()
        and text == text.strip()
        and not _BREAKING.search(text)
        and text not in NULLS
    )


def quoted(text: str) -> str:
    """Return text in quotes; what cannot be seen, or turns the writing direction, becomes an escape."""
    if text.isprintable() and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return (
        '"'
        + "".join(char if char.isprintable() and char not in _SHORT else _escaped(char) for char in text)
        + '"'
    )


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        raise InputError("half of a surrogate pair is no character", mend="leave it out")
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def literal(text: str, column: int) -> list[str] | None:
    """Return text of several lines as a literal block (`|`), or None where that would not read back the same."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if len(lines) < 2 or not lines[0] or lines[0][0] in " \t" or not lines[-1].strip():
        return None
    if not all(line.isprintable() and line == line.rstrip() for line in lines):
        return None
    return ["|" if text.endswith("\n") else "|-", *(" " * column + line if line else "" for line in lines)]
