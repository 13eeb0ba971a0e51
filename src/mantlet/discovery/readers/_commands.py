"""What the commands of a step, image or target say: scripts that run, what is fetched, copied, published, mounted."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

from mantlet.discovery.clues import Clue, Fact, Move, Part, Runs, Same, Thing, Where
from mantlet.discovery.reader import path_key
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._docker import docker
from mantlet.discovery.readers._kinds import store_type
from mantlet.discovery.readers._names import (
    address,
    bucket_key,
    host_of,
    known,
    saas_of_host,
    saas_thing,
    unresolved,
    variable_clues,
)
from mantlet.discovery.readers._shell import Command

DVC_REMOTE = "remote:dvc"
"""The default remote of DVC; another is `remote:dvc#NAME`."""
_SCRIPTS = (
    ".py",
    ".R",
    ".r",
    ".sh",
    ".ipynb",
    ".js",
    ".ts",
    ".mjs",
    ".jl",
    ".scala",
    ".jar",
    ".sql",
    ".bash",
)
_PROGRAMS = re.compile(
    r"(python|pypy|ipython)[\d.]*|Rscript|bash|sh|zsh|node|deno|bun|ts-node|tsx|julia|uvicorn|gunicorn|hypercorn|daphne|"
    r"waitress-serve|flask|streamlit|gradio|chainlit|panel|voila|solara|jupyter|papermill|celery|rq|dramatiq|arq|huey|"
    r"faust|spark-submit|torchrun|accelerate|deepspeed|horovodrun|mpirun|ray|serve|bentoml|litserve|fastapi|mlflow|dbt|"
    r"kedro|prefect|dagster|airflow|feast|rasa|zenml|metaflow|scrapy|npm|npx|yarn|pnpm|ollama|vllm|torchserve|"
    r"tritonserver|tensorflow_model_server|chroma|llamafactory-cli|snakemake|nextflow|locust|java"
)


_TOOLS = (
    ("-m", "pip"),
    ("-m", "venv"),
    ("-m", "build"),
    ("-m", "pytest"),
    ("-m", "ensurepip"),
    ("--version",),
    ("-V",),
)


def command_clues(context: Context, found: Iterable[Command]) -> list[Clue]:
    """Return what commands say, following `cd`."""
    clues: list[Clue] = []
    folder, registry = context.folder, context.registry
    fetched: dict[str, str] = {}
    for command in found:
        registry = _login(command) or registry
        for name, value in command.variables:
            clues += variable_clues(name, value, context.at(command), context.key)
        if command.program in ("cd", "pushd") and command.argv[1:]:
            folder = _into(folder, command.argv[1])
        elif command.argv:
            inner = Context(context.key, context.source, folder, step=context.step, registry=registry)
            said = _clues(inner, command)
            clues += said + _unpacked(inner, command, fetched)
            fetched |= {
                c.target: c.source for c in said if isinstance(c, Move) and c.target.startswith("path:")
            }
    return clues


def _unpacked(context: Context, command: Command, fetched: dict[str, str]) -> list[Clue]:
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


def _kaggle(context: Context, command: Command) -> list[Clue]:
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


def _login(command: Command) -> str:
    """Return the registry that a command logs in to."""
    words = command.argv
    if command.program in ("docker", "podman") and words[1:2] == ("login",):
        rest = command.words("-u", "--username", "-p", "--password")[1:]
        server = rest[0] if rest else "docker.io"
        return "dkr.ecr" if command.piped and unresolved(server) else server
    if command.program == "aws" and "get-login-password" in words:
        return "dkr.ecr"
    if command.program == "gcloud" and "configure-docker" in words:
        return words[-1] if "." in words[-1] else "gcr.io"
    return "azurecr.io" if words[:3] == ("az", "acr", "login") else ""


def _into(folder: str, target: str) -> str:
    if target == "-" or unresolved(target):
        return folder
    return path_key(target, folder).removeprefix("path:").removeprefix(".")


def _clues(context: Context, command: Command) -> list[Clue]:
    handler = _HANDLERS.get(command.program)
    clues = handler(context, command) if handler else []
    if context.step and context.key.startswith(("service:", "docker:", "stage:Procfile")):
        clues += _program(context, command)
    if runs_project_code(command):
        clues.append(Runs(context.key, command.argv, context.at(command), context.folder))
    return clues


def _program(context: Context, command: Command) -> list[Clue]:
    """Return what runs, where a program that everybody knows is started."""
    programs = known()["programs"]
    words = (command.program, *command.argv[1:3])
    for count in (3, 2, 1):
        if entry := programs.get(" ".join(words[:count])):
            name = (
                context.key.rpartition(":")[2]
                .removesuffix("/Dockerfile")
                .rpartition("/")[2]
                .rpartition("#")[2]
            )
            return [
                Thing(context.key, entry["type"], name, context.at(command), 0.75, also=(entry["title"],))
            ]
    return []


def runs_project_code(command: Command) -> bool:
    """Tell whether a command may run a program of the repository, rather than a tool of the machine."""
    program = command.argv[0]
    if program.endswith(_SCRIPTS) or program.startswith("./"):
        return True
    if not re.fullmatch(_PROGRAMS, command.program):
        return False
    if command.program in ("npm", "yarn", "pnpm", "bun", "npx"):
        return command.argv[1:2] not in (
            ("ci",),
            ("install",),
            ("i",),
            ("add",),
            ("audit",),
            ("cache",),
            ("config",),
            (),
        )
    return not (command.program.startswith("python") and command.argv[1:3] in _TOOLS)


# -- data versioning


def _dvc(context: Context, command: Command) -> list[Clue]:
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


def _curl(context: Context, command: Command) -> list[Clue]:
    valued = ("-o", "-O", "-H", "-X", "-d", "-F", "-u", "--output", "--header", "--data", "--request", "--form", "--user", "-P")  # fmt: skip
    urls = [word for word in command.argv[1:] if re.match(r"https?://", word)]
    if not urls:
        return []
    at, out = (
        context.at(command),
        command.option("-o", "--output", "-O" if command.program == "wget" else "-o"),
    )
    sends = command.options("-d", "--data", "--data-raw", "-F", "--form", "--data-binary")
    method = command.option("-X", "--request")
    if sends or method in ("POST", "PUT", "PATCH", "DELETE"):
        return _calls(context, at, urls[0])
    if command.program == "curl" and not out and "-O" not in command.argv:
        out = ""
    elif not out and (words := command.words(*valued)):
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


def _hub(context: Context, command: Command) -> list[Clue]:
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


def _copy(verbs: tuple[str, ...]) -> Callable[[Context, Command], list[Clue]]:
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


# -- packages and images


def _pip(context: Context, command: Command) -> list[Clue]:
    words = command.argv
    if command.program.startswith("python"):
        words = words[2:] if words[1:3] == ("-m", "pip") else ()
    if "install" not in words[:3]:
        return []
    at, clues = context.at(command), list[Clue]()
    inner = Command(words, command.line)
    for url in inner.options("--index-url", "-i", "--extra-index-url"):
        if host := host_of(url):
            clues.append(Thing(f"host:{host}", "package-index", host, at, 0.4))
            clues.append(Move(f"host:{host}", context.key, at, "packages", 0.4, opened_by=context.key))
    files = inner.options("-r", "--requirement")
    loose = [
        w
        for w in inner.words("-r", "-c", "-i", "--index-url", "-f", "--extra-index-url", "-e", "-t")
        if _loose(w)
    ]
    if loose and not files:
        clues.append(Fact(context.key, "dependencies_pinned", "no", at))
    return clues


def _loose(word: str) -> bool:
    return (
        word != "install" and "==" not in word and "@" not in word and not re.match(r"[./$~]|.*\.whl", word)
    )


def _shell_of_web(context: Context, command: Command) -> list[Clue]:
    """`curl … | sh` runs what the web says."""
    if not command.piped or len(command.words()) > 1:
        return []
    return [Fact(context.key, "dependencies_pinned", "no", context.at(command))]


# -- others


def _comment(context: Context, command: Command) -> list[Clue]:
    """`cml comment create`, `gh pr comment`: a report goes to the forge."""
    verbs = command.argv[1:3]
    if not context.step or not (
        {"comment", "send-comment", "pr"} & set(verbs) or command.program == "cml-send-comment"
    ):
        return []
    forge = "gitlab" if "gitlab" in context.source.path else "github"
    at = context.at(command)
    return [saas_thing(forge, at, 0.5), Move(context.key, f"saas:{forge}", at, "report comment", 0.6)]


def _ollama(context: Context, command: Command) -> list[Clue]:
    if command.argv[1:2] not in (("pull",), ("run",)) or len(command.argv) < 3 or unresolved(command.argv[2]):
        return []
    at, model = context.at(command), command.argv[2]
    repo = f"repo:ollama/{model}"
    return [
        Part("model", model, at, model.partition(":")[2]),
        Move(repo, context.key, at, "model weights", 0.6),
    ]


def _vllm(context: Context, command: Command) -> list[Clue]:
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


def _jupyter(context: Context, command: Command) -> list[Clue]:
    text = " ".join(command.argv)
    if re.search(r"(NotebookApp|ServerApp|IdentityProvider)\.(token|password)=\s*(''|\"\"|$| )", text + " "):
        return [Fact(context.key, "authenticated", "no", context.at(command))]
    return []


def _mlflow(context: Context, command: Command) -> list[Clue]:
    """`mlflow server --backend-store-uri … --default-artifact-root …`."""
    if command.argv[1:2] not in (("server",), ("ui",)):
        return []
    at, clues = context.at(command), list[Clue]()
    for option, data in (("--backend-store-uri", "runs and metrics"), ("--default-artifact-root", "artefacts"), ("--artifacts-destination", "artefacts")):  # fmt: skip
        value = command.option(option)
        if not value or unresolved(value):
            continue
        found = address(value)
        key = found.key if found else path_key(value, context.folder)
        if found and found.key.startswith("bucket:"):
            clues.append(Thing(key, "object-store", found.host, at, 0.7))
        clues += [
            Move(context.key, key, at, data, 0.6),
            Move(key, context.key, at, data, 0.5, opened_by=context.key),
        ]
    if not command.option("--app-name"):
        clues.append(Fact(context.key, "authenticated", "no", at))
    return clues


def _uvicorn(context: Context, command: Command) -> list[Clue]:
    at, clues = context.at(command), list[Clue]()
    if "--reload" in command.argv or "--debug" in command.argv:
        clues.append(Fact(context.key, "debug", "yes", at))
    port = command.option("--port", "-p", "--server.port", "--bind", "-b").rpartition(":")[2]
    if port.isdigit() and not context.key.startswith(("docker:", "service:")):  # there the outside decides
        clues.append(Same(context.key, f"host:localhost:{port}", at))
    return clues


_HANDLERS: dict[str, Callable[[Context, Command], list[Clue]]] = {
    "dvc": _dvc,
    "curl": _curl,
    "wget": _curl,
    "kaggle": _kaggle,
    "huggingface-cli": _hub,
    "hf": _hub,
    "aws": _copy(("cp", "sync", "mv")),
    "gsutil": _copy(("cp", "rsync", "mv")),
    "gcloud": _copy(("cp", "rsync")),
    "pip": _pip,
    "pip3": _pip,
    "python": _pip,
    "python3": _pip,
    "bash": _shell_of_web,
    "sh": _shell_of_web,
    "docker": docker,
    "podman": docker,
    "cml": _comment,
    "cml-send-comment": _comment,
    "gh": _comment,
    "ollama": _ollama,
    "vllm": _vllm,
    "jupyter": _jupyter,
    "jupyter-lab": _jupyter,
    "start-notebook.sh": _jupyter,
    "mlflow": _mlflow,
    "uvicorn": _uvicorn,
    "gunicorn": _uvicorn,
    "flask": _uvicorn,
    "streamlit": _uvicorn,
    "fastapi": _uvicorn,
}
