"""The JSON shapes as tables."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import schemas
import shapes
from sessions import TODAY
from tables import Parts, table

from mantlet.project.api import analyse
from mantlet.project.demo import write_example


def json_shapes() -> Parts:
    """The fields of every shape, in words."""
    every = schemas.schemas()
    parts = {
        name: f"`{shape['title']}` · [schema](schema/{name}.schema.json)\n\n{_shape(shape)}"
        for name, shape in every.items()
        if name not in {"report", "compliance"}
    }
    named = {"rating": shapes.RATING, "decision": shapes.DECISION, "risk": shapes.RISK}
    return {**parts, **{name: _shape(shape) for name, shape in named.items()}, "threat example": _example()}


def _example() -> str:
    """Return one real threat as a reader sees it."""
    with tempfile.TemporaryDirectory() as folder:
        result = analyse(write_example("churn", Path(folder) / "churn"), today=TODAY)
    threat = next(item for item in result.threats if item["id"] == "CONTROL-PLANE-OPEN@tracker")
    return f"```json\n{json.dumps(threat, indent=2, ensure_ascii=False)}\n```"


def _shape(shape: shapes.Schema) -> str:
    return table(["field", "value", "what"], [list(row) for row in _rows(shape, "")])


def _rows(shape: shapes.Schema, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield the path, kind and meaning of each field, from the outside in."""
    for name, field in shape["properties"].items():
        where = f"{path}{name}"
        kind = _json_kind(field) + ("" if name in shape["required"] else ", may be missing")
        yield f"`{where}`", kind, field.get("description", "")
        inner = field.get("items", field)
        if "properties" in inner:
            yield from _rows(inner, f"{where}{'[]' if 'items' in field else ''}.")


def _json_kind(field: shapes.Schema) -> str:
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " · ".join(field["enum"])
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "items" in field:
        return (
            f"list of {_json_kind(field['items'])}"
            if field["items"].get("type") != "string"
            else "list of text"
        )
    kinds = field.get("type", "any")
    names = [
        {"string": "text", "integer": "number", "boolean": "true/false"}.get(kind, kind)
        for kind in ([kinds] if isinstance(kinds, str) else kinds)
    ]
    return " or ".join(names)
