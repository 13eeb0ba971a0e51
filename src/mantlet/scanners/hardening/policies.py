"""What policies of AWS allow: documents in JSON, in `jsonencode(…)`, or as a data source of Terraform."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_DOCUMENT = re.compile(r"\$\{\s*data\.aws_iam_policy_document\.([\w-]+)\.json\s*\}")
_WHOLE_SERVICE = re.compile(r"[a-z0-9-]+:\*")


class Statement(NamedTuple):
    """One statement that allows something."""

    actions: list[str]
    resources: list[str]
    principals: list[str]
    conditional: bool


Documents = dict[str, dict[str, Any]]
"""The folder's `aws_iam_policy_document` data sources by name."""


def statements(policy: Any, documents: Documents) -> Iterator[Statement]:
    """Yield what a policy allows; one that isn't written out says nothing."""
    if isinstance(policy, str):
        named = _DOCUMENT.fullmatch(policy.strip())
        if named:
            yield from of_document(documents.get(named[1], {}))
            return
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            return
    if not isinstance(policy, dict):
        return
    for raw in _items(policy.get("Statement", [])):
        if isinstance(raw, dict) and raw.get("Effect") == "Allow":
            yield Statement(
                _texts(raw.get("Action")),
                _texts(raw.get("Resource")),
                _principals(raw.get("Principal")),
                bool(raw.get("Condition")),
            )


def of_document(body: dict[str, Any]) -> Iterator[Statement]:
    """Yield what a data source allows."""
    for raw in _items(body.get("statement", [])):
        if isinstance(raw, dict) and raw.get("effect", "Allow") == "Allow":
            who = [
                name
                for block in _items(raw.get("principals", []))
                if isinstance(block, dict)
                for name in _texts(block.get("identifiers"))
            ]
            yield Statement(
                _texts(raw.get("actions")), _texts(raw.get("resources")), who, bool(raw.get("condition"))
            )


def too_wide(allowed: Statement) -> str:
    """Return what a statement allows on everything: `*`, or whole services; empty for neither.

    One that names who may (a key's policy, a bucket's) is as wide as the thing that carries it.
    """
    if "*" not in allowed.resources or (allowed.principals and "*" not in allowed.principals):
        return ""
    if "*" in allowed.actions:
        return "*"
    return ", ".join(action for action in allowed.actions if _WHOLE_SERVICE.fullmatch(action))


def for_anybody(allowed: Statement) -> bool:
    """Tell whether anybody at all may do it."""
    return "*" in allowed.principals and not allowed.conditional


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> list[str]:
    return [item for item in _items(value) if isinstance(item, str)]


def _principals(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [name for names in value.values() for name in _texts(names)]
    return _texts(value)
