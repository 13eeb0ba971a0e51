"""The Serverless Framework: functions with their handlers, events, environment and rights; its CloudFormation besides."""

from __future__ import annotations

import posixpath

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Runs, Same, Thing
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import is_yaml, kind_of
from mantlet.discovery.readers._names import bucket_key, function_key, unresolved, variable_clues
from mantlet.discovery.readers._resources import policy_facts
from mantlet.discovery.readers.cloudformation import template_clues


def claims(path: str) -> bool:
    """Tell whether the file may be one of Serverless; its content decides."""
    return is_yaml(path)


def read(source: Source) -> list[Clue]:
    """Return functions and resources."""
    if kind_of(source) != "serverless":
        return []
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        for name, item in document["functions"].items():
            clues += _function(source, document, name, item)
        if document["resources"]["Resources"]:
            clues += template_clues(source, document["resources"])
    return clues


def _function(source: Source, document: Item, name: str, item: Item) -> list[Clue]:
    key, at = f"service:{name}", source.at(item.at)
    clues: list[Clue] = [
        Thing(key, "serverless-function", name, at, 0.9),
        *_handler(source, document, key, item),
        Same(key, function_key(name), at),
    ]
    for section in (document["provider"]["environment"], item["environment"]):
        for variable, value in section.items():
            clues += variable_clues(variable, value.text, source.at(value.at), key)
    for event in item["events"].each():
        for kind, value in event.items():
            clues += _event(source, key, kind, value)
    for rights in (
        document["provider"]["iamRoleStatements"],
        document.get("provider", "iam", "role", "statements"),
    ):
        clues += policy_facts(key, Item({"Statement": rights}), source) if rights else []
    return clues


def _handler(source: Source, document: Item, key: str, item: Item) -> list[Clue]:
    handler = item["handler"]
    if not handler.text or unresolved(handler.text):
        return []
    module, _, function = handler.text.rpartition(".")
    runtime = item["runtime"].text or document["provider"]["runtime"].text
    node = runtime.startswith("nodejs")
    file = path_key(posixpath.normpath(module) + (".js" if node else ".py"), source.folder)[5:]
    at = source.at(handler.at)
    return [Same(key, f"code:{file}#{function}", at), Runs(key, ("node" if node else "python", file), at)]


def _event(source: Source, key: str, kind: str, value: Item) -> list[Clue]:
    """Return what calls a function: a route, a bucket, a queue, a stream."""
    at = source.at(value.at)
    if kind in ("http", "httpApi"):
        method, path = value["method"].text, value["path"].text
        if value.text:
            method, _, path = value.text.rpartition(" ")
        route = f"{method.upper() or 'ANY'} /{path.strip('/')}"
        clues: list[Clue] = [Thing(f"route:{route}", "web-service", route, at, 0.7, parent=key)]
        if kind == "http" and not value["authorizer"] and not value["private"].yes:
            clues.append(Fact(f"route:{route}", "authenticated", "no", at))
        return clues
    name = value.text or value["bucket"].text or value["arn"].text or value["topicName"].text
    if kind == "s3" and name and not unresolved(name):
        bucket = bucket_key("s3", name)
        return [Thing(bucket, "object-store", name, at, 0.8), Move(bucket, key, at, "files", 0.8)]
    if kind in ("sqs", "sns", "stream", "kafka", "msk") and name:
        last = name.rpartition(":")[2].rpartition("/")[2]
        target = f"{'queue' if kind == 'sqs' else 'topic'}:{last}"
        return [Thing(target, "queue", last, at, 0.8), Move(target, key, at, "messages", 0.8)]
    return []
