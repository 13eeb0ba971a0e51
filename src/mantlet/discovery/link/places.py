"""Paths that name one place: mounts, folders and what lies in them, parts that aren't known."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable

from mantlet.discovery.clues import Clue, Mount, Thing
from mantlet.discovery.link.linker import Linker

MANY_SECRETS = 5
MANY_FILES = 4
"""More files than these with the same readers and writers are one store, also where no folder holds them."""


def unite_paths(linker: Linker, clues: Iterable[Clue], files: frozenset[str]) -> None:
    """Unite the keys of paths that name one place."""
    _mounted(linker, [clue for clue in clues if isinstance(clue, Mount)])
    _absolute(linker)
    _patterns(linker)
    _in_folders(linker, files)


def unite_outputs(linker: Linker) -> None:
    """A file that a step is declared to hand on is the one of that name that its code writes."""
    for output in linker.outputs:
        name = posixpath.basename(output.value)
        step = linker.find(output.key)
        written = {
            linker.find(move.target)
            for move in linker.moves
            if linker.find(move.source) == step
            and move.target.startswith("path:")
            and move.target != output.value
            and posixpath.basename(move.target) == name
        }
        if len(written) == 1:
            linker.unite(written.pop(), output.value)


def _paths(linker: Linker) -> list[str]:
    return sorted(key for key in linker.keys if key.startswith("path:"))


def _mounted(linker: Linker, mounts: list[Mount]) -> None:
    """A path inside a container is one outside."""
    for mount in mounts:
        inside = "path:" + mount.inside.rstrip("/")
        for key in _paths(linker):
            if key == inside or key.startswith(inside + "/"):
                rest = key[len(inside) :]
                if mount.outside.startswith("path:"):
                    outside = "path:" + posixpath.normpath(mount.outside[5:] + rest)
                    if outside in linker.things or rest:
                        linker.unite(outside, key)
                elif not rest:
                    linker.unite(mount.outside, key)


def _absolute(linker: Linker) -> None:
    """An absolute path whose end is a path of the repository."""
    paths = _paths(linker)
    relative = [key[5:] for key in paths if not key.startswith(("path:/", "path:~"))]
    for key in paths:
        if key.startswith(("path:/", "path:~")):
            found = [path for path in relative if key.endswith("/" + path) and path.count("/") >= 1]
            if found:
                linker.unite("path:" + max(found, key=len), key)


def unite_alternatives(linker: Linker, alternatives: Iterable[tuple[str, ...]]) -> None:
    """Files of one folder that one call may read or write, whichever the settings say."""
    for keys in alternatives:
        by_folder: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            by_folder[posixpath.dirname(key) if key.startswith("path:") else key.rpartition("/")[0]].append(
                key
            )
        by_name: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            if key.startswith("path:") and "*" not in posixpath.basename(key):
                by_name[posixpath.basename(key)].append(key)
        for same in (*by_folder.values(), *by_name.values()):
            for key in same[1:]:
                linker.unite(same[0], key)


def unite_hubs(linker: Linker) -> None:
    """Models of one hub come from one place, by name or by address."""
    hub = "repo:huggingface"
    linker.find(hub) if hub in linker.things else None
    for key in linker.keys:
        things = linker.things.get(key, ())
        named = key.startswith("repo:huggingface/") and any(thing.type == "model-hub" for thing in things)
        if named or re.match(r"url:https?://(\w+\.)?(huggingface\.co|hf\.co)/(?!datasets)", key):
            linker.unite(hub, key)
            if hub not in linker.things:
                linker.things[hub] = (
                    [
                        Thing(
                            hub,
                            "model-hub",
                            "Hugging Face Hub",
                            things[0].at if things else linker.places[key][0],
                            0.9,
                            also=("huggingface.co",),
                        )
                    ]
                    if things
                    else []
                )


def _patterns(linker: Linker) -> None:
    """Names with unknown parts in one folder are the folder's files."""
    by_folder: dict[str, list[str]] = defaultdict(list)
    for key in _paths(linker):
        folder, name = posixpath.split(key[5:])
        if "*" in name and folder:
            by_folder[folder].append(key)
    for folder, keys in by_folder.items():
        types = defaultdict(list)
        for key in keys:
            types["" if f"path:{folder}/*" in keys else posixpath.splitext(key)[1]].append(key)
        for same in types.values():
            for key in same[1:]:
                linker.unite(same[0], key)


def _in_folders(linker: Linker, files: frozenset[str]) -> None:
    """What lies in a folder that is written or read as a whole is a part of it."""
    moved = {move.source for move in linker.moves} | {move.target for move in linker.moves}
    folders = [
        key
        for key in _paths(linker)
        if key in moved and "." not in posixpath.basename(key[5:]) and "*" not in key and key[5:] not in files
    ]
    for key in _paths(linker):
        inside = [folder for folder in folders if key.startswith(folder + "/")]
        if inside:
            linker.unite(max(inside, key=len), key)


def unite_tables(linker: Linker) -> None:
    """A table with and without its schema, and the feature view of the same name over it."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for key in linker.keys:
        kind, _, name = key.partition(":")
        if kind in {"table", "view"}:
            by_name[name.rpartition(".")[2].strip('"`').lower()].append(key)
    _only_tables(linker)
    for keys in by_name.values():
        bare = [key for key in keys if "." not in key or key.startswith("view:")]
        for key in keys:
            if bare and key != bare[0]:
                linker.unite(bare[0], key)


def fold_secrets(linker: Linker) -> None:
    """More credentials of one process than people would draw are shown as one thing."""
    of: dict[str, set[str]] = defaultdict(set)
    targets: dict[str, set[str]] = defaultdict(set)
    for move in linker.moves:
        source, target = linker.find(move.source), linker.find(move.target)
        if source.startswith("secret:"):
            of[target].add(source)
            targets[source].add(target)
    for target, secrets in of.items():
        own = sorted(secret for secret in secrets if targets[secret] == {target})
        if len(own) > MANY_SECRETS:
            name = next((thing.name for thing in linker.things.get(target, ())), "")
            first = linker.things[own[0]][0] if linker.things.get(own[0]) else None
            for secret in own[1:]:
                linker.unite(own[0], secret)
            if first is not None:
                linker.things[own[0]].insert(
                    0, Thing(own[0], "secret-store", f"{len(own)} secrets of {name}".strip(), first.at, 0.95)
                )


def _only_tables(linker: Linker) -> None:
    """A database with one table is told as one thing."""
    parts: dict[str, list[str]] = defaultdict(list)
    for key in linker.keys:
        for thing in linker.things.get(key, ()):
            if key.startswith("table:") and thing.parent:
                parts[linker.find(thing.parent)].append(key)
    for database, keys in parts.items():
        if len({key.rpartition(".")[2] for key in keys}) == 1:
            for key in keys:
                linker.unite(database, key)


def siblings(linker: Linker) -> None:
    """Data files and pictures of one folder with the same readers and writers are one store."""
    into: dict[str, set[str]] = defaultdict(set)
    for move in linker.moves:
        source, target = linker.find(move.source), linker.find(move.target)
        into[source].add(f">{target}")
        into[target].add(f"<{source}")
    groups: dict[tuple[str, frozenset[str]], list[str]] = defaultdict(list)
    for key in _paths(linker):
        root = linker.find(key)
        things = linker.things.get(key, [])
        if root != key or not things:
            continue
        if things[0].type in {"dataset-store", "file-store"} and _by_code(into[root]):
            groups[posixpath.dirname(key[5:]), frozenset(into[root])].append(key)
    for (folder, _), keys in groups.items():
        for key in keys[1:] if folder or len(keys) >= MANY_FILES else ():
            linker.unite(keys[0], key)


def _by_code(ends: set[str]) -> bool:
    """Tell whether code reads or writes it; where it was fetched from doesn't matter."""
    code = [end for end in ends if end[1:].startswith(("code:", "stage:", "app:", "job:"))]
    return bool(code) and all(end in code or end.startswith(("<data:", "<url:", "<repo:")) for end in ends)
