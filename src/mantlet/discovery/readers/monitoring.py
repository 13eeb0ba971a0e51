"""What watches: Prometheus with the targets that it asks, Grafana with the sources that it shows."""

from __future__ import annotations

import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import is_yaml
from mantlet.discovery.readers._names import address, unresolved


def claims(path: str) -> bool:
    """Tell whether the file may be one of theirs; its content decides."""
    return (
        is_yaml(path)
        and re.search(r"prometheus|datasource|grafana|scrape|promtail|otel", path, re.IGNORECASE) is not None
    )


def read(source: Source) -> list[Clue]:
    """Return who is watched."""
    clues: list[Clue] = []
    for document in yaml_documents(source):
        if document["scrape_configs"]:
            clues += _prometheus(source, document)
        elif document["datasources"] and isinstance(document["datasources"].value, list):
            clues += _grafana(source, document)
    return [*yaml_trouble(source), *clues] if clues else []


def _prometheus(source: Source, document: Item) -> list[Clue]:
    key, first = f"service:prometheus/{source.path}", source.at(document["scrape_configs"].at)
    clues: list[Clue] = [
        Thing(key, "monitoring-service", "Prometheus", first, 0.8),
        Same(key, f"config:{source.path}", first),
    ]
    if source.folder:
        clues.append(Same(key, "config:" + source.folder, first))
    for job in document["scrape_configs"].each():
        secure = job["scheme"].text == "https"
        for group in job["static_configs"].each():
            for text, line in group["targets"].texts():
                host, _, port = text.rpartition(":")
                if not host or unresolved(text) or host in ("localhost", "127.0.0.1"):
                    continue
                at = source.at(line)
                clues.append(Move(f"host:{host}:{port}", key, at, "metrics", 0.75, opened_by=key))
                if not secure:
                    clues.append(Fact(f"host:{host}:{port}", "protocol", "http", at, other=key))
    return clues


def _grafana(source: Source, document: Item) -> list[Clue]:
    key = "service:grafana"
    clues: list[Clue] = []
    for item in document["datasources"].each():
        found = address(item["url"].text)
        if found and found.host and not unresolved(found.host):
            at = source.at(item["url"].at)
            clues += [Thing(key, "monitoring-service", "Grafana", at, 0.6)]
            clues.append(
                Move(found.key, key, at, item["name"].text or item["type"].text, 0.75, opened_by=key)
            )
    return clues
