"""From what a trace shows to things and moves in the words of the readers."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise

from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing, Where
from mantlet.discovery.link.components import Component, Components, role_places
from mantlet.discovery.python.machine import Machine
from mantlet.discovery.python.trace import Event, Frame, Resource, Trace, Use

_PLUMBING = re.compile(
    r"^(\w*(connection|socket|client|worker|task|thread|lock|handler|route|plugin|callback)s?_?)?(manager|pool|registry)?$",
    re.IGNORECASE,
)
"""Names of what keeps a program going: connections and the like, no data."""
_QUIET = frozenset({"config-store"})
"""Types of resources that are read for settings and carry no data."""
_RUNS_MODELS = frozenset(
    {
        "inference-service",
        "embedding-service",
        "llm-service",
        "vision-service",
        "speech-service",
        "llm-app",
        "web-service",
    }
)
_CODE = (".py", ".ipynb", ".sh", ".sql", ".js", ".ts", ".jinja", ".jinja2", ".j2", ".lock")
"""Files of code that a program reads hold no data."""
_DRIVEN = frozenset({"serverless-function", "inference-service"})
_ANSWERING = frozenset(
    {
        "llm-service",
        "inference-service",
        "federated-server",
        "tool",
        "mcp-server",
        "serverless-function",
        "web-service",
        "embedding-service",
        "conversation-memory",
    }
)
"""What answers is a part of the exchange, whether or not the answer is seen to be used."""


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
        self._copied: set[str] = set()
        self._kept: set[tuple[str, str]] = set()
        self._calls: list[Fact] = []
        self._worth: dict[tuple[str, str], Where] = {}
        """Processes that work with what a resource answered them."""

    def clues(self) -> list[Clue]:
        """Return the clues."""
        self._processes()
        self._uses()
        self._events()
        self._copies()
        self.more += [call for call in self._calls if call.key not in self._copied]
        self._services()
        self._shortcuts()
        for database in self.machine.databases:
            self._resource(database)
        for resource in (*self.machine.databases, *self.machine.declared):
            self._resource(resource)
        self.more += self.machine.clues
        for frame, first, last, at in self.machine.asks:
            key = self.components.of(frame)
            if key:
                self.more += [Move(key, first, at, "request"), Move(last, key, at, "answer")]
        for frame, key, at in self.machine.listens:
            if self.components.of(frame):
                self.more.append(Same(self.components.of(frame), key, at))
        for source, target, at, data in self.machine.moves:
            self._resource(source)
            self._resource(target)
            self._move(source.key, target.key, at, data)
        return [*self.things.values(), *self.moves.values(), *self.more]

    def _processes(self) -> None:
        telling = role_places(self.components)
        asked = {entry.code for entry in self.trace.entries if "served" in entry.facts}
        asked |= {code.partition("#")[0] for code in asked}
        for component in self.components.found.values():
            if component.key in asked:
                self.more.append(Fact(component.key, "served", "yes", component.at))
            self.things[component.key] = Thing(
                component.key,
                component.type,
                component.name,
                component.at,
                component.confidence,
                parent=component.parent,
                also=tuple(component.also),
            )
            if component.entry in {"task", "app"} or (
                component.entry == "serve" and component.type in _DRIVEN
            ):
                self.more.append(Fact(component.key, "declared", "yes", component.at))
            if component.entry in {"serve", "app"} and component.type == "inference-service":
                self.more.append(Fact(component.key, "served", "yes", component.at))
            self.places[component.key] += [*component.places, *telling.get(component.key, [])[:12]]

    def _resource(self, resource: Resource) -> None:
        if resource.key not in self.things:
            self.things[resource.key] = Thing(
                resource.key,
                resource.type or "data-store",
                resource.name,
                resource.at,
                parent=resource.parent,
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

    def _copies(self) -> None:
        """What is fetched and written as it is goes from outside to the file: the process that does so hands it on."""
        for use in self.trace.uses.values():
            source, into = use.source, use.into
            if not isinstance(source, Resource) or into is None or source.key == into.key:
                continue
            component = self.components.found.get(self.components.of(use.frame))
            fetched = source.key.startswith(("url:", "repo:", "data:")) and into.key.startswith("path:")
            if component is None or not fetched or component.type not in _RUNS_MODELS:
                continue
            self.moves.pop((source.key, component.key), None)
            same = next((keys for keys in self.machine.alternatives if into.key in keys), (into.key,))
            for key in same:
                self.moves.pop((component.key, key), None)
            self._resource(source)
            self._resource(into)
            self._move(source.key, into.key, use.at, "download", opened_by=component.key)
            self._copied.add(source.key)

    # data that code works with

    def _uses(self) -> None:
        for use in self.trace.uses.values():
            consumer = self.components.of(use.frame)
            if not consumer:
                continue
            if isinstance(use.source, Resource):
                resource = use.source
                if (
                    resource.type in _QUIET
                    or resource.key.endswith(_CODE)
                    or resource.key.startswith("memory:")
                ):
                    if resource.key.startswith("memory:"):
                        self._memory(resource, consumer, use.at)
                    continue
                self._resource(resource)
                if use.asked is not None:
                    self._answered(resource, use.asked, use)
                else:
                    self._consumed[resource.number].add(consumer)
                    self._move(resource.key, consumer, use.at, opened_by=consumer)
            else:
                self._between(use.source, use.frame, use.at)

    def _answered(self, resource: Resource, asked: Frame, use: Use) -> None:
        """What a query returned goes to the process that asked, unless it only goes back where it came from."""
        reader = self.components.of(asked)
        if not reader or use.into is resource:
            return
        consumer = self.components.of(use.frame)
        if (
            consumer != reader
            and reader not in self.components.chain(use.frame)
            and consumer not in self.components.chain(asked)
        ):
            self._move(
                resource.key, consumer, use.at, opened_by=consumer
            )  # kept in the module since it was imported
            self._kept.add((reader, resource.key))
            return
        self._worth[reader, resource.key] = use.at
        if consumer != reader:
            self._between(asked, use.frame, use.at)

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
            common = next(key for key in source if key in target)
            if self.components.found[common].entry in {"script", "notebook", "task", "flow", "command"}:
                path = [source[0], target[0]]
            else:
                path = source[: source.index(common) + 1] + target[: target.index(common)][::-1]
        else:
            return
        for one, other in pairwise(path):
            self._move(one, other, at)

    # what calls do

    def _events(self) -> None:
        writers = {
            (self.components.of(e.frame), e.resource.key)
            for e in self.trace.events
            if e.do == "store" and e.resource
        }
        for event in self.trace.events:
            key, resource = self.components.of(event.frame), event.resource
            if resource is None or event.do == "connect":
                continue
            if event.do == "view":
                self._resource(resource)
            elif resource.key.startswith("memory:"):
                self._state(key, resource, event.at)
            elif key and resource.type not in _QUIET and not resource.key.endswith(_CODE):
                self._resource(resource)
                if event.at not in self.places[resource.key] and len(self.places[resource.key]) < 24:
                    self.places[resource.key].append(event.at)
                self._event(event, key, resource, writers)

    def _event(self, event: Event, key: str, resource: Resource, writers: set[tuple[str, str]]) -> None:
        pair = (key, resource.key)
        if event.do == "store":
            self._move(key, resource.key, event.at, event.data, opened_by=key)
        elif event.do == "receive":
            quiet = pair in self._kept and pair not in self._worth
            answers = event.detail == "exchange" or resource.type in _ANSWERING
            used = pair not in writers or pair in self._worth or answers
            if used and not quiet:
                self._move(resource.key, key, event.at, event.data, opened_by=key)
        elif event.do in {"load", "source", "hub"} and not self._consumed[resource.number]:
            self._move(resource.key, key, event.at, event.data, opened_by=key)
        elif event.do == "call":
            self._calls.append(Fact(resource.key, "called_with", event.detail, event.at, key))

    def _state(self, key: str, resource: Resource, at: Where) -> None:
        """State in memory counts where requests change it."""
        component = self.components.found.get(key)
        if component is None or not self._serves(component) or _PLUMBING.search(resource.name):
            return
        if resource.key not in self.things:
            remembers = any(word in resource.name.lower() for word in ("hist", "mem"))
            kind = "conversation-memory" if remembers else "cache"
            self.things[resource.key] = Thing(resource.key, kind, resource.name, resource.at, 0.6)
        self._move(key, resource.key, at, "kept state", opened_by=key)

    def _serves(self, component: Component) -> bool:
        return component.entry in {"endpoint", "serve", "tool"} or component.parent.startswith("app:")

    def _shortcuts(self) -> None:
        """Leave out what a process does only besides the pipeline that it calls for it, and models read by who made them."""
        for mark in list(self.moves):
            source, target = mark
            own = self.things[source].type if source in self.things else ""
            if (
                own == "model-artifact"
                and (target, source) in self.moves
                and self.things[target].type == "training-job"
            ):
                del self.moves[mark]
        for source, target in list(self.moves):
            ends = [self.components.found.get(key) for key in (source, target)]
            whole = any(
                one and other and one.type == "pipeline-orchestrator" and other.parent == one.key
                for one, other in (ends, ends[::-1])
            )
            if whole:
                del self.moves[source, target]  # a pipeline only wires its steps
        vectors = {key for key, thing in self.things.items() if thing.type == "vector-index"}
        for source, target in list(self.moves):
            stored = any((target, index) in self.moves or (index, target) in self.moves for index in vectors)
            if self.things[source].type == "embedding-service" and stored and source in self.components.found:
                del self.moves[source, target]  # the embeddings are shown where they go: the index
        pipelines = [key for key, component in self.components.found.items() if component.type == "llm-app"]
        for inner in pipelines:
            callers = [
                key
                for key in self.components.found
                if (key, inner) in self.moves and self.components.found[key].entry == "endpoint"
            ]
            for caller in callers:
                for other in [key for key in self.things if key not in {inner, caller}]:
                    if (caller, other) in self.moves and (inner, other) in self.moves:
                        del self.moves[caller, other]
                    if (other, caller) in self.moves and (other, inner) in self.moves:
                        del self.moves[other, caller]

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
                self.more.append(Same(entry.code, f"route:{entry.route}@{entry.code}", entry.at))
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
