"""YAML of others as plain values, within limits: the library's own reader overruns the stack on deep nesting."""

from __future__ import annotations

from typing import Any

import yaml

from mantlet.base.limits import MAX_DEPTH, MAX_NODES

_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class PlainYamlError(ValueError):
    """A text that is no YAML, or deeper or larger than is read."""


def check_nesting(text: str, depth: int = MAX_DEPTH, nodes: int = MAX_NODES) -> None:
    """Raise `PlainYamlError` for what is nested deeper, or has more values, than is read; events come without recursion."""
    level = count = 0
    try:
        for event in yaml.parse(text, yaml.CSafeLoader):
            count += 1
            if isinstance(event, _OPENING):
                level += 1
            elif isinstance(event, _CLOSING):
                level -= 1
            if level > depth or count > 2 * nodes:
                raise PlainYamlError("it is nested deeper, or larger, than is read")
    except yaml.YAMLError as error:
        raise PlainYamlError(f"it is no YAML: {str(error).splitlines()[0]}") from None


def load_plain(text: str) -> Any:
    """Return the first document, every scalar as text."""
    check_nesting(text)
    try:
        return yaml.load(text, yaml.CBaseLoader)  # noqa: S506  # the base loader makes plain texts only
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PlainYamlError(f"it is no YAML: {str(error).splitlines()[0]}") from None
