"""The state of a pickle that is followed: a stack of descriptions. Nothing is imported, made or called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mantlet.scanners.models import joblib_arrays
from mantlet.scanners.models.opcodes import BrokenError, Reader
from mantlet.scanners.models.source import Source

_LONG_TEXT = 4096
WIDE = 256
"""Items of a container that are remembered."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An import."""

    module: str
    name: str


@dataclass(slots=True)
class Made:
    """What a call gives."""

    func: Any
    args: Any
    state: Any = None


@dataclass(frozen=True, slots=True)
class Blob:
    """A long constant, by where it lies."""

    at: int
    size: int
    text: bool = False


class _Mark:
    """The start of a list of arguments."""


class _Unknown:
    """Something that need not be known."""


MARK, UNKNOWN = _Mark(), _Unknown()


@dataclass(slots=True)
class Import:
    """An import that the pickle does, and whether the result is called."""

    module: str
    name: str
    at: int
    called: bool = False
    args: Any = None


@dataclass(slots=True)
class Outcome:
    """What one pickle does."""

    start: int
    end: int = 0
    proto: int = 0
    imports: dict[tuple[str, str], Import] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    """Imports whose name is worked out while loading."""
    extensions: list[int] = field(default_factory=list)
    overwritten: list[tuple[str, int]] = field(default_factory=list)
    """Imported things whose attributes are set."""
    blobs: list[Blob] = field(default_factory=list)
    """Constants that may be a pickle or archive again."""
    persistent: int = 0
    underflows: int = 0
    opcodes: int = 0
    stopped: bool = False
    broken: str = ""
    exhausted: str = ""
    """Why it was not followed to its end."""
    misframed: int = -1
    """Where an opcode crosses the end of a frame, or a frame starts inside another; no pickler writes that."""


class Machine:
    """Follows one pickle from its start to STOP."""

    def __init__(self, source: Source, at: int, follow: Callable[[Source, int], Outcome]) -> None:
        self.source = source
        self.reader = Reader(source, at)
        self.outcome = Outcome(at)
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self._follow = follow

    # --- the stack ---

    def pop(self) -> Any:
        """Take the top; a stack that is empty gives nothing known."""
        if not self.stack:
            self.outcome.underflows += 1
            return UNKNOWN
        return self.stack.pop()

    def top(self) -> Any:
        """Look at the top."""
        return self.stack[-1] if self.stack else UNKNOWN

    def pop_mark(self) -> list[Any]:
        """Take what lies above the last mark."""
        stack = self.stack
        for index in range(len(stack) - 1, -1, -1):
            if stack[index] is MARK:
                items = stack[index + 1 :]
                del stack[index:]
                return items
        self.outcome.underflows += 1
        items = stack[:]
        stack.clear()
        return items

    # --- constants ---

    def constant(self, start: int, size: int, *, text: bool) -> Any:
        """Return a constant, or where it lies; what looks like a pickle or an archive is noted."""
        head = self.reader.text(start, min(size, 8))
        if size >= 6 and may_nest(head, text=text):
            self.outcome.blobs.append(Blob(start, size, text))
        if size > _LONG_TEXT:
            return Blob(start, size, text)
        raw = self.reader.text(start, size)
        return raw.decode("utf-8", "surrogateescape") if text else raw

    def line(self, start: int, size: int) -> bytes:
        """Return an argument that is a line, without its end."""
        return self.reader.text(start, size)[:-1]

    # --- what matters ---

    def imported(self, module: Any, name: Any, at: int) -> Any:
        """Note an import; the same one is noted once."""
        if not isinstance(module, str) or not isinstance(name, str):
            self.outcome.hidden.append(at)
            return UNKNOWN
        key = (module, name)
        if key not in self.outcome.imports:
            self.outcome.imports[key] = Import(module, name, at)
        return Ref(module, name)

    def called(self, func: Any, args: Any) -> Made:
        """Note that something is called."""
        if isinstance(func, Ref):
            entry = self.outcome.imports[func.module, func.name]
            if not entry.called:
                entry.called, entry.args = True, args
        return Made(func, args)

    def built(self, target: Any, state: Any, at: int) -> None:
        """Note that a state is set on something; joblib's arrays lie as raw bytes behind that."""
        if isinstance(target, Ref):
            self.outcome.overwritten.append((f"{target.module}.{target.name}", at))
        elif isinstance(target, Made):
            target.state = state
            if joblib_arrays.is_array(target):
                self._skip_array(target)

    def _skip_array(self, array: Made) -> None:
        size = joblib_arrays.raw_size(array, self.source, self.reader.at)
        if size is None:
            raise BrokenError("raw array data of unknown size follows")
        if size >= 0:
            self.reader.seek(self.reader.at + size)
            return
        found = self._follow(self.source, self.reader.at)  # an array of objects is a pickle of its own
        for key, item in found.imports.items():
            known = self.outcome.imports.setdefault(key, item)
            known.called = known.called or item.called
        for name in ("hidden", "extensions", "overwritten", "blobs"):
            getattr(self.outcome, name).extend(getattr(found, name))
        self.reader.seek(found.end)
        if found.broken:
            raise BrokenError(found.broken)


def may_nest(head: bytes, *, text: bool) -> bool:
    """Tell whether a constant may be a pickle or an archive of its own."""
    if head[:1] == b"\x80" and 1 <= head[1] <= 5:
        return True
    if text and head[:2] == b"\xc2\x80":
        return True
    return (
        head[:1] in {b"c", b"("}
        or head[:3] in _NESTED_STARTS
        or head[:4] in {b"8002", b"8003", b"8004", b"8005"}
    )


_NESTED_STARTS = frozenset(
    {
        b"PK\x03",
        b"gAR",
        b"gAS",
        b"gAN",
        b"gAJ",
        b"gAI",
        b"gAM",
        b"gAU",
        b"gAV",
        b"\x1f\x8b\x08",
        b"BZh",
        b"Y29",
    }
)
"""How packages, and pickles written in base64, begin."""
