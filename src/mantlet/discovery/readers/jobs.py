"""Jobs that a platform's file declares: Azure Machine Learning, Databricks bundles, Pachyderm pipelines."""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Move, Runs, Same, Setting, Thing
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name, is_yaml
from mantlet.discovery.readers._images import image_clues
from mantlet.discovery.readers._kinds import step_type, store_type
from mantlet.discovery.readers._names import bucket_key, unresolved
from mantlet.discovery.readers._shell import commands

_PARENT = re.compile(r"\$\{\{\s*parent\.jobs\.([\w-]+)\.outputs")
_INPUT = re.compile(r"\$\{\{\s*(inputs|outputs)\.(\w+)\s*\}\}")


def claims(path: str) -> bool:
    """Tell whether the file may declare such jobs; its content decides."""
    return (is_yaml(path) and not by_name(path)) or re.search(
        r"(pipeline|pachyderm)[\w.\-]*\.json\Z", path
    ) is not None


def read(source: Source) -> list[Clue]:
    """Return the jobs with what they run, take and give."""
    text = source.text
    clues: list[Clue] = []
    for document in (
        yaml_documents(source) if any(sign in text for sign in ("azureml", "tasks", "transform")) else ()
    ):
        if "azureml" in document["$schema"].text:
            clues += _azure(source, document)
        elif document["resources"]["jobs"]:
            for name, job in document["resources"]["jobs"].items():
                clues += _databricks(source, name, job)
        elif document["pipeline"]["name"].text and document["transform"]:
            clues += _pachyderm(source, document)
    return [*yaml_trouble(source), *clues] if clues else []


# -- Azure Machine Learning


def _azure(source: Source, document: Item) -> list[Clue]:
    schema = document["$schema"].text
    name = document["name"].text or document["display_name"].text or source.name.rpartition(".")[0]
    if "nline" in schema and ("Endpoint" in schema or "Deployment" in schema):
        return _endpoint(source, document, name)
    if document["jobs"]:
        return _azure_pipeline(source, document, name)
    if document["command"]:
        reusable = "omponent" in schema
        key = f"component:{source.path}" if reusable else f"stage:{source.path}#{name}"
        thing = Thing(
            key, step_type(name, document["command"].text), name, source.at(document["command"].at), 0.85
        )
        return [thing, *_azure_step(source, key, document)]
    return []


def _azure_pipeline(source: Source, document: Item, name: str) -> list[Clue]:
    whole = f"workflow:{source.path}"
    clues: list[Clue] = [Thing(whole, "pipeline-orchestrator", name, source.at(document["jobs"].at), 0.8)]
    for step, job in document["jobs"].items():
        key, at = f"stage:{source.path}#{step}", source.at(job.at)
        clues.append(Thing(key, step_type(step, job["command"].text), step, at, 0.85, parent=whole))
        clues += _azure_step(source, key, job)
        file = job["component"].text.removeprefix("file:")
        if is_yaml(file):
            clues.append(
                Same(key, "component:" + path_key(file, source.folder)[5:], source.at(job["component"].at))
            )
            for name_given, value in (*job["inputs"].items(), *job["outputs"].items()):
                given = _put_in((value.text or value["path"].text)[:500], name_given, source)
                clues.append(Setting(f"config:{name_given}", given, source.at(value.at), key))
        for value in job["inputs"].values():
            text = value.text or value["path"].text
            for origin in _PARENT.findall(text):
                clues.append(Move(f"stage:{source.path}#{origin}", key, source.at(value.at), "", 0.8))
    return clues


def _put_in(value: str, name: str, source: Source) -> str:
    """Return what stands for an input in a command: a place as seen from the root, or the name that the data has between jobs."""
    if not value:
        return "${{outputs." + name + "}}"
    place = _place(value, source)
    return "${{" + place[5:] + "}}" if place.startswith("path:") and "://" not in value else value


def _azure_step(source: Source, key: str, job: Item) -> list[Clue]:
    """Return the command of a job, with its inputs put in, and the data that it names."""
    given = {("inputs", n): (v.text or v["path"].text)[:500] for n, v in job["inputs"].items()}
    given |= {("outputs", n): (v.text or v["path"].text)[:500] for n, v in job["outputs"].items()}
    folder = path_key(job["code"].text or ".", source.folder)[5:].removeprefix(".")
    command = job["command"]
    text = _INPUT.sub(lambda m: _put_in(given.get((m[1], m[2])) or "", m[2], source), command.text)
    clues = command_clues(Context(key, source, folder), commands(text, command.line + bool(command.block)))
    for (kind, _), value in given.items():
        place = _place(value, source)
        item = job[kind]
        at = source.at(
            next((one.at for one in item.values() if value in (one.text, one["path"].text)), item.at)
        )
        if place:
            ends = (place, key) if kind == "inputs" else (key, place)
            clues.append(
                Thing(place, store_type(place) or "dataset-store", place.partition(":")[2], at, 0.75)
            )
            clues.append(Move(*ends, at, posixpath.basename(value.rstrip("/")), 0.8, opened_by=key))
    image = job["environment"]["image"]
    return clues + (image_clues(key, image.text, source.at(image.at)) if image.text else [])


def _place(value: str, source: Source) -> str:
    """Return the key of data that a job names: a registered asset, a datastore's folder, a file, an address."""
    if not value or unresolved(value):
        return ""
    if found := re.match(r"azureml:(?!//)([\w.-]+)", value):
        return f"dataset:{found[1]}"
    if found := re.match(r"azureml://datastores/([\w-]+)/paths/(.+)", value):
        return f"path:{found[1]}/{found[2].rstrip('/')}"
    if found := re.match(r"(s3|gs|wasbs|abfss?)://([^/]+)", value):
        return bucket_key(found[1], found[2])
    if re.match(r"https?://", value):
        return f"url:{value}"
    return path_key(value, source.folder) if "/" in value else ""


def _endpoint(source: Source, document: Item, name: str) -> list[Clue]:
    endpoint = document["endpoint_name"].text
    endpoint = name if not endpoint or unresolved(endpoint) else endpoint
    key, at = f"service:{endpoint}", source.at((document["endpoint_name"] or document["name"]).at or 1)
    clues: list[Clue] = [Thing(key, "inference-service", endpoint, at, 0.85)]
    model = document["model"]
    place = _place(model.text or model["path"].text, source).replace("dataset:", "repo:azureml/")
    if place:
        where = source.at(model.at)
        clues.append(
            Thing(
                place,
                "model-registry" if place.startswith("repo:") else "model-artifact",
                place.partition("/")[2] or place,
                where,
                0.75,
            )
        )
        clues.append(Move(place, key, where, "model", 0.85, opened_by=key))
    script = document["code_configuration"]
    if script["scoring_script"].text:
        file = posixpath.join(script["code"].text or ".", script["scoring_script"].text)
        place = path_key(file, source.folder)[5:]
        clues.append(Runs(key, ("python", place), source.at(script["scoring_script"].at)))
    return clues


# -- Databricks


def _databricks(source: Source, name: str, job: Item) -> list[Clue]:
    whole = f"workflow:{source.path}#{name}"
    title = job["name"].text
    title = title if title and not unresolved(title) else name
    clues: list[Clue] = [Thing(whole, "pipeline-orchestrator", title, source.at(job.at), 0.75)]
    for task in job["tasks"].each():
        step = task["task_key"].text
        key, at = f"stage:{source.path}#{step}", source.at(task["task_key"].at)
        program = task["spark_python_task"]["python_file"] or task["notebook_task"]["notebook_path"]
        clues.append(Thing(key, step_type(step, program.text), step, at, 0.85, parent=whole))
        if program.text and not unresolved(program.text):
            words = [
                "python",
                program.text,
                *(text for text, _ in task["spark_python_task"]["parameters"].texts()),
            ]
            line = source.at(program.at).line
            clues += command_clues(Context(key, source, source.folder), commands(" ".join(words), line))
        for other in task["depends_on"].each():
            target = other["task_key"]
            clues.append(Move(f"stage:{source.path}#{target.text}", key, source.at(target.at), "", 0.6))
    return clues


# -- Pachyderm


def _pachyderm(source: Source, document: Item) -> list[Clue]:
    name = document["pipeline"]["name"]
    key = f"stage:{source.path}#{name.text}"
    words = [text for text, _ in document["transform"]["cmd"].texts()]
    clues: list[Clue] = [
        Thing(key, step_type(name.text, " ".join(words)), name.text, source.at(name.at), 0.85)
    ]
    line = document["transform"]["cmd"].at
    clues += command_clues(Context(key, source), commands(" ".join(words), line or 1))
    image = document["transform"]["image"]
    clues += image_clues(key, image.text, source.at(image.at)) if image.text else []
    for path, item in document["input"].walk(200):
        if path and path[-1] == "repo" and item.text:
            at = source.at(item.at)
            clues.append(Thing(f"dataset:{item.text}", "dataset-store", item.text, at, 0.8))
            clues.append(Move(f"dataset:{item.text}", key, at, item.text, 0.85, opened_by=key))
    out = f"dataset:{name.text}"
    clues.append(Thing(out, "dataset-store", f"{name.text} (output)", source.at(name.at), 0.7))
    return [*clues, Move(key, out, source.at(name.at), "", 0.8)]
