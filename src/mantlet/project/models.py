"""The threat models that lie in a folder: those of mantlet, and files of other tools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from mantlet.formats.content import Content
from mantlet.formats.registry import detect, formats
from mantlet.project.ours import HEAD, OURS, is_ours
from mantlet.project.walking import files_below, head

MAX_MODELS, MAX_LOOKED_AT = 200, 2000
MAX_BYTES = 50 * 2**20
_OWN_SUFFIXES = (".yaml", ".yml", ".json")
_SIGNS = {".py": b"pytm"}
"""What a file of a common kind must hold at its beginning to be looked at more closely."""


class Found(Struct):
    """A model in a folder."""

    path: str
    kind: str
    """mantlet, or the id of a format."""
    title: str


def models_in(root: Path) -> list[Found]:
    """Return the models below a folder, those of mantlet first."""
    found = list(_found(root))[:MAX_MODELS]
    return sorted(found, key=lambda item: (item.kind != OURS, item.path.count("/"), item.path))


def _found(root: Path) -> Iterator[Found]:
    readable = {
        f".{suffix.rpartition('.')[2]}" for item in formats() if item.read for suffix in item.suffixes
    }
    looked = 0
    for path in files_below(root):
        suffix = path.suffix.lower()
        if suffix not in readable and suffix not in _OWN_SUFFIXES:
            continue
        looked += 1
        if looked > MAX_LOOKED_AT:
            return
        start, name = head(path, HEAD), path.relative_to(root).as_posix()
        if is_ours(start):
            if suffix in _OWN_SUFFIXES and not path.name.endswith((".layout.json", ".foreign.json")):
                yield Found(name, OURS, "a model of mantlet")
            continue
        if _SIGNS.get(suffix, b"") not in start or path.stat().st_size > MAX_BYTES:
            continue
        item = detect(Content(head(path, MAX_BYTES), name))
        if item is not None and item.read is not None and item.brings == "model":
            yield Found(name, item.id, item.title)
