"""Configurations of MCP clients: the servers that an agent may start or call, what they are given, whether they are pinned."""

from __future__ import annotations

import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Part, Runs, Same, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name, is_yaml, kind_of
from mantlet.discovery.readers._images import image_clues
from mantlet.discovery.readers._names import address, saas_of_host, saas_thing, unresolved, variable_clues

CLIENT = "service:mcp-client"


def claims(path: str) -> bool:
    """Tell whether the file may list MCP servers; its content decides."""
    return (
        by_name(path) == "mcp"
        or is_yaml(path)
        or re.search(
            r"(^|/)(\.?mcp|\.cursor|\.vscode|\.claude|\.gemini|agents?)/[^/]*\.json\Z|mcp[^/]*\.json\Z",
            path,
            re.IGNORECASE,
        )
        is not None
    )


def read(source: Source) -> list[Clue]:
    """Return the servers, with the client that uses them."""
    if kind_of(source) != "mcp":
        return []
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        servers = document["mcpServers"] or document["servers"] or document["mcp"]["servers"]
        for name, item in servers.items():
            clues += _server(source, name, item)
    return clues


def _server(source: Source, name: str, item: Item) -> list[Clue]:
    key, at = f"service:mcp/{name}", source.at(item.at)
    clues: list[Clue] = [
        Thing(key, "mcp-server", name, at, 0.85, also=("MCP server",)),
        Thing(CLIENT, "agent", "MCP client", at, 0.4),
        Move(CLIENT, key, at, "tool calls", 0.6),
        Move(key, CLIENT, at, "tool results", 0.6),
    ]
    for section in ("env", "headers"):
        for variable, value in item[section].items():
            clues += variable_clues(variable, value.text, source.at(value.at), key)
    if url := item["url"] or item["serverUrl"]:
        return clues + _remote(source, key, url)
    words = tuple(text for text, _ in (*item["command"].texts(), *item["args"].texts()))
    if words:
        clues += _started(source, key, words, source.at((item["args"] or item["command"]).at).line)
    return clues


def _remote(source: Source, key: str, url: Item) -> list[Clue]:
    found, at = address(url.text), source.at(url.at)
    if found is None:
        return []
    service = saas_of_host(found.host)
    clues: list[Clue] = (
        [Same(key, found.key, at)]
        if not service
        else [saas_thing(service, at), Move(key, f"saas:{service}", at, "requests", 0.6)]
    )
    if found.scheme == "http" and found.host not in ("localhost", "127.0.0.1"):
        clues.append(Fact(CLIENT, "protocol", "http", at, other=key))
    return clues


def _started(source: Source, key: str, words: tuple[str, ...], line: int) -> list[Clue]:
    """Return what starts a server: a program of the repository, or a package that is fetched each time."""
    at = source.at(line)
    clues: list[Clue] = [Runs(key, words, at, "")]
    program = words[0].rpartition("/")[2]
    rest = [word for word in words[1:] if not word.startswith("-")]
    if program == "docker":
        images = [
            word
            for word in rest
            if word not in ("run", "compose")
            and ("/" in word or ":" in word)
            and not re.match(r"[./$]|\w+=|.*:/", word)
        ]
        return clues + [clue for text in images[:1] for clue in image_clues(key, text, at)]
    if program in ("npx", "uvx", "bunx", "pipx", "pnpx") and rest and not unresolved(rest[0]):
        package = rest[1] if program == "pipx" and rest[0] == "run" and len(rest) > 1 else rest[0]
        found = re.fullmatch(r"(@?[^@=]+)(?:@|==)?(.*)", package)
        version = found[2] if found else ""
        clues.append(
            Part("package", found[1] if found else package, at, "" if version == "latest" else version)
        )
        if not re.match(r"\d", version):
            clues.append(Fact(key, "dependencies_pinned", "no", at))
    return clues
