"""Which service an action of GitHub hands something to, and container registries. The knowledge is `services.yaml`."""

from __future__ import annotations

import re
from typing import Any

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Move, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._names import addresses, known, saas_of_host, saas_thing

_HANDS_OVER = re.compile(r"deploy|publish|upload-to|sync|push|release|login", re.IGNORECASE)


def registry_of(text: str) -> tuple[str, str]:
    """Return the key and name of the registry that an image's address, or that of a login, belongs to."""
    for sign, entry in known()["registries"].items():
        if sign in text:
            return f"host:{entry['key']}", str(entry["title"])
    first = text.split("/", maxsplit=1)[0].split("@", maxsplit=1)[0]
    if "$" in first:
        return "host:container registry", "container registry"
    if "/" in text and ("." in first or ":" in first):
        return f"host:{first}", first
    return "host:docker.io", "Docker Hub"


def login_of(steps: Item) -> str:
    """Return the registry that a job logs in to before it pushes images."""
    for step in steps.each():
        entry = known()["actions"].get(step["uses"].text.partition("@")[0].lower(), {})
        if sign := entry.get("registry"):
            return step["with"]["registry"].text or step["with"]["login-server"].text or str(sign)
    return ""


def action_clues(source: Source, key: str, step: Item, login: str) -> list[Clue]:
    """Return what a step's action hands to which service."""
    name = step["uses"].text.partition("@")[0].lower()
    entry = known()["actions"].get(name)
    if entry is None:
        return _unknown(source, key, step, name)
    if "registry" in entry or "push" in entry:
        return _registry(source, key, step, entry, login)
    at = source.at(step["uses"].at)
    target = str(entry["to"])
    if target.startswith("saas:") and "title" not in entry:
        thing = saas_thing(target[5:], at, 0.5)
    else:
        thing = Thing(target, entry.get("type", "external-system"), entry["title"], at, 0.6)
    return [thing, Move(key, target, at, entry["data"], 0.6)]


def _registry(source: Source, key: str, step: Item, entry: dict[str, Any], login: str) -> list[Clue]:
    """Return the registries that a step logs in or pushes to."""
    options = step["with"]
    if "push" not in entry:
        server = options["registry"] or options["login-server"]
        found = {registry_of(server.text + "/" if server.text else str(entry["registry"])): server.at}
        data, confidence = "login", 0.5
    else:
        if options["push"].text.lower() in ("", "false"):
            return []
        tags = [tag.strip() for tag in re.split(r"[\n,]", options["tags"].text) if tag.strip()] or [
            login + "/"
        ]
        places = [login + "/" if login and "$" in tag.split("/")[0] else tag for tag in tags]
        found = dict.fromkeys(map(registry_of, places), options["tags"].at)
        data, confidence = "image", 0.7
    clues: list[Clue] = []
    for (registry, title), line in found.items():
        at = source.at(line or step["uses"].at)
        clues.append(Thing(registry, "container-registry", title, at, 0.7))
        clues.append(Move(key, registry, at, data, confidence))
    return clues


def _unknown(source: Source, key: str, step: Item, name: str) -> list[Clue]:
    """Return who gets something by an action that nobody described, if its name says that it hands something over."""
    owner, _, rest = name.partition("/")
    if not rest or not _HANDS_OVER.search(rest) or owner in (".", "actions", "docker:"):
        return []
    at = source.at(step["uses"].at)
    if service := known()["action_owners"].get(owner):
        if "login" in rest or "configure" in rest:
            return []
        return [saas_thing(service, at, 0.6), Move(key, f"saas:{service}", at, "deployment", 0.6)]
    for item in step["with"].values():
        for found in addresses(item.text):
            host = saas_of_host(found.host)
            target = f"saas:{host}" if host else f"host:{found.host}"
            thing = (
                saas_thing(host, at, 0.6) if host else Thing(target, "external-system", found.host, at, 0.6)
            )
            return [thing, Move(key, target, at, "deployment", 0.6)]
    target = f"saas:{owner}"
    return [Thing(target, "external-system", owner, at, 0.5), Move(key, target, at, "deployment", 0.5)]
