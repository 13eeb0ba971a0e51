"""Task definitions of Amazon ECS: containers with image, command, environment and secrets."""

from __future__ import annotations

import re
import shlex

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Move, Runs, Same, Setting, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._documents import yaml_documents
from mantlet.discovery.readers._images import image_clues, image_same
from mantlet.discovery.readers._names import unresolved, variable_clues
from mantlet.discovery.readers._shell import commands


def claims(path: str) -> bool:
    """Tell whether the file may be a task definition; its content decides."""
    return (
        re.search(r"(task|container)[\w.\-]*\.(json|tpl|json\.tpl|ya?ml)\Z", path, re.IGNORECASE) is not None
    )


def read(source: Source) -> list[Clue]:
    """Return the service that the file defines."""
    clues: list[Clue] = []
    for document in yaml_documents(source) if "image" in source.text else ():
        containers = document["containerDefinitions"]
        if (
            not containers
            and isinstance(document.value, list)
            and all("image" in one for one in document.each())
        ):
            containers = document
        if containers:
            first = containers.each()[0]
            name = document["family"].text or first["name"].text
            name = name if name and not unresolved(name) else source.name.partition(".")[0]
            key = f"service:{name}"
            clues.append(Thing(key, "process", name, source.at(first["image"].at or first.line), 0.8))
            clues.append(Same(key, f"config:{source.path}", source.at(first["image"].at or first.line)))
            clues += containers_clues(source, key, containers)
    return clues


def containers_clues(source: Source, key: str, containers: Item, first: int = 0) -> list[Clue]:
    """Return what containers run and are told; ``first`` is added to lines, for text inside other files."""
    clues: list[Clue] = []
    listed = containers.each()
    for one in listed:
        at = source.at((one["image"].at or one.line) + first)
        if one["image"].text and not unresolved(one["image"].text):
            clues += image_clues(key, one["image"].text, at)
            clues += image_same(key, one["image"].text, at) if len(listed) == 1 else []
        for pair in one["environment"].each():
            where = source.at((pair["value"].at or pair.line) + first)
            clues += (
                variable_clues(pair["name"].text, pair["value"].text, where, key) if pair["name"].text else []
            )
        for pair in one["secrets"].each():
            clues += _secret(source, key, pair, first)
        words = [text for text, _ in (*one["entryPoint"].texts(), *one["command"].texts())]
        if words:
            line = (one["command"].at or one["entryPoint"].at) + first
            text = (
                words[2]
                if words[:2] in (["sh", "-c"], ["/bin/sh", "-c"], ["bash", "-c"]) and words[2:]
                else shlex.join(words)
            )
            started = command_clues(Context(key, source), commands(text, line))
            clues += started or [Runs(key, tuple(words), source.at(line))]
    return clues


def _secret(source: Source, key: str, pair: Item, first: int) -> list[Clue]:
    name = pair["name"].text
    at = source.at((pair["name"].at or pair.line) + first)
    if not name:
        return []
    thing = Thing(f"secret:{name}", "secret-store", name, at, 0.7)
    return [
        thing,
        Setting(f"env:{name}", "", at, key),
        Move(f"secret:{name}", key, at, "credential", 0.7, opened_by=key),
    ]
