"""Kedro's data catalogue: data sets by name, where they lie and in which form.

Nodes name data sets, so each gets the key `dataset:NAME` beside that of its place.
"""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing, Unclear
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._kinds import store_type
from mantlet.discovery.readers._names import bucket_key, saas_thing, unresolved

_LAYERS = (("06_models", "model-artifact"), ("08_reporting", "file-store"), ("04_feature", "dataset-store"))


def claims(path: str) -> bool:
    """Tell whether the file is a catalogue."""
    return by_name(path) == "kedro-catalog"


def read(source: Source) -> list[Clue]:
    """Return the data sets of the catalogue."""
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        for name, item in document.items():
            if name.startswith("_") or not isinstance(item.value, dict):
                continue
            clues += _dataset(source, name, item)
    return clues


def _dataset(source: Source, name: str, item: Item) -> list[Clue]:
    kind = item["type"].text or item["dataset"]["type"].text or item["dataset"].text
    if not kind:
        return [Unclear(source.at(item.at), f"the data set '{name[:60]}' has no type")]
    name = name.partition("@")[0] or name  # `name@pandas` and `name@spark` are one file in two hands
    key, at = f"dataset:{name}", source.at(item.at)
    path = item["filepath"] or item["path"]
    type_ = _type(kind, path.text)
    clues: list[Clue] = [Thing(key, type_, name, at, 0.85, also=(path.text,) if path.text else ())]
    clues += _place(source, key, kind, item, path)
    if "pickle" in kind.lower():
        fact, value = ("model_format", "pickle") if type_ == "model-artifact" else ("", "")
        if fact:
            clues.append(Fact(key, fact, value, source.at((item["type"] or item).at)))
    if item["versioned"].yes:
        clues.append(Fact(key, "versioned", "yes", source.at(item["versioned"].at)))
    if credentials := item["credentials"].text:
        where = source.at(item["credentials"].at)
        clues.append(Thing(f"secret:{credentials}", "secret-store", credentials, where, 0.7))
        clues.append(Move(f"secret:{credentials}", key, where, "credential", 0.4))
    return clues


def _type(kind: str, path: str) -> str:
    low = kind.lower()
    if any(
        word in low
        for word in ("sqltable", "sqlquery", "gbq", "snowpark", "managedtable", "deltatable", "ibis")
    ):
        return "dataset-store"
    for folder, type_ in _LAYERS:
        if folder in path:
            return type_
    if any(word in low for word in ("matplotlib", "plotly", "metrics", "tracking", "image", "holoviews")):
        return "file-store"
    if "pickle" in low or "keras" in low or "tensorflow" in low or "mlflow" in low:
        return (
            "model-artifact"
            if re.search(r"model|regressor|classifier", path)
            else store_type(path) or "dataset-store"
        )
    return (
        store_type(path)
        if store_type(path) in ("model-artifact", "file-store") and "csv" not in low
        else "dataset-store"
    )


def _place(source: Source, key: str, kind: str, item: Item, path: Item) -> list[Clue]:
    clues: list[Clue] = []
    if path.text and not unresolved(path.text):
        at = source.at(path.at)
        if found := re.match(r"(s3a?|gs|gcs|abfss?)://([^/]+)/(.*)", path.text):
            bucket = bucket_key(found[1], found[2])
            clues += [Thing(bucket, "object-store", found[2], at, 0.7), Same(key, f"path:{path.text}", at)]
        elif not re.match(r"\w+://", path.text):
            clues.append(Same(key, path_key(path.text, _project(source)), at))
    if table := item["table_name"].text:
        clues.append(Same(key, f"table:{table}", source.at(item["table_name"].at)))
    if "api" in kind.lower() and (url := item["url"]).text:
        clues.append(Move(f"url:{url.text}", key, source.at(url.at), "", 0.6))
    if "huggingface" in kind.lower() and (name := item["dataset_name"] or item["model_name"]).text:
        clues += [
            saas_thing("huggingface", source.at(name.at)),
            Move(f"repo:huggingface/{name.text}", key, source.at(name.at), "", 0.7),
        ]
    return clues


def _project(source: Source) -> str:
    """Return the folder of the project that `conf` lies in."""
    parts = source.folder.split("/")
    return posixpath.join(*parts[: parts.index("conf")]) if "conf" in parts and parts.index("conf") else ""
