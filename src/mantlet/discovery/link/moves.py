"""From what a trace shows to things and moves in the words of the readers."""

from __future__ import annotations

from collections import defaultdict

from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing, Where
from mantlet.discovery.link.components import Component, Components, role_places
from mantlet.discovery.python.machine import Machine
from mantlet.discovery.python.trace import Frame, Resource, Trace

_QUIET = frozenset({"config-store"})
"""Types of resources that are read for settings and carry no data."""
_WRITING = {"store"}
_SOURCES = {"source", "hub"}


class Moves:
    """What the Python of a repository says, as clues."""

    def __init__(self, machine: Machine, trace: Trace, components: Components) -> None:
        self.machine = machine
        self.trace = trace
        self.components = components
        self.things: dict[str, Thing] = {}
        self.moves: dict[tuple[str, str], Move] = {}
        self.more: list[Clue] = []
        self.places: dict[str, list[Where]] = defaultdict(list)
        self._consumed: dict[int, set[str]] = defaultdict(set)

    def clues(self) -> list[Clue]:
        """Return the clues."""
        self._processes()
        self._uses()
        self._events()
        self._services()
        for source, target, at, data in self.machine.moves:
            self._resource(source)
            self._resource(target)
            self._move(source.key, target.key, at, data)
        return [*self.things.values(), *self.moves.values(), *self.more]

    def _processes(self) -> None:
        telling = role_places(self.components)
        for component in self.components.found.values():
            self.things[component.key] = Thing(
                component.key,
                component.type,
                component.name,
                component.at,
                component.confidence,
                parent=component.parent,
                also=tuple(component.also),
            )
            self.places[component.key] += [*component.places, *telling.get(component.key, [])[:12]]

    def _resource(self, resource: Resource) -> None:
        if resource.key not in self.things:
            self.things[resource.key] = Thing(
                resource.key, resource.type or "data-store", resource.name, resource.at
            )
            self.places[resource.key] += resource.places

    def _move(self, source: str, target: str, at: Where, data: str = "", opened_by: str = "") -> None:
        if not source or not target or source == target:
            return
        mark = (source, target)
        if mark not in self.moves:
            self.moves[mark] = Move(source, target, at, data, opened_by=opened_by)
        elif data and not self.moves[mark].data:
            old = self.moves[mark]
            self.moves[mark] = Move(old.source, old.target, old.at, data, old.confidence, old.opened_by)

    # data that code works with

    def _uses(self) -> None:
        for use in self.trace.uses.values():
            consumer = self.components.of(use.frame)
            if not consumer:
                continue
            if isinstance(use.source, Resource):
                resource = use.source
                if resource.type in _QUIET or resource.key.startswith("memory:"):
                    if resource.key.startswith("memory:"):
                        self._memory(resource, consumer, use.at)
                    continue
                self._consumed[resource.number].add(consumer)
                self._resource(resource)
                self._move(resource.key, consumer, use.at, opened_by=consumer)
            else:
                self._between(use.source, use.frame, use.at)

    def _memory(self, resource: Resource, consumer: str, at: Where) -> None:
        if self.components.found[consumer].entry in {"script", "function"}:
            return
        self.moves.setdefault(
            (f"?{resource.key}", consumer), Move(resource.key, consumer, at, "kept state", 0.6)
        )

    def _between(self, made: Frame, used: Frame, at: Where) -> None:
        """Data that one frame made and another works with goes along the stack, or straight between siblings."""
        source, target = self.components.chain(made), self.components.chain(used)
        if not source or not target or source[0] == target[0]:
            return
        if source[0] in target:
            path = target[: target.index(source[0]) + 1][::-1]
        elif target[0] in source:
            path = source[: source.index(target[0]) + 1]
        elif set(source) & set(target):
            path = [source[0], target[0]]
        else:
            return
        for one, other in zip(path, path[1:], strict=False):
            self._move(one, other, at)

    # what calls do

    def _events(self) -> None:
        for event in self.trace.events:
            key = self.components.of(event.frame)
            resource = event.resource
            if resource is None or event.do in {"connect", "view"}:
                if event.do == "view" and resource is not None:
                    self._resource(resource)
                continue
            if resource.key.startswith("memory:"):
                self._state(key, resource, event.at)
                continue
            if resource.type in _QUIET or not key:
                continue
            self._resource(resource)
            if event.at not in self.places[resource.key] and len(self.places[resource.key]) < 24:
                self.places[resource.key].append(event.at)
            if event.do == "store":
                self._move(key, resource.key, event.at, event.data, opened_by=key)
            elif event.do == "receive" or (event.do in {"load", "source", "hub"} and not self._consumed[resource.number]):
                self._move(resource.key, key, event.at, event.data, opened_by=key)
            elif event.do == "call":
                self.more.append(Fact(resource.key, "called_with", event.detail, event.at, key))

    def _state(self, key: str, resource: Resource, at: Where) -> None:
        """State in memory counts where requests change it."""
        component = self.components.found.get(key)
        if component is None or not self._serves(component):
            return
        if resource.key not in self.things:
            type = (
                "conversation-memory"
                if "hist" in resource.name.lower() or "mem" in resource.name.lower()
                else "cache"
            )
            self.things[resource.key] = Thing(resource.key, type, resource.name, resource.at, 0.6)
        self._move(key, resource.key, at, "kept state", opened_by=key)

    def _serves(self, component: Component) -> bool:
        return component.entry in {"endpoint", "serve", "tool"} or component.parent.startswith("app:")

    # services

    def _services(self) -> None:
        for mark in [mark for mark in self.moves if mark[0].startswith("?")]:
            move = self.moves.pop(mark)
            if move.source in self.things:
                self._move(move.source, move.target, move.at, move.data, move.target)
        answering = {event.frame.number for event in self.trace.events if event.do == "respond"}
        for entry in self.trace.entries:
            if entry.kind == "app":
                self.things[entry.code] = Thing(
                    entry.code, entry.type or "web-service", entry.name, entry.at, 0.9
                )
            elif entry.kind == "endpoint" and entry.frame is not None and entry.code in self.things:
                self.more.append(Same(entry.code, f"route:{entry.route}", entry.at))
                if entry.frame.number in answering:
                    self.more.append(Fact(entry.code, "answers", "yes", entry.at))
                for fact, (value, at) in entry.facts.items():
                    self.more.append(Fact(entry.code, fact, value, at))
        for event in self.trace.events:
            key = self.components.of(event.frame)
            if event.do in {"input", "show"} and key and self.things[key].type == "web-app":
                self._people(key, event.do, event.at, event.detail)

    def _people(self, key: str, do: str, at: Where, detail: str) -> None:
        if do == "input":
            self._move("who:user", key, at, "input")
        elif "print" not in detail:
            self._move(key, "who:user", at, "answers")
        self.things.setdefault("who:user", Thing("who:user", "user", "user", at, 0.7))
        self.places["who:user"].append(at)
