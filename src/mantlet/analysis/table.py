"""What became of each type at its places, and the threats that are left, as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index, Mask, flags, strung
from mantlet.rules.program import Sets
from mantlet.rules.tree import At


class State(IntEnum):
    """What became of a type at a place."""

    ABSENT = 0
    TO_CONFIRM = 1
    MITIGATED = 2
    OPEN = 3
    SILENCED = 4
    """A more special type says the same there."""
    OUT_OF_SCOPE = 5

    @property
    def word(self) -> str:
        """The state as files and outputs spell it."""
        return self.name.lower().replace("_", "-")


class Verdict(Struct):
    """One type: the places in each state, as sets (`columns.packed`). It is absent everywhere else."""

    open: int = 0
    to_confirm: int = 0
    mitigated: int = 0
    silenced: int = 0
    out_of_scope: int = 0
    unsure: int = 0
    """Where it is not known whether it applies, or whether something prevents it; in any state."""

    @classmethod
    def of(cls, applies: Sets, mitigated: Sets) -> Verdict:
        """Judge a type by its two rules."""
        may_apply, does_apply = applies
        may_be_prevented, prevented = mitigated
        return cls(
            open=does_apply & ~prevented,
            to_confirm=may_apply & ~(does_apply | prevented),
            mitigated=may_apply & prevented,
            unsure=may_apply & (~does_apply | (may_be_prevented & ~prevented)),
        )

    @property
    def shown(self) -> int:
        """The places that have a row in the table."""
        return self.open | self.to_confirm | self.mitigated

    @property
    def speaks(self) -> int:
        """The places where it stands for more general types."""
        return self.open | self.mitigated

    def take(self, places: int) -> int:
        """Take places out of the states that are shown, and return those that were in one."""
        taken = self.shown & places
        if taken:
            self.open &= ~taken
            self.to_confirm &= ~taken
            self.mitigated &= ~taken
        return taken

    def states(self, size: int) -> NDArray[np.int8]:
        """Return the state at each of ``size`` places."""
        result = np.zeros(size, np.int8)
        for state, places in (
            (State.OPEN, self.open),
            (State.TO_CONFIRM, self.to_confirm),
            (State.MITIGATED, self.mitigated),
            (State.SILENCED, self.silenced),
            (State.OUT_OF_SCOPE, self.out_of_scope),
        ):
            if places:
                result[flags(places, size)] = state
        return result


class ThreatTable(Struct, frozen=True):
    """The threats that are not absent, one row each, ordered by type and then place."""

    type: NDArray[np.intp]
    """Row of the type in `Analysis.types`."""
    place: Index
    """Row of the place in the type's scope."""
    element: Index
    """The element that the threat is rated and decided at; `SYSTEM_ROW` for none."""
    state: NDArray[np.int8]
    unsure: NDArray[np.bool_]
    """It is not known whether something prevents it, or whether it applies."""

    def __len__(self) -> int:
        return len(self.type)

    def only(self, keep: Mask) -> ThreatTable:
        """Return the rows that are marked."""
        return ThreatTable(
            self.type[keep], self.place[keep], self.element[keep], self.state[keep], self.unsure[keep]
        )


def threat_table(live: Sequence[tuple[int, Verdict, At, int]], ends: Mapping[At, Index]) -> ThreatTable:
    """Make the table of all types at once, from each type's row, verdict, kind of place and shown places; ``ends`` tells whose each place is."""
    shown = [places for _, _, _, places in live]
    counts = np.array([places.bit_count() for places in shown], np.intp)
    sizes = {at: (len(elements) + 7) // 8 for at, elements in ends.items()}
    lengths = np.array([sizes[at] for _, _, at, _ in live], np.intp)
    bits = np.flatnonzero(_strung(shown, lengths))
    starts = (np.cumsum(lengths) - lengths) * 8
    place = bits - np.repeat(starts, counts)
    first, elements = strung(ends)
    state = np.full(len(bits), State.OPEN, np.int8)
    for other, sets in (
        (State.MITIGATED, [verdict.mitigated for _, verdict, _, _ in live]),
        (State.TO_CONFIRM, [verdict.to_confirm for _, verdict, _, _ in live]),
    ):
        if any(sets):
            state[_strung(sets, lengths)[bits]] = other
    return ThreatTable(
        np.repeat(np.array([row for row, _, _, _ in live], np.intp), counts),
        place,
        elements[place + np.repeat(np.array([first[at] for _, _, at, _ in live], np.intp), counts)],
        state,
        _strung([verdict.unsure for _, verdict, _, _ in live], lengths)[bits],
    )


def _strung(sets: Iterable[int], lengths: Index) -> Mask:
    """Return the bits of sets end to end; each takes its length in whole bytes."""
    pairs = zip(sets, lengths.tolist(), strict=True)
    raw = b"".join([rows.to_bytes(length, "little") for rows, length in pairs])
    return np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little").view(bool)
