"""Terraform's resources with their settings, as plain values in which the folder's own variables and locals stand.

What nothing in the folder says stays an expression, `${…}`, and speaks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mantlet.base.hcl import Block, HclError, hcl_blocks
from mantlet.base.items import Item
from mantlet.scanners.hardening.texts import UnreadableError

_NAMED = re.compile(r"\$\{\s*((?:var|local)\.[\w-]+)\s*\}")
_STEPS = 8
"""Variables that stand in variables."""
Known = Mapping[str, Item]
"""Values by `var.name` and `local.name`."""


class Resource(NamedTuple):
    """One `resource` or `data` block; data sources are named with `data.` before their kind."""

    kind: str
    name: str
    line: int
    body: dict[str, Any]


def blocks_of(text: str) -> list[Block]:
    """Return a file's blocks; raises `UnreadableError`."""
    try:
        return hcl_blocks(text)
    except HclError as error:
        raise UnreadableError(f"it is no HCL: line {error.line}: {error}") from None


def known_values(files: Iterable[tuple[str, list[Block]]]) -> Known:
    """Return what variables and locals of a folder's files say; a `terraform.tfvars` goes before defaults."""
    known: dict[str, Item] = {}
    given: dict[str, Item] = {}
    for path, blocks in files:
        for block in blocks:
            if path.endswith(".tfvars"):
                given[f"var.{block.type}"] = block.body
            elif block.type == "variable" and block.labels and block.body["default"]:
                known[f"var.{block.labels[0]}"] = block.body["default"]
            elif block.type == "locals":
                known |= {f"local.{name}": item for name, item in block.body.items()}
    return known | given


def resources(blocks: Iterable[Block], known: Known) -> Iterator[Resource]:
    """Yield the resources and data sources among blocks."""
    for block in blocks:
        if block.type in {"resource", "data"} and len(block.labels) == 2:
            kind, name = block.labels
            body = _plain(block.body, known, _STEPS)
            if isinstance(body, dict):
                prefix = "data." if block.type == "data" else ""
                yield Resource(prefix + kind, name, block.line, body)


def _plain(item: Item, known: Known, steps: int) -> Any:
    """Return an item as plain data."""
    if isinstance(item.value, list):
        return [_plain(inner, known, steps) for inner in item.value]
    if isinstance(item.value, dict):
        found = {name: _plain(inner, known, steps) for name, inner in item.value.items() if name != "dynamic"}
        for made in item["dynamic"].each():
            found.setdefault(made.tag, []).extend(
                _plain(content, known, steps) for content in made["content"].each()
            )
        return found
    return _text(item.text, known, steps)


def _text(text: str, known: Known, steps: int) -> Any:
    """Return a text with what is known put in; one that is nothing but a name becomes the value itself."""
    whole = _NAMED.fullmatch(text)
    if whole:
        return _plain(known[whole[1]], known, steps - 1) if steps and whole[1] in known else text
    if not steps or "${" not in text:
        return text

    def put(match: re.Match[str]) -> str:
        item = known.get(match[1])
        value = _text(item.text, known, steps - 1) if item is not None and item.text else match[0]
        return value if isinstance(value, str) else match[0]

    return _NAMED.sub(put, text)
