"""Ray Serve's configuration: applications, their code, routes and where they listen."""

from __future__ import annotations

import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Same, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import is_yaml, kind_of
from mantlet.discovery.readers._names import variable_clues


def claims(path: str) -> bool:
    """Tell whether the file may be such a configuration; its content decides."""
    return is_yaml(path)


def read(source: Source) -> list[Clue]:
    """Return the applications."""
    if kind_of(source) != "ray-serve":
        return []
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        clues += _document(source, document, 0, "")
    return clues


def config_clues(source: Source, text: str, first: int, parent: str) -> list[Clue]:
    """Return the applications of a configuration that stands as text in another file."""
    clues: list[Clue] = []
    for document in yaml_documents(source, text):
        clues += _document(source, document, first, parent)
    return clues


def _document(source: Source, document: Item, first: int, parent: str) -> list[Clue]:
    clues: list[Clue] = []
    port = document["http_options"]["port"].text or "8000"
    for item in document["applications"].each() or [document]:
        path = item["import_path"]
        if not path.text:
            continue
        name = item["name"].text or path.text.partition(":")[0]
        key, at = f"service:{name}", source.at(path.at + first)
        module = path.text.partition(":")[0].replace(".", "/")
        clues.append(Thing(key, "inference-service", name, at, 0.85, parent=parent))
        clues.append(Same(key, f"code:{module}.py", at))
        clues.append(Same(key, f"host:localhost:{port}", at))
        for variable, value in item["runtime_env"]["env_vars"].items():
            clues += variable_clues(variable, value.text, source.at(value.at + first), key)
        if (host := document["http_options"]["host"]).text == "0.0.0.0":  # noqa: S104 (compared, not bound)
            clues.append(Fact(key, "port", port, source.at(host.at + first)))
        if (work := item["runtime_env"]["working_dir"]).text and re.match(r"https?://", work.text):
            pinned = re.search(r"[0-9a-f]{40}", work.text) is not None
            clues += [] if pinned else [Fact(key, "dependencies_pinned", "no", source.at(work.at + first))]
    return clues
