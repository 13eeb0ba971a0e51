"""What reading leaves behind beside the trace: routes, steps, services, and what code declares in so many words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mantlet.discovery.clues import Clue, Where
from mantlet.discovery.python.trace import Frame, Resource
from mantlet.discovery.python.values import Value


@dataclass(kw_only=True)
class Notes:
    """What was noted so far."""

    routes: list[Any] = field(default_factory=list)
    tasks: list[Any] = field(default_factory=list)
    steps_of: dict[int, Any] = field(default_factory=dict)
    """Per function's node, the step of a pipeline that it is."""
    assets: dict[str, Any] = field(default_factory=dict)
    """Functions that make the data that their name names."""
    apps: list[Any] = field(default_factory=list)
    startups: list[Any] = field(default_factory=list)
    celery: list[Any] = field(default_factory=list)
    """Applications that hand work to a queue."""
    servants: list[Any] = field(default_factory=list)
    """Classes whose methods answer requests, with the object that was made of each."""
    apart: set[int] = field(default_factory=set)
    """Nodes of classes whose objects run apart from who calls them."""
    classes: list[Any] = field(default_factory=list)
    """Classes that a framework drives."""
    listens: list[tuple[Frame, str, Where]] = field(default_factory=list)
    """Where the code itself answers under a key."""
    clues: list[Clue] = field(default_factory=list)
    """What the code declares about steps, in the words of the readers."""
    asks: list[tuple[Frame, str, str, Where]] = field(default_factory=list)
    """Where code asks one declared step and is answered by another."""
    answering: dict[int, Where] = field(default_factory=dict)
    """Per function's node, where it is declared to answer requests by its name."""
    urls: dict[str, Any] = field(default_factory=dict)
    """Per file of addresses, the router that it is."""
    declared: list[Resource] = field(default_factory=list)
    """Resources that only declarations name."""
    databases: list[Resource] = field(default_factory=list)
    """Databases whose tables are known."""
    alternatives: list[tuple[str, ...]] = field(default_factory=list)
    """Keys of resources that one call may mean."""
    moves: list[tuple[Resource, Resource, Where, str]] = field(default_factory=list)
    """Data that goes between resources, as the code declares."""
    outside: dict[str, Value] = field(default_factory=dict)
    """What programs keep under a library's name (`st.session_state.chain`)."""
    missed: bool = False
    """Whether something kept so was asked for."""
    options: int = 0
    """How many options of commands were declared so far: what takes options is meant to be run."""
    imported: set[str] = field(default_factory=set)
    """Modules that others import."""
