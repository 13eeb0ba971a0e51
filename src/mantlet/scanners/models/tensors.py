"""Formats that hold numbers only: safetensors, GGUF and NumPy arrays; their headers are checked."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

from mantlet.scanners.models.context import Context
from mantlet.scanners.models.source import Source
from mantlet.scanners.models.templates import template

_MAX_HEADER = 100 * 2**20
_MAX_PAIRS = 100_000
_SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of GGUF's plain values by type."""
_STRING, _ARRAY = 8, 9


def looks_safetensors(source: Source) -> bool:
    """Tell whether a safetensors header stands there."""
    head = source.read(0, 10)
    return len(head) == 10 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= len(source) - 8


def safetensors(context: Context, source: Source, member: str) -> None:
    """Check a safetensors header: plain JSON, every tensor inside the file."""
    context.is_a("safetensors")
    size = int.from_bytes(source.read(0, 8), "little")
    if size > _MAX_HEADER:
        context.missed(member, "the header is larger than any loader takes")
        return
    try:
        header = json.loads(source.read(8, size))
    except (ValueError, RecursionError) as error:
        context.missed(member, f"the header is no JSON: {error}")
        return
    room = len(source) - 8 - size
    for name, entry in header.items() if isinstance(header, dict) else ():
        if name == "__metadata__":
            continue
        offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
        if not _inside(offsets, room):
            context.missed(member, f"the tensor '{name[:80]}' lies outside the file")
            return


def _inside(offsets: Any, room: int) -> bool:
    return (
        isinstance(offsets, list)
        and len(offsets) == 2
        and all(isinstance(item, int) for item in offsets)
        and 0 <= offsets[0] <= offsets[1] <= room
    )


def gguf(context: Context, source: Source, member: str) -> None:
    """Read a GGUF header's values and look at the chat templates among them."""
    context.is_a("gguf")
    try:
        for key, value in _gguf_values(source):
            if "chat_template" in key and value is not None:
                template(context, value, f"{member} {key}".strip())
    except (struct.error, ValueError, IndexError) as error:
        context.missed(member, f"the header breaks off: {error}")


def _gguf_values(source: Source) -> Any:
    version, _, pairs = struct.unpack("<IQQ", source.read(4, 20))
    if version not in {2, 3} or pairs > _MAX_PAIRS:
        raise ValueError(f"version {version} with {pairs} values is not read")
    at = 24
    for _ in range(pairs):
        key, at = _gguf_string(source, at)
        (kind,) = struct.unpack("<I", source.read(at, 4))
        value, at = _gguf_value(source, at + 4, kind, 0)
        yield key, value


def _gguf_string(source: Source, at: int) -> tuple[str, int]:
    (size,) = struct.unpack("<Q", source.read(at, 8))
    if at + 8 + size > len(source):
        raise ValueError("a text is longer than the file")
    return source.read(at + 8, size).decode("utf-8", "replace"), at + 8 + size


def _gguf_value(source: Source, at: int, kind: int, depth: int) -> tuple[str | None, int]:
    if kind in _SCALARS:
        return None, at + _SCALARS[kind]
    if kind == _STRING:
        return _gguf_string(source, at)
    if kind != _ARRAY or depth > 4:
        raise ValueError(f"value type {kind}")
    inner, count = struct.unpack("<IQ", source.read(at, 12))
    at += 12
    if inner in _SCALARS:
        return None, at + count * _SCALARS[inner]
    if count > len(source):
        raise ValueError("a list is longer than the file")
    for _ in range(count):
        _, at = _gguf_value(source, at, inner, depth + 1)
    return None, at


def npy_payload(context: Context, source: Source, member: str) -> int:
    """Look at a NumPy header; return where a pickle follows, 0 for none."""
    context.is_a("npy")
    major = source.read(6, 1)[:1]
    wide = major not in {b"\x01", b""}
    size = int.from_bytes(source.read(8, 4 if wide else 2), "little")
    start = (12 if wide else 10) + size
    if size > _MAX_HEADER or start > len(source):
        context.missed(member, "the array's header is longer than the file")
        return 0
    header = source.read(12 if wide else 10, min(size, 16_384)).decode("latin-1")
    described = re.search(r"['\"]descr['\"]\s*:\s*(.*?)['\"](?:fortran_order|shape)['\"]", header, re.DOTALL)
    if not re.search(r"['\"][<>=|]?O\d*['\"]", described.group(1) if described else header):
        return 0
    context.found("npy-objects", member)
    return start
