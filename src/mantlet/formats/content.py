"""A file's bytes, looked at just far enough to tell what they are."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from mantlet.base.errors import InputError, LimitError, Location
from mantlet.base.limits import MAX_BULK_BYTES, MAX_DEPTH, MAX_TEXT_BYTES, decode

_ROOT = re.compile(rb"<\s*(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_SKIPPED = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)", re.DOTALL)
_YAML_KEY = re.compile(r"^(?:\"([^\"\n]+)\"|'([^'\n]+)'|([A-Za-z_$][\w.$ -]*?))\s*:(?:\s|$)", re.MULTILINE)
_HEAD = 65_536
_LOOKED_AT = 2 * 2**20
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Content:
    """A file's bytes and name."""

    data: bytes
    name: str

    @property
    def where(self) -> Location:
        """The file as a whole, for errors."""
        return Location(self.name)

    @cached_property
    def suffix(self) -> str:
        """How the name ends, in small letters, without the dot."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""

    @cached_property
    def start(self) -> bytes:
        """The first bytes that are not space."""
        return self.data[:_HEAD].removeprefix(_BOM).lstrip()

    @cached_property
    def is_zip(self) -> bool:
        """Whether it is a zip archive, whatever it is called."""
        return self.data.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    @cached_property
    def root(self) -> str:
        """The local name of the XML root element; empty for what is no XML."""
        head = self._plain_start
        if not head.startswith(b"<"):
            return ""
        position = 0
        while found := _SKIPPED.match(head, position):
            position = found.end()
        found = _ROOT.match(head[position:].lstrip())
        return found[1].decode("ascii", "replace") if found else ""

    @property
    def _plain_start(self) -> bytes:
        """The start as one byte per character, also where the file has two."""
        if self.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return self.data[:_HEAD].decode("utf-16", "ignore").lstrip().encode("ascii", "replace")
        return self.start

    @cached_property
    def is_json(self) -> bool:
        """Whether it starts as JSON does."""
        return self.start[:1] in (b"{", b"[")

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the outermost mapping of JSON or YAML; none for anything else."""
        if self.is_zip or self.start.startswith(b"<"):
            return frozenset()
        if self.is_json:
            return frozenset(self._json_parts)
        text = self.data[:_LOOKED_AT].decode("utf-8", "ignore")
        return frozenset(next(filter(None, found)) for found in _YAML_KEY.findall(text))

    def begins(self, key: str, sign: bytes) -> bool:
        """Tell whether what stands at a key of the outermost mapping of JSON begins with a sign."""
        part = self._json_parts.get(key)
        return part is not None and bytes(part).startswith(sign)

    @cached_property
    def _json_parts(self) -> dict[str, msgspec.Raw]:
        try:
            found: dict[str, msgspec.Raw] = msgspec.json.decode(
                self.data.removeprefix(_BOM), type=dict[str, msgspec.Raw]
            )
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return {}
        return found

    @cached_property
    def text(self) -> str:
        """The whole as text, or one clear error."""
        if len(self.data) > MAX_TEXT_BYTES:
            what = f"{len(self.data) / 2**20:.0f} MiB; mantlet reads at most {MAX_TEXT_BYTES / 2**20:.0f} MiB"
            raise LimitError(what, where=self.where, mend="split the model")
        return decode(self.data, self.name)

    @cached_property
    def json(self) -> Any:
        """The whole as JSON; errors name the line."""
        if len(self.data) > MAX_BULK_BYTES:
            raise LimitError("more JSON than mantlet reads", where=self.where, mend="split the model")
        text = decode(self.data, self.name)
        try:
            found = json.loads(text, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            where = Location(self.name, error.lineno, error.colno)
            raise InputError(f"this is no JSON: {error.msg}", where=where) from None
        except (RecursionError, ValueError) as error:
            raise InputError(f"this is no JSON that mantlet reads: {error}", where=self.where) from None
        self._refuse_deep(found)
        return found

    @cached_property
    def plain(self) -> Any:
        """The whole as plain data, read as JSON or YAML by how it starts."""
        if self.is_json and self.suffix not in {"yaml", "yml"}:
            return self.json
        from mantlet.formats.yamlread import read_yaml  # noqa: PLC0415  (only for YAML)

        return read_yaml(self.text, self.name)

    def _refuse_deep(self, value: Any) -> None:
        """Refuse what later work could not walk through."""
        level, depth = [value] if isinstance(value, dict | list) else [], 0
        while level:
            depth += 1
            if depth > MAX_DEPTH:
                raise LimitError(f"nested deeper than {MAX_DEPTH} levels", where=self.where)
            inner = (child for item in level for child in (item.values() if isinstance(item, dict) else item))
            level = [child for child in inner if isinstance(child, dict | list)]


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")
