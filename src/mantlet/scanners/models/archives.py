"""Members of zip and tar archives, read without trusting what the archive says of itself.

Checksums, encryption marks and lists of contents are the attacker's to write, and loaders differ in which they believe.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from mantlet.scanners.models.packed import PackedError, unpack
from mantlet.scanners.models.source import Source

_LOCAL = b"PK\x03\x04"
_METHODS = {8: "deflate", 12: "bz2"}
_MAX_SEARCHED = 256 * 2**20


@dataclass(slots=True)
class Member:
    """A member: its name, and its content or why there is none."""

    name: str
    content: Source | None
    problem: str = ""
    size: int = 0
    """Bytes that came out of a package; 0 where it lies there unpacked."""
    encrypted: bool = False
    """The archive says so."""


def is_zip(source: Source) -> bool:
    """Tell whether there is a zip archive, from the start or behind something else."""
    if source.read(0, 4) in {_LOCAL, b"PK\x05\x06"}:
        return True
    tail = source.read(max(len(source) - 65_600, 0), 65_600)
    at = tail.rfind(b"PK\x05\x06")
    return at >= 0 and len(tail) - at >= 22 and zipfile.is_zipfile(_File(source))


def zip_members(source: Source, room: int, limit: int) -> Iterator[Member]:
    """Yield every member, also those that the archive's list leaves out; all together grow to ``room`` bytes at most."""
    seen: list[tuple[int, int]] = []
    for info in _listed(source):
        if len(seen) >= limit:
            yield Member("", None, f"the archive has more than {limit:,} members")
            return
        member, span = _zip_member(source, info, room)
        room -= member.size
        seen.append(span)
        if not info.filename.endswith("/"):  # is_dir() of an empty name raises before Python 3.12
            yield member
    yield from _unlisted(source, sorted(seen), room, limit)


def _listed(source: Source) -> list[zipfile.ZipInfo]:
    """Return what the archive's list names; where that can't be read nothing is named, and all of it is searched instead."""
    try:
        return zipfile.ZipFile(_File(source)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, RuntimeError):
        return []


def _zip_member(source: Source, info: zipfile.ZipInfo, room: int) -> tuple[Member, tuple[int, int]]:
    """Return a member by where its local header lies; what it says of encryption is tried, not believed."""
    at = info.header_offset
    head = source.read(at, 30)
    if head[:4] != _LOCAL:
        return Member(info.filename, None, "its entry points nowhere"), (at, at)
    start = at + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = source.part(start, info.compress_size)
    method = info.compress_type
    span = (at, start + info.compress_size)
    member = _content(info.filename, packed, method, room)
    local = int.from_bytes(head[8:10], "little")
    if member.content is None and local != method:
        member = _content(info.filename, packed, local, room)
    member.encrypted = bool(info.flag_bits & 1)
    return member, span


def _content(name: str, packed: Source, method: int, room: int) -> Member:
    if method == 0:
        return Member(name, packed)
    if method == 14:
        return _lzma_content(name, packed, room)
    if method not in _METHODS:
        return Member(name, None, f"it is packed by method {method}, which isn't opened")
    try:
        data = unpack(_METHODS[method], packed, room)
    except PackedError as error:
        return Member(name, Source(error.partial) if error.partial else None, str(error), len(error.partial))
    return Member(name, Source(data), size=len(data))


def _lzma_content(name: str, packed: Source, room: int) -> Member:
    """Unpack LZMA as zip writes it: a version, the settings, and a stream that need not mark its end."""
    head = packed.read(0, 9)
    if len(head) < 9 or head[2:4] != b"\x05\x00" or len(packed) > _MAX_SEARCHED:
        return Member(name, None, "its LZMA package can't be opened")
    stream = head[4:] + b"\xff" * 8 + packed.read(9, len(packed) - 9)
    try:
        data = unpack("lzma", Source(stream), room)
    except PackedError as error:
        return Member(name, Source(error.partial) if error.partial else None, str(error), len(error.partial))
    return Member(name, Source(data), size=len(data))


def _unlisted(source: Source, seen: list[tuple[int, int]], room: int, limit: int) -> Iterator[Member]:
    """Yield members that only their local headers tell of: they stand where the list names nothing."""
    left = _MAX_SEARCHED
    for start, stop in _gaps(seen, len(source)):
        if stop - start > left:
            yield Member("", None, "it holds more bytes that its list doesn't name than are searched")
            return
        left -= stop - start
        at = source.find(_LOCAL, start, stop - start)
        while at >= 0 and limit > 0:
            member = _header_member(source, at, room)
            room -= member.size
            limit -= 1
            if member.content is not None:
                yield member
            at = source.find(_LOCAL, at + 4, stop - at - 4)


def _gaps(seen: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches that no listed member covers, in order."""
    at = 0
    for start, stop in seen:
        if start > at:
            yield at, start
        at = max(at, stop)
    if at < size:
        yield at, size


def _header_member(source: Source, at: int, room: int) -> Member:
    """Return what a local header tells of; one that breaks is most likely none."""
    head = source.read(at, 30)
    names = int.from_bytes(head[26:28], "little")
    start = at + 30 + names + int.from_bytes(head[28:30], "little")
    size = int.from_bytes(head[18:22], "little") or len(source) - start
    name = source.read(at + 30, min(names, 300)).decode("utf-8", "replace")
    member = _content(name, source.part(start, size), int.from_bytes(head[8:10], "little"), room)
    member.problem = ""
    return member


def is_tar(head: bytes) -> bool:
    """Tell whether a tar header stands there, by its checksum."""
    if len(head) < 512 or not head[0]:
        return False
    try:
        said = int(head[148:156].strip(b" \0") or b"-1", 8)
    except ValueError:
        return False
    return said == sum(head[:148]) + 8 * 32 + sum(head[156:512])


def tar_members(source: Source, limit: int) -> Iterator[Member]:
    """Yield the files of a tar archive, and links with where they lead as a problem."""
    number = 0
    try:
        with tarfile.open(fileobj=_File(source), mode="r:") as archive:
            for info in archive:
                number += 1
                if number > limit:
                    yield Member("", None, f"the archive has more than {limit:,} members")
                    return
                if info.isfile():
                    yield Member(info.name, source.part(info.offset_data, info.size))
                elif info.issym() or info.islnk():
                    yield Member(f"{info.name}\0{info.linkname}", None)
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        yield Member("", None, f"the tar archive is broken: {error}")


class _File(io.RawIOBase):
    """A source as a file that can be read and searched."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        base = (0, self._at, len(self._source))[whence]
        if base + offset < 0:
            raise OSError("before the start")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        count = len(self._source) - self._at if size < 0 else size
        data = self._source.read(self._at, count)
        self._at += len(data)
        return data
