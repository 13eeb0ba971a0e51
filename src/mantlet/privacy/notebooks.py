"""Personal data in the outputs of notebooks: tables and texts that were printed once and went into version control."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mantlet.base.errors import InputError, Location
from mantlet.base.files import write_atomic
from mantlet.base.limits import read_text
from mantlet.privacy.text import find

MAX_NOTEBOOK = 256 * 2**20


def mask_outputs(source: Path, out: Path, *, names: bool = False) -> dict[str, int]:
    """Write the notebook with labels such as [email] in its outputs, code and text cells as they are; return the counts by class.

    Pictures are dropped where they stand beside text, since nobody can tell what they show; ``names`` also hides names and
    places, by the model of the `text` extra.
    """
    where = Location(str(source))
    try:
        book: Any = msgspec.json.decode(
            read_text(source, MAX_NOTEBOOK, mend="clear its largest outputs first")
        )
        cells = book["cells"]
        outputs = [
            output for cell in cells if cell["cell_type"] == "code" for output in cell.get("outputs", [])
        ]
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError):
        raise InputError(
            "not readable as a notebook (version 4)", where=where, mend="open and save it with Jupyter"
        ) from None
    counts: dict[str, int] = {}
    hide = _hider(counts, names=names)
    for output in outputs:
        if isinstance(output, dict):
            _mask(output, hide)
    write_atomic(out, msgspec.json.format(msgspec.json.encode(book), indent=1) + b"\n")
    return dict(sorted(counts.items()))


def _mask(output: dict[str, Any], hide: Callable[[str], str]) -> None:
    """Mask the texts of one output: a stream, a result in several forms, or an error with its traceback."""
    for name in ("text", "traceback", "evalue"):
        if name in output:
            output[name] = _each(output[name], hide)
    data = output.get("data")
    if not isinstance(data, dict):
        return
    for kind, value in list(data.items()):
        if kind.startswith("image/") and kind != "image/svg+xml" and "text/plain" in data:
            del data[kind]
        elif kind == "application/json":
            data[kind] = _deep(value, hide)
        else:
            data[kind] = _each(value, hide)


def _each(value: Any, hide: Callable[[str], str]) -> Any:
    """Mask a text, or a text that is kept as a list of its lines."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return hide("".join(value)).splitlines(keepends=True)
    return value


def _deep(value: Any, hide: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _deep(item, hide) for key, item in value.items()}
    if isinstance(value, list):
        return [_deep(item, hide) for item in value]
    return hide(value) if isinstance(value, str) else value


def _hider(counts: dict[str, int], *, names: bool) -> Callable[[str], str]:
    def hide(text: str) -> str:
        if names:
            from mantlet.privacy.names import find_with_names  # noqa: PLC0415  # an extra

            spans = find_with_names([text])[0]
        else:
            spans = find(text)
        parts, at = [], 0
        for span in spans:
            parts += [text[at : span.start], f"[{span.id}]"]
            at = span.end
            counts[span.id] = counts.get(span.id, 0) + 1
        return "".join([*parts, text[at:]])

    return hide
