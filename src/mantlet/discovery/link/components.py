"""Which code is a process of its own: entries, classes round a model, functions with one part to play."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from mantlet.discovery.clues import Where
from mantlet.discovery.link.roles import COARSE, TYPES, Roles, named_role
from mantlet.discovery.python.trace import Entry, Frame, Trace

MANY = 7
"""More steps of one pipeline in one file than these are shown as one process."""
_SCRIPTED = frozenset({"script", "notebook", "ui", "task", "flow", "command"})


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
    """Why it is an entry of its own; empty where other code calls it."""
    module: str = ""
    """The key of the file that its code is in."""


class Components:
    """The processes of a trace, and the one that each frame belongs to."""

    def __init__(self, trace: Trace, declared: Collection[str] = (), imported: Collection[str] = ()) -> None:
        self.trace = trace
        self.found: dict[str, Component] = {}
        self._of: dict[int, str] = {}
        self._entry = {entry.frame.number: entry for entry in trace.entries if entry.frame is not None}
        self._roles = Roles(trace)
        self._imported = frozenset(imported)
        self._declared = frozenset(declared)
        self._folded = self._many_steps()
        self._apart = trace.apart
        self._served = {
            entry.code: entry
            for entry in trace.entries
            if entry.frame is not None and entry.kind in {"app", "endpoint"}
        }
        self._steps = {entry.code: entry for entry in trace.entries if entry.kind in {"step", "task"}}
        for frame in sorted(trace.frames, key=self._order):
            self._place(frame)
        self._pipelines_of_steps()

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

    def _order(self, frame: Frame) -> tuple[int, int]:
        """Order frames so that the scripts that steps declare come first; callers stay before what they call."""
        return (0 if self._roles.root(frame).partition("@")[0] in self._declared else 1, frame.number)

    def _many_steps(self) -> set[str]:
        """Return the code of steps that are too many to be drawn one by one."""
        steps: dict[str, set[str]] = defaultdict(set)
        for entry in self.trace.entries:
            if entry.kind in {"task", "flow", "step"}:
                steps[entry.code.partition("#")[0]].add(entry.code)
        return {code for codes in steps.values() if len(codes) > MANY for code in codes}

    def _pipelines_of_steps(self) -> None:
        """What only calls steps is their pipeline."""
        flows = {entry.code.partition("#")[0]: entry for entry in self.trace.entries if entry.kind == "flow"}
        parents = {part.parent for part in self.found.values() if part.entry == "task"}
        for key in sorted(parents & self.found.keys()):
            whole, flow = self.found[key], flows.get(key)
            whole.type = "pipeline-orchestrator"
            if flow is not None and whole.entry == "script":
                whole.also.append(whole.name)
                whole.name = flow.name
                whole.places.insert(0, flow.at)

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
            if parent is not None and self._roles.own[frame.code] and not made.entry:
                _add(made.places, frame.called, frame.at)

    # entries

    def _root(self, frame: Frame) -> str:
        entry = self._entry.get(frame.number)
        if entry is None or entry.kind in {"startup", "demo"}:
            return ""
        if entry.kind == "function":
            return self._loose(entry, frame)
        key = frame.code
        whole = entry.kind == "serve" and entry.type in {"web-app", "web-service", "serverless-function"}
        whole = whole or entry.type == "stream-processor"
        if whole or key in self._folded:
            key = key.partition("#")[
                0
            ]  # callbacks are the page's, a handler is its file's, many steps are one
        return self._entered(key, entry, frame)

    def _entered(self, key: str, entry: Entry, frame: Frame) -> str:
        kind = entry.type or self._type_of(entry, frame)
        if kind == "stream-processor" and self._roles.deep[frame.code]:
            kind = self._type_of(entry, frame)
        if kind == "serverless-function" and "infer" in self._roles.deep[frame.code]:
            kind = "inference-service"
        if key in self.found:
            if entry.kind == "serve":
                known = self.found[key]
                known.type = kind
                if "#" not in frame.code:  # called by the names of its functions, not run as a script
                    known.entry, known.at = "serve", entry.at
            return key
        name = entry.name if entry.kind != "script" and "#" in key else _stem(frame.code.partition("#")[0])
        if ".ipynb" in key:
            kind = "notebook"
            name = frame.code.removeprefix("code:").partition("@")[0].rpartition("/")[2]
        made = Component(key, kind, name, entry.at, list(entry.places), entry.parent, entry=entry.kind)
        made.module = f"code:{frame.at.path}"
        made.confidence = 0.5 if entry.kind == "function" else 0.8
        self.found[key] = made
        return key

    def _loose(self, entry: Entry, frame: Frame) -> str:
        """Place code that nothing reaches, where it has a part of its own: somebody calls it from elsewhere."""
        roles = self._roles.classes.get(frame.owner)
        if roles is not None and not frame.quiet and frame.owner in self._roles.holding:
            return self._make(
                frame.owner, self._class_type(frame.owner, roles), frame, "", name=_last(frame.owner)
            )
        deep = self._roles.deep[frame.code] & {"train", "infer", "evaluate"}
        if deep and any(event.resource is not None for event in self._roles.below(frame)):
            return self._entered(frame.code, entry, frame)
        module = frame.code.partition("#")[0]
        lonely = not frame.owner and module.removeprefix("code:") not in self._imported
        return self._entered(module, entry, frame) if lonely and self._roles.moves(frame) else ""

    def _step(self, frame: Frame, current: str) -> str:
        """A step of a pipeline is a part of what calls it."""
        entry = self._steps[frame.code]
        if frame.code not in self.found:
            kind = entry.type or self._type_of(entry, frame)
            made = Component(frame.code, kind, entry.name, entry.at, list(entry.places), entry="task")
            made.module = f"code:{frame.at.path}"
            anchor = self.found[current]
            made.parent = current if anchor.entry in {"flow", "script", "command"} else anchor.parent
            self.found[frame.code] = made
        return frame.code

    def _type_of(self, entry: Entry, frame: Frame) -> str:
        if entry.kind == "endpoint":
            return "web-service"
        events = self._roles.below(frame)
        if entry.kind == "task" and entry.parent == "graph":
            asked = {e.resource.type for e in events if e.do == "receive" and e.resource is not None}
            return "llm-app" if "llm-service" in asked else "retriever" if "vector-index" in asked else "tool"
        does = {event.do for event in events}
        if does & {"input", "ui"} or any(e.do == "show" and e.detail.startswith("streamlit") for e in events):
            return "web-app"
        if "dag" in does:
            return "pipeline-orchestrator"
        roles = self._roles.deep[frame.code]
        role = next((item for item in ("train", "aggregate", "evaluate", "infer") if item in roles), "")
        if role == "infer":
            return "batch-scoring-job"
        return TYPES[role or ("" if "transform" in does else named_role(frame.code)) or "prepare"]

    # calls

    def _called(self, frame: Frame, parent: Frame, current: str) -> str:
        anchor = self.found[current]
        module = f"code:{frame.at.path}"
        inside = module == anchor.module
        if module in self._declared and anchor.entry == "script" and not inside and self._roles.below(frame):
            return module  # another declared step's program, called from here
        scripted = inside and anchor.entry in _SCRIPTED and anchor.type != "web-app"
        if frame.quiet:
            return current
        if frame.owner in self._apart and _owner(current) != frame.owner:
            return self._elsewhere(frame, current)
        paged = inside and anchor.type == "web-app"  # what a page does for itself
        if frame.code in self._roles.pipelines and not scripted and not paged:
            return self._make(frame.code, "llm-app", frame, current)
        roles = self._roles.classes.get(frame.owner)
        if anchor.entry == "task":
            return current  # what a declared step calls is the step's
        if roles is not None and not scripted:
            return self._class_part(frame, parent, roles, current)
        if frame.owner or "#" not in frame.code:
            return current
        return self._helper(frame, anchor) if inside else self._function(frame, anchor, module)

    def _elsewhere(self, frame: Frame, current: str) -> str:
        """What runs apart from who calls it is a process of its own, or an endpoint of one."""
        entry = self._served.get(frame.code) or self._served.get(frame.owner)
        if entry is not None and entry.frame is not None:
            return self._entered(entry.code, entry, entry.frame)
        return self._make(frame.owner, "inference-service", frame, current, name=_last(frame.owner))

    def _helper(self, frame: Frame, anchor: Component) -> str:
        """A function beside a handler that only predicts is the inference."""
        answering = anchor.entry in {"endpoint", "serve"} or anchor.type == "web-app"
        code = frame.code
        by_name = frame.parent is not None and frame.parent.entry == "serve" and "#" not in frame.parent.code
        if answering and not by_name and self._roles.plain[code] == {"infer"} == self._roles.own[code]:
            return self._make(code, TYPES["infer"], frame, anchor.key)
        return anchor.key

    def _function(self, frame: Frame, anchor: Component, module: str) -> str:
        """A function of another file with one part to play, by what it and all that it calls do."""
        deep = self._roles.plain[frame.code]
        if len(deep) != 1 or self._is_same_work(anchor, deep):
            return anchor.key
        if deep == {"prepare"} and not (anchor.entry in _SCRIPTED and self._trains(frame)):
            return anchor.key
        if anchor.entry == "" and anchor.module == module:
            return anchor.key
        role = next(iter(deep))
        return self._make(frame.code, TYPES[role], frame, anchor.key, group=f"{module}#{role}")

    def _trains(self, frame: Frame) -> bool:
        """Tell whether the program trains or measures: only there data preparation is a step of its own."""
        return bool(self._roles.deep[self._roles.root(frame)] & {"train", "aggregate", "evaluate"})

    def _is_same_work(self, anchor: Component, deep: set[str]) -> bool:
        """A script that does nothing but what it calls is that process itself."""
        if anchor.entry in {"endpoint", "serve", "tool"}:
            return False
        return self._roles.deep[anchor.key] == deep and anchor.type != "web-app"

    def _class_part(self, frame: Frame, parent: Frame, roles: set[str], current: str) -> str:
        """A class round a model is one process; where it trains and predicts, each of these methods is one."""
        name = _last(frame.owner)
        if not {"infer", "train"} <= roles:
            return self._make(frame.owner, self._class_type(frame.owner, roles), frame, current, name=name)
        if parent.owner == frame.owner and _owner(current) == frame.owner:
            return current
        deep = self._roles.deep[frame.code] & {"train", "infer"}
        if len(deep) != 1:
            return current
        method = frame.code.rpartition(".")[2]
        return self._make(frame.code, TYPES[next(iter(deep))], frame, current, name=f"{name}.{method}")

    def _class_type(self, owner: str, roles: set[str]) -> str:
        role = next(item for item in ("train", "aggregate", "infer", "evaluate") if item in roles)
        frames = [frame for frame in self.trace.frames if frame.owner == owner]
        kinds = [
            e.detail for f in frames for e in self._roles.events[f.number] if COARSE.get(e.detail) == role
        ]
        return kinds[0] if kinds and role == "infer" else TYPES[role]

    def _make(
        self, code: str, kind: str, frame: Frame, current: str, *, name: str = "", group: str = ""
    ) -> str:
        key = group or code
        shown = name or _last(frame.code).rpartition(".")[2]
        found = self.found.get(key)
        if found is None:
            found = Component(key, kind, shown, frame.at, module=f"code:{frame.at.path}")
            anchor = self.found.get(current)
            if anchor is not None and anchor.entry == "endpoint":
                found.parent = anchor.parent
            self.found[key] = found
        elif group and shown != found.name and shown not in found.also:
            found.also.append(shown)
        _add(found.places, frame.at, frame.called)
        return key


def role_places(components: Components) -> dict[str, list[Where]]:
    """Return, per component, the lines where it trains, predicts, evaluates."""
    telling = {"fit", "predict", "evaluate", "generate", "embed", "aggregate", "mode"}
    found: dict[str, list[Where]] = defaultdict(list)
    for event in components.trace.events:
        key = components.of(event.frame)
        if key and event.do in telling and event.at not in found[key]:
            found[key].append(event.at)
    return found


def _add(places: list[Where], *more: Where) -> None:
    places += [place for place in more if place not in places and len(places) < 24]


def _last(key: str) -> str:
    return key.rpartition("#")[2]


def _owner(key: str) -> str:
    return key.rpartition(".")[0] if "#" in key and "." in _last(key) else key


def _stem(code: str) -> str:
    """Return the name of a script; a package's `__main__` goes by the package."""
    path = code.partition("@")[0].removeprefix("code:").removesuffix(".py").removesuffix(".ipynb")
    folder, _, name = path.rpartition("/")
    return (folder.rpartition("/")[2] or name) if name in {"__init__", "__main__"} else name
