"""Commands that bring data and models, and take them away: DVC, downloads, hubs, copies to and from clouds, archives."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from mantlet.discovery.clues import Clue, Fact, Move, Part, Thing, Where
from mantlet.discovery.reader import path_key
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._kinds import store_type
from mantlet.discovery.readers._names import (
    address,
    bucket_key,
    host_of,
    saas_of_host,
    saas_thing,
    unresolved,
)
from mantlet.discovery.readers._shell import Command

DVC_REMOTE = "remote:dvc"
"""The default remote of DVC; another is `remote:dvc#NAME`."""


def dvc(context: Context, command: Command) -> list[Clue]:
    """`dvc pull`, `dvc push`, `dvc get url`."""
    verb = command.argv[1] if len(command.argv) > 1 else ""
    remote = command.option("-r", "--remote")
    key = f"{DVC_REMOTE}#{remote}" if remote else DVC_REMOTE
    at = context.at(command)
    if not context.step:
        return []
    if verb in ("pull", "fetch", "checkout"):
        return [Move(key, context.key, at, "versioned data", 0.8, opened_by=context.key)]
    if verb == "push":
        return [Move(context.key, key, at, "versioned data", 0.8)]
    if verb in ("get", "import", "get-url", "import-url"):
        words = command.words("-o", "--out", "--rev")[1:]
        return _fetched(context, at, words[0], command.option("-o", "--out")) if words else []
    return []


# -- downloads and copies


_CURL_VALUES = ("-o", "-O", "-H", "-X", "-d", "-F", "-u", "--output", "--header", "--data", "--request", "--form", "--user", "-P")  # fmt: skip


def curl(context: Context, command: Command) -> list[Clue]:
    """`curl -o file url`, `wget url`, and requests that send something."""
    urls = [word for word in command.argv[1:] if re.match(r"https?://", word)]
    if not urls:
        return []
    at, wget = context.at(command), command.program == "wget"
    sends = command.options("-d", "--data", "--data-raw", "-F", "--form", "--data-binary")
    method = command.option("-X", "--request")
    if sends or method in ("POST", "PUT", "PATCH", "DELETE"):
        return _calls(context, at, urls[0])
    out = command.option("-o", "--output", *(("-O", "--output-document") if wget else ()))
    if (
        not out
        and (wget or any(re.fullmatch(r"-[a-zA-Z]*O|--remote-name", word) for word in command.argv))
        and (words := command.words(*_CURL_VALUES[2:], "-o"))
    ):
        out = posixpath.basename(words[-1].partition("?")[0])
        out = posixpath.join(command.option("-P", "--directory-prefix"), out)
    return [clue for url in urls for clue in _fetched(context, at, url, out)]


def _calls(context: Context, at: Where, url: str) -> list[Clue]:
    """Return the clues of a request that sends something."""
    found = address(url)
    if not context.step or found is None or not found.host or unresolved(found.host):
        return []
    clues: list[Clue] = []
    key = found.key if found.key.startswith("saas:") else f"url:{url}"
    if key.startswith("saas:"):
        clues.append(saas_thing(key[5:], at))
    return [*clues, Move(context.key, key, at, "request", 0.5)]


def _fetched(context: Context, at: Where, url: str, out: str) -> list[Clue]:
    """Return that something comes from the web: into a file where one is named, else into the step."""
    if unresolved(host_of(url)) or re.match(r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])", url):
        return []
    service = saas_of_host(host_of(url))
    key = f"saas:{service}" if service else f"url:{url}"
    target = path_key(out, context.folder) if out and not out.startswith("-") else context.key
    if target == context.key and not context.step:
        return []
    clues: list[Clue] = [saas_thing(service, at)] if service else []
    clues.append(Move(key, target, at, posixpath.basename(url.partition("?")[0]), 0.6, opened_by=context.key))
    clues.append(Fact(key, "pinned", "no", at, other=target))
    if url.startswith("http://"):
        clues.append(Fact(key, "protocol", "http", at, other=target))
    return clues


def hub(context: Context, command: Command) -> list[Clue]:
    """`huggingface-cli download org/name --local-dir d`, `hf upload`."""
    words = command.words("--local-dir", "--revision", "--repo-type", "--cache-dir", "--token")
    if len(words) < 2 or words[0] not in ("download", "upload"):
        return []
    at, repo = context.at(command), f"repo:huggingface/{words[1]}"
    folder = command.option("--local-dir")
    inside = path_key(folder, context.folder) if folder else context.key
    revision = command.option("--revision")
    kind = "dataset" if command.option("--repo-type") == "dataset" else "model"
    clues: list[Clue] = [saas_thing("huggingface", at), Part(kind, words[1], at, revision)]
    if words[0] == "upload":
        return [*clues, Move(context.key, repo, at, kind, 0.7)]
    clues.append(Move(repo, inside, at, kind, 0.7, opened_by=context.key))
    if not revision:
        clues.append(Fact(repo, "pinned", "no", at, other=inside))
    return clues


def copier(verbs: tuple[str, ...]) -> Callable[[Context, Command], list[Clue]]:
    """Return the handler of a tool that copies between a cloud's store and files (`aws s3 cp`, `gsutil cp`)."""

    def handler(context: Context, command: Command) -> list[Clue]:
        words = command.words("--profile", "--region", "--endpoint-url", "--exclude", "--include", "-m")
        verb = next((at for at, word in enumerate(words) if word in verbs), None)
        ends = words[verb + 1 : verb + 3] if verb is not None else []
        remote = [re.match(r"(s3|gs|az)://([^/]+)", end) for end in ends]
        if len(ends) < 2 or not any(remote):
            return []
        at = context.at(command)
        keys = [
            bucket_key(m[1], m[2]) if m else path_key(end, context.folder)
            for m, end in zip(remote, ends, strict=True)
        ]
        things: list[Clue] = [
            Thing(k, "object-store", m[2], at, 0.7) for k, m in zip(keys, remote, strict=True) if m
        ]
        return [*things, Move(keys[0], keys[1], at, "files", 0.6, opened_by=context.key)]

    return handler


def kaggle(context: Context, command: Command) -> list[Clue]:
    """`kaggle competitions download -c NAME`, `kaggle datasets download OWNER/NAME`."""
    words = command.words("-c", "-d", "-f", "-p", "--competition", "--dataset", "--file", "--path")
    if words[1:2] != ["download"]:
        return []
    at = context.at(command)
    name = command.option("-c", "--competition", "-d", "--dataset") or next(iter(words[2:]), "")
    file = command.option("-f", "--file") or f"{name.rpartition('/')[2]}.zip"
    inside = path_key(posixpath.join(command.option("-p", "--path"), file), context.folder)
    repo = f"repo:kaggle/{name}"
    thing = Thing(repo, "dataset-hub", f"Kaggle {name}", at, 0.8, also=(name, "Kaggle"))
    return [thing, Part("dataset", name, at), Move(repo, inside, at, file, 0.7, opened_by=context.key)]


def ollama(context: Context, command: Command) -> list[Clue]:
    """`ollama pull model:tag`."""
    if command.argv[1:2] not in (("pull",), ("run",)) or len(command.argv) < 3 or unresolved(command.argv[2]):
        return []
    at, model = context.at(command), command.argv[2]
    repo = f"repo:ollama/{model}"
    return [
        Part("model", model, at, model.partition(":")[2]),
        Move(repo, context.key, at, "model weights", 0.6),
    ]


def vllm(context: Context, command: Command) -> list[Clue]:
    """`vllm serve org/model`."""
    model = command.option("--model", "--model-id", "--served-model") or (
        command.argv[2] if command.argv[1:2] == ("serve",) and len(command.argv) > 2 else ""
    )
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", model):
        return []
    at, repo = context.at(command), f"repo:huggingface/{model}"
    revision = command.option("--revision")
    clues: list[Clue] = [
        Part("model", model, at, revision),
        Move(repo, context.key, at, "model weights", 0.7),
    ]
    if not revision:
        clues.append(Fact(repo, "pinned", "no", at, other=context.key))
    if "--trust-remote-code" in command.argv:
        clues.append(Fact(context.key, "remote_code", "yes", at))
    return clues


def unpacked(context: Context, command: Command, fetched: dict[str, str]) -> list[Clue]:
    """Return where something that was fetched ends, when it is unpacked or moved; what it was called before is forgotten."""
    words = command.words("-d", "-C", "-f", "--directory")
    target, origins = "", words
    if command.program == "unzip":
        target = command.option("-d") or (words[:1] and words[0].removesuffix(".zip")) or ""
    elif command.program == "tar":
        origins = [
            *words,
            command.option("-f"),
            *[w for w in command.argv if re.search(r"\.(tgz|tar|tar\.\w+)$", w)],
        ]
        target = command.option("-C", "--directory")
    elif command.program in ("mv", "cp") and len(words) > 1:
        target = words[-1]
    key = path_key(target, context.folder) if target and not unresolved(target) else ""
    for word in origins:
        held = path_key(word.removesuffix("/*").removesuffix("*") or ".", context.folder)
        if key and held in fetched and key != held:
            fetched[key] = fetched[held]
            name = posixpath.basename(held)
            thing = Thing(
                key, store_type(key[5:] + "/") or "dataset-store", key[5:], context.at(command), 0.6
            )
            return [thing, Move(fetched[held], key, context.at(command), name, 0.6, opened_by=context.key)]
    return []
