"""DVC: the stages of `dvc.yaml`, tracked files (`*.dvc`) and remotes (`.dvc/config`)."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Iterator

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Part, Same, Thing, Unclear, Where
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._ambiguous import EVERYBODY
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._fetches import DVC_REMOTE
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._kinds import step_type, store_type
from mantlet.discovery.readers._names import addresses, is_secret, saas_of_host
from mantlet.discovery.readers._shell import commands


def claims(path: str) -> bool:
    """Tell whether DVC wrote or reads the file."""
    return by_name(path) == "dvc" or re.search(r"(^|/)\.dvc/config(\.local)?\Z", path) is not None


def read(source: Source) -> list[Clue]:
    """Return stages, tracked data and remotes."""
    if source.path.endswith(("/config", "/config.local")):
        return _remotes(source)
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        if source.path.endswith(".dvc"):
            clues += _tracked(source, document)
        else:
            clues += _pipeline(source, document)
    return clues


# -- remotes


def _remotes(source: Source) -> list[Clue]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(source.text)
    except configparser.Error as error:
        return [Unclear(source.at(getattr(error, "lineno", 0) or 0), "not readable as DVC's configuration")]
    default = parser.get("core", "remote", fallback="").strip()
    names = [
        (section, _remote_name(section))
        for section in parser.sections()
        if section.strip("'\"").startswith("remote")
    ]
    clues: list[Clue] = []
    for section, name in names:
        at = _section(source, section)
        url = parser.get(section, "url", fallback="")
        clues += _remote(name, url, source.find("url", at.line) if at.line else at, at)
        if name == default or len(names) == 1:
            clues.append(Same(f"{DVC_REMOTE}#{name}", DVC_REMOTE, at))
        for option in parser.options(section):
            if is_secret(option) and parser.get(section, option):
                clues.append(
                    Fact(f"{DVC_REMOTE}#{name}", "secrets_managed", "no", source.find(option, at.line))
                )
    return clues


def _remote_name(section: str) -> str:
    found = re.search(r'"([^"]*)"', section)
    return found[1] if found else section.partition(" ")[2].strip("'\"")


def _section(source: Source, section: str) -> Where:
    return source.find(f"[{section}]")


def _remote(name: str, url: str, url_at: Where, at: Where) -> list[Clue]:
    key = f"{DVC_REMOTE}#{name}"
    found = next(iter(addresses(url)), None)
    service = saas_of_host(found.host) if found else ""
    title = f"{name} DVC remote" + (f" ({service})" if service else "")
    clues: list[Clue] = [
        Thing(key, "object-store", title, at, 0.9, also=tuple(filter(None, (name, url, service))))
    ]
    if found is None:
        return [*clues, Same(key, path_key(url, ".dvc"), url_at)] if url and "://" not in url else clues
    if found.key.startswith("bucket:"):
        clues.append(Same(key, found.key, url_at))
    if found.scheme == "http":
        clues.append(Fact(key, "protocol", "http", url_at, other=EVERYBODY))
    return clues


# -- tracked files


def _tracked(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    base = posixpath.normpath(posixpath.join(source.folder, document["wdir"].text or "."))
    origins = list(_origins(document))
    for out in document["outs"].each():
        path = out["path"].text
        if not path:
            continue
        key, at = path_key(path, base), source.at(out["path"].at)
        clues.append(Thing(key, store_type(key[5:]) or "dataset-store", key[5:], at, 0.8))
        clues.append(Part("dataset", key[5:], at, out["md5"].text or out["hash"].text))
        for origin, name, origin_at in origins:
            if origin.startswith(("repo:", "url:")):
                clues.append(
                    Thing(
                        origin,
                        "dataset-hub" if origin[:4] == "repo" else "data-provider",
                        name,
                        source.at(origin_at),
                        0.8,
                    )
                )
            clues.append(Move(origin, key, source.at(origin_at), name, 0.8))
        if not origins and out["cache"].text != "false":
            clues.append(Move(DVC_REMOTE, key, at, "versioned data", 0.6))
    return clues


def _origins(document: Item) -> Iterator[tuple[str, str, int]]:
    """Yield where a tracked file comes from: another repository or an address."""
    for dep in document["deps"].each():
        repo = dep["repo"]["url"]
        if repo:
            name = re.sub(r"^(https?://|git@)[^/:]+[/:]|\.git$", "", repo.text)
            yield f"repo:git/{name}", name, repo.at
        elif "://" in dep["path"].text:
            found = next(iter(addresses(dep["path"].text)), None)
            bucket = found is not None and found.key.startswith("bucket:")
            yield (
                found.key if found and bucket else f"url:{dep['path'].text}",
                dep["path"].text,
                dep["path"].at,
            )


# -- stages


def _pipeline(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    for name, stage in document["stages"].items():
        if "foreach" in stage or "matrix" in stage:
            inner = stage["do"] or stage
            clues += _stage(source, name, inner, stage.at)
        else:
            clues += _stage(source, name, stage, stage.at)
    for item in (*document["artifacts"].items(), *(("", one) for one in document["datasets"].each())):
        clues += _artifact(source, *item)
    for metrics in ("metrics", "plots"):
        for out in document[metrics].each():
            for path, at in _paths(out):
                if "/" in path or "." in path:  # plots may have names of their own
                    clues.append(Thing(path_key(path, source.folder), "file-store", path, source.at(at), 0.5))
    return clues


def _artifact(source: Source, name: str, item: Item) -> list[Clue]:
    path = item["path"]
    if not path.text:
        return []
    key = path_key(path.text, source.folder)
    kind = item["type"].text
    type_ = {"model": "model-artifact", "dataset": "dataset-store"}.get(
        kind, store_type(key[5:]) or "file-store"
    )
    return [Thing(key, type_, key[5:], source.at(path.at), 0.9, also=(name,) if name else ())]


def _stage(source: Source, name: str, stage: Item, line: int) -> list[Clue]:
    key = f"stage:{source.path}#{name}"
    folder = posixpath.normpath(posixpath.join(source.folder, stage["wdir"].text or ".")).removeprefix(".")
    clues: list[Clue] = [Thing(key, step_type(name, stage["cmd"].text), name, source.at(line), 0.95)]
    context = Context(key, source, folder)
    for text, at in stage["cmd"].texts():
        clues += command_clues(context, commands(text.replace("\n", " ") if "\\" not in text else text, at))
    clues += _inputs(source, stage, key, folder)
    for section in ("outs", "metrics", "plots"):
        for out in stage[section].each():
            for path, at in _paths(out):
                target = path_key(path, folder)
                type_ = "file-store" if section != "outs" else store_type(target[5:]) or "dataset-store"
                clues.append(Thing(target, type_, target[5:], source.at(at), 0.9))
                clues.append(Move(key, target, source.at(at), _said(section, path), 0.95))
    return clues


def _inputs(source: Source, stage: Item, key: str, folder: str) -> list[Clue]:
    clues: list[Clue] = []
    for dep in stage["deps"].each():
        for path, at in _paths(dep):
            if "://" in path:
                continue
            found, where = path_key(path, folder), source.at(at)
            if is_code(found[5:]):
                clues.append(
                    Same(key, "code:" + found[5:], where)
                    if found[5:] in _scripts(stage)
                    else Move("code:" + found[5:], key, where, "code", 0.1)
                )
            else:
                clues.append(Thing(found, store_type(found[5:]) or "dataset-store", found[5:], where, 0.8))
                clues.append(Move(found, key, where, posixpath.basename(path), 0.95, opened_by=key))
    for param in stage["params"].each():
        files = param.items() or [("params.yaml", param)]
        for file, value in files:
            found = path_key(file, folder)
            clues.append(Move(found, key, source.at(value.at), "parameters", 0.7, opened_by=key))
            if file != "params.yaml":
                clues.append(Thing(found, "config-store", found[5:], source.at(value.at), 0.6))
    return clues


def is_code(path: str) -> bool:
    """Tell whether a dependency is a program or a folder of programs, not data."""
    return path.endswith((".py", ".ipynb", ".R", ".r", ".sh", ".jl", ".scala", ".js", ".ts", ".sql")) or bool(
        re.fullmatch(r"(.*/)?(src|scripts|code|lib|pipelines?|steps|notebooks?)", path)
    )


def _scripts(stage: Item) -> set[str]:
    """Return the scripts that the stage's commands name."""
    return {posixpath.normpath(w) for text, _ in stage["cmd"].texts() for w in text.split() if is_code(w)}


def _paths(item: Item) -> list[tuple[str, int]]:
    """Return the paths of an entry: a text, or a mapping whose keys are paths."""
    if item.text:
        return [(item.text, item.at)]
    return [(path, value.at) for path, value in item.items()]


def _said(section: str, path: str) -> str:
    return section if section != "outs" else posixpath.basename(path.rstrip("/"))
