"""Threats that are alike in all that a rating depends on make one case, and only cases are rated.

Ten thousand threats come down to a few hundred cases: the same type, the same way to get there, the same stake,
the same logging. Ratings are worked out per case and looked up per threat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.engine import Analysis
from mantlet.risk.agents import EXPOSURES, OPERATORS, SITUATIONS, situation_row
from mantlet.risk.needs import WIDTH, Levels, Stakes
from mantlet.rules.tree import SCOPES, YES

Rows = NDArray[np.int64]
LOGGINGS = 27
"""Logged, watched, actively monitored: three values each."""
_STAKE_BITS, _LOGGING_BITS, _SITUATION_BITS = 3 * WIDTH, 5, 9


@dataclass(slots=True)
class Cases:
    """What tells cases apart, one row each, and which case each threat is."""

    of: NDArray[np.int64]
    """The case of each threat."""
    type: NDArray[np.int64]
    unsure: NDArray[np.bool_]
    situation: NDArray[np.int64]
    logging: NDArray[np.int64]
    """``(logged * 3 + watched) * 3 + active``."""
    stake: Levels

    def __len__(self) -> int:
        return len(self.type)

    def split(self, rows: Rows) -> Rows:
        """Give threats cases of their own, alike to the ones they had, and return these."""
        old = self.of[rows]
        fresh = np.arange(len(self), len(self) + len(rows))
        for name in ("type", "unsure", "situation", "logging", "stake"):
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, column[old]]))
        self.of[rows] = fresh
        return fresh


def find_cases(analysis: Analysis, stakes: Stakes) -> Cases:
    """Sort the threats of an analysis into cases."""
    table = analysis.threats
    key = (table.type.astype(np.int64) << 1) | table.unsure
    key = (key << _SITUATION_BITS) | _situations(analysis)
    key = (key << _LOGGING_BITS) | _loggings(analysis)
    key = (key << _STAKE_BITS) | _stakes(analysis, stakes)
    unique, of = np.unique(key, return_inverse=True)
    return Cases(
        of=of.astype(np.int64),
        type=unique >> (_STAKE_BITS + _LOGGING_BITS + _SITUATION_BITS + 1),
        unsure=((unique >> (_STAKE_BITS + _LOGGING_BITS + _SITUATION_BITS)) & 1).astype(bool),
        situation=(unique >> (_STAKE_BITS + _LOGGING_BITS)) & ((1 << _SITUATION_BITS) - 1),
        logging=(unique >> _STAKE_BITS) & ((1 << _LOGGING_BITS) - 1),
        stake=unpack(unique & ((1 << _STAKE_BITS) - 1)),
    )


def pack(stakes: Levels) -> Rows:
    """Return each row of a stakes table as one number; three bits a column."""
    return stakes @ (np.int64(8) ** np.arange(WIDTH, dtype=np.int64))


def unpack(packed: Rows) -> Levels:
    """Undo `pack`."""
    return ((packed[:, None] >> (3 * np.arange(WIDTH))) & 7).astype(np.int8)


def _stakes(analysis: Analysis, stakes: Stakes) -> Rows:
    table = analysis.threats
    result = np.zeros(len(table), np.int64)
    packed: dict[int, Rows] = {}
    for row, start, end in runs(table.type):
        levels = stakes.at(analysis.types[row])
        if id(levels) not in packed:
            packed[id(levels)] = pack(levels)
        result[start:end] = packed[id(levels)][table.place[start:end]]
    return result


def _loggings(analysis: Analysis) -> Rows:
    """Return how each threat's element is logged and watched; unknown for the system as a whole."""
    facts = analysis.atoms.facts
    code = np.zeros(len(analysis.columns.elements), np.int64)
    for name in ("logged", "log_reviewed", "query_monitored"):
        code = code * 3 + facts.column("element", name).among(["yes"])
    return np.append(code, 13)[analysis.threats.element]


def _situations(analysis: Analysis) -> NDArray[np.int32]:
    """Return how each threat's place stands to attackers: a row of `SITUATIONS`.

    A threat on a movement is seen from whoever opens that flow, any other from whoever can reach its element.
    """
    columns, facts, table = analysis.columns, analysis.atoms.facts, analysis.threats
    assert len(SITUATIONS) < 1 << _SITUATION_BITS  # noqa: S101
    exposed, operator = facts.column("element", "exposure"), facts.column("element", "operated_by")
    exposure = _recode(exposed.values, EXPOSURES)[exposed.codes]
    asks = facts.column("element", "authenticated").among(["yes"])
    restricted = np.maximum(
        facts.column("element", "access_controlled").among(["yes"]),
        facts.column("element", "least_privilege").among(["yes"]),
    )
    run_by = _recode(operator.values, OPERATORS)[operator.codes]
    by_element = np.append(situation_row(exposure, asks, restricted, run_by), _ANYWHERE)[table.element]
    on_flow = np.array([SCOPES[item.at] == "movement" for item in analysis.types], bool)[table.type]
    if not on_flow.any():
        return by_element
    flowing, client = facts.column("flow", "exposure"), facts.column("flow", "client_auth")
    proves = client.among([value for value in client.values[2:] if value != "none"])
    flow = columns.movement_flow[table.place[on_flow]]
    element = table.element[on_flow]
    public = (facts.column("element", "public_access").among(["yes"]) == YES)[element]
    via = np.where(
        public, EXPOSURES.index("internet"), _recode(flowing.values, EXPOSURES)[flowing.codes][flow]
    )
    asked = np.where(asks[element] == 1, proves[flow], asks[element])
    by_element[on_flow] = situation_row(via, asked, restricted[element], run_by[element])
    return by_element


_ANYWHERE = SITUATIONS.index(("unknown", 1, 1, "us"))
"""Threats to the system as a whole: nothing is known of how it is reached."""


def runs(column: NDArray[np.signedinteger]) -> list[tuple[int, int, int]]:
    """Return (value, start, end) of each run of equal values."""
    if not len(column):
        return []
    edges = np.flatnonzero(np.diff(column)) + 1
    bounds = [0, *edges.tolist(), len(column)]
    return [(int(column[start]), start, end) for start, end in pairwise(bounds)]


def _recode(values: Sequence[str], order: Sequence[str]) -> NDArray[np.int16]:
    """Map a fact column's codes to positions in a fixed order; unknown values to the first."""
    return np.array([order.index(value) if value in order else 0 for value in values], np.int16)
