"""Which code is a process of its own: entries, classes round a model, functions with one part to play."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from mantlet.discovery.clues import Where
from mantlet.discovery.python.catalogue import words
from mantlet.discovery.python.trace import Entry, Event, Frame, Resource, Trace

_COARSE = {
    "training-job": "train", "fine-tuning-job": "train", "hyperparameter-search": "train", "federated-client": "train",
    "inference-service": "infer", "vision-service": "infer", "speech-service": "infer", "llm-service": "infer",
    "embedding-service": "infer", "batch-scoring-job": "infer", "recommender": "infer", "anomaly-detector": "infer",
    "evaluation-job": "evaluate", "preprocessing-job": "prepare", "ingestion-job": "prepare",
    "federated-server": "aggregate", "aggregation": "aggregate",
}  # fmt: skip
_TYPE_OF = {
    "train": "training-job",
    "infer": "inference-service",
    "evaluate": "evaluation-job",
    "prepare": "preprocessing-job",
    "aggregate": "federated-server",
    "rag": "llm-app",
}
_DATA = frozenset(
    {
        "dataset-store",
        "knowledge-base",
        "database",
        "data-warehouse",
        "object-store",
        "dataset-hub",
        "data-provider",
        "queue",
    }
)
_RUNNING = frozenset({"predict", "generate", "embed"})
MANY = 7
"""More steps of one pipeline in one file than these are shown as one process."""


@dataclass(slots=True)
class Component:
    """A process that code makes up."""

    key: str
    type: str
    name: str
    at: Where
    places: list[Where] = field(default_factory=list)
    parent: str = ""
    also: list[str] = field(default_factory=list)
    confidence: float = 0.8
    entry: str = ""


class Components:
    """The processes of a trace, and the one that each frame belongs to."""

    def __init__(self, trace: Trace, declared: Collection[str] = (), imported: Collection[str] = ()) -> None:
        self.trace = trace
        self.found: dict[str, Component] = {}
        self._of: dict[int, str] = {}
        self._entry: dict[int, Entry] = {
            entry.frame.number: entry for entry in trace.entries if entry.frame is not None
        }
        self._children: dict[int, list[Frame]] = defaultdict(list)
        for frame in trace.frames:
            if frame.parent is not None:
                self._children[frame.parent.number].append(frame)
        self._events: dict[int, list[Event]] = defaultdict(list)
        for event in trace.events:
            self._events[event.frame.number].append(event)
        self.own: dict[str, set[str]] = defaultdict(set)
        self.deep: dict[str, set[str]] = defaultdict(set)
        self._does: dict[str, set[str]] = defaultdict(set)
        self._uses: set[int] = {use.frame.number for use in trace.uses.values()}
        self._takes: set[int] = {
            use.frame.number
            for use in trace.uses.values()
            if isinstance(use.source, Resource) and use.source.type in _DATA
        }
        self._imported = frozenset(imported)
        self._roles()
        self._split: dict[str, set[str]] = self._classes()
        self._plain = self._without_classes()
        self._rag = self._pipelines()
        self._folded = self._many_steps()
        self._steps = {entry.code: entry for entry in trace.entries if entry.kind in {"step", "task"}}
        self._declared: dict[str, str] = {}
        for code in sorted(declared):
            self._declared[code] = code
        for frame in sorted(trace.frames, key=lambda item: _first(item, self._declared)):
            self._place(frame)
        self._pipelines_of_steps()

    def _pipelines_of_steps(self) -> None:
        """What only calls steps is their pipeline."""
        flows = {entry.code.partition("#")[0]: entry for entry in self.trace.entries if entry.kind == "flow"}
        for key in {
            part.parent for part in self.found.values() if part.entry == "task" and part.parent in self.found
        }:
            self.found[key].type = "pipeline-orchestrator"
            flow = flows.get(key)
            if flow is not None and self.found[key].entry == "script":
                self.found[key].also.append(self.found[key].name)
                self.found[key].name = flow.name
                self.found[key].places.insert(0, flow.at)

    def of(self, frame: Frame) -> str:
        """Return the key of the component that a frame belongs to; empty for none."""
        return self._of.get(frame.number, "")

    def chain(self, frame: Frame) -> list[str]:
        """Return the components on the stack, the frame's own first."""
        keys: list[str] = []
        for item in frame.up():
            key = self.of(item)
            if key and (not keys or keys[-1] != key):
                keys.append(key)
        return keys

    # what functions do

    def _roles(self) -> None:
        for frame in self.trace.frames:
            for event in self._events[frame.number]:
                if (
                    event.do == "store"
                    and event.resource is not None
                    and event.resource.type in {"log-store", "file-store"}
                ):
                    continue
                self._does[frame.code].add(event.do)
                if event.do == "transform":
                    continue
                coarse = _COARSE.get(event.detail, "")
                if coarse and event.do not in {"store", "load", "connect"}:
                    self.own[frame.code].add(coarse)
            if "#" in frame.code and not frame.owner and frame.number in self._uses:
                named = _named_role(frame.code)
                told = named == "aggregate" or (named == "prepare" and frame.number in self._takes)
                if told or (named and named != "prepare" and self._calculates(frame)):
                    self.own[frame.code].add(named)
        for code, roles in self.own.items():
            if "train" in roles and "prepare" not in roles:
                roles -= {"infer", "evaluate"} if "aggregate" not in roles else {"infer"}
            elif "evaluate" in roles:
                roles.discard("infer")
            del code
        for frame in reversed(self.trace.frames):
            self.deep[frame.code] |= self.own[frame.code]
            for child in self._children[frame.number]:
                self.deep[frame.code] |= self.deep[child.code]

    def _calculates(self, frame: Frame) -> bool:
        """Tell whether a function itself calls a model or measures."""
        return any(
            event.do in {"forward", "mode", "fit", "predict", "evaluate"}
            for event in self._events[frame.number]
        )

    def _without_classes(self) -> dict[str, set[str]]:
        """Return what functions do, without what classes round a model do for them."""
        found: dict[str, set[str]] = defaultdict(set)
        for frame in reversed(self.trace.frames):
            found[frame.code] |= self.own[frame.code]
            for child in self._children[frame.number]:
                if child.owner not in self._split:
                    found[frame.code] |= found[child.code]
        return found

    def _classes(self) -> dict[str, set[str]]:
        """Return the classes round a model with the roles of their methods."""
        found: dict[str, set[str]] = defaultdict(set)
        for frame in self.trace.frames:
            if not frame.owner or frame.quiet:
                continue
            own = self.own[frame.code]
            if own & {"train", "infer", "aggregate", "evaluate"}:
                found[frame.owner] |= own
        return {owner: roles for owner, roles in found.items() if roles & {"infer", "train"}}

    def _pipelines(self) -> set[str]:
        """Return the functions that both retrieve and generate, where none that they call does both."""
        does: dict[int, set[str]] = {}
        for frame in reversed(self.trace.frames):
            mine: set[str] = set()
            for event in self._events[frame.number]:
                if (
                    event.do == "receive"
                    and event.resource is not None
                    and event.resource.type == "vector-index"
                ):
                    mine.add("retrieve")
                if event.do == "generate" or (
                    event.do == "receive"
                    and event.resource is not None
                    and event.resource.type == "llm-service"
                ):
                    mine.add("generate")
            inner = [does[child.number] for child in self._children[frame.number]]
            both = any({"retrieve", "generate"} <= item for item in inner)
            does[frame.number] = {"nested"} if both else mine.union(*inner)
        return {
            frame.code
            for frame in self.trace.frames
            if {"retrieve", "generate"} <= does[frame.number] and not frame.entry
        }

    def _many_steps(self) -> set[str]:
        """Return the code of steps that are too many to be drawn one by one, or that only hand data on in memory."""
        steps: dict[str, list[str]] = defaultdict(list)
        for entry in self.trace.entries:
            if entry.kind in {"task", "flow", "step"}:
                steps[entry.code.partition("#")[0]].append(entry.code)
        return {code for codes in steps.values() if len(set(codes)) > MANY for code in codes}

    # where frames belong

    def _place(self, frame: Frame) -> None:
        parent = frame.parent
        current = self._of.get(parent.number, "") if parent is not None else ""
        if parent is None:
            current = self._root(frame)
        elif frame.code in self._folded or not current:
            pass
        elif frame.code in self._steps and self._steps[frame.code].parent != "graph":
            current = self._step(frame, current)
        else:
            current = self._called(frame, parent, current)
        if current:
            self._of[frame.number] = current
            made = self.found[current]
            if parent is not None and self.own[frame.code] and not made.entry:
                made.places += [
                    place
                    for place in (frame.called, frame.at)
                    if place not in made.places and len(made.places) < 24
                ]

    def _root(self, frame: Frame) -> str:
        entry = self._entry.get(frame.number)
        if entry is None or entry.kind in {"startup", "demo"}:
            return ""
        key = frame.code
        if entry.kind == "serve" and entry.type in {"web-app", "serverless-function"}:
            key = key.partition("#")[0]  # callbacks are the page's, a handler is its file's
        if key in self._folded:
            key = key.partition("#")[0]
        if (
            entry.kind == "function"
            and frame.owner in self._split
            and not frame.quiet
            and self._holds(frame.owner)
        ):
            roles = self._split[frame.owner]
            return self._make(
                frame.owner,
                self._class_type(frame.owner, roles),
                frame,
                "",
                name=frame.owner.rpartition("#")[2],
            )
        if entry.kind == "function" and not self._worth(frame):
            if frame.owner or not self._alone(frame):
                return ""
            key = key.partition("#")[0]
        if key not in self.found:
            type = entry.type or self._type_of_entry(entry, frame)
            if type == "serverless-function" and "infer" in self.deep[frame.code]:
                type = "inference-service"
            name = (
                entry.name if entry.kind != "script" and "#" in key else _stem(frame.code.partition("#")[0])
            )
            if ".ipynb" in key:
                type = "notebook"
                name = frame.code.removeprefix("code:").partition("@")[0].rpartition("/")[2]
            made = Component(key, type, name, entry.at, list(entry.places), entry.parent, entry=entry.kind)
            made.confidence = 0.5 if entry.kind == "function" else 0.8
            self.found[key] = made
        return key

    def _alone(self, frame: Frame) -> bool:
        """Tell whether code that nothing reaches, in a file that nothing imports, reads or writes something."""
        module = frame.code.partition("#")[0]
        if module.removeprefix("code:") in self._imported or not frame.code.count("#"):
            return False
        return any(
            event.resource is not None and event.do in {"load", "store", "receive", "call", "source", "hub"}
            for event in self._below(frame)
        )

    def _holds(self, owner: str) -> bool:
        """Tell whether a class reads or writes something itself."""
        return any(event.resource is not None and event.frame.owner == owner for event in self.trace.events)

    def _step(self, frame: Frame, current: str) -> str:
        """A step of a pipeline is a part of what calls it."""
        entry = self._steps[frame.code]
        if frame.code not in self.found:
            kind = entry.type or self._type_of_entry(entry, frame)
            made = Component(frame.code, kind, entry.name, entry.at, list(entry.places), entry="task")
            anchor = self.found[current]
            made.parent = current if anchor.entry in {"flow", "script", "command"} else anchor.parent
            self.found[frame.code] = made
        return frame.code

    def _worth(self, frame: Frame) -> bool:
        """Tell whether code that nothing reaches has a part of its own."""
        return bool(self.deep[frame.code] & {"train", "infer", "evaluate"}) and any(
            event.resource is not None for event in self._below(frame)
        )

    def _below(self, frame: Frame) -> list[Event]:
        found = list(self._events[frame.number])
        for child in self._children[frame.number]:
            found += self._below(child)
        return found

    def _type_of_entry(self, entry: Entry, frame: Frame) -> str:
        if entry.kind == "endpoint":
            return "web-service"
        events = self._below(frame)
        asked = {
            event.resource.type for event in events if event.do == "receive" and event.resource is not None
        }
        if entry.kind == "task" and entry.parent == "graph":
            return "llm-app" if "llm-service" in asked else "retriever" if "vector-index" in asked else "tool"
        does = {event.do for event in events}
        if does & {"input", "ui"} or any(e.do == "show" and e.detail.startswith("streamlit") for e in events):
            return "web-app"
        if "dag" in does:
            return "pipeline-orchestrator"
        roles = self.deep[frame.code] | ({"prepare"} if "transform" in does else set())
        for role in ("train", "aggregate", "evaluate", "infer"):
            if role in roles:
                return "batch-scoring-job" if role == "infer" else _TYPE_OF[role]
        named = _named_role(frame.code)
        if named:
            return _TYPE_OF[named]
        return "preprocessing-job"

    def _called(self, frame: Frame, parent: Frame, current: str) -> str:
        anchor = self.found[current]
        module = frame.code.partition("#")[0]
        if (
            module in self._declared
            and anchor.entry == "script"
            and self._below(frame)
            and current.partition("@")[0] != module
        ):
            return self._declared[module]
        inside = module == current.partition("#")[0].partition("@")[0]
        scripted = anchor.entry in {"script", "notebook", "ui", "task", "flow", "command"}
        if frame.quiet:
            return current
        if frame.code in self._rag and not (inside and scripted):
            return self._make(frame.code, "llm-app", frame, current)
        roles = self._split.get(frame.owner)
        if roles is not None and not (inside and scripted):
            return self._class_part(frame, parent, roles, current)
        if frame.owner and frame.owner == _owner(current):
            return current
        answering = anchor.entry in {"endpoint", "serve"} or anchor.type == "web-app"
        if (
            inside
            and answering
            and self._plain[frame.code] == {"infer"}
            and self.own[frame.code] == {"infer"}
            and not frame.owner
        ):
            return self._make(frame.code, _TYPE_OF["infer"], frame, current)
        if inside or frame.owner:
            return current
        deep = self._plain[frame.code]
        if "#" not in frame.code or (deep == {"prepare"} and not (scripted and self._trains(frame))):
            return current
        if len(deep) != 1 or self._is_same_work(anchor, deep):
            return current
        if anchor.entry == "" and anchor.key.partition("#")[0] == module:
            return current
        role = next(iter(deep))
        return self._make(frame.code, _TYPE_OF[role], frame, current, group=f"{module}#{role}")

    def _trains(self, frame: Frame) -> bool:
        """Tell whether the program that calls it trains or measures: only there data preparation is a step of its own."""
        root = frame
        while root.parent is not None:
            root = root.parent
        return bool(self.deep[root.code] & {"train", "aggregate", "evaluate"})

    def _is_same_work(self, anchor: Component, deep: set[str]) -> bool:
        """A script that does nothing but what it calls is that process itself."""
        if anchor.entry in {"endpoint", "serve", "tool"}:
            return False
        return self.deep[anchor.key] == deep and anchor.type != "web-app"

    def _class_part(self, frame: Frame, parent: Frame, roles: set[str], current: str) -> str:
        name = frame.owner.rpartition("#")[2]
        if not ("infer" in roles and "train" in roles):
            type = self._class_type(frame.owner, roles)
            return self._make(frame.owner, type, frame, current, name=name)
        if parent.owner == frame.owner and _owner(current) == frame.owner:
            return current
        deep = self.deep[frame.code] & {"train", "infer"}
        if len(deep) == 1:
            role = next(iter(deep))
            method = frame.code.rpartition(".")[2]
            return self._make(frame.code, _TYPE_OF[role], frame, current, name=f"{name}.{method}")
        return current

    def _class_type(self, owner: str, roles: set[str]) -> str:
        for role in ("train", "aggregate", "infer", "evaluate"):
            if role in roles:
                kinds = [
                    e.detail
                    for f in self.trace.frames
                    if f.owner == owner
                    for e in self._events[f.number]
                    if _COARSE.get(e.detail) == role
                ]
                return kinds[0] if kinds and role == "infer" else _TYPE_OF[role]
        return "inference-service"

    def _make(
        self, code: str, type: str, frame: Frame, current: str, *, name: str = "", group: str = ""
    ) -> str:
        key = f"code:{group.removeprefix('code:')}" if group else code
        found = self.found.get(key)
        shown = name or frame.code.rpartition("#")[2].rpartition(".")[2]
        if found is None:
            at = self._defined(frame, code)
            found = Component(key, type, shown, at)
            anchor = self.found.get(current)
            if anchor is not None and anchor.entry == "endpoint":
                found.parent = anchor.parent
            self.found[key] = found
        elif shown != found.name and shown not in found.also and group:
            found.also.append(shown)
        for place in (frame.at, frame.called):
            if place not in found.places and len(found.places) < 16:
                found.places.append(place)
        return key

    def _defined(self, frame: Frame, code: str) -> Where:
        del code
        return frame.at


def role_places(components: Components) -> dict[str, list[Where]]:
    """Return, per component, the lines where it trains, predicts, evaluates."""
    found: dict[str, list[Where]] = defaultdict(list)
    for event in components.trace.events:
        key = components.of(event.frame)
        if (
            key
            and event.do in {"fit", "predict", "evaluate", "generate", "embed", "aggregate", "mode"}
            and event.at not in found[key]
        ):
            found[key].append(event.at)
    return found


def _first(frame: Frame, declared: dict[str, str]) -> tuple[int, int]:
    """Order frames so that the scripts that steps declare come first; callers stay before what they call."""
    root = frame
    while root.parent is not None:
        root = root.parent
    return (0 if root.code.partition("@")[0] in declared else 1, frame.number)


def _owner(key: str) -> str:
    return key.rpartition(".")[0] if "#" in key and "." in key.rpartition("#")[2] else key


def _stem(code: str) -> str:
    path = code.partition("@")[0].removeprefix("code:").removesuffix(".py").removesuffix(".ipynb")
    folder, _, name = path.rpartition("/")
    return (folder.rpartition("/")[2] or name) if name in {"__init__", "__main__"} else name


def _named_role(code: str) -> str:
    """Return the role that a function's or file's name tells."""
    path, _, name = code.removeprefix("code:").partition("#")
    text = name.rpartition(".")[2] if name else path.rpartition("/")[2].removesuffix(".py")
    parts = set(re.split(r"[_\W\d]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower()))
    for type, told in words().roles.items():
        if parts.intersection(told):
            return _COARSE[type]
    return ""


_ = Resource
