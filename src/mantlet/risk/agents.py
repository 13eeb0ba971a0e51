"""Who could do it: the cast of threat agents, and what each can do where.

An agent's opportunity and number follow from how exposed the place is, whether callers must prove who they are,
whether access is restricted, and who operates it. The model may change skill, motive and number of each kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import msgspec
import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from mantlet.analysis.arrays import Index
from mantlet.base.data import read_beside
from mantlet.model.entries import Sections

EXPOSURES = ("unknown", "n/a", "internet", "partner", "internal", "none")
"""Exposure values as the fact's codes order them; the second never occurs."""
OPERATORS = ("us", "processor", "third-party")
BEST, LOW, HIGH = range(3)
"""The estimate, and the ends of its band where facts are unknown."""
Band = tuple[float, float, float]
Scores = NDArray[np.float32]


class Agent(msgspec.Struct, frozen=True):
    """One kind of threat agent. Pairs are scores without and with the protecting fact."""

    title: str
    text: str
    skill: float
    size: dict[str, float]
    motive_cap: float
    """The most it gains; what it does gain follows from the asset."""
    opportunity: dict[str, tuple[float, float]] = {}
    """By exposure: when callers need not, or must, authenticate."""
    access: tuple[float, float] = (7, 4)
    """For agents inside: when access isn't, or is, restricted."""
    operated: dict[str, float] = {}
    """For agents who run the place: by operator."""


@lru_cache(maxsize=1)
def default_cast() -> dict[str, Agent]:
    """Return the cast that every model starts from."""
    data = read_beside(__file__, "agents.json")
    return msgspec.json.decode(data, type=dict[str, Agent])


def cast_of(sections: Sections) -> dict[str, Agent]:
    """Return the cast with what the model says of each kind (`agents: {mallory: {is: outsider, skill: 9}}`).

    Several agents of one kind count as the strongest of them.
    """
    cast = dict(default_cast())
    for name, entry in sections.agents.items():
        kind = entry.is_ if entry.is_ in cast else "outsider"
        base = cast[kind]
        cast[kind] = msgspec.structs.replace(
            base,
            title=entry.name or name if entry.name else base.title,
            skill=base.skill if entry.skill is UNSET else entry.skill,
            motive_cap=base.motive_cap if entry.motive is UNSET else entry.motive,
            size=base.size if entry.size is UNSET else {"*": entry.size},
        )
    return cast


Situation = tuple[str, int, int, str]
"""Exposure, whether callers authenticate, whether access is restricted (0 no, 1 unknown, 2 yes), operator."""
SITUATIONS: list[Situation] = list(product(EXPOSURES, range(3), range(3), OPERATORS))


def situation_row(
    exposure: Index,
    authenticated: Index,
    restricted: Index,
    operator: Index,
) -> NDArray[np.int64]:
    """Return the row of `SITUATIONS` for columns of its four parts."""
    return ((exposure.astype(np.int64) * 3 + authenticated) * 3 + restricted) * 3 + operator


def opportunity(agent: Agent, situation: Situation) -> Band:
    """Return the opportunity score: estimate, and the band where facts are unknown."""
    exposure, authenticated, restricted, operator = situation
    if agent.operated:
        return (agent.operated[operator],) * 3
    if not agent.opportunity:
        return _between(agent.access, restricted)
    known = (
        [name for name in agent.opportunity if name != "unknown"]
        if exposure in {"unknown", "n/a"}
        else [exposure]
    )
    pairs = [agent.opportunity[name] for name in known]
    estimate = _between(agent.opportunity["unknown" if exposure == "n/a" else exposure], authenticated)
    bands = [_between(pair, authenticated) for pair in pairs]
    return estimate[BEST], min(band[LOW] for band in bands), max(band[HIGH] for band in bands)


def size(agent: Agent, situation: Situation) -> Band:
    """Return the score for how many such agents there are: estimate and band."""
    if "*" in agent.size:
        return (agent.size["*"],) * 3
    exposure = situation[0]
    if exposure in {"unknown", "n/a"}:
        scores = [score for name, score in agent.size.items() if name not in {"unknown", "none"}]
        return agent.size["unknown"], min(scores), max(scores)
    return (agent.size[exposure],) * 3


def chances(cast: dict[str, Agent], situations: Sequence[int]) -> tuple[Scores, Scores]:
    """Return opportunity and size of each agent in each of some rows of `SITUATIONS`; shapes (agents, situations, 3)."""
    known = msgspec.json.encode(list(cast.values()))
    scores = np.array([_chances(known, row) for row in situations], np.float32)
    scores = scores.reshape(len(situations), 2, len(cast), 3)
    return scores[:, 0].swapaxes(0, 1), scores[:, 1].swapaxes(0, 1)


@lru_cache(maxsize=4096)
def _chances(cast: bytes, row: int) -> tuple[list[Band], list[Band]]:
    agents, situation = _cast(cast), SITUATIONS[row]
    return [opportunity(agent, situation) for agent in agents], [size(agent, situation) for agent in agents]


@lru_cache(maxsize=8)
def _cast(cast: bytes) -> list[Agent]:
    return msgspec.json.decode(cast, type=list[Agent])


def _between(pair: tuple[float, float], protected: int) -> Band:
    """Return (estimate, low, high) of a score that a fact lowers; unknown protection is estimated in the middle."""
    bare, guarded = pair
    if protected == 1:
        return float(round((bare + guarded) / 2)), guarded, bare
    return (guarded if protected else bare,) * 3
