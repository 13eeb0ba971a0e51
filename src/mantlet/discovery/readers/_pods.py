"""Containers in pods, wherever Kubernetes and what runs on it describe them."""

from __future__ import annotations

import re
import shlex

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Mount, Move, Runs, Same, Setting, Thing
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._ambiguous import ENV_FILE
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._images import image_clues, image_same
from mantlet.discovery.readers._names import variable_clues
from mantlet.discovery.readers._shell import commands

_CONTROL = re.compile(r"^[ \t]*(?:-[ \t]+)?\{\{-?.*?\}\}[ \t]*$", re.MULTILINE)
_INLINE = re.compile(r"\{\{.{0,2000}?\}\}", re.DOTALL)
_NAMED = re.compile(
    r"\.Values\.(?:[\w-]+\.)*([\w-]+)\.(?:name|fullname|serviceName)\b|include \"([\w-]+)\.(?:full)?name\"|\.Release\.(Name)\b"
)
_VALUE = re.compile(r"\.Values\.([\w.-]+)")


def without_templates(text: str) -> str:
    """Return a template of Helm as plain YAML: what is filled in stands as `${values.a.b}`, lines keep their numbers."""
    if "{{" not in text:
        return text
    text = re.sub(
        r"\{\{-?\s{0,20}/\*.{0,5000}?\*/\s{0,20}-?\}\}",
        lambda m: "\n" * m[0].count("\n"),
        text,
        flags=re.DOTALL,
    )
    text = _CONTROL.sub("", text)
    return _INLINE.sub(_inline, text)


def _inline(match: re.Match[str]) -> str:
    lines = "\n" * match[0].count("\n")
    if named := _NAMED.search(match[0]):  # names of objects: what the template calls them is what people know
        return next(filter(None, named.groups())).lower() + lines  # as names of objects must be
    found = _VALUE.search(match[0])
    return ("${values." + found[1] + "}" if found else "${template}") + lines


def pod_spec(item: Item) -> Item:
    """Return the pod's specification in a workload's `spec`."""
    for path in (("jobTemplate", "spec", "template", "spec"), ("template", "spec"), ("podTemplate", "spec")):
        if found := item.get(*path):
            return found
    return item if "containers" in item else Item()


def pod_clues(key: str, spec: Item, source: Source) -> list[Clue]:
    """Return what a pod's containers run, mount, are told and may do."""
    clues: list[Clue] = []
    volumes = {one["name"].text: one for one in spec["volumes"].each()}
    containers = [*spec["containers"].each(), *spec["initContainers"].each()]
    for at, item in enumerate(containers):
        clues += container_clues(key, item, source, alone=at == 0)
        for mount in item["volumeMounts"].each():
            clues += _mount(key, mount, volumes, source)
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if (item := spec[field]).yes:
            clues.append(Fact(key, "sandboxed", "no", source.at(item.at)))
    clues += _rights(key, spec["securityContext"], source)
    return clues


def container_clues(key: str, item: Item, source: Source, *, alone: bool = True) -> list[Clue]:
    """Return what one container says; the first of a pod is the one that is known by the pod's name."""
    clues: list[Clue] = []
    text = item["image"].text
    at = source.at((item["image"] or item).at)
    if text and not text.startswith("${"):
        clues += image_clues(key, text, at)
        if alone:
            clues += image_same(key, text, at)
    for variable in item["env"].each():
        clues += _variable(key, variable, source)
    for origin in item["envFrom"].each():
        if name := origin["secretRef"]["name"].text:
            clues += secret_clues(name, key, source, origin["secretRef"]["name"].at)
        if name := origin["configMapRef"]["name"].text:
            clues.append(Same(key, f"{ENV_FILE}map/{name}", source.at(origin["configMapRef"]["name"].at)))
    clues += start_clues(key, item, source)
    clues += _rights(key, item["securityContext"], source)
    if limits := item["resources"]["limits"]:
        clues.append(Fact(key, "quota", "yes", source.at(limits.at)))
    return clues


def start_clues(key: str, item: Item, source: Source) -> list[Clue]:
    """Return the program that a container starts."""
    words = [*item["command"].texts(), *item["args"].texts()]
    if not words:
        return []
    argv = tuple(word for word, _ in words)
    first = next(
        (
            at
            for word, at in words
            if word not in ("sh", "bash", "/bin/sh", "/bin/bash", "-c", "-lc", "-ec", "-cex")
        ),
        words[0][1],
    )
    context = Context(key, source, item["workingDir"].text)
    if (
        len(argv) > 2
        and re.search(r"(^|/)(ba|z)?sh$", argv[0])
        and argv[1].startswith("-")
        and "c" in argv[1]
    ):
        script = next(one for one in (*item["command"].each(), *item["args"].each()) if one.text == argv[2])
        return command_clues(context, commands(argv[2], script.line + bool(script.block)))
    found = command_clues(context, commands(" ".join(shlex.quote(word) for word in argv)[:20_000], first))
    if not any(isinstance(clue, Runs) for clue in found):
        found.append(Runs(key, argv, source.at(first), item["workingDir"].text))
    return found


def secret_clues(name: str, key: str, source: Source, line: int) -> list[Clue]:
    """Return that a pod is given a secret."""
    at = source.at(line)
    return [
        Thing(f"secret:{name}", "secret-store", name, at, 0.7),
        Move(f"secret:{name}", key, at, "credential", 0.7, opened_by=key),
    ]


def _variable(key: str, item: Item, source: Source) -> list[Clue]:
    name = item["name"].text
    origin = item["valueFrom"]
    if secret := origin["secretKeyRef"]["name"].text:
        at = source.at(origin["secretKeyRef"]["name"].at)
        return [Setting(f"env:{name}", "", at, key), *secret_clues(secret, key, source, at.line)]
    if not name or not item["value"].text:
        return []
    return variable_clues(name, item["value"].text, source.at(item["value"].at), key)


def _mount(key: str, mount: Item, volumes: dict[str, Item], source: Source) -> list[Clue]:
    volume, inside = volumes.get(mount["name"].text, Item()), mount["mountPath"].text
    at = source.at(mount.at or mount["name"].at)
    if path := volume["hostPath"]["path"]:
        risky = path.text.rstrip("/") in (
            "",
            "/var/run/docker.sock",
            "/etc",
            "/var/run",
            "/root",
            "/proc",
            "/var/lib/docker",
        )
        facts: list[Clue] = [Fact(key, "sandboxed", "no", source.at(path.at))] if risky else []
        return [Mount(key, inside, path_key(path.text), at), *facts]
    if claim := volume["persistentVolumeClaim"]["claimName"].text:
        return [Mount(key, inside, f"volume:{claim}", at)]
    if secret := volume["secret"]["secretName"]:
        return secret_clues(secret.text, key, source, secret.at) if secret.text else []
    if driver := volume["csi"]["volumeAttributes"]["bucketName"].text:
        return [Mount(key, inside, f"bucket:gcs:{driver}", at)]
    return []


def _rights(key: str, context: Item, source: Source) -> list[Clue]:
    clues: list[Clue] = []
    if (item := context["privileged"]).yes:
        clues += [
            Fact(key, "sandboxed", "no", source.at(item.at)),
            Fact(key, "least_privilege", "no", source.at(item.at)),
        ]
    for field, bad in (("runAsUser", "0"), ("runAsNonRoot", "false"), ("allowPrivilegeEscalation", "true")):
        if (item := context[field]).text == bad:
            clues.append(Fact(key, "least_privilege", "no", source.at(item.at)))
    for text, line in context["capabilities"]["add"].texts():
        if text in ("ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"):
            clues.append(Fact(key, "least_privilege", "no", source.at(line)))
    return clues
