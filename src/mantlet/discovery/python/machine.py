"""The state of reading: modules run once in one heap, frames on a stack, and what was seen."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as Sequence_
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mantlet.discovery.clues import Move, Unclear, Where
from mantlet.discovery.python.catalogue import Api, Catalogue
from mantlet.discovery.python.modules import Module, Project
from mantlet.discovery.python.notes import Notes
from mantlet.discovery.python.surroundings import address_of
from mantlet.discovery.python.trace import Event, Frame, Resource, Trace, Use
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Class,
    Function,
    Mapping,
    Origin,
    Scope,
    Sequence,
    Soft,
    Value,
    constant,
    join,
)

SECRET = re.compile(
    r"(API_?KEY|SECRET|TOKEN$|_TOKEN|PASSWORD|PASSWD|_PASS$|CREDENTIAL|PRIVATE_KEY|ACCESS_KEY|CONNECTION_STRING|(^|_)DSN$)",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"(MAX|MIN|NUM|LIMIT|COUNT|LENGTH|EXPIRE|_TOKENS|ALGORITHM|URL|URI|PATH|FILE)", re.IGNORECASE
)
PROJECT_FILES = (
    "requirements.txt", "pyproject.toml", "setup.py", "Dockerfile", "dvc.yaml", "MLproject", "package.json", "Pipfile",
    "environment.yml", "conda.yaml", "Makefile", "poetry.lock",
)  # fmt: skip
MAX_STEPS = 3_000_000
"""Statements read in all, calls counted each time: about a minute."""
MAX_STEPS_PER_ENTRY = 20_000
MANY_STEPS = 400_000
"""Statements read of all entries together before each gets less: large trees are mostly libraries."""
LEAST_PER_ENTRY = 1_000
LEAST_STEPS = 50_000
MUCH_TEXT = 300_000
"""Characters of Python above which there are fewer statements for each: systems are small, libraries large."""
MAX_LOOSE_STEPS = 60_000
"""Statements read of functions that nothing calls, in all: what a framework's every method does is not what a system does."""


class Settings:
    """What files outside the code give it: variables of the environment, arguments, the text of settings files."""

    def __init__(
        self,
        environment: dict[str, tuple[str, Where]] | None = None,
        arguments: dict[str, list[tuple[str, ...]]] | None = None,
        read: Callable[[str], str | None] = lambda _: None,
        files: Iterable[str] = (),
        working: dict[str, str] | None = None,
    ) -> None:
        self.environment = environment or {}
        self.arguments = arguments or {}
        """Per script, the arguments of each command that runs it."""
        self.read = read
        self.working = working or {}
        """Per script, the folder that its command runs in."""
        self.own: dict[str, dict[str, tuple[str, Where]]] = {}
        """Per script, the variables of the environment that are set for what runs it."""
        self.services: frozenset[str] = frozenset()
        """Names of the services that files set up."""
        self.roots: frozenset[str] | None = None
        """The Python files that are read for their own sake, where not all are."""
        self.loose = MAX_LOOSE_STEPS
        """Statements that may be read of functions that nothing calls, in all."""
        self.files = frozenset(files)
        self.folders: frozenset[str] = frozenset(
            "/".join(path.split("/")[:end]) for path in self.files for end in range(1, path.count("/") + 1)
        )

    def project_of(self, script: str) -> str:
        """Return the folder that a script is run from: as its command says, else the nearest with a project's files, else the root."""
        if script in self.working:
            return self.working[script]
        folder = script.rpartition("/")[0]
        while folder and not any(f"{folder}/{name}" in self.files for name in PROJECT_FILES):
            folder = folder.rpartition("/")[0]
        return folder


@dataclass(frozen=True)
class Acts:
    """What the parts of the reader ask of each other, since expressions call, calls run and statements evaluate."""

    evaluate: Callable[[Machine, ast.expr | None, Scope], Value]
    attribute: Callable[[Machine, Value, str, ast.AST], Value]
    set_attribute: Callable[[Machine, Value, str, Value], None]
    iterate: Callable[[Machine, Value], Value]
    run: Callable[[Machine, Sequence_[ast.stmt], Scope], None]
    assign: Callable[[Machine, ast.expr, Value, Scope], None]
    call: Callable[[Machine, Value, list[Value], dict[str, Value], ast.AST], Value]
    call_node: Callable[[Machine, ast.Call, Scope], Value]
    call_function: Callable[[Machine, Function, list[Value], dict[str, Value], ast.AST], Value]
    library: Callable[[Machine, str, list[Value], dict[str, Value], ast.AST, Value], Value]
    apply: Callable[[Machine, Api, str, list[Value], dict[str, Value], ast.AST, Value], Value]
    open: Callable[[Machine, list[Value], dict[str, Value], ast.AST], Value | None]
    decorated: Callable[[Machine, Function, Value, Scope], Value]
    decorated_class: Callable[[Machine, Class, Scope], Value]


class Machine(Notes):
    """Reads modules as if they ran."""

    def __init__(self, project: Project, catalogue: Catalogue, settings: Settings, acts: Acts) -> None:
        super().__init__()
        self.project = project
        self.acts = acts
        self.catalogue = catalogue
        self.settings = settings
        self.trace = Trace()
        self.frame: Frame | None = None
        self.module: Module | None = None
        self.weak = 0
        """How many branches deep: what is assigned here may not happen."""
        self.steps = 0
        self.many = int(max(LEAST_STEPS, MANY_STEPS * min(1.0, MUCH_TEXT / max(project.size, 1))))
        """Statements of all entries together before each gets only the least."""
        if settings.loose < MAX_LOOSE_STEPS:  # a part of a large tree
            self.many = settings.loose
        self.left = MAX_STEPS_PER_ENTRY
        self.loose = settings.loose
        """Statements left for functions that nothing calls."""
        self.importing = 0
        self.line = 0
        self.argv: tuple[str, ...] | None = None
        self.active: list[Any] = []
        self.documents: dict[str, Value | None] = {}
        self.memory: dict[Any, Value] = {}
        """Results of calls with the same arguments from the same caller."""
        self.returned: list[list[Value]] = []
        self.globals: list[set[str]] = []
        self._resources: dict[str, Resource] = {}
        self.active_names: list[str] = []
        """Names of the classes and functions round the statement that is read."""

    # places and frames

    def at(self, node: ast.AST) -> Where:
        """Return the place of a node in the module that is being read."""
        return Where(self.module.path if self.module else "", getattr(node, "lineno", 0))

    @property
    def script(self) -> str:
        """The file that runs: paths are relative to where it is run from."""
        frame = self.frame
        while frame is not None and frame.parent is not None:
            frame = frame.parent
        if frame is not None and frame.entry in {"script", "command", "task"}:
            return frame.code.removeprefix("code:").partition("#")[0].partition("@")[0]
        return self.module.path if self.module else ""

    def current(self) -> Frame:
        """Return the frame that is being read."""
        if self.frame is None:
            raise AssertionError("nothing is being read")
        return self.frame

    @contextmanager
    def entering(
        self, code: str, at: Where, called: Where, module: Module, *, owner: str = "", entry: str = ""
    ) -> Iterator[Frame]:
        """Push a frame."""
        before = (self.frame, self.module, self.weak)
        frame = Frame(len(self.trace.frames), code, at, None if entry else self.frame, called, owner, entry)
        self.trace.frames.append(frame)
        self.globals.append(set())
        self.frame, self.module, self.weak = (
            frame,
            module,
            0 if entry and entry != "startup" else self.weak + (entry == "startup"),
        )
        try:
            yield frame
        finally:
            self.frame, self.module, self.weak = before
            self.globals.pop()

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Read something that may not happen."""
        self.weak += 1
        try:
            yield
        finally:
            self.weak -= 1

    def fresh(self) -> None:
        """Begin an entry with a budget of its own, smaller once much was read."""
        spent = self.steps / self.many
        self.left = int(max(LEAST_PER_ENTRY, MAX_STEPS_PER_ENTRY * max(0.0, 1 - spent)))

    def step(self) -> bool:
        """Count a statement; False when the budget is used up."""
        self.steps += 1
        self.left -= 1
        return self.left > 0 and self.steps < MAX_STEPS

    # what was seen

    def resource(self, key: str, type: str, name: str, at: Where, *, known: bool = True) -> Resource:
        """Return the resource of a key, made when it is first seen."""
        found = self._resources.get(key)
        if found is None:
            found = Resource(len(self.trace.resources), key, type, name, at, known=known)
            self._resources[key] = found
            self.trace.resources.append(found)
        elif at != found.at and at not in found.places and len(found.places) < 12:
            found.places.append(at)
        if type and _vague(found.type) and not _vague(type):
            found.type = type
        return found

    def event(
        self, do: str, node: ast.AST, resource: Resource | None = None, data: str = "", detail: str = ""
    ) -> None:
        """Note that something happens here."""
        if self.frame is not None:
            self.trace.events.append(Event(self.frame, do, self.at(node), resource, data, detail))

    def use(self, value: Value, node: ast.AST, into: Resource | None = None) -> None:
        """Note that the current frame works with the data of a value."""
        if self.frame is None:
            return
        for origin in value.origins:
            source = origin.resource or origin.frame
            if source is None or source is self.frame:
                continue
            asked = origin.frame if origin.resource else None
            mark = (
                self.frame.number,
                source.number,
                isinstance(source, Resource),
                into.number if into else -1,
            )
            if mark not in self.trace.uses:
                self.trace.uses[mark] = Use(self.frame, source, self.at(node), into, asked)

    def made(self) -> frozenset[Origin]:
        """Return the origin of data that the current frame makes."""
        return frozenset({Origin(frame=self.frame)})

    def asked(self, resource: Resource) -> frozenset[Origin]:
        """Return the origin of data that the current frame asks a resource for."""
        return frozenset({Origin(resource, self.frame)})

    def shown(self, resource: Resource) -> None:
        """Note that a declaration names a resource."""
        if resource not in self.declared:
            self.declared.append(resource)

    def uses_from(self, key: str, resource: Resource, at: Where) -> None:
        """Note that a declared step asks a resource."""
        self.shown(resource)
        self.clues += [
            Move(key, resource.key, at, "request"),
            Move(resource.key, key, at, "answer", opened_by=key),
        ]

    def unclear(self, node: ast.AST, what: str) -> None:
        """Note that something was seen and not understood."""
        clue = Unclear(self.at(node), what)
        if clue not in self.project.unclear:
            self.project.unclear.append(clue)

    # names

    def assign_name(self, scope: Scope, name: str, value: Value) -> None:
        """Give a name a value; in a branch it keeps what it was before as well."""
        target = scope
        if self.globals and name in self.globals[-1] and self.module is not None:
            target = self.module.scope
        if self.weak and name in target.names:
            value = join(value, target.names[name])
        target.names[name] = value

    def secret(self, name: str, node: ast.AST | None) -> Value:
        """Return a credential of the environment: never its text, always where it came from."""
        at = self.at(node) if node is not None else Where(self.module.path if self.module else "", 0)
        resource = self.resource(f"secret:{name}", "secret-store", name, at)
        return Value((Soft(HOLE),), frozenset({Origin(resource=resource)}))

    def environment(self, name: str, default: Value = UNKNOWN, node: ast.AST | None = None) -> Value:
        """Return an environment variable's value, as far as files of the repository say it."""
        own = self.settings.own.get(self.script, {})
        found = own.get(name) or self.settings.environment.get(name)
        if SECRET.search(name) and not _COUNTS.search(name):
            return self.secret(name, node)
        if found and found[0]:
            return join(Value((Soft(found[0]),)), default)
        if default.atoms:
            return Value(tuple(Soft(a) if type(a) is str else a for a in default.atoms), default.origins)
        return constant(Soft(address_of(name, self.settings.services) or HOLE))

    def function_code(self, function: Function) -> str:
        """Return the key of a function."""
        return f"{function.module.code}#{function.name}"

    def soft_mapping(self, data: Any, depth: int = 0) -> Value:
        """Turn a settings document into a value."""
        if isinstance(data, dict) and depth < 12:
            items = {key: self.soft_mapping(item, depth + 1) for key, item in data.items()}
            return Value((Mapping(items, soft=True),))
        if isinstance(data, (list, tuple)) and depth < 12:
            return Value((Sequence([self.soft_mapping(item, depth + 1) for item in data[:64]]),))
        if isinstance(data, str):
            return Value((Soft(data),))
        return constant(data) if data is None or isinstance(data, (int, float, bool)) else UNKNOWN


def _vague(type: str) -> bool:
    return type in {"", "file-store", "data-store", "dataset-store"}
