"""State machines of AWS Step Functions: tasks as steps, the services and functions they call, and their order."""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Move, Same, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import yaml_documents
from mantlet.discovery.readers._formats import is_yaml
from mantlet.discovery.readers._kinds import step_type
from mantlet.discovery.readers._names import bucket_key, function_key, known, unresolved

MAX_STATES = 300
_READS = re.compile(r"^(get|read|query|scan|list|describe|select|search|receive|head)", re.IGNORECASE)


def claims(path: str) -> bool:
    """Tell whether the file may hold a state machine; its content decides."""
    return (
        is_yaml(path)
        or path.endswith((".asl", ".asl.json"))
        or re.search(r"(state|machine|workflow|definition|step)[\w.\-]*\.json\Z", path, re.IGNORECASE)
        is not None
    )


def read(source: Source) -> list[Clue]:
    """Return the machine with its steps."""
    if "StartAt" not in source.text or "States" not in source.text or "Resources" in source.text:
        return []
    clues: list[Clue] = []
    for document in yaml_documents(source):
        if document["StartAt"] and document["States"]:
            name = re.sub(r"\.(asl|json|ya?ml)$", "", re.sub(r"\.(asl\.json|json|ya?ml)$", "", source.name))
            key = f"workflow:{source.path}"
            clues.append(Thing(key, "pipeline-orchestrator", name, source.at(document["StartAt"].at), 0.85))
            clues += machine_clues(source, key, document)
    return clues


def machine_clues(source: Source, key: str, machine: Item, first: int = 0) -> list[Clue]:
    """Return the steps of a machine that belongs to ``key``; ``first`` is added to lines, for text inside other files."""
    states = _states(machine)
    clues: list[Clue] = []
    for name, state in states.items():
        if state["Type"].text == "Task":
            clues += _task(source, key, name, state, first)
    for name, state in states.items():
        if state["Type"].text == "Task":
            for target, line in _following(state, states):
                clues.append(
                    Move(_step(source, name), _step(source, target), source.at(line + first), "", 0.6)
                )
    return clues


def _step(source: Source, name: str) -> str:
    return f"stage:{source.path}#{name}"


def _states(machine: Item) -> dict[str, Item]:
    """Return all states, those of branches and loops included."""
    found: dict[str, Item] = {}
    todo = [machine]
    while todo and len(found) < MAX_STATES:
        one = todo.pop(0)
        for name, state in one["States"].items():
            found.setdefault(name, state)
            todo += [*state["Branches"].each(), state["Iterator"], state["ItemProcessor"]]
    return found


def _following(state: Item, states: dict[str, Item]) -> list[tuple[str, int]]:
    """Return the tasks that come next, over states that only choose, wait or group."""
    found: list[tuple[str, int]] = []
    seen: set[str] = set()
    todo = _next(state)
    while todo and len(seen) < MAX_STATES:
        name, line = todo.pop(0)
        if name in seen or name not in states:
            continue
        seen.add(name)
        if states[name]["Type"].text == "Task":
            found.append((name, line))
        else:
            todo += _next(states[name])
    return found


def _next(state: Item) -> list[tuple[str, int]]:
    names = [state["Next"], state["Default"], *(choice["Next"] for choice in state["Choices"].each())]
    inner = [*state["Branches"].each(), state["Iterator"], state["ItemProcessor"]]
    names += [one["StartAt"] for one in inner]
    return [(item.text, item.at) for item in names if item.text]


def _task(source: Source, machine: str, name: str, state: Item, first: int) -> list[Clue]:
    key, at = _step(source, name), source.at(state.at + first)
    resource = state["Resource"]
    clues: list[Clue] = [Thing(key, step_type(name), name, at, 0.85, parent=machine)]
    where = source.at(resource.at + first)
    if function := _function(state):
        return [*clues, Same(key, function_key(function), where), *_objects(source, key, state, first)]
    found = re.search(r":::(?:aws-sdk:)?(\w+):(\w+)", resource.text)
    if found:
        clues += _service(source, key, state, found[1].lower(), found[2], first)
    return clues + _objects(source, key, state, first)


def _function(state: Item) -> str:
    """Return the name of the Lambda function that a task calls."""
    resource = state["Resource"].text
    arguments = state["Parameters"] or state["Arguments"]
    text = arguments["FunctionName"].text if "lambda:invoke" in resource else resource
    if ":::" in text and "lambda" not in text:
        return ""
    if "function:" in text:
        text = text.partition("function:")[2].partition(":")[0]
    found = re.search(r"[A-Za-z][\w\-]*", text.replace("${", "").replace("}", "").removeprefix("arn:"))
    return re.sub(r"(Arn|ARN|_arn)$", "", found[0]) if found else ""


def _service(source: Source, key: str, state: Item, service: str, operation: str, first: int) -> list[Clue]:
    at = source.at(state["Resource"].at + first)
    arguments = state["Parameters"] or state["Arguments"]
    target, type_, name = _named(service, arguments)
    if not target:
        return []
    clues: list[Clue] = [Thing(target, type_, name, at, 0.75)]
    if type_ in _BOTH:
        return [
            *clues,
            Move(key, target, at, "request", 0.75),
            Move(target, key, at, "answer", 0.75, opened_by=key),
        ]
    if _READS.match(operation):
        return [*clues, Move(target, key, at, operation, 0.75, opened_by=key)]
    return [*clues, Move(key, target, at, operation, 0.75)]


_BOTH = frozenset(("inference-service", "llm-service", "vision-service", "speech-service"))


def _named(service: str, arguments: Item) -> tuple[str, str, str]:
    """Return the key, type and name of what an integration talks to."""
    entry = known()["aws_services"].get(service)
    if entry is None:
        return "", "", ""
    name = next((arguments[field].text for field in entry.get("names", ()) if arguments[field].text), "")
    name = re.sub(r"^\$\{(\w+?)(Arn|Name|Url)?\}$", r"\1", name.rpartition(":")[2].rpartition("/")[2])
    if name and entry.get("key") and not name.startswith("$") and not unresolved(name):
        key = bucket_key("s3", name) if entry["key"] == "bucket" else f"{entry['key']}:{name}"
        return key, entry["type"], name
    return f"saas:aws-{service}", entry["type"], entry["title"]


def _objects(source: Source, key: str, state: Item, first: int) -> list[Clue]:
    """Return the buckets whose objects a task is given."""
    clues: list[Clue] = []
    for path, item in (state["Parameters"] or state["Arguments"]).walk(500):
        if (
            item.text
            and path
            and path[-1] in ("Bucket", "S3Uri", "S3OutputPath")
            and not item.text.startswith("$.")
        ):
            found = re.match(r"s3://([^/]+)", item.text)
            name = found[1] if found else item.text
            bucket, at = bucket_key("s3", name), source.at(item.at + first)
            if unresolved(name) or posixpath.basename(name) != name:
                continue
            ends = (key, bucket) if path[-1] == "S3OutputPath" else (bucket, key)
            clues += [
                Thing(bucket, "object-store", name, at, 0.7),
                Move(*ends, at, "objects", 0.7, opened_by=key),
            ]
    return clues
