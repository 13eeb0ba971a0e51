"""One thing for all keys that name it, and the moves between things."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from mantlet.discovery.clues import (
    Clue,
    Fact,
    Mount,
    Move,
    Part,
    Personal,
    Runs,
    Same,
    Setting,
    Thing,
    Unclear,
    Where,
)

_VAGUE = frozenset(
    {
        "",
        "data-store",
        "file-store",
        "dataset-store",
        "external-system",
        "process",
        "web-service",
        "preprocessing-job",
    }
)


@dataclass(eq=False, slots=True)
class Node:
    """A thing with all its keys."""

    keys: list[str] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    places: list[Where] = field(default_factory=list)
    facts: dict[str, tuple[str, Where]] = field(default_factory=dict)
    personal: dict[str, Where] = field(default_factory=dict)
    parent: str = ""
    type: str = ""
    name: str = ""
    also: list[str] = field(default_factory=list)
    confidence: float = 0.0
    endpoint: bool = False

    @property
    def key(self) -> str:
        """The first key."""
        return self.keys[0]


class Linker:
    """Unites keys and collects moves."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}
        self.things: dict[str, list[Thing]] = defaultdict(list)
        self.moves: list[Move] = []
        self.facts: list[Fact] = []
        self.personal: list[Personal] = []
        self.parts: list[Part] = []
        self.unclear: list[Unclear] = []
        self.places: dict[str, list[Where]] = defaultdict(list)
        self.calls: list[Fact] = []
        self.answers: set[str] = set()
        self.declared: set[str] = set()
        """Keys of steps and handlers that code declares: they are there, whatever they do."""
        self.served: set[str] = set()
        """Keys of code that a server of models calls by its names."""
        self.outputs: list[Fact] = []
        """Files that steps are declared to hand on, by the steps' keys."""
        self.endpoints: set[str] = set()
        """Keys of things that are endpoints, though no code of the repository answers there."""
        self.parents: dict[str, str] = {}
        """What a thing is a part of, where linking found out."""
        self.requested: set[str] = set()
        """Keys of endpoints that something of the repository calls."""

    def find(self, key: str) -> str:
        """Return the key that stands for all that are the same."""
        self._up.setdefault(key, key)
        root = key
        while self._up[root] != root:
            root = self._up[root]
        while self._up[key] != root:
            self._up[key], key = root, self._up[key]
        return root

    def unite(self, one: str, other: str) -> None:
        """Say that two keys name one thing; the first's representative stays."""
        a, b = self.find(one), self.find(other)
        if a != b:
            self._up[b] = a

    def add(self, clues: Iterable[Clue]) -> None:
        """Take clues in."""
        for clue in clues:
            if isinstance(clue, Thing):
                self.find(clue.key)
                self.things[clue.key].append(clue)
            elif isinstance(clue, Move):
                self.find(clue.source)
                self.find(clue.target)
                self.moves.append(clue)
            elif isinstance(clue, Same):
                self.unite(clue.one, clue.other)
                self.places[clue.one].append(clue.at)
            elif isinstance(clue, Fact):
                self._fact(clue)
            elif isinstance(clue, Personal):
                self.personal.append(clue)
            elif isinstance(clue, Part):
                self.parts.append(clue)
            elif isinstance(clue, Unclear):
                self.unclear.append(clue)
            elif isinstance(clue, (Runs, Setting, Mount)):
                continue

    def _fact(self, clue: Fact) -> None:
        if clue.fact == "called_with":
            self.calls.append(clue)
        elif clue.fact == "answers":
            self.answers.add(clue.key)
        elif clue.fact == "served":
            self.served.add(clue.key)
        elif clue.fact == "writes":
            self.outputs.append(clue)
        elif clue.fact == "declared":
            self.declared.add(clue.key)
        else:
            self.facts.append(clue)

    @property
    def keys(self) -> list[str]:
        """Every key, in the order of appearance."""
        return list(self._up)

    def nodes(self) -> dict[str, Node]:
        """Return the things by the key that stands for each."""
        nodes: dict[str, Node] = {}
        for key in self._up:
            root = self.find(key)
            node = nodes.setdefault(root, Node())
            node.keys.append(key)
            node.things += self.things.get(key, [])
            node.places += self.places.get(key, [])
        for node in nodes.values():
            _settle(node)
        for key in self.endpoints:
            nodes[self.find(key)].endpoint = True
        for root, parent in self.parents.items():
            if root in nodes and not nodes[root].parent:
                nodes[root].parent = parent
        for fact in self.facts:
            known = nodes.get(self.find(fact.key)) if fact.key in self._up else None
            if known is not None and not fact.other:
                known.facts.setdefault(fact.fact, (fact.value, fact.at))
        for seen in self.personal:
            known = nodes.get(self.find(seen.key)) if seen.key in self._up else None
            if known is not None:
                known.personal.setdefault(seen.category, seen.at)
        return nodes


def _settle(node: Node) -> None:
    """Choose type, name and places of a thing that several sources describe."""
    if not node.things:
        return
    ranked = sorted(node.things, key=lambda thing: (-_rank(thing), -thing.confidence))
    best = ranked[0]
    node.type = next((t.type for t in ranked if t.type not in _VAGUE), best.type)
    node.type = next((t.type for t in ranked if t.key.startswith("app:")), node.type)
    node.name = best.name
    node.parent = next((thing.parent for thing in ranked if thing.parent), "")
    node.confidence = max(thing.confidence for thing in node.things)
    names = [name for thing in ranked for name in (thing.name, *thing.also)]
    for key in node.keys:
        if key.startswith("path:"):
            names.append(key[5:])
        elif key.startswith("code:"):
            names.append(posixpath.basename(key[5:].partition("#")[0]).partition(".")[0])
    node.also = [name for name in dict.fromkeys(names) if name and name != node.name]
    node.places = list(dict.fromkeys([thing.at for thing in ranked] + node.places))


def _rank(thing: Thing) -> float:
    """Declared steps have the names people use; then folders that are declared, then code."""
    kind = thing.key.partition(":")[0]
    if kind == "app" and thing.name.rpartition(" ")[2] in {"application", "server", "service", "deployment"}:
        return 5  # the framework's name; people have a better one
    order = {
        "stage": 9,
        "workflow": 8,
        "service": 6,
        "app": 7,
        "job": 5,
        "code": 4,
        "docker": 1,
        "route": 2,
        "remote": 5,
    }
    if thing.key.startswith(("path:/", "path:~")):
        return 2  # a container's path; the repository's own is better known
    return order.get(kind, 3)
