"""Threats that are alike in all that a rating depends on make one case, and only cases are rated.

Ten thousand threats come down to a few hundred cases: the same type, the same way to get there, the same stake,
the same logging. Ratings are worked out per case and looked up per threat.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index, Mask, joined, numbered, strung
from mantlet.analysis.columns import EXTERNAL
from mantlet.analysis.engine import Analysis
from mantlet.analysis.exposure import EXPOSURES as FROM_LEAST
from mantlet.risk.agents import EXPOSURES, OPERATORS, SITUATIONS, situation_row
from mantlet.risk.needs import WIDTH, Levels, Stakes
from mantlet.rules.tree import SCOPES, UNKNOWN, YES, At

Rows = NDArray[np.int64]
LOGGINGS = 27
"""Logged, watched, actively monitored: three values each."""
STANDINGS = len(SITUATIONS) * LOGGINGS


class Cases(Struct):
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
    first, standings = _standings(analysis)
    spot = first[table.type] + table.place
    standing, standing_count = numbered(standings, STANDINGS)
    at_stake, stake_count = _at_stake(analysis, stakes)
    key = table.type * standing_count + standing[spot]
    if stake_count > 1:
        key = key * stake_count + at_stake
    key = key * 2 + table.unsure
    of, count = numbered(key, len(analysis.types) * standing_count * stake_count * 2)
    example = np.zeros(count, np.int64)
    example[of] = np.arange(len(of))
    kind, place = table.type[example], table.place[example]
    situation, logging = np.divmod(standings[spot[example]], LOGGINGS)
    return Cases(of, kind, table.unsure[example], situation, logging, _stakes(stakes, kind, place))


def _stakes(stakes: Stakes, kind: Rows, place: Index) -> Levels:
    """Return the stakes at places of types; the places of a type stand together."""
    if not stakes.vary:
        return stakes.usual()[kind]
    result = np.empty((len(kind), WIDTH), np.int8)
    bounds = np.flatnonzero(np.diff(kind, prepend=-1, append=-1)).tolist()
    for first, last in pairwise(bounds):
        result[first:last] = stakes.at(stakes.analysis.types[kind[first]])[place[first:last]]
    return result


def _at_stake(analysis: Analysis, stakes: Stakes) -> tuple[Rows | int, int]:
    """Return a number per threat that differs where the stakes of one type's places do, and how many numbers there are."""
    if not stakes.vary:
        return 0, 1
    first, kinds = joined([stakes.kinds(item) for item in analysis.types])
    numbers = kinds[np.array(first, np.int64)[analysis.threats.type] + analysis.threats.place]
    return numbers, int(kinds.max(initial=0)) + 1


def _standings(analysis: Analysis) -> tuple[Rows, Rows]:
    """Return how each place stands to attackers and to whoever watches: `situation * LOGGINGS + logging`.

    The places of each kind stand in one run; the first array says where that of each type starts.
    """
    facts = analysis.atoms.facts
    logging = np.zeros(len(analysis.columns.elements), np.int64)
    for name in ("logged", "log_reviewed", "query_monitored"):
        logging = logging * 3 + facts.yes("element", name)
    logging = np.append(logging, _UNLOOKED)
    situations = _Situations(analysis)
    kinds = [(item.at, item.travels) for item in analysis.types]
    by_kind = {
        (at, travels): (situations.travelling(at) if travels else situations.at(at)) * LOGGINGS
        + logging[analysis.end(at)]
        for at, travels in dict.fromkeys(kinds)
    }
    starts, standings = strung(by_kind)
    return np.array([starts[kind] for kind in kinds], np.int64), standings


class _Situations:
    """How places stand to attackers, as rows of `SITUATIONS`."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        facts = analysis.atoms.facts
        exposed, operator = facts.column("element", "exposure"), facts.column("element", "operated_by")
        asks = facts.yes("element", "authenticated")
        restricted = np.maximum(
            facts.yes("element", "access_controlled"),
            facts.yes("element", "least_privilege"),
        )
        self._asks, self._restricted = asks, restricted
        self._run_by = run_by = _recode(operator.values, OPERATORS)[operator.codes]
        exposure = _recode(exposed.values, EXPOSURES)[exposed.codes]
        own = situation_row(exposure, asks, restricted, run_by)
        self._by_element = np.append(own, _ANYWHERE)
        public = facts.yes("element", "public_access") == YES
        self._met = ((public * np.int64(3) + asks) * 3 + restricted) * _WAYS
        """How each element meets whoever comes to it over a flow."""
        self._ways = self._flows(np.maximum(run_by, _foreign(analysis) * np.int16(_THIRD_PARTY)))

    def _flows(self, operator: NDArray[np.int16]) -> Rows:
        """Return how each movement comes: from where, whether callers prove who they are, who runs either end."""
        columns, facts = self._analysis.columns, self._analysis.atoms.facts
        flowing, client = facts.column("flow", "exposure"), facts.column("flow", "client_auth")
        proves = client.among([value for value in client.values[2:] if value != "none"])
        ways = (_recode(flowing.values, EXPOSURES)[flowing.codes] * 3 + proves) * 3
        return ways[columns.movement_flow] + np.maximum(operator[columns.source], operator[columns.target])

    def at(self, kind: At) -> Rows:
        """Return the situation of each place of a kind.

        A movement is seen from whoever opens its flow, and either end's operator can act on it; anything else is seen
        from whoever can reach its element.
        """
        element = self._analysis.end(kind)
        if SCOPES[kind] != "movement":
            return self._by_element[element]
        return _by_way()[self._met[element] + self._ways]

    @cached_property
    def _far(self) -> NDArray[np.int16]:
        """The most exposed caller whose input gets to each element of ours, as a rank."""
        columns, links = self._analysis.columns, self._analysis.atoms.links
        far = np.zeros(len(columns.elements), np.int16)
        for value in ("unknown", "partner", "internet"):
            if links.marked[value].any():
                far[links.reached_from(value)] = _RANKS[value]
        far[columns.kind == EXTERNAL] = 0
        return far

    def travelling(self, kind: At) -> Rows:
        """Return the situation of each place of a kind as callers see it whose input is passed on to there.

        Whether they proved who they are is known only of those who open the last flow themselves.
        """
        analysis, columns = self._analysis, self._analysis.columns
        element, moves = analysis.end(kind), SCOPES[kind] == "movement"
        if not moves and kind != "element":
            return self.at(kind)
        near = analysis.atoms.facts.column("flow" if moves else "element", "exposure")
        own = np.array([_RANKS.get(value, 0) for value in near.values], np.int16)[near.codes]
        own = own[columns.movement_flow] if moves else own
        far = self._far[columns.source] if moves else self._far
        via = np.array([EXPOSURES.index(value) for value in FROM_LEAST])[np.maximum(own, far)]
        asked = np.where(far > own, UNKNOWN, self._asks[element])
        return situation_row(via, asked, self._restricted[element], self._run_by[element])


_RANKS = {value: rank for rank, value in enumerate(FROM_LEAST)}
_WAYS = len(EXPOSURES) * 3 * len(OPERATORS)


@cache
def _by_way() -> Rows:
    """Return the situation by how an element meets what comes, and how it comes."""
    shape = (2, 3, 3, len(EXPOSURES), 3, len(OPERATORS))
    public, asks, restricted, flowing, proves, operator = np.indices(shape, np.int16).reshape(len(shape), -1)
    via = np.where(public, EXPOSURES.index("internet"), flowing)
    return situation_row(via, np.where(asks == UNKNOWN, proves, asks), restricted, operator)


_ANYWHERE = SITUATIONS.index(("unknown", 1, 1, "us"))
"""Threats to the system as a whole: nothing is known of how it is reached."""
_THIRD_PARTY = OPERATORS.index("third-party")
_UNLOOKED = 13
"""Nor of how it is logged: three times unknown."""


def _foreign(analysis: Analysis) -> Mask:
    """Mark other parties' systems, whoever is written down as their operator."""
    types = analysis.columns.element_types
    return types.are(("external-system",)) & ~types.are(("device",))


def _recode(values: Sequence[str], order: Sequence[str]) -> NDArray[np.int16]:
    """Map a fact column's codes to positions in a fixed order; unknown values to the first."""
    return np.array([order.index(value) if value in order else 0 for value in values], np.int16)
