"""Other CI systems: Azure Pipelines, CircleCI, Cloud Build, CodeBuild, Bitbucket and Jenkins, by the commands that they run."""

from __future__ import annotations

import posixpath
import re
import shlex

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Move, Runs, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._ci import script, secret_clues
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import is_yaml
from mantlet.discovery.readers._images import image_clues
from mantlet.discovery.readers._names import is_secret, variable_clues
from mantlet.discovery.readers._shell import Command, commands

_NAMES = re.compile(
    r"(^|/)(azure-pipelines?[\w.\-]*\.ya?ml|\.circleci/config\.ya?ml|cloudbuild[\w.\-]*\.ya?ml|buildspec[\w.\-]*\.ya?ml|"
    r"bitbucket-pipelines\.ya?ml|Jenkinsfile[\w.\-]*|\.pipelines/[^/]+\.ya?ml|pipelines/azure[\w.\-]*\.ya?ml)\Z"
)
_SCRIPTS = frozenset(
    ("script", "bash", "pwsh", "powershell", "run", "command", "commands", "inlineScript", "inline")
)
_SECRET_USE = re.compile(r"\$\((\w+)\)|\$\$?\{?(\w+)\}?")
_STAGE = re.compile(r"stage\s*\(\s*['\"]([^'\"]+)['\"]\s*\)")
_SHELL = re.compile(r"\b(?:sh|bat)\s*\(?\s*(?:script\s*:\s*)?('''|\"\"\"|'|\")(.*?)\1", re.DOTALL)


def claims(path: str) -> bool:
    """Tell whether the file is such a system's, by its name."""
    return _NAMES.search(path) is not None


def read(source: Source) -> list[Clue]:
    """Return the pipeline with its jobs' commands, where it does more than check the code."""
    if not is_yaml(source.path):
        return _jenkins(source)
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        clues += _pipeline(source, document)
    return clues


def _pipeline(source: Source, document: Item) -> list[Clue]:
    key = f"job:{source.path}#pipeline"
    inner: list[Clue] = []
    first = 0
    for path, item in document.walk(20_000):
        name = path[-1] if path else ""
        if name in _SCRIPTS and (item.text or isinstance(item.value, list)):
            inner += _said(source, key, item, script(item))
        elif name == "args" and isinstance(
            item.value, list
        ):  # a step of Cloud Build: its image is the program
            step = document.get(*path[:-1]) if not any(part.isdigit() for part in path[:-1]) else Item()
            inner += _arguments(source, key, item, step)
        elif (
            name in ("image", "name")
            and "/" in item.text
            and len(path) > 1
            and path[0] in ("steps", "jobs", "executors", "pipelines")
        ):
            inner += [
                clue
                for clue in image_clues(key, item.text, source.at(item.at))
                if not isinstance(clue, Thing)
            ]
        elif len(path) > 1 and path[-2] in ("variables", "environment", "env", "substitutions") and item.text:
            inner += _secrets(source, key, item.text, item.at)
            if not is_secret(name):
                inner += variable_clues(name, item.text, source.at(item.at), key)
        first = first or item.at
    return _job(source, key, first, document["name"].text, inner)


def _job(source: Source, key: str, line: int, name: str, inner: list[Clue]) -> list[Clue]:
    if not any(isinstance(clue, (Move, Runs)) for clue in inner):
        return []
    name = name if name and "$" not in name else posixpath.basename(source.path).partition(".")[0]
    if source.path.startswith(".circleci/"):
        name = "CircleCI"
    moves = any(isinstance(clue, Move) for clue in inner)
    thing = Thing(key, "ci-pipeline", name, source.at(line or 1), 0.85 if moves else 0.6)
    return list(dict.fromkeys([thing, *inner]))


def _said(source: Source, key: str, item: Item, found: list[Command]) -> list[Clue]:
    clues = command_clues(Context(key, source), found)
    for part in item.each():
        for number, line in enumerate(part.text.split("\n"), part.line + bool(part.block)):
            clues += _secrets(source, key, line, number)
    return clues


def _secrets(source: Source, key: str, line: str, number: int) -> list[Clue]:
    clues: list[Clue] = []
    for match in _SECRET_USE.finditer(line[:5_000]):
        name = match[1] or match[2]
        if is_secret(name):
            clues += secret_clues(name, key, source, number)
    return clues


def _arguments(source: Source, key: str, item: Item, step: Item) -> list[Clue]:
    """Return what a list of arguments says; without its program, those of `docker` and of shells tell by themselves."""
    words = [text for text, _ in item.texts()]
    if words[:1] == ["-c"] and len(words) > 1:
        block = item.each()[1]
        return command_clues(Context(key, source), commands(block.text, block.line + bool(block.block)))
    program = step["entrypoint"].text or ("docker" if words[:1] in (["build"], ["push"], ["run"]) else "")
    text = " ".join(shlex.quote(word) for word in ([program, *words] if program else words))
    return command_clues(Context(key, source), commands(text, item.line)) if text else []


def _jenkins(source: Source) -> list[Clue]:
    """A Jenkinsfile is Groovy: its stages and the texts that it hands to `sh`."""
    key = f"job:{source.path}#pipeline"
    inner: list[Clue] = []
    for found in _SHELL.finditer(source.text[:200_000]):
        inner += command_clues(
            Context(key, source), commands(found[2], source.at_offset(found.start(2)).line)
        )
    for number, row in enumerate(source.lines, 1):
        for match in re.finditer(r"credentials(?:Id)?\s*[:(]\s*['\"]([\w.\-]+)['\"]", row[:2_000]):
            inner += secret_clues(match[1], key, source, number)
    first = _STAGE.search(source.text)
    return _job(source, key, source.at_offset(first.start()).line if first else 1, "Jenkins", inner)
