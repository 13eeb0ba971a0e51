"""JSON text to plain data, with duplicate keys refused, and the place of any path in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from mantlet.base.errors import MAX_ERRORS, InputError, LimitError, MantletError, raise_all
from mantlet.base.limits import MAX_DEPTH
from mantlet.base.memory import without_collection
from mantlet.base.text import locate
from mantlet.store.bulk import decode_json
from mantlet.store.tree import FOREIGN, Path, Raw, Tree, oddities

_WORDS = (
    ("Expecting property name", "a key in double quotes is expected here", "check for a comma too many"),
    ("Expecting ':'", "a ':' is missing after the key", 'write `"key": value`'),
    ("Expecting ','", "a ',' or a closing bracket is missing", "check the line above too"),
    (
        "Expecting value",
        "a value is expected here",
        "texts need double quotes; there is no trailing comma in JSON",
    ),
    ("Illegal trailing comma", "a ',' too many", "remove the comma before the closing bracket"),
    ("Unterminated string", "the text that starts here has no closing quote", 'close it with "'),
    (
        "Invalid control character",
        "a line end or control character inside a text",
        "write it as an escape, such as \\n",
    ),
    ("Invalid \\", "this escape is unknown", "write '\\\\' for a backslash"),
    ("Extra data", "more follows after the end of the document", "keep one document per file"),
)
_SPACE = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class NotJsonError(InputError):
    """The text is not JSON; it may still be YAML that starts with a brace."""


def looks_like_json(text: str) -> bool:
    """Tell whether the first sign is an opening brace."""
    return text[:1000].lstrip().startswith("{")


def read_json(text: str, file: str) -> Tree:
    """Return what the text says; duplicate keys are all reported, then the first error of syntax."""
    with without_collection():
        try:
            raw: Raw = decode_json(text)
        except ValueError:
            raw = _careful(text, file)
    odd = oddities(raw) if "null" in text or f'"{FOREIGN}' in text or "\\u" in text else []
    return Tree(raw, odd, None, end=len(text), flow=True)


def _careful(text: str, file: str) -> Raw:
    """Read a text that the fast reader leaves alone: most likely there is something wrong in it."""
    doubled: list[dict[str, Raw]] = []

    def unique(pairs: list[tuple[str, Raw]]) -> dict[str, Raw]:
        result = dict(pairs)
        if len(result) != len(pairs):
            doubled.append(result)
            counts = Counter(name for name, _ in pairs)
            result[_DOUBLED] = [name for name, count in counts.items() if count > 1]
        return result

    try:
        raw = json.loads(text, object_pairs_hook=unique, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise _syntax_error(error, text, file) from None
    except RecursionError:
        raise LimitError(
            f"nested deeper than {MAX_DEPTH} levels", where=locate(text, 0, file), mend="flatten it"
        ) from None
    except _NotANumberError as error:
        where = locate(text, max(text.find(str(error)), 0), file)
        raise InputError(
            f"{str(error)[:40]} is no number that can be kept", where=where, mend="write a finite number"
        ) from None
    except ValueError:
        raise LimitError(
            "a whole number with thousands of digits", where=locate(text, 0, file), mend="write it as text"
        ) from None
    if doubled:
        _report(raw, doubled, text, file)
    if _SURROGATE.search(text):
        _refuse_surrogates(raw, text, file)
    return raw


_DOUBLED = "\0doubled"


class _NotANumberError(ValueError):
    """NaN, an infinity, or what becomes one."""


def _refuse(name: str) -> float:
    raise _NotANumberError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _NotANumberError(text)
    return number


def _refuse_surrogates(raw: Raw, text: str, file: str) -> None:
    try:
        json.dumps(raw, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        found = _SURROGATE.search(text)
        where = locate(text, found.start() if found else 0, file)
        raise InputError("half of a surrogate pair is no character", where=where) from None


def _syntax_error(error: json.JSONDecodeError, text: str, file: str) -> InputError:
    where = locate(text, error.pos, file)
    for sign, what, mend in _WORDS:
        if error.msg.startswith(sign):
            return NotJsonError(what, where=where, mend=mend)
    return NotJsonError(f"not readable as JSON: {error.msg}", where=where)


def _report(raw: Raw, doubled: list[dict[str, Raw]], text: str, file: str) -> None:
    """Raise every key that is there twice, each at its last occurrence."""
    wanted, places, errors = {id(item) for item in doubled}, JsonPlaces(text), list[MantletError]()
    stack: list[tuple[Path, Raw]] = [((), raw)]
    while stack and len(errors) < MAX_ERRORS:
        path, item = stack.pop()
        if isinstance(item, dict):
            if id(item) in wanted:
                for name in item.pop(_DOUBLED):
                    offset = places.find((*path, name), at_key=True)
                    what = f"the key '{name[:80]}' is there twice"
                    errors.append(
                        InputError(
                            what, where=locate(text, offset, file), mend="keep one of them, or rename one"
                        )
                    )
            stack.extend(
                ((*path, key), child) for key, child in item.items() if isinstance(child, dict | list)
            )
        elif isinstance(item, list):
            stack.extend(
                ((*path, index), child) for index, child in enumerate(item) if isinstance(child, dict | list)
            )
    # a twin that its later namesake replaced is no longer in the tree
    raise_all(
        errors or [InputError("a key is there twice", where=locate(text, 0, file), mend="keep one of them")]
    )


class JsonPlaces:
    """Finds paths in a JSON text; what lies beside the path is skipped by the parser itself."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._decoder = json.JSONDecoder()
        self._known: dict[int, dict[str | int, tuple[int, int]]] = {}

    def find(self, path: Path, *, at_key: bool = False) -> int:
        """Return the offset of the value at a path, or of its key; of the nearest enclosing value if it isn't there."""
        key_at = value_at = self._skip(0)
        for key in path:
            entry = self._entries(value_at).get(key)
            if entry is None:
                break
            key_at, value_at = entry
        return key_at if at_key else value_at

    def _skip(self, offset: int) -> int:
        found = _SPACE.match(self._text, offset)
        return found.end() if found else offset

    def _entries(self, start: int) -> dict[str | int, tuple[int, int]]:
        if start not in self._known:
            self._known[start] = self._read(start)
        return self._known[start]

    def _read(self, start: int) -> dict[str | int, tuple[int, int]]:
        entries: dict[str | int, tuple[int, int]] = {}
        kind, at = self._text[start : start + 1], self._skip(start + 1)
        if kind not in ("{", "["):
            return entries
        while self._text[at : at + 1] not in ("}", "]", ""):
            name: Any = len(entries)
            key_at = at
            if kind == "{":
                name, at = self._decoder.raw_decode(self._text, at)
                at = self._skip(self._skip(at) + 1)
            entries[name] = (key_at, at)
            at = self._skip(self._decoder.raw_decode(self._text, at)[1])
            if self._text[at : at + 1] == ",":
                at = self._skip(at + 1)
        return entries
