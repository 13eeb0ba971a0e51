"""What commands of Docker say: containers that are started, images that are built, pushed and pulled."""

from __future__ import annotations

import posixpath
import re

from mantlet.discovery.clues import Clue, Fact, Mount, Move, Same, Thing, Where
from mantlet.discovery.reader import path_key
from mantlet.discovery.readers._actions import registry_of
from mantlet.discovery.readers._ambiguous import ENV_FILE
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._images import image, image_clues
from mantlet.discovery.readers._names import unresolved, variable_clues
from mantlet.discovery.readers._shell import Command


def docker(context: Context, command: Command) -> list[Clue]:
    """`docker run`, `docker build`, `docker push`, `docker pull`."""
    verb = command.argv[1] if len(command.argv) > 1 else ""
    at = context.at(command)
    if verb in ("run", "create"):
        return _docker_run(context, command)
    if verb in ("build", "buildx"):
        return _docker_build(context, command)
    if verb in ("push", "pull"):
        words = command.words("--platform")[1:]
        if not words or not context.step or (unresolved(words[0]) and not context.registry):
            return []
        unknown = unresolved(words[0].split("/")[0]) or "/" not in words[0]
        registry, title = registry_of(context.registry if context.registry and unknown else words[0])
        ends = (context.key, registry) if verb == "push" else (registry, context.key)
        return [Thing(registry, "container-registry", title, at, 0.7), Move(*ends, at, "image", 0.7)]
    return []


_RUN_VALUES = ("-v", "--volume", "-p", "--publish", "-e", "--env", "--name", "--network", "--env-file", "-w", "--mount",
               "--gpus", "-u", "--user", "--entrypoint", "-m", "--memory", "--cpus", "--shm-size", "--platform", "--restart",
               "-h", "--hostname", "--add-host", "--label", "-l", "--ipc", "--device", "--net", "--ulimit", "--runtime")  # fmt: skip


def _docker_run(context: Context, command: Command) -> list[Clue]:
    words = command.words(*_RUN_VALUES)[1:]
    if not words:
        return []
    at, key = context.at(command), f"image:{image(words[0]).name}"
    clues = image_clues(key, words[0], at)
    for text in command.options("-v", "--volume"):
        clues += mount_clues(key, text, context.folder, at)
    for text in command.options("-p", "--publish"):
        ports = text.split("/")[0].split(":")
        if ports[-1].isdigit() and len(ports) > 1 and ports[-2].isdigit():
            clues.append(Same(key, f"host:localhost:{ports[-2]}", at))
    for text in command.options("-e", "--env"):
        name, _, value = text.partition("=")
        clues += variable_clues(name, value, at, key)
    for path in command.options("--env-file"):
        clues.append(Same(key, ENV_FILE + path_key(path, context.source.folder)[5:], at))
    if "--privileged" in command.argv:
        clues += [Fact(key, "sandboxed", "no", at), Fact(key, "least_privilege", "no", at)]
    if name := command.option("--name"):
        clues.append(Same(key, f"service:{name}", at))
    return clues


def mount_clues(key: str, text: str, folder: str, at: Where) -> list[Clue]:
    """Return the clue of a volume as Docker writes it (`./data:/data:ro`, `name:/data`)."""
    text = re.sub(
        r"\$\(pwd\)|\$\{?PWD\}?|`pwd`|\$\{\{github\.workspace\}\}|%cd%",
        ".",
        text[:1_000],
        flags=re.IGNORECASE,
    )
    parts = re.split(r":(?=[^/\\]*(?:/|$))(?![-?])", text, maxsplit=1)
    if len(parts) < 2 or not parts[1].startswith("/"):
        return []
    inside = parts[1].split(":")[0]
    if re.match(r"[./~$\\]|[A-Za-z]:\\", parts[0]):
        return [
            Mount(key, inside, path_key(parts[0], folder), at),
            *configured(key, inside, path_key(parts[0], folder), at),
        ]
    return [Mount(key, inside, f"volume:{parts[0]}", at)]


def configured(key: str, inside: str, outside: str, at: Where) -> list[Clue]:
    """Return that a program is what a file of settings put into its container describes (nginx, Prometheus)."""
    if re.search(r"/etc/(nginx|traefik|envoy|caddy|prometheus)(/|$)", inside):
        return [Same(key, "config:" + outside[5:], at)]
    return []


def _docker_build(context: Context, command: Command) -> list[Clue]:
    words = command.words(
        "-t", "--tag", "-f", "--file", "--build-arg", "--platform", "--target", "--cache-from", "-o"
    )
    words = [word for word in words[1:] if word != "build"]
    folder = words[-1] if words else "."
    if unresolved(folder) or re.match(r"https?:|git@", folder):
        return []
    file = command.option("-f", "--file") or posixpath.join(folder, "Dockerfile")
    docker = "docker:" + path_key(file, context.folder)[5:]
    return [
        Same(docker, f"image:{image(tag).name}", context.at(command))
        for tag in command.options("-t", "--tag")
    ]
