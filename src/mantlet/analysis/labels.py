"""What is linked to each element, one or any number of arrows away: all types at once, as bits that travel along the arrows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index, Mask, Ragged, Typed, distinct
from mantlet.analysis.columns import Columns

WORD = 64
FEW = 1 << 11
"""Up to here it is faster to look at all arrows again than to find out which matter."""
Words = NDArray[np.uint64]
Relation = Literal["receives-from", "sends-to", "reached-from", "reaches"]
_ONE_STEP: dict[Relation, Relation] = {"reached-from": "receives-from", "reaches": "sends-to"}


class Links:
    """The labels of each relation over a model, made when first asked for; ``marked`` are elements to be looked for beside the types."""

    def __init__(self, columns: Columns, marked: Mapping[str, Mask]) -> None:
        self._columns = columns
        self.marked = marked
        self._made: dict[Relation, Labels] = {}

    def labels(self, relation: Relation) -> Labels:
        """Return what stands at the far end of a relation, from each element."""
        if relation not in self._made:
            columns = self._columns
            arrows = (columns.onward, columns.backward)
            outgoing, incoming = arrows[::-1] if relation in {"sends-to", "reaches"} else arrows
            near = _ONE_STEP.get(relation)
            self._made[relation] = (
                self.labels(near).carried_on(outgoing, incoming)
                if near
                else Labels.near(columns.element_types, list(self.marked.values()), incoming)
            )
        return self._made[relation]

    def reached_from(self, mark: str) -> Mask:
        """Tell of each element whether one with that mark reaches it over any number of steps."""
        return self.labels("reached-from").any_marked(list(self.marked).index(mark))


class Labels:
    """Which types stand at the far end of the arrows to each element: one bit per type, and one for each mark beside these."""

    def __init__(self, table: Typed, words: list[Words]) -> None:
        self._table = table
        self._words = words

    @classmethod
    def near(cls, table: Typed, marked: Sequence[Mask], incoming: Ragged) -> Labels:
        """Look one step away."""
        words, count = list[Words](), len(table.names)
        for first in range(0, count + len(marked), WORD):
            bits = [1 << code - first if 0 <= code - first < WORD else 0 for code in range(count)]
            sent = np.array(bits, np.uint64)[table.codes] if count else np.zeros(0, np.uint64)
            for bit, mask in enumerate(marked, count - first):
                if 0 <= bit < WORD:
                    sent |= mask.astype(np.uint64) << np.uint64(bit)
            arrived = np.zeros(len(table.codes), np.uint64)
            _receive(arrived, sent, incoming, incoming.filled)
            words.append(arrived)
        return cls(table, words)

    def carried_on(self, outgoing: Ragged, incoming: Ragged) -> Labels:
        """Look any number of steps away."""
        words = [word.copy() for word in self._words]
        heads = incoming.filled
        for arrived in words:
            changed = np.flatnonzero(arrived)
            while changed.size:
                if changed.size * 8 > len(arrived) or len(arrived) < FEW:
                    changed = _receive(arrived, arrived, incoming, heads)
                else:  # few are left: follow only these
                    items, lengths = outgoing.of_rows(changed)
                    before = arrived[items]
                    np.bitwise_or.at(arrived, items, np.repeat(arrived[changed], lengths))
                    changed = distinct(items[arrived[items] != before])
        return Labels(self._table, words)

    def any_of(self, wanted: Iterable[str]) -> Mask | None:
        """Tell of each element whether one of the types stands there; None where the model has no such type."""
        return self.of_codes(self._table.codes_of(wanted))

    def any_marked(self, number: int) -> Mask:
        """Tell of each element whether an element with a mark stands there."""
        found = self.of_codes(1 << len(self._table.names) + number)
        assert found is not None  # noqa: S101
        return found

    def of_codes(self, codes: int) -> Mask | None:
        """Tell of each element whether a type of a set of codes stands there; None for no code."""
        found: Mask | None = None
        for number, words in enumerate(self._words):
            asked = codes >> number * WORD & (1 << WORD) - 1
            if asked:
                mask = (words & np.uint64(asked)) != 0
                found = mask if found is None else found | mask
        return found


def _receive(arrived: Words, sent: Words, incoming: Ragged, heads: Index) -> Index:
    """Let the heads of arrows take in what is sent over these, and return those that changed."""
    if not heads.size:
        return heads
    before = arrived[heads]
    after = before | np.bitwise_or.reduceat(sent[incoming.items], incoming.starts[heads])
    arrived[heads] = after
    return heads[after != before]
