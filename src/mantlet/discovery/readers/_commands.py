"""What the commands of a step, image or target say: scripts that run, what is fetched, copied, published, mounted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mantlet.discovery.clues import Clue, Fact, Move, Runs, Same, Thing
from mantlet.discovery.reader import path_key
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._docker import docker
from mantlet.discovery.readers._fetches import copier, curl, dvc, hub, kaggle, ollama, unpacked, vllm
from mantlet.discovery.readers._names import (
    address,
    host_of,
    is_secret,
    known,
    saas_thing,
    unresolved,
    variable_clues,
)
from mantlet.discovery.readers._shell import Command

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
            if is_secret(name) and (not value or unresolved(value)):
                continue  # handed on, not set here
            clues += variable_clues(name, value, context.at(command), context.key)
        if command.program in ("cd", "pushd") and command.argv[1:]:
            folder = _into(folder, command.argv[1])
        elif command.argv:
            inner = Context(context.key, context.source, folder, step=context.step, registry=registry)
            said = _clues(inner, command)
            clues += said + unpacked(inner, command, fetched)
            fetched |= {
                c.target: c.source for c in said if isinstance(c, Move) and c.target.startswith("path:")
            }
    return clues


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
                Thing(context.key, entry["type"], name, context.at(command), 0.65, also=(entry["title"],))
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


_PUSHED = re.compile(r"https?://(?:[^@/\s]*@)?(huggingface\.co|hf\.co)/(spaces/|datasets/)?")


def _git(context: Context, command: Command) -> list[Clue]:
    """`git push https://…@huggingface.co/spaces/…`: the repository, or what it holds, goes to the hub."""
    if not context.step or command.argv[1:2] not in (("push",), ("remote",)):
        return []
    if not any(_PUSHED.match(word) for word in command.argv[2:]):
        return []
    at = context.at(command)
    return [
        saas_thing("huggingface", at, 0.8),
        Move(context.key, "saas:huggingface", at, "code and models", 0.8),
    ]


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
        value = command.option(option).removeprefix("file://")
        if not value or unresolved(value):
            continue
        found = address(value)
        key = found.key if found else path_key(value, context.folder)
        if key.startswith("bucket:") and found:
            clues.append(Thing(key, "object-store", found.host, at, 0.7))
        elif key.startswith("path:"):
            type_ = "database" if found and found.scheme == "sqlite" else "file-store"
            clues.append(Thing(key, type_, key[5:], at, 0.7))
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
    "dvc": dvc,
    "curl": curl,
    "git": _git,
    "wget": curl,
    "kaggle": kaggle,
    "huggingface-cli": hub,
    "hf": hub,
    "aws": copier(("cp", "sync", "mv")),
    "gsutil": copier(("cp", "rsync", "mv")),
    "gcloud": copier(("cp", "rsync")),
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
    "ollama": ollama,
    "vllm": vllm,
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
