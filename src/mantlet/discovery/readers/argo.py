"""Argo Workflows and compiled Kubeflow pipelines: templates as steps, their images, commands, artefacts and order."""

from __future__ import annotations

import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Move, Same, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._documents import yaml_documents
from mantlet.discovery.readers._formats import is_yaml, kind_of
from mantlet.discovery.readers._kinds import step_type
from mantlet.discovery.readers._names import bucket_key
from mantlet.discovery.readers._pods import container_clues, pod_clues
from mantlet.discovery.readers._shell import commands
from mantlet.discovery.readers.kubernetes import object_name, objects, placed

_KINDS = frozenset(("Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate"))
_DEFAULT_STORE = "only:argo-artifacts"
"""Where Argo keeps artefacts that name no bucket."""
_TASK = re.compile(r"\{\{-?\s*(?:tasks|steps)\.([\w-]+)\.outputs")


def claims(path: str) -> bool:
    """Tell whether the file may hold a workflow; its content decides."""
    return is_yaml(path)


def read(source: Source) -> list[Clue]:
    """Return the steps and what they hand each other."""
    kind = kind_of(source)
    if kind == "kubernetes" and "orkflow" in source.text:
        documents = yaml_documents(source) or objects(source)
        return [clue for item in documents if item["kind"].text in _KINDS for clue in _workflow(source, item)]
    if kind == "kubeflow-pipeline":
        return [clue for item in yaml_documents(source) for clue in _compiled(source, item)]
    if kind == "kubeflow-component":
        return [clue for item in yaml_documents(source) for clue in _component(source, item)]
    return []


def _workflow(source: Source, item: Item) -> list[Clue]:
    whole = f"workflow:{source.path}"
    at = source.at(item["metadata"]["name"].at or item["metadata"]["generateName"].at or item.line)
    spec = item["spec"]["workflowSpec"] or item["spec"]
    clues: list[Clue] = [
        Thing(whole, "pipeline-orchestrator", object_name(item), at, 0.7),
        *placed(whole, item, source),
    ]
    templates = {one["name"].text: one for one in spec["templates"].each()}
    for name, template in templates.items():
        if any(part in template for part in ("container", "script", "resource", "http", "containerSet")):
            clues += _template(source, whole, name, template)
    for template in templates.values():
        clues += _order(source, template, templates)
    return clues


def _step(source: Source, name: str) -> str:
    return f"stage:{source.path}#{name}"


def _template(source: Source, whole: str, name: str, template: Item) -> list[Clue]:
    key, at = _step(source, name), source.at(template["name"].at)
    clues: list[Clue] = [Thing(key, step_type(name), name, at, 0.85, parent=whole)]
    for part in ("container", "script"):
        if template[part]:
            clues += container_clues(key, template[part], source, alone=False)
    code = template["script"]["source"]
    if code and any("sh" in word for word, _ in template["script"]["command"].texts()):
        clues += command_clues(Context(key, source), commands(code.text, code.line + bool(code.block)))
    clues += pod_clues(key, Item({"volumes": template["volumes"]}), source)
    for direction in ("inputs", "outputs"):
        for artifact in template[direction]["artifacts"].each():
            if found := _place(artifact):
                ends = (found, key) if direction == "inputs" else (key, found)
                where = source.at(artifact.at or artifact["name"].at)
                if found == _DEFAULT_STORE:
                    clues.append(Thing(found, "object-store", "Argo's artefact store", where, 0.6))
                elif found.startswith("bucket:"):
                    clues.append(Thing(found, "object-store", found.rpartition(":")[2], where, 0.7))
                clues.append(Move(*ends, where, artifact["name"].text, 0.8, opened_by=key))
    return clues


def _place(artifact: Item) -> str:
    for kind, scheme in (("s3", "s3"), ("gcs", "gs"), ("azure", "az"), ("oss", "oss")):
        if bucket := artifact[kind]["bucket"].text or artifact[kind]["container"].text:
            return bucket_key(scheme, bucket)
        if artifact[kind]["key"].text:
            return _DEFAULT_STORE
    if url := artifact["http"]["url"].text:
        return f"url:{url}"
    if repo := artifact["git"]["repo"].text:
        return "repo:git/" + re.sub(r"^(https?://|git@)[^/:]+[/:]|\.git$", "", repo)
    return ""


def _order(source: Source, template: Item, templates: dict[str, Item]) -> list[Clue]:
    """Return what tasks hand to those that wait for them."""
    tasks = [
        *template["dag"]["tasks"].each(),
        *(one for group in template["steps"].each() for one in group.each()),
    ]
    runs = {
        task["name"].text: task["template"].text or task["templateRef"]["template"].text for task in tasks
    }
    clues: list[Clue] = []
    for task in tasks:
        target = runs[task["name"].text]
        waits = [(text, line) for field in ("dependencies", "depends") for text, line in _names(task[field])]
        given = [
            (m[1], item.at) for _, item in task["arguments"].walk(1_000) for m in _TASK.finditer(item.text)
        ]
        for name, line in [*given, *waits]:
            origin = runs.get(name)
            if origin and origin != target and origin in templates:
                strength = 0.8 if (name, line) in given else 0.5
                clues.append(
                    Move(_step(source, origin), _step(source, target), source.at(line), "", strength)
                )
    return list({(c.source, c.target): c for c in reversed(clues) if isinstance(c, Move)}.values())


def _names(item: Item) -> list[tuple[str, int]]:
    if item.text:
        return [(word, item.at) for word in re.findall(r"[A-Za-z][\w-]*", re.sub(r"\.\w+", "", item.text))]
    return item.texts()


# -- Kubeflow pipelines as they are compiled


def _compiled(source: Source, item: Item) -> list[Clue]:
    whole = f"workflow:{source.path}"
    name = item["pipelineInfo"]["name"]
    clues: list[Clue] = [
        Thing(whole, "pipeline-orchestrator", name.text or source.name, source.at(name.at), 0.7)
    ]
    executors = item["deploymentSpec"]["executors"]
    for task, one in item["root"]["dag"]["tasks"].items():
        key = _step(source, task)
        clues.append(Thing(key, step_type(task), task, source.at(one.at), 0.85, parent=whole))
        component = item["components"][one["componentRef"]["name"].text]
        container = executors[component["executorLabel"].text]["container"]
        clues += container_clues(key, container, source, alone=False)
        given = [found.text for _, found in one["inputs"].walk(1_000) if found.text and found.key]
        for text, line in one["dependentTasks"].texts():
            strength = 0.8 if text in given else 0.5
            clues.append(Move(_step(source, text), key, source.at(line), "", strength))
    return clues


def _component(source: Source, item: Item) -> list[Clue]:
    name = item["name"]
    container = item["implementation"]["container"]
    key = f"stage:{source.path}#{name.text or source.name}"
    clues: list[Clue] = [Thing(key, step_type(name.text), name.text or source.name, source.at(name.at), 0.8)]
    words = [one for one in container["command"].each() if one.text]
    plain = Item(
        {
            **dict(container.items()),
            "command": Item(words, container["command"].line, container["command"].key),
        }
    )
    clues += container_clues(key, plain, source, alone=False)
    folder = source.folder
    if folder:
        clues.append(Same(key, f"docker:{folder}/Dockerfile", source.at(container["image"].at)))
    return clues
