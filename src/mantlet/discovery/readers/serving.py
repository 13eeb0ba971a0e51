"""Model servers that are set up by a file: BentoML's `bentofile.yaml` and TorchServe's `config.properties`."""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Part, Same, Thing
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._names import variable_clues
from mantlet.discovery.readers.dependencies import requirement_clues


def claims(path: str) -> bool:
    """Tell whether the file sets up a model server."""
    return by_name(path) == "bento" or posixpath.basename(path) == "config.properties"


def read(source: Source) -> list[Clue]:
    """Return the server that the file sets up."""
    if by_name(source.path) == "bento":
        clues = yaml_trouble(source)
        for document in yaml_documents(source):
            clues += _bento(source, document)
        return clues
    return (
        _torchserve(source)
        if re.search(r"^(inference_address|model_store|load_models)=", source.text, re.MULTILINE)
        else []
    )


def _bento(source: Source, document: Item) -> list[Clue]:
    service = document["service"]
    if not service.text:
        return []
    file, _, name = service.text.partition(":")
    if not file.endswith(".py"):
        file = file.replace(".", "/") + ".py"
    key, at = f"service:bento/{posixpath.basename(file).removesuffix('.py')}", source.at(service.at)
    title = document["name"].text or posixpath.basename(file).removesuffix(".py")
    code = "code:" + path_key(file, source.folder)[5:]
    clues: list[Clue] = [
        Thing(key, "inference-service", title, at, 0.85, also=("BentoML service", name)),
        Same(key, code, at),
    ]
    ports = ("3000", "5000")  # of its versions 1 and 0.13
    clues += [Same(key, f"host:localhost:{port}", at) for port in ports]
    for text, line in document["python"]["packages"].texts():
        clues += requirement_clues(source, text, line, key)
    for item in document["models"].each():
        tag = item.text or item["tag"].text
        where = source.at(item.at or item["tag"].at)
        version = tag.partition(":")[2]
        clues += [
            Thing(
                f"repo:bentoml/{tag.partition(':')[0]}", "model-registry", tag.partition(":")[0], where, 0.8
            ),
            Move(f"repo:bentoml/{tag.partition(':')[0]}", key, where, "model", 0.85, opened_by=key),
            Part("model", tag.partition(":")[0], where, "" if version == "latest" else version),
        ]
    for item in document["envs"].each():
        clues += (
            variable_clues(item["name"].text, item["value"].text, source.at(item["name"].at), key)
            if item["name"].text
            else []
        )
    return clues


def _torchserve(source: Source) -> list[Clue]:
    values: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(source.lines, 1):
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith(("#", "!")):
            values[name.strip()] = (value.strip(), number)
    key = f"service:torchserve/{source.folder or 'config'}"
    first = min(line for _, line in values.values())
    clues: list[Clue] = [Thing(key, "inference-service", "TorchServe", source.at(first), 0.85)]
    for name, default in (
        ("inference_address", "8080"),
        ("management_address", "8081"),
        ("metrics_address", "8082"),
    ):
        value, number = values.get(name, ("", first))
        port = value.rpartition(":")[2].strip("/") if value else default
        clues.append(Same(key, f"host:localhost:{port}", source.at(number)))
        if value.startswith("http://0.0.0.0") and name == "management_address":
            clues.append(Fact(key, "admin_separate", "no", source.at(number)))
    if (store := values.get("model_store")) and store[0]:
        place, at = path_key(store[0], source.folder), source.at(store[1])
        clues.append(Thing(place, "model-artifact", store[0], at, 0.7))
        clues.append(Move(place, key, at, "model weights", 0.8, opened_by=key))
    if (token := values.get("disable_token_authorization")) and token[0] == "true":
        clues.append(Fact(key, "authenticated", "no", source.at(token[1])))
    if (urls := values.get("allowed_urls")) and urls[0]:
        clues.append(Fact(key, "urls_restricted", "yes" if ".*" not in urls[0] else "no", source.at(urls[1])))
    return clues
