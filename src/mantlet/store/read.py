"""A file's bytes to plain data: YAML, or JSON wherever YAML is expected."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path as FilePath

from mantlet.base.errors import LimitError, Location, MantletError
from mantlet.base.limits import MAX_BULK_BYTES, MAX_TEXT_BYTES, is_file, read_text
from mantlet.store.jsonread import NotJsonError, looks_like_json, read_json
from mantlet.store.tree import Tree
from mantlet.store.yamlread import read_yaml

BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Reading:
    """What was read from one file."""

    file: str
    text: str
    tree: Tree
    is_json: bool
    bom: bool = False


def read_file(path: FilePath) -> Reading:
    """Read a model file; the limit depends on whether people (YAML) or programs (JSON) write such files."""
    head = b""
    with suppress(OSError):
        if is_file(path):
            with path.open("rb") as file:
                head = file.read(1000)
    limit = MAX_BULK_BYTES if head.removeprefix(BOM).lstrip().startswith(b"{") else MAX_TEXT_BYTES
    text = read_text(path, limit)
    reading = read_any(text, str(path))
    reading.bom = head.startswith(BOM)
    return reading


def read_any(text: str, file: str) -> Reading:
    """Read a text; one that starts with a brace and isn't JSON may still be YAML."""
    if not looks_like_json(text):
        if len(text) > MAX_TEXT_BYTES:
            size = f"{len(text) / 2**20:.0f} MiB"
            raise LimitError(
                f"{size} of YAML", where=Location(file), mend="write it as JSON, or split it with `include:`"
            )
        return Reading(file, text, read_yaml(text, file), is_json=False)
    try:
        return Reading(file, text, read_json(text, file), is_json=True)
    except NotJsonError as wrong:
        if file.endswith(".json") or len(text) > MAX_TEXT_BYTES:
            raise
        try:
            return Reading(file, text, read_yaml(text, file), is_json=False)
        except LimitError:
            raise
        except MantletError:
            raise wrong from None
