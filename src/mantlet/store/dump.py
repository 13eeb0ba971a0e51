"""A whole model as tidy YAML, in the style people write it."""

from __future__ import annotations

from mantlet.model.entries import Sections
from mantlet.store.convert import to_raw
from mantlet.store.emit import OPEN, entry
from mantlet.store.shape import below, fields, type_of
from mantlet.store.tree import Raw

SCHEMA_LINE = "# yaml-language-server: $schema="


def dump(model: Sections, *, schema: str = "") -> str:
    """Return the model file's text; ``schema`` names the JSON Schema for editors, in a comment on the first line."""
    lines = [f"{SCHEMA_LINE}{schema}"] if schema else []
    raw = in_order(model)
    kind = type_of(Sections)
    for key, value in raw.items():
        lines += entry(key, value, 0, below(kind, key), kind, open_up=key in OPEN)
    return "\n".join(lines) + "\n"


def in_order(model: Sections) -> dict[str, Raw]:
    """Return the model's plain data with the version first and every record's fields in the schema's order, foreign ones last."""
    raw = {"mantlet": model.mantlet, **to_raw(model)}
    known = fields(Sections)
    return dict(
        sorted(raw.items(), key=lambda pair: list(known).index(pair[0]) if pair[0] in known else len(known))
    )
