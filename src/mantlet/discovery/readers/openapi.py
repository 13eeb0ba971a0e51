"""OpenAPI and Swagger descriptions: a service's routes, whether they ask who calls, personal data in what they take and give."""

from __future__ import annotations

import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Same, Thing, Where
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import is_yaml, kind_of
from mantlet.discovery.readers._names import address
from mantlet.discovery.readers._personal import personal_clues

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
MAX_ROUTES = 500
MAX_PARTS = 100
"""Parts of one message that are looked into."""


def claims(path: str) -> bool:
    """Tell whether the file may describe an interface; its content decides."""
    return is_yaml(path) or re.search(r"(openapi|swagger)[\w.\-]*\.json\Z", path, re.IGNORECASE) is not None


def read(source: Source) -> list[Clue]:
    """Return the service and its routes."""
    if kind_of(source) != "openapi":
        return []
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        clues += _service(source, document)
    return clues


def _service(source: Source, document: Item) -> list[Clue]:
    title = document["info"]["title"]
    key = f"service:openapi/{source.path}"
    clues: list[Clue] = [Thing(key, "web-service", title.text or source.name, source.at(title.at or 1), 0.6)]
    for server in document["servers"].each():
        found = address(server["url"].text)
        if found and found.host and "{" not in found.host:
            at = source.at(server["url"].at)
            clues.append(Same(key, f"host:{found.host}:{found.port}", at))
            if found.scheme == "http" and found.host not in ("localhost", "127.0.0.1"):
                clues.append(Fact("who:user", "protocol", "http", at, other=key))
    open_ = not document["security"]
    routes = [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    for path, method, operation in routes[:MAX_ROUTES]:
        clues += _route(source, document, key, f"{method.upper()} {path}", operation, open_=open_)
    return clues


def _route(
    source: Source, document: Item, parent: str, name: str, operation: Item, *, open_: bool
) -> list[Clue]:
    key, at = f"route:{name}", source.at(operation.at)
    clues: list[Clue] = [Thing(key, "web-service", name, at, 0.6, parent=parent)]
    secured = operation["security"]
    if (secured and not secured.each()) or (open_ and not secured):
        clues.append(Fact(key, "authenticated", "no", at))
    fields = [(p["name"].text, source.at(p["name"].at)) for p in operation["parameters"].each()]
    for content in operation["requestBody"]["content"].values():
        fields += _fields(source, document, content["schema"])
    for response in operation["responses"].values():
        for content in response["content"].values():
            fields += _fields(source, document, content["schema"])
    return clues + personal_clues(key, fields)


def _fields(source: Source, document: Item, schema: Item) -> list[tuple[str, Where]]:
    """Return the fields of a message and of what it holds, each part looked at once."""
    found: list[tuple[str, Where]] = []
    seen: set[int] = set()
    todo = [schema]
    while todo and len(seen) < MAX_PARTS:
        part = todo.pop(0)
        if not part or id(part) in seen:
            continue
        seen.add(id(part))
        reference = part["$ref"].text
        if reference.startswith("#/"):
            todo.append(document.get(*[word for word in reference[2:].split("/") if word]))
        found += [(name, source.at(item.at)) for name, item in part["properties"].items()]
        todo += part["properties"].values()[:MAX_PARTS]
        for inner in (part["items"], *part["allOf"].each(), *part["anyOf"].each(), *part["oneOf"].each()):
            todo.append(inner)
    return found
