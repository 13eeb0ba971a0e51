"""docker-compose: services with their images, builds, ports, volumes, networks, environment and what they wait for."""

from __future__ import annotations

import re
import shlex

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Mount, Move, Runs, Same, Thing, Where
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._ambiguous import ENV_FILE
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._compose_groups import filled, folded, programs, routed, shared_volumes
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._docker import mount_clues
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import is_yaml, kind_of
from mantlet.discovery.readers._images import Image, image, image_clues
from mantlet.discovery.readers._kinds import STORES
from mantlet.discovery.readers._names import unresolved, variable_clues
from mantlet.discovery.readers._shell import commands

_PORT = re.compile(
    r"(?:(?P<ip>\[[^\]]*\]|\d+\.\d+\.\d+\.\d+|\$\{[^}]*\}):)?(?:(?P<out>[\d-]+|\$\{[^}]*\}|\$\w+)?:)?(?P<inner>\d+)(?:-\d+)?(?:/\w+)?\Z"
)


def claims(path: str) -> bool:
    """Tell whether the file may describe services of Compose; its content decides."""
    return is_yaml(path)


def read(source: Source) -> list[Clue]:
    """Return the services and what joins them."""
    if kind_of(source) != "compose":
        return []
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        services = document["services"]
        if not services and "version" not in document:
            services = Item({k: v for k, v in document.items() if "image" in v or "build" in v})
        names = dict(services.items())
        for name, service in services.items():
            clues += _service(source, name, service, names)
        clues += programs(source, services) + folded(source, services)
        clues += shared_volumes(source, services) + routed(source, services)
    return clues


def _service(source: Source, name: str, service: Item, names: dict[str, Item]) -> list[Clue]:
    key, at = f"service:{name}", source.at(service.at)
    found = image(filled(service["image"].text))
    if found.type in STORES and _prepares(name, service):  # a job in the image of what it prepares
        found = Image(found.name, found.tag, found.digest, "process", "", ())
    ports = _ports(service)
    type_ = found.type or ("web-service" if ports or service["expose"] else "process")
    confidence = 0.9 if found.type else 0.7
    also = tuple(filter(None, (found.title, service["container_name"].text)))
    clues: list[Clue] = [Thing(key, type_, name, at, confidence, also=also)]
    clues += _images(source, key, service)
    clues += _reached(source, key, name, service, found, ports)
    clues += _environment(source, key, service)
    for volume in service["volumes"].each():
        clues += _volume(source, key, volume)
    clues += _command(source, key, service)
    clues += _waits(source, key, service, names)
    clues += _protection(source, key, service)
    if found.type and found.type != "process":  # a program that others wrote: its settings say what it uses
        clues = [_sure(clue) for clue in clues]
    if found.type in ("web-app", "monitoring-service"):  # it shows what others keep
        return [_turned(clue, key) for clue in clues]
    return clues


_GUESSED = 0.35
"""The confidence of a move to a broker in a program of our own: whether it sends or receives, its code says."""
_JOB_NAME = re.compile(
    r"(^|[-_])(init|setup|create\w*|topics?|seed\w*|migrat\w*|bootstrap|mc)($|[-_])", re.IGNORECASE
)


def _prepares(name: str, service: Item) -> bool:
    """Tell whether a service with a store's image is no store: its name says so, or a shell script of its own runs in it."""
    words = [word for part in ("entrypoint", "command") for word, _ in service[part].texts()]
    script = any(re.fullmatch(r"(/bin/)?(ba)?sh", word) for word in words) or any(
        "\n" in word for word in words
    )
    return bool(_JOB_NAME.search(name)) or (script and bool(service["depends_on"]))


def _sure(clue: Clue) -> Clue:
    if isinstance(clue, Move) and clue.target.startswith("host:") and clue.confidence == _GUESSED:
        return Move(clue.source, clue.target, clue.at, clue.data, 0.5, opened_by=clue.opened_by)
    return clue


def _turned(clue: Clue, key: str) -> Clue:
    """Return a move to what a viewer is set up for as one from there."""
    if isinstance(clue, Move) and clue.source == key and clue.target.startswith(("host:", "service:")):
        return Move(clue.target, key, clue.at, clue.data, max(clue.confidence, 0.5), opened_by=key)
    return clue


def _images(source: Source, key: str, service: Item) -> list[Clue]:
    """Return the inventory's line of a foreign image, and the arguments of a build."""
    clues: list[Clue] = []
    for name, value, line in _pairs(service["build"]["args"]):
        clues += variable_clues(name, filled(value), source.at(line), key)
    item = service["image"]
    if item.text and not service["build"]:  # an image of our own has a tag that pins nothing
        clues += image_clues(key, filled(item.text), source.at(item.at))
    return clues


# -- ports and hosts


def _ports(service: Item) -> list[tuple[str, str, str, int]]:
    """Return the address, outer port, inner port and line of each published port."""
    found = []
    for item in service["ports"].each():
        if target := item["target"].text:
            found.append(
                (item["host_ip"].text, filled(item["published"].text), target, item.at or item["target"].at)
            )
        elif match := _PORT.match(filled(item.text)):
            found.append((match["ip"] or "", filled(match["out"] or ""), match["inner"], item.at))
    return found


def _reached(
    source: Source, key: str, name: str, service: Item, found: Image, ports: list[tuple[str, str, str, int]]
) -> list[Clue]:
    """Return the hosts that the service answers as, inside the network and on the machine."""
    at = source.at(service.at)
    inner = {port: source.at(line) for _, _, port, line in ports}
    for item in service["expose"].each():
        inner.setdefault(item.text.split("/")[0], source.at(item.at))
    for port in found.ports:
        inner.setdefault(str(port), at)
    clues: list[Clue] = []
    hosts = [name, *(alias for alias in (service["container_name"].text, service["hostname"].text) if alias)]
    for network in service["networks"].values():
        hosts += [alias for alias, _ in network["aliases"].texts()]
    for host in dict.fromkeys(hosts):
        clues.append(Same(key, f"host:{host}", at))
        clues += [Same(key, f"host:{host}:{port}", where) for port, where in inner.items()]
    for ip, outer, _, line in ports:
        where = source.at(line)
        if outer.isdigit():
            clues.append(Same(key, f"host:localhost:{outer}", where))
        if ip not in ("127.0.0.1", "[::1]", "localhost"):
            clues.append(Fact(key, "port", outer or "random", where))
    return clues


# -- environment


def _pairs(item: Item) -> list[tuple[str, str, int]]:
    """Return the variables of a list (`A=b`) or a mapping (`A: b`)."""
    pairs = [(name, value.text, value.at) for name, value in item.items()]
    for text, line in item.texts() if isinstance(item.value, list) else ():
        name, _, value = text.partition("=")
        pairs.append((name, value, line))
    return pairs


def _environment(source: Source, key: str, service: Item) -> list[Clue]:
    clues: list[Clue] = []
    for name, value, line in _pairs(service["environment"]):
        clues += variable_clues(name, filled(value), source.at(line), key)
        clues += _open_door(key, name, value, source.at(line))
    for item in service["env_file"].each():
        path = item.text or item["path"].text
        if path and not unresolved(path):
            clues.append(Same(key, ENV_FILE + path_key(path, source.folder)[5:], source.at(item.at)))
    for item in service["secrets"].each():
        if name := item.text or item["source"].text:
            at = source.at(item.at or item["source"].at)
            clues.append(Thing(f"secret:{name}", "secret-store", name, at, 0.7))
            clues.append(Same(f"secret:{name}", f"path:/run/secrets/{item['target'].text or name}", at))
            clues.append(Move(f"secret:{name}", key, at, "credential", 0.7, opened_by=key))
    return clues


def _open_door(key: str, name: str, value: str, at: Where) -> list[Clue]:
    """Return what a variable of a well-known image says about logging in."""
    value = value.strip().lower()
    opened = {
        "POSTGRES_HOST_AUTH_METHOD": ("trust",),
        "MYSQL_ALLOW_EMPTY_PASSWORD": ("yes", "1", "true"),
        "ALLOW_EMPTY_PASSWORD": ("yes", "1", "true"),
        "ALLOW_ANONYMOUS_LOGIN": ("yes", "1", "true"),
        "ALLOW_PLAINTEXT_LISTENER": ("yes", "1", "true"),
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": ("true", "1"),
        "XPACK.SECURITY.ENABLED": ("false",),
        "PLUGINS.SECURITY.DISABLED": ("true",),
        "DISABLE_SECURITY_PLUGIN": ("true",),
        "GF_AUTH_ANONYMOUS_ENABLED": ("true",),
        "NEO4J_AUTH": ("none",),
        "WEBUI_AUTH": ("false",),
        "JUPYTER_TOKEN": ("",),
    }.get(name.upper())
    if opened and value in opened and not (name == "JUPYTER_TOKEN" and value):
        fact = "authenticated"
        return [Fact(key, fact, "no", at)]
    if name.upper() in ("FLASK_DEBUG", "DEBUG") and value in ("1", "true", "yes"):
        return [Fact(key, "debug", "yes", at)]
    return []


# -- volumes


def _volume(source: Source, key: str, item: Item) -> list[Clue]:
    if item.text:
        return mount_clues(key, filled(item.text), source.folder, source.at(item.at))
    outside, inside = item["source"].text, item["target"].text
    if not outside or not inside:
        return []
    at = source.at(item["source"].at)
    if item["type"].text == "bind" or outside.startswith((".", "/", "~")):
        return [Mount(key, inside, path_key(filled(outside), source.folder), at)]
    return [Mount(key, inside, f"volume:{outside}", at)]


# -- commands, order, protection


def _command(source: Source, key: str, service: Item) -> list[Clue]:
    clues: list[Clue] = []
    folder = _context(source, service)
    parts = [item for item in (service["entrypoint"], service["command"]) if item]
    lists = [item for item in parts if isinstance(item.value, list)]
    if lists and len(lists) == len(parts):
        words = tuple(text for item in lists for text, _ in item.texts())
        if words[:2] in (("sh", "-c"), ("bash", "-c"), ("/bin/sh", "-c"), ("/bin/bash", "-c")) and words[2:]:
            return command_clues(Context(key, source, folder), commands(words[2], lists[0].at))
        clues.append(Runs(key, words, source.at(lists[0].at), folder))
        return clues + command_clues(
            Context(key, source, folder), commands(" ".join(map(shlex.quote, words)), lists[0].at)
        )
    for item in parts:
        text = re.sub(r"^\s*(/bin/)?(ba)?sh\s+-l?c\s+([\"'])(.*)\3\s*$", r"\4", item.text, flags=re.DOTALL)
        clues += command_clues(Context(key, source, folder), commands(text, item.line + (item.block == "|")))
    return clues


def _context(source: Source, service: Item) -> str:
    """Return the folder of the repository that a service's program works in, as far as its build tells."""
    build = service["build"]
    folder = build.text or build["context"].text
    if service["working_dir"].text or not folder or unresolved(folder) or "://" in folder:
        return service["working_dir"].text
    return path_key(folder, source.folder)[5:].removeprefix(".")


def _waits(source: Source, key: str, service: Item, names: dict[str, Item]) -> list[Clue]:
    """Return that a service waits for others; that alone is an order of starting, no flow of data."""
    clues: list[Clue] = []
    for section in ("depends_on", "links"):
        item = service[section]
        found = (
            item.texts() if isinstance(item.value, list) else [(name, one.at) for name, one in item.items()]
        )
        for text, line in found:
            other = text.partition(":")[0]
            if other in names:
                clues.append(Move(key, f"service:{other}", source.at(line), "", 0.3))
    return clues


def _protection(source: Source, key: str, service: Item) -> list[Clue]:
    clues: list[Clue] = []
    if (item := service["privileged"]).yes:
        clues += [Fact(key, fact, "no", source.at(item.at)) for fact in ("sandboxed", "least_privilege")]
    if (item := service["user"]).text.split(":")[0] in ("root", "0"):
        clues.append(Fact(key, "least_privilege", "no", source.at(item.at)))
    if (item := service["network_mode"]).text == "host":
        clues.append(Fact(key, "in", "network:host", source.at(item.at)))
    networks = service["networks"]
    listed = (
        networks.texts() if isinstance(networks.value, list) else [(n, one.at) for n, one in networks.items()]
    )
    clues += [Fact(key, "in", f"network:{name}", source.at(line)) for name, line in listed]
    for item in service["volumes"].each():
        if "docker.sock" in (item.text or item["source"].text):
            clues.append(Fact(key, "least_privilege", "no", source.at(item.at or item["source"].at)))
    if service["cap_add"]:
        clues += [
            Fact(key, "least_privilege", "no", source.at(line))
            for text, line in service["cap_add"].texts()
            if text in ("ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE")
        ]
    limits = service.get("deploy", "resources", "limits") or service["mem_limit"]
    if limits:
        clues.append(Fact(key, "quota", "yes", source.at(limits.at)))
    return clues
