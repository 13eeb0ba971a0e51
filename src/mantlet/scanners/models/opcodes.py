"""Pickle opcodes with their raw arguments, as lenient as the unpickler that will read them.

`pickletools` refuses what the real unpickler takes (numbers in other spellings, module names beyond ASCII) and stops
there; what follows would stay unseen. Here an argument is only measured, and read where its meaning is needed.
"""

from __future__ import annotations

import pickletools
import struct

from mantlet.scanners.models.source import Source

_LINE, _TWO_LINES = -10, -11
_MAX_LINE = 1 << 20


class BrokenError(Exception):
    """The stream does not go on as a pickle."""


def _layout() -> dict[int, int]:
    """Return, per opcode, how its argument is measured: a size, or a way to find it."""
    found = {}
    for item in pickletools.opcodes:
        kind = 0
        if item.arg is not None:
            kind = item.arg.n
            if kind == pickletools.UP_TO_NEWLINE:
                kind = _TWO_LINES if item.name in {"GLOBAL", "INST"} else _LINE
        found[ord(item.code)] = kind
    return found


LAYOUT = _layout()
_COUNTED = {
    pickletools.TAKEN_FROM_ARGUMENT1: struct.Struct("<B"),
    pickletools.TAKEN_FROM_ARGUMENT4: struct.Struct("<i"),
    pickletools.TAKEN_FROM_ARGUMENT4U: struct.Struct("<I"),
    pickletools.TAKEN_FROM_ARGUMENT8U: struct.Struct("<Q"),
}


class Reader:
    """Reads opcodes one after the other from a window of 64 kB, so that each costs little."""

    __slots__ = ("_base", "_window", "at", "source")

    def __init__(self, source: Source, at: int = 0) -> None:
        self.source = source
        self.at = at
        self._base = at
        self._window = b""

    def seek(self, at: int) -> None:
        """Go on somewhere else."""
        self.at = at

    def _bytes(self, count: int) -> bytes:
        first = self.at - self._base
        if first < 0 or first + count > len(self._window):
            if count > 1 << 16:
                return self.source.read(self.at, count)
            self._base, first = self.at, 0
            self._window = self.source.read(self.at, 1 << 16)
        return self._window[first : first + count]

    def next(self) -> tuple[int, int, int]:
        """Return the next opcode, and where its argument starts and how long it is (for two lines: both)."""
        code = self._bytes(1)
        if not code:
            raise BrokenError("it ends before STOP")
        op = code[0]
        layout = LAYOUT.get(op)
        if layout is None:
            raise BrokenError(f"0x{op:02x} is no opcode")
        start = self.at + 1
        if layout >= 0:
            size = layout
        elif layout <= _LINE:
            start, size = self._lines(start, 2 if layout == _TWO_LINES else 1)
        else:
            head = _COUNTED[layout]
            self.at = start
            raw = self._bytes(head.size)
            if len(raw) < head.size:
                raise BrokenError("it ends in a length")
            size = head.unpack(raw)[0]
            start += head.size
        if size < 0 or start + size > len(self.source):
            self.at = start
            raise BrokenError("an argument is longer than the file")
        self.at = start + size
        return op, start, size

    def _lines(self, start: int, count: int) -> tuple[int, int]:
        end = start
        for _ in range(count):
            found = self.source.find(b"\n", end, _MAX_LINE)
            if found < 0:
                raise BrokenError("a line does not end")
            end = found + 1
        return start, end - start

    def text(self, start: int, size: int) -> bytes:
        """Return an argument's bytes."""
        at = self.at
        self.at = start
        raw = self._bytes(size)
        self.at = at
        return raw
