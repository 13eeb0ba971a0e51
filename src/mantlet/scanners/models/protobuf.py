"""Protocol buffers without their schema: numbered fields, enough to look into ONNX and TensorFlow graphs."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.scanners.models.source import Source

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class WireError(Exception):
    """These bytes are no protocol buffer."""


def fields(source: Source) -> Iterator[tuple[int, int, int | Source]]:
    """Yield each field's number, wire type and value; bytes as a window."""
    at, end = 0, len(source)
    while at < end:
        key, at = varint(source, at)
        number, wire = key >> 3, key & 7
        if not number:
            raise WireError("field 0")
        if wire == VARINT:
            value, at = varint(source, at)
            yield number, wire, value
        elif wire == BYTES:
            size, at = varint(source, at)
            if at + size > end:
                raise WireError("a field is longer than what holds it")
            yield number, wire, source.part(at, size)
            at += size
        elif wire in {FIXED32, FIXED64}:
            at += 4 if wire == FIXED32 else 8
            if at > end:
                raise WireError("a number is cut off")
        else:
            raise WireError(f"wire type {wire}")


def varint(source: Source, at: int) -> tuple[int, int]:
    """Return a number and where it ends."""
    raw = source.read(at, 10)
    value = 0
    for index, byte in enumerate(raw):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise WireError("a number does not end")


def inside(source: Source, *path: int) -> Iterator[Source]:
    """Yield the messages or texts that a path of field numbers leads to."""
    if not path:
        yield source
        return
    for number, wire, value in fields(source):
        if number == path[0] and wire == BYTES and isinstance(value, Source):
            yield from inside(value, *path[1:])


def text(source: Source, limit: int = 4096) -> str:
    """Return a field's text."""
    return source.all(limit).decode("utf-8", "replace")
