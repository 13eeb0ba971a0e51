"""Declared steps run commands: which script that is, and the arguments that it gets."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from mantlet.discovery.clues import Clue, Fact, Runs, Same, Setting, Where

_SERVERS = {"uvicorn", "gunicorn", "hypercorn", "daphne", "celery", "flask", "fastapi", "bentoml", "granian"}


def scripts(clues: Iterable[Clue], files: Collection[str]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return, per script, the keys of the steps that run it with the arguments that they give."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for clue in _for_each_job(list(clues)):
        if isinstance(clue, Runs):
            script, rest = script_of(clue.argv, clue.folder, files)
            if script and (clue.key, rest) not in found[script]:
                found[script].append((clue.key, rest))
    return dict(found)


def _for_each_job(clues: list[Clue]) -> list[Clue]:
    """A component's command is run for each job that is made of it, with what the job gives."""
    jobs: dict[str, list[str]] = defaultdict(list)
    given: dict[str, dict[str, str]] = defaultdict(dict)
    for clue in clues:
        if isinstance(clue, Same) and clue.other.startswith("component:"):
            jobs[clue.other].append(clue.one)
        elif isinstance(clue, Setting) and clue.scope.startswith("stage:"):
            given[clue.scope][clue.key.partition(":")[2]] = clue.value
    made: list[Clue] = []
    for clue in clues:
        if isinstance(clue, Runs) and clue.key in jobs:
            for job in jobs[clue.key]:
                words = tuple(_filled(word, given[job]) for word in clue.argv)
                made.append(Runs(job, words, clue.at, clue.folder))
        else:
            made.append(clue)
    return made


def _filled(word: str, given: dict[str, str]) -> str:
    return re.sub(r"\$\{\{outputs\.(\w+)\}\}", lambda m: given.get(m[1], m[0]), word)


_STRINGS = re.compile(r"""(['"])((?:python3?|spark-submit)\s[^'"\n]{3,400})\1""")


def in_strings(python: Mapping[str, str], files: Collection[str]) -> dict[str, list[tuple[str, ...]]]:
    """Return the arguments that commands inside Python give to scripts (`bash_command="python score.py --model m"`)."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for text in python.values():
        if "python" not in text and "spark-submit" not in text:
            continue
        for match in _STRINGS.finditer(text):
            try:
                argv = tuple(shlex.split(match[2]))
            except ValueError:
                continue
            script, rest = script_of(argv, "", files)
            if script and rest and rest not in found[script]:
                found[script].append(rest)
    return {script: given for script, given in found.items() if given}


def working_folders(clues: Iterable[Clue], files: Collection[str]) -> dict[str, str]:
    """Return, per script, the folder that the first command that runs it is run in."""
    found: dict[str, str] = {}
    for clue in clues:
        if isinstance(clue, Runs):
            script, _ = script_of(clue.argv, clue.folder, files)
            if script:
                found.setdefault(script, clue.folder.removeprefix("./"))
    return found


def script_of(argv: tuple[str, ...], folder: str, files: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return the file of the repository that a command runs, and the arguments after it."""
    parts = list(argv)
    index = 0
    module = False
    while index < len(parts) and index < 24:
        part = parts[index]
        name = posixpath.basename(part)
        if part == "-m" and index + 1 < len(parts):
            index += 1
            path = _module(parts[index], folder, files)
            if path:
                return path, tuple(parts[index + 1 :])
        elif name in _SERVERS:
            module = True
        elif module and ":" in part and not part.startswith("-"):
            path = _module(part.partition(":")[0], folder, files)
            if path:
                return path, ()
        elif part.endswith((".py", ".ipynb")):
            path = _file(part, folder, files)
            return path, tuple(parts[index + 1 :]) if path else ()
        elif module and re.fullmatch(r"[\w.]+", part) and index and parts[index - 1] in {"-A", "--app"}:
            path = _module(part, folder, files) or _module(part.rpartition(".")[0], folder, files)
            if path:
                return path, ()
        index += 1
    return "", ()


def _file(text: str, folder: str, files: Collection[str]) -> str:
    text = text.removeprefix("./")
    candidates = [posixpath.normpath(posixpath.join(folder, text)), posixpath.normpath(text.lstrip("/"))]
    for candidate in candidates:
        if candidate in files:
            return candidate
    parts = text.strip("/").split("/")
    for start in range(1, len(parts)):
        tail = "/".join(parts[start:])
        if tail in files:
            return tail
    ending = [path for path in files if path.endswith("/" + text.lstrip("/"))]
    return ending[0] if len(ending) == 1 else ""


def _module(name: str, folder: str, files: Collection[str]) -> str:
    base = name.replace(".", "/")
    for prefix in (folder, "", "src", "app"):
        for candidate in (f"{base}.py", f"{base}/__main__.py", f"{base}/__init__.py"):
            path = posixpath.normpath(posixpath.join(prefix, candidate))
            if path in files:
                return path
    last = base.rpartition("/")[2]
    for tail in (base, last) if len(last) > 3 else (base,):
        ending = [path for path in files if path.endswith(f"/{tail}.py") or path == f"{tail}.py"]
        if ending:
            return ending[0] if len(ending) == 1 else ""
    return ""


_LOOSE = ("image:", "host:", "label:", "only:", "folder:", "function:", "url:")
"""Names that several programs may claim."""


def own_environments(
    clues: Iterable[Clue], runs: Mapping[str, list[tuple[str, tuple[str, ...]]]]
) -> dict[str, dict[str, tuple[str, Where]]]:
    """Return, per script, the variables that are set for the services and steps that run it."""
    alike: dict[str, set[str]] = defaultdict(set)
    settings: dict[str, list[Setting]] = defaultdict(list)
    for clue in clues:
        if isinstance(clue, Same) and not clue.other.startswith(_LOOSE[1:]):
            alike[clue.one].add(clue.other)
            alike[clue.other].add(clue.one)
        elif isinstance(clue, Fact) and clue.fact == "built_from":
            alike[clue.value].add(clue.key)
        elif isinstance(clue, Setting) and clue.key.startswith("env:") and clue.scope:
            settings[clue.scope].append(clue)
    found: dict[str, dict[str, tuple[str, Where]]] = {}
    for script, steps in runs.items():
        own: dict[str, tuple[str, Where]] = {}
        for key in _together({key for key, _ in steps}, alike):
            for setting in settings.get(key, ()):
                own.setdefault(setting.key[4:], (setting.value, setting.at))
        if own:
            found[script] = own
    return found


def _together(keys: set[str], alike: Mapping[str, set[str]]) -> list[str]:
    """Return the keys that name the same, nearest first."""
    found, pending = list[str](), sorted(keys)
    while pending and len(found) < 64:
        key = pending.pop(0)
        if key not in found:
            found.append(key)
            pending += sorted(alike.get(key, ()))
    return found


def environment(clues: Iterable[Clue]) -> dict[str, tuple[str, Where]]:
    """Return what variables of the environment are set to; examples count least."""
    found: dict[str, tuple[str, Where]] = {}
    for clue in clues:
        if isinstance(clue, Setting) and clue.key.startswith("env:"):
            found.setdefault(clue.key[4:], (clue.value, clue.at))
    return found
