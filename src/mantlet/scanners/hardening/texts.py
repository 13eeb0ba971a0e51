"""YAML whose mappings know their lines, and Dockerfiles as instructions: what the rules look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from mantlet.base.yamlplain import PlainYamlError, check_nesting

MAX_DEPTH = 60
MAX_NODES = 200_000


class UnreadableError(Exception):
    """A file is not what its name says."""


class Lined(dict[str, Any]):
    """A mapping that knows the line of each key, and its own."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def at(self, *keys: str) -> int:
        """Return the line of the first key that is there; else the mapping's own."""
        return next((self.lines[key] for key in keys if key in self.lines), self.line)

    def map(self, key: str) -> Lined:
        """Return a mapping below a key; an empty one where there is none."""
        value = self.get(key)
        return value if isinstance(value, Lined) else Lined(self.line)

    def maps(self, key: str) -> list[Lined]:
        """Return the mappings of a list below a key."""
        value = self.get(key)
        return [item for item in value if isinstance(item, Lined)] if isinstance(value, list) else []

    def texts(self, key: str) -> list[str]:
        """Return what stands below a key as texts, one or a list."""
        value = self.get(key)
        items = value if isinstance(value, list) else [value]
        return [str(item) for item in items if isinstance(item, (str, int, float, bool))]


def documents(text: str) -> Iterator[Lined]:
    """Yield the documents of a YAML file that are mappings; raises `UnreadableError`."""
    try:
        check_nesting(text, MAX_DEPTH, MAX_NODES)
        for node in yaml.compose_all(text, yaml.CSafeLoader):
            maker = _Maker()
            value = maker.make(node, 0)
            if isinstance(value, Lined):
                yield value
    except (yaml.YAMLError, PlainYamlError, RecursionError) as error:
        raise UnreadableError(str(error).splitlines()[0]) from None


class _Maker:
    """Makes plain values of nodes; an anchor's value is made once, however often it is used."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}
        self._count = 0

    def make(self, node: yaml.Node | None, depth: int) -> Any:
        if node is None:
            return None
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_NODES:
            raise UnreadableError("it is nested deeper, or larger, than is read")
        if id(node) not in self._made:
            self._made[id(node)] = self._new(node, depth)
        return self._made[id(node)]

    def _new(self, node: yaml.Node, depth: int) -> Any:
        if isinstance(node, yaml.MappingNode):
            made = Lined(node.start_mark.line + 1)
            self._made[id(node)] = made
            for key, value in node.value:
                name = key.value if isinstance(key, yaml.ScalarNode) else ""
                inner = self.make(value, depth + 1)
                if name == "<<":
                    for part in inner if isinstance(inner, list) else [inner]:
                        if isinstance(part, Lined):
                            for other in part:
                                made.setdefault(other, part[other])
                                made.lines.setdefault(other, part.lines.get(other, made.line))
                    continue
                made[name] = inner
                made.lines[name] = key.start_mark.line + 1
            return made
        if isinstance(node, yaml.SequenceNode):
            return [self.make(item, depth + 1) for item in node.value]
        return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if node.tag.endswith(":bool"):
        return text.lower() in {"true", "yes", "on"}
    if node.tag.endswith(":int") and re.fullmatch(r"[-+]?\d{1,18}", text):
        return int(text)
    return None if node.tag.endswith(":null") else text


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile, continuation lines joined."""

    name: str
    value: str
    line: int

    @property
    def flags(self) -> dict[str, str]:
        """Return the flags before the arguments, such as `--chmod=777`."""
        return dict(re.findall(r"(?:^|\s)--([a-z-]+)=(\S+)", self.value.split(" -- ")[0]))

    @property
    def arguments(self) -> str:
        """Return the value without the flags in front."""
        return re.sub(r"^(?:--[a-z-]+(?:=\S+)?\s+)+", "", self.value)


def instructions(text: str) -> list[Instruction]:
    """Return a Dockerfile's instructions, heredocs in one piece with theirs."""
    lines, found, number = text.splitlines(), list[Instruction](), 0
    escape = "`" if re.match(r"(?i)#\s*escape\s*=\s*`", text) else "\\"
    while number < len(lines):
        start, line = number, lines[number].strip()
        number += 1
        if not line or line.startswith("#"):
            continue
        parts = [line]
        while parts[-1].endswith(escape) and number < len(lines):
            parts[-1] = parts[-1][:-1].rstrip()
            following = lines[number].strip()
            number += 1
            parts.append(following if not following.startswith("#") else escape)
            if parts[-1] == escape:
                parts[-1] = escape
        whole = " ".join(part for part in parts if part != escape)
        for mark in re.findall(r"<<-?[\"']?(\w+)[\"']?", whole):
            body = []
            while number < len(lines) and lines[number].strip() != mark:
                body.append(lines[number])
                number += 1
            number += 1
            whole += " ; " + " ; ".join(body)
        match = re.match(r"([A-Za-z]+)\s+(.*)$", whole, re.DOTALL)
        if match:
            found.append(Instruction(match.group(1).upper(), match.group(2).strip(), start + 1))
    return found
