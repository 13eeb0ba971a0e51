"""Dockerfiles and Procfiles: what a container is made from, what it runs, as whom, and what its build fetches."""

from __future__ import annotations

import json
import posixpath
import re
import shlex

from msgspec import Struct, field

from mantlet.discovery.clues import Clue, Fact, Mount, Runs, Same, Thing, Unclear
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._docker import configured
from mantlet.discovery.readers._images import image_clues
from mantlet.discovery.readers._kinds import name_of
from mantlet.discovery.readers._names import in_clear, is_secret, unresolved, variable_clues
from mantlet.discovery.readers._shell import commands

_INSTRUCTION = re.compile(r"^\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_BREAKS = frozenset(("&&", ";", "|", "||"))
_PACKAGE_RUN = re.compile(
    r"""\b(npm|yarn|pnpm|bun)\b["',\s]+(run["',\s]+)?(build|start|dev|serve|preview)\b|\b(vite|next|ng|react-scripts)["',\s]+(build|start|dev)"""
)
_NO_ROOT = re.compile(
    r"nonroot|distroless|jupyter/|bitnami|airflow|postgres|grafana|quay\.io/jupyter|public\.ecr\.aws/lambda|lambda/"
)


def claims(path: str) -> bool:
    """Tell whether the file is a Dockerfile or Procfile."""
    name = posixpath.basename(path).lower()
    return name in ("procfile", "dockerfile", "containerfile") or bool(
        re.fullmatch(r"dockerfile[._-].+|.+\.dockerfile|containerfile\..+", name)
    )


def read(source: Source) -> list[Clue]:
    """Return what the file builds or runs."""
    if source.name.lower() == "procfile":
        return _procfile(source)
    return _Build(source).read()


class _Line(Struct, frozen=True):
    word: str
    rest: str
    line: int


class _Stage(Struct):
    """A stage of the build: from its FROM to the next."""

    image: str
    line: int
    name: str = ""
    user: str = ""
    folder: str = ""
    lines: list[_Line] = field(default_factory=list)


class _Build:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.key = f"docker:{source.path}"
        self.args: dict[str, str] = {}
        self.clues: list[Clue] = []

    def read(self) -> list[Clue]:
        stages = self._stages()
        if not stages:
            return [Unclear(self.source.at(), "no FROM in the Dockerfile")]
        names = {stage.name for stage in stages if stage.name}
        for stage in stages:
            if stage.image not in names and stage.image != "scratch":
                self.clues += image_clues(self.key, stage.image, self.source.at(stage.line))
        for stage in stages:
            for line in stage.lines:
                self._instruction(stage, line, last=stage is stages[-1])
        self._start(stages[-1])
        self._built_here(stages)
        self._user(stages)
        return self.clues

    def _stages(self) -> list[_Stage]:
        stages: list[_Stage] = []
        for line in instructions(self.source):
            if line.word == "ARG" and not stages:
                name, _, value = line.rest.partition("=")
                self.args[name.strip()] = value.strip().strip("\"'")
            elif line.word == "FROM":
                words = [word for word in line.rest.split() if not word.startswith("--")]
                name = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else ""
                stages.append(_Stage(self._filled(words[0]) if words else "", line.line, name))
            elif stages:
                stages[-1].lines.append(line)
        return stages

    def _filled(self, text: str) -> str:
        """Return a text with build arguments and their defaults put in."""
        text = re.sub(r"\$\{(\w+):-([^}]*)\}", r"\2", text)
        return re.sub(r"\$\{?(\w+)\}?", lambda m: self.args.get(m[1]) or m[0], text)

    def _instruction(self, stage: _Stage, line: _Line, *, last: bool) -> None:
        at = self.source.at(line.line)
        if line.word == "WORKDIR":
            stage.folder = posixpath.normpath(
                posixpath.join(stage.folder or "/", self._filled(line.rest.strip()))
            )
        elif line.word == "USER":
            stage.user = line.rest.strip()
        elif line.word in ("ENV", "ARG"):
            for name, value in _pairs(line.rest):
                self.args.setdefault(name, value)
                self._variable(line.word, name, value, line.line)
        elif line.word in ("COPY", "ADD") and last:
            self._copy(stage, line)
        elif line.word == "RUN":
            text = re.sub(r"^(\s*--\w+=\S+)+", "", line.rest)
            found = command_clues(Context(self.key, self.source), commands(self._filled(text), line.line))
            self.clues += [clue for clue in found if not isinstance(clue, Runs) or _is_script(clue)]
        elif line.word == "EXPOSE" and last:
            for port in line.rest.split():
                self.clues.append(Fact(self.key, "port", self._filled(port).split("/")[0], at))

    def _variable(self, word: str, name: str, value: str, number: int) -> None:
        at = self.source.at(number)
        if word == "ARG" and not is_secret(name):
            return
        if is_secret(name):
            if value and in_clear(value):
                self.clues.append(Fact(self.key, "secrets_managed", "no", at))
            return
        self.clues += variable_clues(name, self._filled(value), at, self.key)

    def _copy(self, stage: _Stage, line: _Line) -> None:
        if "--from=" in line.rest:
            return
        words = _words(line.rest)
        words = [word for word in words if not word.startswith("--")]
        if len(words) < 2:
            return
        base = posixpath.normpath(posixpath.join(stage.folder or "/", self._filled(words[-1])))
        for text in words[:-1]:
            if unresolved(text) or re.match(r"https?:", text):
                continue
            outside = path_key(text.lstrip("/") or ".", self.source.folder)
            whole = words[-1].endswith("/") or len(words) > 2
            is_file = whole and "." in name_of(text).lstrip(".") and not text.endswith("/")
            inside = posixpath.join(base, name_of(text)) if is_file else base
            self.clues.append(Mount(self.key, inside, outside, self.source.at(line.line)))
            self.clues += configured(self.key, inside, outside, self.source.at(line.line))

    def _start(self, stage: _Stage) -> None:
        """Say what the container runs: the last ENTRYPOINT with the last CMD."""
        found = {line.word: line for line in stage.lines if line.word in ("ENTRYPOINT", "CMD")}
        if not found:
            return
        first = found.get("ENTRYPOINT") or found["CMD"]
        at = self.source.at(first.line)
        name = name_of(self.source.folder) or "container"
        self.clues.append(Thing(self.key, "process", name, at, 0.4))
        if self.source.folder and self.source.name in ("Dockerfile", "Containerfile"):
            self.clues.append(Same(self.key, f"folder:{name}", at))
        words = [word for part in ("ENTRYPOINT", "CMD") if part in found for word in _words(found[part].rest)]
        words = [self._filled(word) for word in words]
        shell = (
            words[:2] in (["sh", "-c"], ["bash", "-c"], ["/bin/sh", "-c"], ["/bin/bash", "-c"]) and words[2:]
        )
        text = words[2] if shell else " ".join(w if w in _BREAKS else shlex.quote(w) for w in words)
        folder = self._outside(stage.folder)
        context = Context(self.key, self.source, folder)
        started = command_clues(context, commands(text, first.line))
        if not any(isinstance(clue, Runs) for clue in started) and words:
            started.append(Runs(self.key, tuple(words), at, folder))
        self.clues += [self._with_app(clue) for clue in started]

    def _outside(self, inside: str) -> str:
        """Return the folder of the repository that a folder of the container was copied from; else the container's."""
        mounts = [clue for clue in self.clues if isinstance(clue, Mount) and clue.outside.startswith("path:")]
        for mount in sorted(mounts, key=lambda clue: -len(clue.inside)):
            below = inside == mount.inside or inside.startswith(mount.inside.rstrip("/") + "/")
            if below and "." not in name_of(mount.outside[5:]).lstrip("."):
                rest = inside[len(mount.inside) :].strip("/")
                return posixpath.normpath(posixpath.join(mount.outside[5:], rest)).removeprefix(".")
        return inside

    def _with_app(self, clue: Clue) -> Clue:
        """Return a run of Flask with the program that its variable names."""
        app = self.args.get("FLASK_APP", "")
        if isinstance(clue, Runs) and clue.argv[:2] == ("flask", "run") and app:
            return Runs(clue.key, ("flask", "--app", app, *clue.argv[1:]), clue.at, clue.folder)
        if (
            isinstance(clue, Runs)
            and clue.argv[0].endswith("seldon-core-microservice")
            and len(clue.argv) > 1
        ):
            return Runs(clue.key, ("python", "-m", self._filled(clue.argv[1])), clue.at, clue.folder)
        return clue

    def _built_here(self, stages: list[_Stage]) -> None:
        """Say that the container is the front end of its folder, where it builds or starts one with a package manager."""
        for stage in stages:
            for line in stage.lines:
                if line.word in ("RUN", "CMD", "ENTRYPOINT") and _PACKAGE_RUN.search(line.rest):
                    folder = self.source.folder or "."
                    self.clues.append(Same(self.key, f"code:{folder}", self.source.at(line.line)))
                    return

    def _user(self, stages: list[_Stage]) -> None:
        last = stages[-1]
        parents = {stage.name: stage for stage in stages if stage.name}
        user, stage = last.user, last
        seen = 0
        while not user and stage.image.lower() in parents and seen < len(stages):
            stage, seen = parents[stage.image.lower()], seen + 1
            user = stage.user
        if user.split(":")[0] in ("root", "0") or (
            not user and not _NO_ROOT.search(stage.image) and stage.image != "scratch"
        ):
            at = next((line.line for line in reversed(last.lines) if line.word == "USER"), last.line)
            self.clues.append(Fact(self.key, "least_privilege", "no", self.source.at(at)))


def _is_script(clue: Runs) -> bool:
    return any(word.endswith((".py", ".sh", ".R", ".js")) for word in clue.argv[:3])


def instructions(source: Source) -> list[_Line]:
    """Return the instructions with continued lines joined; comments between them are left out."""
    found: list[_Line] = []
    text, first, until = "", 0, ""
    for number, line in enumerate(source.lines, 1):
        if until:
            until = "" if line.strip() == until else until
            continue
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        first = first or number
        text += line.rstrip().removesuffix("\\") + "\n" if line.rstrip().endswith("\\") else line
        if line.rstrip().endswith("\\"):
            text = text[:-1] + " \\\n"
            continue
        if match := _INSTRUCTION.match(text):
            found.append(_Line(match[1].upper(), match[2], first))
            if doc := re.search(r"<<-?[\"']?(\w+)", match[2]):
                until = doc[1]
        text, first = "", 0
    return found


def _words(text: str) -> list[str]:
    """Return the words of a command: those of a JSON list, else the shell's; a list that isn't JSON goes to the shell."""
    text = text.replace("\\\n", " ").strip()
    listed = _listed(text) if text.startswith("[") else None
    if listed is not None:
        return listed
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _listed(text: str) -> list[str] | None:
    try:
        return [str(word) for word in json.loads(text)]
    except (ValueError, RecursionError):
        return None


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return the variables of ENV: `A=b C=d`, or the old `A b`."""
    words = _words(text)
    if words and "=" not in words[0]:
        return [(words[0], " ".join(words[1:]))]
    return [(name, value) for name, _, value in (word.partition("=") for word in words)]


def _procfile(source: Source) -> list[Clue]:
    clues: list[Clue] = []
    for number, line in enumerate(source.lines, 1):
        name, colon, text = line.partition(":")
        if not colon or not re.fullmatch(r"[\w-]+", name):
            if line.strip() and not line.startswith("#"):
                clues.append(Unclear(source.at(number), "not a line of a Procfile (`name: command`)"))
            continue
        key = f"stage:{source.path}#{name}"
        if name != "release":
            clues.append(
                Thing(key, "web-service" if name == "web" else "process", name, source.at(number), 0.5)
            )
        clues += command_clues(Context(key, source, source.folder), commands(text, number))
    return clues
