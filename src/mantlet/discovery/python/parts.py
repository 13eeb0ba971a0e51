"""Functions that frameworks call: endpoints and steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mantlet.discovery.clues import Where
from mantlet.discovery.python.values import Function, Value

VERBS = {
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "options",
    "websocket",
    "websocket_route",
    "route",
    "api_route",
}


@dataclass(slots=True)
class Route:
    """A function that answers requests."""

    app: Any
    methods: list[str]
    path: str
    function: Function
    at: Where
    dependencies: Value = field(default_factory=Value)


@dataclass(slots=True)
class Task:
    """A function that a framework calls: a step of a pipeline, a command, a tool."""

    kind: str
    function: Function
    at: Where
    name: str = ""
    type: str = ""
    group: str = ""
    """The pipeline or app that it is a part of."""
    args: dict[str, Value] = field(default_factory=dict)
    results: list[Value] = field(default_factory=list)
    key: str = ""
    """Its own key, where one function is several steps."""
    before: list[Value] = field(default_factory=list)
    """Arguments that come first."""
