"""Which resource an argument names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python import paths
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import UNKNOWN, Instance, Mapping, Object, Sequence, Value

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def argument(arg: str, args: list[Value], named: dict[str, Value], recv: Value) -> Value:
    """Return the first argument of `0|path|self` that is given."""
    for name in arg.split("|"):
        if name == "self" and (recv.atoms or recv.origins):
            return recv
        if name.isdigit() and int(name) < len(args):
            return args[int(name)]
        if name in named:
            return named[name]
    return UNKNOWN


def find(m: Machine, api: Api, target: Value, node: ast.AST, recv: Value) -> list[Resource]:
    """Return the resources that an argument names, or the client's own."""
    handles = [
        atom.resource
        for atom in target.atoms
        if isinstance(atom, (Instance, Object)) and atom.resource is not None
    ]
    if handles:
        for handle in handles:
            m.resource(handle.key, api.type, handle.name, m.at(node))
            if api.do != "connect":
                break
        return handles[:2]
    found: list[Resource] = []
    for text in _texts(target)[:4]:
        resource = named_resource(m, api, text, node)
        if resource is not None and resource not in found:
            found.append(resource)
    if len(found) > 1:
        m.alternatives.append(tuple(resource.key for resource in found))
    if found:
        return found
    own = held(recv)
    if own is not None and (api.arg in {"", "self"} or api.key != "path"):
        return [own]
    if api.name or api.default:
        key = api.default or (api.key if ":" in api.key else f"saas:{api.name.lower()}")
        key = key.replace("{}", "*")
        return [m.resource(key, api.type, api.name or paths.name_of(key), m.at(node))]
    if api.arg and api.do in {"load", "store", "connect"} and not _is_data(target):
        m.unclear(node, f"{'writes' if api.do == 'store' else 'reads'} something whose name isn't clear")
    return []


def _is_data(target: Value) -> bool:
    held_in_memory = any(isinstance(a, Instance) and a.type in _IN_MEMORY for a in target.atoms)
    known = any(isinstance(atom, (Sequence, Mapping, Object)) for atom in target.atoms)
    return held_in_memory or known or bool(target.origins)


_IN_MEMORY = frozenset({"io.StringIO", "io.BytesIO"})
"""Buffers: what is written there goes nowhere yet."""


def _texts(target: Value) -> list[str]:
    texts: list[str] = []
    for atom in target.atoms:
        if isinstance(atom, str):
            texts.append(str(atom))
        elif isinstance(atom, Sequence):
            texts += [text for item in atom.items[:4] for text in item.texts()]
    return texts


def named_resource(m: Machine, api: Api, text: str, node: ast.AST) -> Resource | None:
    """Return the resource that a text names."""
    script = m.script
    if api.key == "path":
        key = paths.of_path(text, script, m.settings)
    elif api.key == "url":
        key = paths.of_address(text)
    elif api.key == "hub":
        key = hub_key(m, text, script)
    else:
        shown = paths.known_part(text)
        template = api.key if "{}" in api.key else api.key + ":{}"
        if api.type == "model-registry":
            shown = shown.partition(":")[0]  # a model's version is the same model's
        key = template.replace("{}", shown) if shown.strip("*") else ""
    if not key or key == "path:.":
        return None
    fits = api.key in {"path", "url"} and key.startswith("path:")
    kind = _OUTSIDE.get(api.type, api.type) if key.startswith("url:http") else api.type
    kind = paths.type_of(key, api.type) if fits or key.startswith("bucket:") else kind
    name = (
        api.name
        if api.name and "{}" not in api.key and api.key not in {"path", "hub"}
        else paths.name_of(key)
    )
    return m.resource(key, kind, name, m.at(node))


_OUTSIDE = {
    "dataset-store": "data-provider",
    "file-store": "web-source",
    "knowledge-base": "web-source",
    "model-artifact": "model-hub",
}
"""What a file is that lies at an address of somebody else."""


def hub_key(m: Machine, text: str, script: str) -> str:
    """A name for a hub may be a folder here as well."""
    shown = paths.known_part(text)
    if not shown.strip("*"):
        return ""
    if text.startswith(("\x01", "/", "./", "../", "~")) or shown.count("/") > 1:
        return paths.of_path(text, script, m.settings)
    if (
        shown in m.settings.folders
        or shown in m.settings.files
        or paths.SUFFIX_TYPES.get(shown.rpartition(".")[2].lower())
    ):
        return paths.of_path(text, script, m.settings)
    return f"repo:huggingface/{shown}"


def held(recv: Value) -> Resource | None:
    """Return the resource that a client is connected to."""
    return next(
        (a.resource for a in recv.atoms if isinstance(a, (Instance, Object)) and a.resource is not None), None
    )
