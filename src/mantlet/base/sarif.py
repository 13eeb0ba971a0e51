"""SARIF 2.1.0, the part of it that says what was found where: read from any tool, written for any tool.

Only what findings need is kept; unknown properties are passed over. Reading never follows references out of the file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from mantlet.base.errors import InputError, Location
from mantlet.base.limits import read_text

MAX_SARIF_BYTES = 256 * 2**20
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
Level = Literal["none", "note", "warning", "error"]
_KEPT: dict[str, Any] = {"rename": "camel", "omit_defaults": True}


class Message(Struct, **_KEPT):
    """What people read."""

    text: str = ""
    markdown: str = ""
    id: str = ""
    arguments: list[str] = field(default_factory=list)


class ArtifactLocation(Struct, **_KEPT):
    """A file, by URI."""

    uri: str = ""
    uri_base_id: str = ""
    index: int = -1


class Region(Struct, **_KEPT):
    """A part of a file; lines and columns count from 1."""

    start_line: int = 0
    start_column: int = 0
    end_line: int = 0
    end_column: int = 0
    snippet: Message | None = None


class PhysicalLocation(Struct, **_KEPT):
    """A part of a file that exists."""

    artifact_location: ArtifactLocation = field(default_factory=ArtifactLocation)
    region: Region | None = None


class LogicalLocation(Struct, **_KEPT):
    """A place that is no file: an image, an address, a cell."""

    fully_qualified_name: str = ""
    name: str = ""
    kind: str = ""


class ResultLocation(Struct, **_KEPT):
    """Where a result is."""

    physical_location: PhysicalLocation | None = None
    logical_locations: list[LogicalLocation] = field(default_factory=list)


class Suppression(Struct, **_KEPT):
    """That somebody silenced a result, and why."""

    kind: str = "external"
    justification: str = ""
    status: str = ""
    properties: dict[str, Any] = field(default_factory=dict)


class RuleReference(Struct, **_KEPT):
    """A rule by its place in a list of rules."""

    id: str = ""
    index: int = -1


class Result(Struct, **_KEPT):
    """One finding."""

    rule_id: str = ""
    rule_index: int = -1
    rule: RuleReference | None = None
    kind: str = "fail"
    level: Level | None = None
    message: Message = field(default_factory=Message)
    locations: list[ResultLocation] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)
    partial_fingerprints: dict[str, str] = field(default_factory=dict)
    suppressions: list[Suppression] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)


class Configuration(Struct, **_KEPT):
    """How a rule reports where a result doesn't say."""

    level: Level = "warning"


class Rule(Struct, **_KEPT):
    """What a tool says of one of its rules."""

    id: str = ""
    name: str = ""
    short_description: Message | None = None
    full_description: Message | None = None
    help_uri: str = ""
    default_configuration: Configuration | None = None
    properties: dict[str, Any] = field(default_factory=dict)


class Component(Struct, **_KEPT):
    """A tool."""

    name: str = ""
    version: str = ""
    semantic_version: str = ""
    rules: list[Rule] = field(default_factory=list)


class Tool(Struct, **_KEPT):
    """A tool with its extensions."""

    driver: Component = field(default_factory=Component)
    extensions: list[Component] = field(default_factory=list)


class Notification(Struct, **_KEPT):
    """What a tool says of its own run."""

    message: Message = field(default_factory=Message)
    level: str = "warning"
    locations: list[ResultLocation] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)


class Invocation(Struct, **_KEPT):
    """One run of a tool, and whether it got to the end."""

    execution_successful: bool = True
    tool_execution_notifications: list[Notification] = field(default_factory=list)


class Artifact(Struct, **_KEPT):
    """A file that a tool looked at."""

    location: ArtifactLocation | None = None
    hashes: dict[str, str] = field(default_factory=dict)


class Run(Struct, **_KEPT):
    """What one tool said in one run."""

    tool: Tool = field(default_factory=Tool)
    invocations: list[Invocation] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    results: list[Result] | None = None
    """None: the tool broke off before it could report."""
    properties: dict[str, Any] = field(default_factory=dict)

    def rule_of(self, result: Result) -> Rule:
        """Return what the tool says of a result's rule."""
        rules = [rule for part in (self.tool.driver, *self.tool.extensions) for rule in part.rules]
        name = result.rule_id or (result.rule.id if result.rule else "")
        index = result.rule_index if result.rule_index >= 0 else (result.rule.index if result.rule else -1)
        if not name and 0 <= index < len(self.tool.driver.rules):
            return self.tool.driver.rules[index]
        return next((rule for rule in rules if rule.id == name), Rule(id=name))


class Log(Struct, **_KEPT):
    """A SARIF file."""

    runs: list[Run]
    version: str = "2.1.0"


def read(path: Path) -> Log:
    """Read a SARIF file; one that isn't says where it goes wrong."""
    text = read_text(path, MAX_SARIF_BYTES, "ask the tool for fewer results, or split the file")
    return parse(text, str(path))


def parse(text: str, name: str) -> Log:
    """Read SARIF from text."""
    where = Location(name)
    mend = "ask the tool for SARIF 2.1.0"
    try:
        log = msgspec.json.decode(text, type=Log)
    except msgspec.ValidationError as error:
        raise InputError(f"this is no SARIF: {error}", where=where, mend=mend) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", where=where, mend=mend) from None
    if not log.version.startswith("2.1"):
        raise InputError(f"SARIF version '{log.version}' is not read", where=where, mend=mend)
    return log


def write(runs: Sequence[Run]) -> bytes:
    """Return a SARIF file as bytes, indented so that it can be read and compared."""
    log = msgspec.to_builtins(Log(runs=list(runs)))
    for run, source in zip(log["runs"], runs, strict=True):
        if source.results is not None:
            run.setdefault("results", [])
        for result in run.get("results", ()):
            for suppression in result.get("suppressions", ()):
                suppression.setdefault("kind", "external")  # required, also where it is as by default
        for invocation in run.get("invocations", ()):
            invocation.setdefault("executionSuccessful", True)
        for result in run.get("results", ()):
            result.setdefault("message", {}).setdefault("text", "")
    document = {"$schema": SCHEMA, "version": "2.1.0", **log}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
