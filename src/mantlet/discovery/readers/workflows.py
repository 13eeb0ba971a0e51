"""What Prefect, Dagster and ZenML declare in YAML: deployments, code locations, steps and where state is kept."""

from __future__ import annotations

import posixpath

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Move, Part, Runs, Same, Setting, Thing
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name, is_yaml, kind_of
from mantlet.discovery.readers._images import image_clues
from mantlet.discovery.readers._kinds import step_type
from mantlet.discovery.readers._names import bucket_key
from mantlet.discovery.readers.settings import value_clues


def claims(path: str) -> bool:
    """Tell whether the file may be one of theirs; ZenML's is known by its content."""
    return by_name(path) in ("prefect", "dagster") or (is_yaml(path) and not by_name(path))


def read(source: Source) -> list[Clue]:
    """Return deployments, code locations or steps."""
    kind = kind_of(source)
    if kind not in ("prefect", "dagster", "zenml"):
        return []
    clues = yaml_trouble(source)
    reader = {"prefect": _prefect, "dagster": _dagster, "zenml": _zenml}[kind]
    for document in yaml_documents(source):
        clues += reader(source, document)
    return clues


def _prefect(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    for item in document["deployments"].each():
        entry = item["entrypoint"]
        name = item["name"].text or entry.text
        if not entry.text:
            continue
        key, at = f"stage:{source.path}#{name}", source.at(item["name"].at or entry.at)
        file, _, function = entry.text.partition(":")
        code = "code:" + path_key(file, source.folder)[5:]
        clues.append(
            Thing(key, step_type(name, function), name, at, 0.8, also=(function,) if function else ())
        )
        clues.append(Same(key, f"{code}#{function}" if function else code, source.at(entry.at)))
        for parameter, value in item["parameters"].items():
            if value.text:
                clues.append(
                    Setting(f"config:{source.path}#{name}.{parameter}", value.text, source.at(value.at), key)
                )
        image = item["work_pool"]["job_variables"]["image"]
        if image.text and "{{" not in image.text:
            clues += image_clues(key, image.text, source.at(image.at))
    keys = [clue.key for clue in clues if isinstance(clue, Thing)]
    for section in ("pull", "push"):
        for step in document[section].each():
            for values in step.values():
                clues += _moved(source, section, values, keys)
    return clues


def _moved(source: Source, section: str, values: Item, keys: list[str]) -> list[Clue]:
    """Return the bucket that the deployments' code is pulled from or pushed to."""
    bucket = values["bucket"]
    if not bucket.text or "{{" in bucket.text:
        return []
    store, at = bucket_key("s3", bucket.text), source.at(bucket.at)
    ends = [(store, key) if section == "pull" else (key, store) for key in keys]
    return [
        Thing(store, "object-store", bucket.text, at, 0.7),
        *(Move(*pair, at, "code", 0.6) for pair in ends),
    ]


def _dagster(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    for item in document["load_from"].each():
        for kind, value in item.items():
            file = value.text or value["relative_path"].text
            module = value["module_name"].text or (value.text if "module" in kind else "")
            target = module.replace(".", "/") if module else file
            if target:
                key = f"workflow:{source.path}"
                clues.append(Thing(key, "pipeline-orchestrator", "Dagster", source.at(value.at), 0.6))
                folder = posixpath.join(source.folder, value["working_directory"].text or ".")
                clues.append(
                    Runs(
                        key,
                        ("dagster", target),
                        source.at(value.at),
                        posixpath.normpath(folder).removeprefix("."),
                    )
                )
    for path, item in document.walk(2_000):
        if item.text and path:
            clues += value_clues(source, ".".join(path), item.text, source.at(item.at))
    return clues


def _zenml(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    if name := document["model"]["name"].text:
        clues.append(
            Part("model", name, source.at(document["model"]["name"].at), document["model"]["version"].text)
        )
    for path, item in document.walk(2_000):
        if item.text and path:
            clues += value_clues(source, ".".join(path), item.text, source.at(item.at))
    image = document["settings"]["docker"]["parent_image"]
    if image.text:
        clues += image_clues(f"config:{source.path}", image.text, source.at(image.at))
    return clues
