"""The JSON of thousands of threats, put together from pieces that are encoded once.

The threats of a type differ by their place, and few different ratings and lists of reasons stand among them. The pieces
join to what `Records.threat` gives, encoded; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise, repeat

import msgspec
import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.because import Reason, verified
from mantlet.analysis.engine import SYSTEM_ROW, Analysis, State
from mantlet.report.records import AT_KINDS, Records
from mantlet.risk.names import WORDS, names, parts
from mantlet.risk.register import Register
from mantlet.rules.tree import SCOPES, Scope

GROUPED, WRITTEN = 1 << 15, 1 << 9
"""Threats that are grouped by type at a time, and those that are written at a time: bounds on memory."""
Rows = NDArray[np.int64]
Column = Iterable[bytes]
_encode = msgspec.json.Encoder().encode


class ThreatStream:
    """Encodes threats of a register."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.analysis = register.analysis
        self._records = Records(register)
        self._texts = _Texts(register.analysis)
        self._reasons: dict[Reason, bytes] = {}
        self._rulings = [_encode(ruling.to_dict()) for ruling in register.rulings.all] + [b"null"]
        """By number; the last, which −1 finds, stands for none."""
        self._decided = bool(self.analysis.evidence or register.rulings.all)

    def pieces(self, rows: Sequence[int] | Rows) -> Iterator[bytes]:
        """Yield the records of some threats, each on a line of its own, with commas between them."""
        skip = 1  # the comma in front of the first
        for first in range(0, len(rows), GROUPED):
            threats = self._threats(np.asarray(rows[first : first + GROUPED], np.int64))
            for start in range(0, len(threats), WRITTEN):
                yield b"".join(chain.from_iterable(threats[start : start + WRITTEN]))[skip:]
                skip = 0

    def _threats(self, rows: Rows) -> list[tuple[bytes, ...]]:
        """Return each threat's pieces."""
        table = self.analysis.threats
        threats: list[tuple[bytes, ...]] = []
        group = table.type[rows] * len(State) + table.state[rows]
        order = np.argsort(group, kind="stable")
        bounds = np.flatnonzero(np.diff(group[order], prepend=-1, append=-1)).tolist()
        for first, last in pairwise(bounds):
            threats += zip(*self._columns(rows[order[first:last]]), strict=False)
        return [threats[place] for place in np.argsort(order, kind="stable").tolist()]

    def _columns(self, rows: Rows) -> list[Column]:
        """Return the pieces of threats of one type in one state, column by column."""
        table, texts = self.analysis.threats, self._texts
        kind = int(table.type[rows[0]])
        item, state = self.analysis.types[kind], State(int(table.state[rows[0]]))
        scope, name = SCOPES[item.at], _encode(item.id)[1:-1]
        places, elements = table.place[rows].tolist(), table.element[rows].tolist()
        owners = texts.ids(scope) if elements[0] == SYSTEM_ROW else texts.ids("element")
        return [
            repeat(b',\n{"id":"%b@' % name),
            _picked(texts.ids(scope), places),
            *self._title(b'","type":"%b","title":"' % name, item.title, scope, places),
            _picked(texts.places(scope), places),
            _picked(owners, places if elements[0] == SYSTEM_ROW else elements),
            *self._judged(b'","state":"%b",' % state.word.encode(), kind, rows),
        ]

    def _title(self, before: bytes, title: str, scope: Scope, places: Sequence[int]) -> Iterator[Column]:
        """Yield a type's title with the names at some places, ``before`` in front of it."""
        first, *rest = parts(title)
        text = before + _inner(first)
        for word, literal in zip(rest[::2], rest[1::2], strict=True):
            if word in WORDS[scope]:
                yield repeat(text)
                yield _picked(self._texts.names(scope, word), places)
                text = _inner(literal)
            else:
                text += _inner("{" + word + "}" + literal)
        yield repeat(text)

    def _judged(self, before: bytes, kind: int, rows: Rows) -> Iterator[Column]:
        """Yield what comes after the element: what a type's threats share, each one's rating, reasons, evidence and decision.

        Few different ratings and lists of reasons stand together, so each pair is put together once.
        """
        table, ratings = self.analysis.threats, self.register.ratings
        places, states = table.place[rows], table.state[rows]
        numbers, lists = self._records.because.alike(kind, places, states)
        cases = ratings.cases.of[rows]
        keys = (numbers * len(ratings.cases) + cases).tolist()
        examples = dict(zip(keys, range(len(keys)), strict=True))
        before += _encode(self._records.fixed[kind])[1:-1] + b',"rating":'
        between = b',"controls":%b,"verified":' % _encode(self.analysis.types[kind].controls)
        state, after = State(int(states[0])), b"" if self._decided else b'[],"decision":null}'
        texts = {
            key: before
            + _encode(self._records.rating(int(rows[example])))
            + between
            + self._reasons_of(state, lists[int(numbers[example])])
            + after
            for key, example in examples.items()
        }
        yield map(texts.__getitem__, keys)
        if self._decided:
            yield self._settled(rows)

    def _reasons_of(self, state: State, reasons: Sequence[Reason]) -> bytes:
        head = b'true,"because":[' if verified(state, reasons) else b'false,"because":['
        return head + b",".join(map(self._reason, reasons)) + b'],"evidence":'

    def _settled(self, rows: Rows) -> list[bytes]:
        """Return each threat's evidence and decision."""
        evidence = self.analysis.evidence
        marks = [[mark.to_dict() for mark in evidence.get(row, ())] for row in rows.tolist()]
        rulings = _picked(self._rulings, self.register.rulings.of[rows].tolist())
        return [
            b'%b,"decision":%b}' % (_encode(some) if some else b"[]", ruling)
            for some, ruling in zip(marks, rulings, strict=True)
        ]

    def _reason(self, reason: Reason) -> bytes:
        if reason not in self._reasons:
            self._reasons[reason] = _encode(reason.to_dict())
        return self._reasons[reason]


class _Texts:
    """Ids and names of places, encoded, a list for each kind of place; made when first asked for."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._made: dict[tuple[str, ...], list[bytes]] = {}

    def ids(self, scope: Scope) -> list[bytes]:
        """Return the ids of a scope's places."""
        return self._once(("ids", scope), lambda: _inners(self._analysis.places(scope)))

    def names(self, scope: Scope, word: str) -> list[bytes]:
        """Return what stands for a placeholder at each of a scope's places."""
        analysis, everywhere = self._analysis, range(self._analysis.atoms.size(scope))
        if scope == "movement" and word in {"source", "target"}:
            ends = analysis.end("flow.source" if word == "source" else "flow.target").tolist()
            return self._once(
                ("names", scope, word), lambda: list(_picked(self.names("element", "element"), ends))
            )
        return self._once(("names", scope, word), lambda: _inners(names(analysis, scope, word, everywhere)))

    def places(self, scope: Scope) -> list[bytes]:
        """Return the field `at` for each of a scope's places, between the title and the element's id."""
        kind, ids = AT_KINDS[scope].encode(), self.ids(scope)
        if scope != "movement":
            shape = b'","at":{"kind":"%b","id":"%%b"},"element":"' % kind
            return self._once(("places", scope), lambda: [shape % name for name in ids])
        shape = b'","at":{"kind":"%b","id":"%%b","source":"%%b","target":"%%b"},"element":"' % kind
        columns, elements = self._analysis.columns, self.ids("element")
        ends = (_picked(elements, end.tolist()) for end in (columns.source, columns.target))
        return self._once(("places", scope), lambda: [shape % item for item in zip(ids, *ends, strict=True)])

    def _once(self, key: tuple[str, ...], make: Callable[[], list[bytes]]) -> list[bytes]:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _picked(texts: Sequence[bytes], numbers: Sequence[int]) -> Column:
    return map(texts.__getitem__, numbers)


def _inner(text: str) -> bytes:
    """Return a text as JSON has it between the quotes."""
    return _encode(text)[1:-1]


def _inners(texts: list[str]) -> list[bytes]:
    """Return `_inner` of many texts; where nothing is escaped, quotes only stand around them, and all go at once."""
    together = _encode(texts)
    if not texts or b"\\" in together:
        return [_inner(text) for text in texts]
    return together[2:-2].split(b'","')
