"""MLflow: entry points of `MLproject`, and packaged models (`MLmodel`)."""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Part, Thing
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._images import image_clues
from mantlet.discovery.readers._kinds import step_type
from mantlet.discovery.readers._names import variable_clues
from mantlet.discovery.readers._shell import commands

_FLAVOURS = {"sklearn": "pickle", "pytorch": "torch", "onnx": "onnx", "keras": "keras", "tensorflow": "savedmodel", "xgboost": "xgboost-json", "pmml": "pmml"}  # fmt: skip


def claims(path: str) -> bool:
    """Tell whether MLflow reads the file."""
    return by_name(path) in ("mlproject", "mlmodel")


def read(source: Source) -> list[Clue]:
    """Return entry points, or the model that is packaged."""
    clues = yaml_trouble(source)
    reader = _project if by_name(source.path) == "mlproject" else _model
    for document in yaml_documents(source):
        clues += reader(source, document)
    return clues


def _project(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    entries = document["entry_points"].items()
    for name, entry in entries:
        key = f"stage:{source.path}#{name}"
        command = entry["command"]
        title = name if name != "main" or len(entries) > 1 else document["name"].text or name
        clues.append(Thing(key, step_type(name, command.text), title, source.at(entry.at), 0.9, also=(name,)))
        text = _filled(command.text, entry["parameters"])
        first = command.line + bool(command.block)
        clues += command_clues(Context(key, source, source.folder), commands(text, first))
        image = document["docker_env"]["image"]
        if image.text:
            clues += image_clues(key, image.text, source.at(image.at))
        for variable in document["docker_env"]["environment"].each():
            parts = variable.texts()
            if isinstance(variable.value, list) and len(parts) == 2:
                clues += variable_clues(parts[0][0], parts[1][0], source.at(parts[0][1]), key)
    return clues


def _filled(command: str, parameters: Item) -> str:
    """Return a command with the defaults of its parameters; those without one stay as they are written."""

    def value(match: re.Match[str]) -> str:
        item = parameters[match[1]]
        return item["default"].text or match[0]

    return re.sub(r"\{(\w+)\}", value, command)


def _model(source: Source, document: Item) -> list[Clue]:
    """Return a packaged model; its folder is the artefact."""
    folder = source.folder or "."
    key = path_key(folder)
    line = document["flavors"].at or 1
    clues: list[Clue] = [
        Thing(key, "model-artifact", posixpath.basename(folder) or "model", source.at(line), 0.85)
    ]
    for flavour, item in document["flavors"].items():
        at = source.at(item.at)
        version = next((one.text for name, one in item.items() if name.endswith("_version")), "")
        if flavour != "python_function":
            clues.append(Part("framework", flavour, at, version))
            word = item["serialization_format"].text.replace("cloudpickle", "pickle") or _FLAVOURS.get(
                flavour, ""
            )
            if word:
                clues.append(
                    Fact(key, "model_format", word, source.at((item["serialization_format"] or item).at))
                )
    return clues
