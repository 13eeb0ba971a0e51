"""What each pickle opcode does to the stack of descriptions, and following a pickle from its start to STOP."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

from mantlet.scanners.models.limits import MAX_OPCODES
from mantlet.scanners.models.machine import MARK, UNKNOWN, WIDE, Blob, Machine, Outcome, may_nest
from mantlet.scanners.models.opcodes import BrokenError
from mantlet.scanners.models.source import Source

_FRAME = 0x95


def follow(source: Source, at: int = 0, deadline: float = float("inf")) -> Outcome:
    """Follow a pickle to its end, or to where it breaks, and return what it would do."""
    machine = Machine(source, at, lambda inner, where: follow(inner, where, deadline))
    outcome, reader, count, frame_end = machine.outcome, machine.reader, 0, 0
    try:
        while not outcome.stopped:
            count += 1
            if not count & 0xFFF and (count > MAX_OPCODES or time.monotonic() > deadline):
                outcome.exhausted = f"it has more than {count:,} steps"
                break
            position = reader.at
            op, start, size = reader.next()
            if position < frame_end and (reader.at > frame_end or op == _FRAME) and outcome.misframed < 0:
                outcome.misframed = position
            if op == _FRAME:
                frame_end = reader.at + int.from_bytes(reader.text(start, size), "little")
            handler = _HANDLERS[op]
            if handler is not None:
                handler(machine, position, start, size)
    except BrokenError as error:
        outcome.broken = f"{error}, at byte {reader.at:,}"
    outcome.opcodes, outcome.end = count, reader.at
    return outcome


Handler = Callable[[Machine, int, int, int], None]


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        text = raw.decode("unicode_escape" if b"\\" in raw else "latin-1", "replace")
    if len(text) >= 6 and may_nest(text[:8].encode("latin-1", "replace"), text=False):
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
    args = tuple(machine.pop_mark()[:WIDE])
    machine.stack.append(machine.called(machine.imported(module, name, at), args))


def _object(machine: Machine, _at: int, _start: int, _size: int) -> None:
    items = machine.pop_mark() or [UNKNOWN]
    machine.stack.append(machine.called(items[0], tuple(items[1:WIDE])))


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
    machine.stack.append(tuple(machine.pop_mark()[:WIDE]))


def _marked_list(machine: Machine, _at: int, _start: int, _size: int) -> None:
    machine.stack.append(machine.pop_mark()[:WIDE])


def _marked_dict(machine: Machine, _at: int, _start: int, _size: int) -> None:
    items: dict[str, Any] = {}
    _into(items, machine.pop_mark())
    machine.stack.append(items)


def _empty(kind: type) -> Handler:
    return lambda machine, _at, _start, _size: machine.stack.append(kind())


def _into(target: Any, items: list[Any]) -> None:
    """Put pairs into what is described as a dictionary; only names are kept as keys."""
    if not isinstance(target, dict) or len(target) > WIDE:
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
    if isinstance(target, list) and len(target) < WIDE:
        target.append(value)


def _appends(machine: Machine, _at: int, _start: int, _size: int) -> None:
    items, target = machine.pop_mark(), machine.top()
    if isinstance(target, list) and len(target) < WIDE:
        target.extend(items[:WIDE])


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
