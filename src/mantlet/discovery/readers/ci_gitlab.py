"""GitLab CI: jobs that run the project's programs, with images, variables and what they deploy."""

from __future__ import annotations

import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Runs, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._ci import script_clues, secret_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._images import image_clues
from mantlet.discovery.readers._names import in_clear, is_secret, variable_clues

_KEYWORDS = frozenset(("stages", "variables", "default", "include", "image", "services", "before_script", "after_script", "cache", "workflow", "pages", "spec"))  # fmt: skip
_USED = re.compile(r"\$\{?([A-Z][A-Z0-9_]+)\}?")


def claims(path: str) -> bool:
    """Tell whether the file holds jobs of GitLab CI."""
    return by_name(path) == "gitlab"


def read(source: Source) -> list[Clue]:
    """Return the jobs that do more than check the code."""
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        jobs = [
            (n, one)
            for n, one in document.items()
            if n not in _KEYWORDS and ("script" in one or "extends" in one)
        ]
        if "script" in document["pages"]:
            jobs.append(("pages", document["pages"]))
        templates = dict(document.items())
        for name, job in jobs:
            if not name.startswith("."):
                clues += _job(source, name, _extended(job, templates), document)
    return clues


def _extended(job: Item, templates: dict[str, Item]) -> Item:
    """Return a job with what it takes from the jobs that it extends, as far as they are in this file."""
    whole: dict[str, Item] = {}
    for name, _ in job["extends"].texts():
        whole.update(templates.get(name, Item()).items())
    whole.update(job.items())
    return Item(whole, job.line, job.key)


def _job(source: Source, name: str, job: Item, document: Item) -> list[Clue]:
    key = f"job:{source.path}#{name}"
    clues: list[Clue] = []
    for section in ("before_script", "script", "after_script"):
        item = job[section] or document["default"][section] or document[section]
        clues += script_clues(Context(key, source), item)
        clues += _secrets(source, key, item)
    for variables in (document["variables"], job["variables"]):
        for variable, value in variables.items():
            text = value.text or value["value"].text
            if not is_secret(variable) or in_clear(text):
                clues += variable_clues(variable, text, source.at(value.at), key)
    image = job["image"] or document["default"]["image"] or document["image"]
    if text := image.text or image["name"].text:
        clues += image_clues(key, text, source.at(image.at))
    if not any(isinstance(clue, (Move, Runs)) for clue in clues):
        return []
    for service in job["services"].texts():
        if "dind" in service[0]:
            clues.append(Fact(key, "build_isolated", "no", source.at(service[1])))
    moves = any(isinstance(clue, Move) for clue in clues)
    thing = Thing(key, "ci-pipeline", name, source.at(job.at), 0.85 if moves else 0.6)
    return list(dict.fromkeys([thing, *clues]))


def _secrets(source: Source, key: str, item: Item) -> list[Clue]:
    """Return the credentials that the commands use; GitLab hands them over without naming them in the file."""
    clues: list[Clue] = []
    for part in item.each():
        first = part.line + bool(part.block)
        for number, line in enumerate(part.text.split("\n"), first):
            for name in _USED.findall(line):
                if is_secret(name):
                    clues += secret_clues(name, key, source, number)
    return clues
