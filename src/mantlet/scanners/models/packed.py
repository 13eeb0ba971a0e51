"""Unpacking within bounds: what comes out is bytes in memory, never files."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol

from mantlet.scanners.models.source import Source

_STEP = 1 << 20


class PackedError(Exception):
    """The package is broken, or opens into more than it may; ``partial`` is what came out before that."""

    def __init__(self, why: str, partial: bytes = b"") -> None:
        super().__init__(why)
        self.partial = partial


class _Unpacker(Protocol):
    """What the unpackers of the standard library have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def kind(head: bytes) -> str:
    """Tell by its first bytes how something is packed; empty for not at all."""
    for magic, name in (
        (b"\x1f\x8b\x08", "gzip"),
        (b"BZh", "bz2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"ZF0x", "joblib-zlib"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07", "rar"),
    ):
        if head.startswith(magic):
            return name
    if head[:3] == b"\x5d\x00\x00" and len(head) > 13 and head[5:13] != b"\0" * 8:
        return "lzma"
    if len(head) > 6 and head[0] == 0x78 and head[1] in b"\x01\x5e\x9c\xda":
        return "zlib"
    return ""


def unpack(name: str, source: Source, limit: int) -> bytes:
    """Return what is packed; raises `PackedError` with what came out so far."""
    if name == "lz4":
        return _lz4(source, limit)
    at = 0
    if name == "joblib-zlib":
        starts = [
            found for mark in (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda") if (found := source.find(mark, 4)) > 0
        ]
        at, name = min(starts, default=0), "zlib"
    out = bytearray()
    while at < len(source):
        unpacker = _unpacker(name)
        try:
            for piece, used in _pieces(unpacker, source, at):
                out += piece
                at = used
                if len(out) > limit:
                    raise PackedError(f"it opens into more than {limit // 2**20:,} MiB", bytes(out))
        except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError) as error:
            raise PackedError(f"the {name} package is broken: {error}", bytes(out)) from None
        if not unpacker.eof:
            raise PackedError(f"the {name} package ends too early", bytes(out))
        if name == "zlib" or source.read(at, 2) != source.read(0, 2):
            break
    return bytes(out)


class _Zlib:
    """zlib's unpacker with the interface of the others."""

    def __init__(self, window: int) -> None:
        self._inner = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail


def _unpacker(name: str) -> _Unpacker:
    if name == "gzip":
        return _Zlib(31)
    if name == "zlib":
        return _Zlib(15)
    if name == "deflate":
        return _Zlib(-15)
    if name == "bz2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(memlimit=256 * 2**20)


def _pieces(unpacker: _Unpacker, source: Source, at: int) -> Iterator[tuple[bytes, int]]:
    """Yield what comes out, a megabyte at a time, and how far the source has been used."""
    done = False
    while not done:
        data = b""
        if unpacker.needs_input:
            data = source.read(at, 1 << 16)
            if not data:
                return
            at += len(data)
        piece = unpacker.decompress(data, _STEP)
        done = unpacker.eof
        yield piece, at - (len(unpacker.unused_data) if done else 0)


def _lz4(source: Source, limit: int) -> bytes:
    """Unpack an lz4 frame; joblib writes them."""
    raw = source.read(0, len(source))
    flags = raw[4] if len(raw) > 6 else 0
    at = 7 + (8 if flags & 8 else 0) + (4 if flags & 1 else 0)
    out = bytearray()
    while at + 4 <= len(raw):
        size = int.from_bytes(raw[at : at + 4], "little")
        at += 4
        if not size:
            return bytes(out)
        block = raw[at : at + (size & 0x7FFFFFFF)]
        at += (size & 0x7FFFFFFF) + (4 if flags & 16 else 0)
        if size >> 31:
            out += block
        else:
            _lz4_block(block, out, limit)
        if len(out) > limit:
            raise PackedError(f"it opens into more than {limit // 2**20:,} MiB", bytes(out))
    raise PackedError("the lz4 package ends too early", bytes(out))


def _lz4_block(block: bytes, out: bytearray, limit: int) -> None:
    at, end = 0, len(block)
    while at < end and len(out) <= limit:
        token = block[at]
        at += 1
        size, at = _lz4_length(block, at, token >> 4)
        out += block[at : at + size]
        at += size
        if at >= end:
            return
        back = int.from_bytes(block[at : at + 2], "little")
        size, at = _lz4_length(block, at + 2, token & 15)
        size += 4
        if not back or back > len(out):
            raise PackedError("the lz4 package is broken", bytes(out))
        start = len(out) - back
        if back >= size:
            out += out[start : start + size]
        else:
            piece = bytes(out[start:])
            out += (piece * (size // back + 1))[:size]


def _lz4_length(block: bytes, at: int, length: int) -> tuple[int, int]:
    if length == 15:
        while at < len(block):
            more = block[at]
            at += 1
            length += more
            if more != 255:
                break
    return length, at
