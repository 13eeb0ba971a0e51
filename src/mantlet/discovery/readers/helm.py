"""Helm charts and Kustomize: dependencies, images and settings in values, generators and what is built upon."""

from __future__ import annotations

import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Part, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._images import image, image_clues
from mantlet.discovery.readers._names import in_clear, is_secret, unresolved, variable_clues
from mantlet.discovery.readers.settings import value_clues

_FORMATS = frozenset(("helm-chart", "helm-values", "kustomize"))


def claims(path: str) -> bool:
    """Tell whether the file is a chart's, its values, or Kustomize's."""
    return by_name(path) in _FORMATS


def read(source: Source) -> list[Clue]:
    """Return what the file says, as far as it is static."""
    clues = yaml_trouble(source)
    reader = {"helm-chart": _chart, "helm-values": _values, "kustomize": _kustomize}[by_name(source.path)]
    for document in yaml_documents(source):
        clues += reader(source, document)
    return clues


def _chart(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    for item in document["dependencies"].each():
        name, at = item["name"].text, source.at(item["name"].at)
        known = image(name)
        if not name or item["repository"].text.startswith("file:"):
            continue
        clues.append(Part("chart", name, at, item["version"].text))
        if known.type:
            clues.append(
                Thing(f"service:{item['alias'].text or name}", known.type, name, at, 0.7, also=(known.title,))
            )
        if not item["version"].text or re.search(r"[\^~*x>]", item["version"].text):
            clues.append(Fact(f"service:{item['alias'].text or name}", "dependencies_pinned", "no", at))
    return clues


def _values(source: Source, document: Item) -> list[Clue]:
    """Return images, credentials and addresses; the chart's own name is its folder's."""
    clues: list[Clue] = []
    for path, item in document.walk(5_000):
        repository = item["repository"].text
        if (
            repository
            and not unresolved(repository)
            and ("tag" in item or "pullPolicy" in item or path[-1:] == ("image",))
        ):
            tag = item["tag"].text
            text = f"{item['registry'].text}/{repository}".lstrip("/") + (f":{tag}" if tag else "")
            key = f"service:{path[-2] if len(path) > 1 else source.folder.rpartition('/')[2] or 'chart'}"
            found = image_clues(key, text, source.at(item["repository"].at))
            clues += found if tag else [clue for clue in found if isinstance(clue, Part)]
        elif item.text and path:
            clues += value_clues(source, ".".join(path), item.text, source.at(item.at))
    return clues


def _kustomize(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    for item in document["images"].each():
        name = item["newName"].text or item["name"].text
        tag = item["digest"].text or item["newTag"].text
        at = source.at(item["name"].at)
        clues.append(Part("image", name, at, tag))
    for item in document["configMapGenerator"].each():
        for text, line in item["literals"].texts():
            name, _, value = text.partition("=")
            clues += variable_clues(name, value, source.at(line), f"config:{item['name'].text}")[:1]
    for item in document["secretGenerator"].each():
        name = item["name"].text
        clues.append(Thing(f"secret:{name}", "secret-store", name, source.at(item["name"].at), 0.8))
        for text, line in item["literals"].texts():
            if in_clear(text.partition("=")[2]) and (
                is_secret(text.partition("=")[0]) or text.partition("=")[2]
            ):
                clues.append(Fact(f"secret:{name}", "secrets_managed", "no", source.at(line)))
    for text, line in (*document["resources"].texts(), *document["bases"].texts()):
        if re.match(r"(https?://|github\.com/|git@)", text):
            clues.append(Part("manifest", text.partition("?")[0], source.at(line), text.partition("ref=")[2]))
    return clues
