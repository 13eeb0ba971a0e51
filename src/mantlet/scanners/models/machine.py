"""What a pickle would do, worked out on a stack of descriptions: nothing is imported, made or called."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mantlet.scanners.models import joblib_arrays
from mantlet.scanners.models.limits import MAX_OPCODES
from mantlet.scanners.models.opcodes import BrokenError, Reader
from mantlet.scanners.models.source import Source

_LONG_TEXT = 4096
_WIDE = 256
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


class Machine:
    """Follows one pickle from its start to STOP."""

    def __init__(self, source: Source, at: int = 0, deadline: float = float("inf")) -> None:
        self.source = source
        self.reader = Reader(source, at)
        self.outcome = Outcome(at)
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self._deadline = deadline

    def run(self) -> Outcome:
        """Follow it to its end, or to where it breaks."""
        outcome, reader, count = self.outcome, self.reader, 0
        try:
            while not outcome.stopped:
                count += 1
                if not count & 0xFFF and (count > MAX_OPCODES or time.monotonic() > self._deadline):
                    outcome.exhausted = f"it has more than {count:,} steps"
                    break
                position = reader.at
                op, start, size = reader.next()
                handler = _HANDLERS[op]
                if handler is not None:
                    handler(self, position, start, size)
        except BrokenError as error:
            outcome.broken = f"{error}, at byte {reader.at:,}"
        outcome.opcodes, outcome.end = count, reader.at
        return outcome

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
        if size >= 6 and _may_nest(head, text=text):
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
        inner = Machine(
            self.source, self.reader.at, self._deadline
        )  # an array of objects is a pickle of its own
        self.outcome.imports = inner.outcome.imports = {**self.outcome.imports}
        found = inner.run()
        for name in ("hidden", "extensions", "overwritten", "blobs"):
            getattr(self.outcome, name).extend(getattr(found, name))
        self.reader.seek(found.end)
        if found.broken:
            raise BrokenError(found.broken)


def _may_nest(head: bytes, *, text: bool) -> bool:
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


Handler = Callable[[Machine, int, int, int], None]
_I4 = struct.Struct("<I")


def _push(value: Any) -> Handler:
    return lambda machine, _at, _start, _size: machine.stack.append(value)


def _unknown(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.stack.append(UNKNOWN)


def _stop(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.outcome.stopped = True
    if not machine.stack:
        machine.outcome.underflows += 1


def _proto(machine: Machine, _at: int, start: int, _size: int) -> None:
    machine.outcome.proto = machine.reader.text(start, 1)[0]


def _integer(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.stack.append(int.from_bytes(machine.reader.text(start, size), "little", signed=True))


def _unsigned(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.stack.append(int.from_bytes(machine.reader.text(start, size), "little"))


def _long(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.stack.append(
        int.from_bytes(machine.reader.text(start, size), "little", signed=True) if size <= 16 else UNKNOWN
    )


def _decimal(machine: Machine, _at: int, start: int, size: int) -> None:
    try:
        machine.stack.append(int(machine.line(start, min(size, 64)).strip(b" \tL") or b"0", 0))
    except ValueError:
        machine.stack.append(UNKNOWN)


def _string(machine: Machine, _at: int, start: int, size: int) -> None:
    """Read a quoted text as Python 2 wrote it."""
    raw = machine.line(start, size).strip()
    if len(raw) >= 2 and raw[:1] == raw[-1:] and raw[:1] in b"'\"":
        raw = raw[1:-1]
    try:
        text = raw.decode("unicode_escape") if b"\\" in raw else raw.decode("latin-1")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if len(text) >= 6 and _may_nest(text[:8].encode("latin-1", "replace"), text=False):
        machine.outcome.blobs.append(Blob(start, size, text=False))
    machine.stack.append(text)


def _unicode_line(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.stack.append(machine.line(start, size).decode("raw_unicode_escape", "replace"))


def _bytes(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.stack.append(machine.constant(start, size, text=False))


def _old_bytes(machine: Machine, _at: int, start: int, size: int) -> None:
    """Read a text of Python 2, which may name a module."""
    value = machine.constant(start, size, text=False)
    machine.stack.append(value.decode("latin-1") if isinstance(value, bytes) else value)


def _text(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.stack.append(machine.constant(start, size, text=True))


def _two_lines(machine: Machine, start: int, size: int) -> tuple[str, str]:
    module, _, name = machine.line(start, size).partition(b"\n")
    return module.decode("utf-8", "replace"), name.decode("utf-8", "replace")


def _global(machine: Machine, at: int, start: int, size: int) -> None:
    module, name = _two_lines(machine, start, size)
    machine.stack.append(machine.imported(module, name, at))


def _stack_global(machine: Machine, at: int, _start: int, _size: int) -> None:
    name, module = machine.pop(), machine.pop()
    machine.stack.append(machine.imported(module, name, at))


def _instance(machine: Machine, at: int, start: int, size: int) -> None:
    module, name = _two_lines(machine, start, size)
    args = tuple(machine.pop_mark()[:_WIDE])
    machine.stack.append(machine.called(machine.imported(module, name, at), args))


def _object(machine: Machine, _at: int, _start: int, _size: int) -> None:
    items = machine.pop_mark() or [UNKNOWN]
    machine.stack.append(machine.called(items[0], tuple(items[1:_WIDE])))


def _reduce(machine: Machine, _at: int, _start: int, _size: int) -> None:
    args, func = machine.pop(), machine.pop()
    machine.stack.append(machine.called(func, args))


def _new_with_keywords(machine: Machine, _at: int, _start: int, _size: int) -> None:
    _, args, func = machine.pop(), machine.pop(), machine.pop()
    machine.stack.append(machine.called(func, args))


def _build(machine: Machine, at: int, _start: int, _size: int) -> None:
    state = machine.pop()
    machine.built(machine.top(), state, at)


def _extension(machine: Machine, at: int, _start: int, _size: int) -> None:
    machine.outcome.extensions.append(at)
    machine.stack.append(UNKNOWN)


def _persistent(machine: Machine, _at: int, _start: int, size: int) -> None:
    machine.outcome.persistent += 1
    if not size:
        machine.pop()
    machine.stack.append(UNKNOWN)


def _tuple(count: int) -> Handler:
    def handler(machine: Machine, _at: int, _start: int, _size: int) -> None:
        items = [machine.pop() for _ in range(count)]
        machine.stack.append(tuple(reversed(items)))

    return handler


def _marked_tuple(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.stack.append(tuple(machine.pop_mark()[:_WIDE]))


def _marked_list(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.stack.append(machine.pop_mark()[:_WIDE])


def _marked_dict(machine: Machine, _at: int, _start: int, _size: int) -> None:
    items: dict[str, Any] = {}
    _into(items, machine.pop_mark())
    machine.stack.append(items)


def _empty(kind: type) -> Handler:
    return lambda machine, _at, _start, _size: machine.stack.append(kind())


def _into(target: Any, items: list[Any]) -> None:
    """Put pairs into what is described as a dictionary; only names are kept as keys."""
    if not isinstance(target, dict) or len(target) > _WIDE:
        return
    for key, value in zip(items[::2], items[1::2], strict=False):
        if isinstance(key, str):
            target[key] = value


def _set_item(machine: Machine, _at: int, _start: int, _size: int) -> None:
    value, key = machine.pop(), machine.pop()
    _into(machine.top(), [key, value])


def _set_items(machine: Machine, _at: int, _start: int, _size: int) -> None:
    items = machine.pop_mark()
    _into(machine.top(), items)


def _append(machine: Machine, _at: int, _start: int, _size: int) -> None:
    value, target = machine.pop(), machine.top()
    if isinstance(target, list) and len(target) < _WIDE:
        target.append(value)


def _appends(machine: Machine, _at: int, _start: int, _size: int) -> None:
    items, target = machine.pop_mark(), machine.top()
    if isinstance(target, list) and len(target) < _WIDE:
        target.extend(items[:_WIDE])


def _pop(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.pop()


def _pop_to_mark(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.pop_mark()


def _duplicate(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.stack.append(machine.top())


def _put_line(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.memo[_number(machine.line(start, size))] = machine.top()


def _put(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.memo[int.from_bytes(machine.reader.text(start, size), "little")] = machine.top()


def _memoize(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.memo[len(machine.memo)] = machine.top()


def _get_line(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.stack.append(machine.memo.get(_number(machine.line(start, size)), UNKNOWN))


def _get(machine: Machine, _at: int, start: int, size: int) -> None:
    machine.stack.append(
        machine.memo.get(int.from_bytes(machine.reader.text(start, size), "little"), UNKNOWN)
    )


def _number(raw: bytes) -> int:
    try:
        return int(raw)
    except ValueError:
        return -1


_HANDLERS: list[Handler | None] = [None] * 256
for _codes, _handler in (
    ("(", _push(MARK)), (".", _stop), ("0", _pop), ("1", _pop_to_mark), ("2", _duplicate),
    ("N", _push(None)), ("\x88", _push(True)), ("\x89", _push(False)), ("FG\x97", _unknown),
    ("\x80", _proto), ("J", _integer), ("KM", _unsigned), ("\x8a\x8b", _long), ("IL", _decimal),
    ("S", _string), ("V", _unicode_line), ("TU", _old_bytes), ("BC\x8e\x96", _bytes), ("X\x8c\x8d", _text),
    ("c", _global), ("\x93", _stack_global), ("i", _instance), ("o", _object),
    ("R\x81", _reduce), ("\x92", _new_with_keywords), ("b", _build),
    ("\x82\x83\x84", _extension), ("PQ", _persistent),
    (")", _push(())), ("t", _marked_tuple), ("\x85", _tuple(1)), ("\x86", _tuple(2)), ("\x87", _tuple(3)),
    ("]", _empty(list)), ("l", _marked_list), ("a", _append), ("e", _appends),
    ("}", _empty(dict)), ("d", _marked_dict), ("s", _set_item), ("u", _set_items),
    ("\x8f", _empty(list)), ("\x90", _appends), ("\x91", _marked_list),
    ("p", _put_line), ("qr", _put), ("\x94", _memoize), ("g", _get_line), ("hj", _get),
):  # fmt: skip
    for _code in _codes:
        _HANDLERS[ord(_code)] = _handler
