"""GitHub Actions: jobs that run the project's programs, hold secrets, publish images, comment or deploy."""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Part, Runs, Same, Thing
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._actions import action_clues, login_of
from mantlet.discovery.readers._ci import script_clues, secret_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._images import image
from mantlet.discovery.readers._names import in_clear, is_secret, variable_clues

_SECRET = re.compile(r"secrets(?:\.(\w+)|\[\s*['\"](\w+)['\"]\s*\])")


def claims(path: str) -> bool:
    """Tell whether the file is a workflow."""
    return by_name(path) == "github"


def read(source: Source) -> list[Clue]:
    """Return the workflow's jobs that do more than check the code."""
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        if document["jobs"]:
            clues += _workflow(source, document)
    return clues


def _workflow(source: Source, document: Item) -> list[Clue]:
    whole = f"workflow:{source.path}"
    name = document["name"].text or posixpath.basename(source.path).rpartition(".")[0]
    line = document["name"].at or document["jobs"].at
    inner: list[Clue] = []
    jobs = document["jobs"].items()
    for job_id, job in jobs:
        found = _job(source, job_id, job, document)
        key = f"job:{source.path}#{job_id}"
        title = job["name"].text or job_id
        if len(jobs) == 1:
            inner.append(Same(key, whole, source.at(job.at)))
        elif any(_matters(clue) for clue in found):
            inner.append(Thing(key, "ci-pipeline", title, source.at(job.at), 0.6, parent=whole))
        inner += found
    if not any(_matters(clue) for clue in inner):
        return [clue for clue in inner if isinstance(clue, Part)]
    moves = any(isinstance(clue, Move) for clue in inner)
    also = tuple(job["name"].text or job_id for job_id, job in jobs) if len(jobs) == 1 else ()
    return [
        Thing(whole, "ci-pipeline", name, source.at(line), 0.9 if moves else 0.6, also=also),
        *inner,
        *_rights(source, whole, document),
    ]


_HOUSEKEEPING = re.compile(
    r"secret:(GITHUB_TOKEN|GH_TOKEN|GITHUB_PAT|GH_PAT|CODECOV\w*|COVERALLS\w*|SONAR\w*)$|saas:(github|codecov|sonarqube|coveralls)"
)


def _matters(clue: Clue) -> bool:
    """Tell whether a clue says more than that code is checked, issues are tidied or pages of documentation published."""
    if isinstance(clue, Move):
        data = clue.data in ("report comment", "versioned data")
        return data or not (_HOUSEKEEPING.match(clue.source) or _HOUSEKEEPING.match(clue.target))
    return isinstance(clue, Runs)


def _rights(source: Source, whole: str, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    permissions = document["permissions"]
    if permissions.text == "write-all":
        clues.append(Fact(whole, "least_privilege", "no", source.at(permissions.at)))
    if "pull_request_target" in document["on"] or document["on"].text == "pull_request_target":
        at = source.at((document["on"]["pull_request_target"] or document["on"]).at)
        clues.append(Fact(whole, "build_isolated", "no", at))
    return clues


def _job(source: Source, job_id: str, job: Item, document: Item) -> list[Clue]:
    key = f"job:{source.path}#{job_id}"
    folder = (
        job.get("defaults", "run", "working-directory").text
        or document.get("defaults", "run", "working-directory").text
    )
    clues: list[Clue] = []
    for item in (document["env"], job["env"]):
        clues += _variables(source, key, item)
    image = job["container"].text or job["container"]["image"].text
    if image:
        clues.append(
            Part(
                "image",
                image.rpartition(":")[0] or image,
                source.at(job["container"].at),
                image.rpartition(":")[2] if ":" in image else "",
            )
        )
    login = login_of(job["steps"])
    for step in job["steps"].each():
        clues += _step(source, key, step, folder, login)
    if job["uses"]:
        clues += _passed(source, key, job)
    return _once(clues)


def _once(clues: list[Clue]) -> list[Clue]:
    return list(dict.fromkeys(clues))


def _variables(source: Source, key: str, item: Item) -> list[Clue]:
    clues: list[Clue] = []
    for name, value in item.items():
        secrets = _SECRET.findall(value.text)
        if secrets:
            for dotted, quoted in secrets:
                clues += secret_clues(dotted or quoted, key, source, value.at)
        elif not is_secret(name) or in_clear(value.text):
            clues += variable_clues(name, value.text, source.at(value.at), key)
    return clues


def _step(source: Source, key: str, step: Item, folder: str, login: str) -> list[Clue]:
    clues = _variables(source, key, step["env"])
    if step["run"]:
        where = posixpath.normpath(step["working-directory"].text or folder or ".").removeprefix(".")
        clues += script_clues(Context(key, source, where, registry=login), step["run"])
        clues += _loose_secrets(source, key, step["run"])
    if step["uses"].text:
        clues += _action(source, key, step, login)
    return clues


def _loose_secrets(source: Source, key: str, item: Item) -> list[Clue]:
    """Return the secrets that a command names itself: they are put into its text."""
    clues: list[Clue] = []
    for number, line in enumerate(item.text.split("\n"), item.line + bool(item.block)):
        for dotted, quoted in _SECRET.findall(line):
            clues += secret_clues(dotted or quoted, key, source, number)
    return clues


def _action(source: Source, key: str, step: Item, login: str) -> list[Clue]:
    uses = step["uses"].text
    name, _, version = uses.partition("@")
    at = source.at(step["uses"].at)
    clues: list[Clue] = []
    if not name.startswith((".", "actions/", "docker:")):
        clues.append(Part("action", name, at, version))
        if not re.fullmatch(r"[0-9a-f]{40}", version):
            clues.append(Fact(key, "dependencies_pinned", "no", at))
    for option, value in step["with"].items():
        for dotted, quoted in _SECRET.findall(value.text):
            clues += secret_clues(dotted or quoted, key, source, value.at)
        if option in ("script", "inlineScript", "run") and value.text and "github-script" not in name:
            clues += script_clues(Context(key, source), value)
    if name.lower() == "docker/build-push-action":
        clues += _built(source, step["with"])
    return clues + action_clues(source, key, step, login)


def _built(source: Source, options: Item) -> list[Clue]:
    """Return which Dockerfile an image is built from."""
    folder = options["context"].text or "."
    file = options["file"].text or posixpath.join(folder, "Dockerfile")
    tag = re.split(r"[\n,]", options["tags"].text.strip())[0]
    found = image(tag)
    if not tag or "$" in found.name or "$" in file:
        return []
    return [Same("docker:" + path_key(file)[5:], f"image:{found.name}", source.at(options["tags"].at))]


def _passed(source: Source, key: str, job: Item) -> list[Clue]:
    """Return the secrets that a job hands to a workflow of another file."""
    clues: list[Clue] = []
    for value in job["secrets"].values():
        for dotted, quoted in _SECRET.findall(value.text):
            clues += secret_clues(dotted or quoted, key, source, value.at)
    return clues
