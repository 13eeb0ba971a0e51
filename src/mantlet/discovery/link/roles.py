"""What functions do: train, infer, evaluate, prepare, aggregate; alone and with all that they call."""

from __future__ import annotations

import re
from collections import defaultdict

from mantlet.discovery.python.catalogue import words
from mantlet.discovery.python.trace import Event, Frame, Resource, Trace

COARSE = {
    "training-job": "train", "fine-tuning-job": "train", "hyperparameter-search": "train", "federated-client": "train",
    "inference-service": "infer", "vision-service": "infer", "speech-service": "infer", "llm-service": "infer",
    "embedding-service": "infer", "batch-scoring-job": "infer", "recommender": "infer", "anomaly-detector": "infer",
    "evaluation-job": "evaluate", "preprocessing-job": "prepare", "ingestion-job": "prepare",
    "federated-server": "aggregate", "aggregation": "aggregate",
}  # fmt: skip
TYPES = {
    "train": "training-job", "infer": "inference-service", "evaluate": "evaluation-job", "prepare": "preprocessing-job",
    "aggregate": "federated-server",
}  # fmt: skip
_DATA = frozenset(
    [
        "dataset-store",
        "knowledge-base",
        "database",
        "data-warehouse",
        "object-store",
        "dataset-hub",
        "data-provider",
        "queue",
    ]
)
_MOVING = frozenset({"load", "store", "receive", "call", "source", "hub"})


class Roles:
    """What the functions of a trace do, by the key of their code."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._children: dict[int, list[Frame]] = defaultdict(list)
        for frame in trace.frames:
            if frame.parent is not None:
                self._children[frame.parent.number].append(frame)
        self.events: dict[int, list[Event]] = defaultdict(list)
        for event in trace.events:
            self.events[event.frame.number].append(event)
        self.own: dict[str, set[str]] = defaultdict(set)
        self.deep: dict[str, set[str]] = defaultdict(set)
        self._note_own()
        self._settle()
        for frame in reversed(trace.frames):
            self.deep[frame.code] |= self.own[frame.code]
            for child in self._children[frame.number]:
                if "#" in child.code:  # what a file does as a script isn't done by who imports it
                    self.deep[frame.code] |= self.deep[child.code]
        self.classes = self._classes()
        """The classes round a model, with the roles of their methods."""
        self.plain = self._without_classes()
        self.pipelines = self._pipelines()
        self.holding = {
            event.frame.owner for event in trace.events if event.resource is not None and event.frame.owner
        }
        """Classes that read or write something themselves."""

    def below(self, frame: Frame) -> list[Event]:
        """Return what happens in a call and in all that it calls."""
        found = list(self.events[frame.number])
        for child in self._children[frame.number]:
            found += self.below(child)
        return found

    def moves(self, frame: Frame) -> bool:
        """Tell whether a call reads or writes something, itself or further down."""
        return any(event.resource is not None and event.do in _MOVING for event in self.below(frame))

    def root(self, frame: Frame) -> str:
        """Return the code that the whole call began with."""
        while frame.parent is not None:
            frame = frame.parent
        return frame.code

    def _note_own(self) -> None:
        uses = self.trace.uses.values()
        working = {use.frame.number for use in uses}
        taking = {u.frame.number for u in uses if isinstance(u.source, Resource) and u.source.type in _DATA}
        for frame in self.trace.frames:
            modes = {event.detail for event in self.events[frame.number] if event.do == "mode"}
            learns = any(event.do == "fit" for event in self.events[frame.number])
            back = (
                len(modes) > 1 and not learns and "#" in frame.code
            )  # `eval()`, and `train()` again at the end
            measures = any(event.do == "evaluate" for event in self.events[frame.number])
            for event in self.events[frame.number]:
                coarse = COARSE.get(event.detail, "")
                if event.do == "mode" and coarse == "train" and back:
                    continue
                if event.do == "mode" and coarse == "evaluate" and not measures and not frame.owner:
                    coarse = self._quiet_role(frame)
                if coarse and event.do not in {"store", "load", "connect", "transform"}:
                    self.own[frame.code].add(coarse)
            if "#" in frame.code and not frame.owner and frame.number in working:
                named = named_role(frame.code)
                told = named == "aggregate" or (named == "prepare" and frame.number in taking)
                if told or (named and named != "prepare" and self._calculates(frame)):
                    self.own[frame.code].add(named)

    def _quiet_role(self, frame: Frame) -> str:
        """A network that doesn't learn is measured or used: names tell which."""
        named = named_role(frame.code) or named_role(frame.code.partition("#")[0])
        return "evaluate" if named == "evaluate" else "infer"

    def _settle(self) -> None:
        """Predicting is a part of training and of measuring."""
        for roles in self.own.values():
            if "train" in roles and "prepare" not in roles:
                roles.difference_update({"infer"} if "aggregate" in roles else {"infer", "evaluate"})
            elif "evaluate" in roles:
                roles.discard("infer")

    def _calculates(self, frame: Frame) -> bool:
        """Tell whether a function itself calls a model or measures."""
        telling = {"forward", "mode", "fit", "predict", "evaluate"}
        return any(event.do in telling for event in self.events[frame.number])

    def _classes(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for frame in self.trace.frames:
            if frame.owner and not frame.quiet:
                found[frame.owner] |= self.own[frame.code] & {"train", "infer", "aggregate", "evaluate"}
        return {owner: roles for owner, roles in found.items() if roles & {"infer", "train"}}

    def _without_classes(self) -> dict[str, set[str]]:
        """Return what functions do, without what classes round a model do for them."""
        found: dict[str, set[str]] = defaultdict(set)
        for frame in reversed(self.trace.frames):
            found[frame.code] |= self.own[frame.code]
            for child in self._children[frame.number]:
                if child.owner not in self.classes and "#" in child.code:
                    found[frame.code] |= found[child.code]
        return found

    def _pipelines(self) -> set[str]:
        """Return the functions that both retrieve and generate, where none that they call does both."""
        both = {"retrieve", "generate"}
        does: dict[int, set[str]] = {}
        for frame in reversed(self.trace.frames):
            mine = set(filter(None, map(_answering, self.events[frame.number])))
            inner = [does[child.number] for child in self._children[frame.number]]
            nested = any(both <= item for item in inner)
            does[frame.number] = {"nested"} if nested else mine.union(*inner)
        return {frame.code for frame in self.trace.frames if both <= does[frame.number] and not frame.entry}


def _answering(event: Event) -> str:
    """Return what an event has to do with answering a question from documents."""
    asked = event.resource.type if event.do == "receive" and event.resource is not None else ""
    if asked == "vector-index":
        return "retrieve"
    return "generate" if event.do == "generate" or asked == "llm-service" else ""


def named_role(code: str) -> str:
    """Return the role that a function's or file's name tells."""
    path, _, name = code.removeprefix("code:").partition("#")
    text = name.rpartition(".")[2] if name else path.rpartition("/")[2].removesuffix(".py")
    parts = set(re.split(r"[_\W\d]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower()))
    return next((COARSE[kind] for kind, told in words().roles.items() if parts.intersection(told)), "")
