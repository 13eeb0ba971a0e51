"""Model files that programs write, straight to records: plain JSON without a mistake in it.

What is in any doubt is left to the careful reader, which says what is wrong and where. Reading 400,000 entries this way
takes a third of the time, and importing neither YAML nor documents spares small models most of theirs.
"""

from __future__ import annotations

import msgspec

from mantlet.base.memory import without_collection
from mantlet.model.entries import Sections


def decode_json(data: bytes | str) -> object:
    """Return what a JSON text says; raises `ValueError` where it is no JSON, or perhaps says a key twice.

    Nothing was dropped if what was read, written again, has as many colons: a key that is there twice takes its own away.
    A colon written as an escape would upset the count.
    """
    raw = data.encode() if isinstance(data, str) else data
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if b"\\u003" in raw or msgspec.json.encode(value).count(b":") != raw.count(b":"):
        raise ValueError("a key may be there twice")
    return value


def read_bulk(data: bytes) -> Sections | None:
    """Return the model that a JSON file's bytes describe; None where they need a closer look."""
    with without_collection():
        try:
            raw = decode_json(data)
            if not isinstance(raw, dict) or _odd(data, raw):
                return None
            sections = msgspec.convert(raw, Sections, strict=False)
        except (ValueError, RecursionError):
            return None
    return None if sections.include else sections


def _odd(data: bytes, raw: object) -> bool:
    """Tell whether anything is empty or foreign (`x-…`), which records don't take as it is."""
    if b"null" not in data and b'"x-' not in data and b"\\u" not in data:
        return False
    from mantlet.store.tree import oddities  # noqa: PLC0415

    return bool(oddities(raw))
