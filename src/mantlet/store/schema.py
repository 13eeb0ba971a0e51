"""The JSON Schema of the model file, so that editors complete and check it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import msgspec

from mantlet.model import entries
from mantlet.model.check_facts import ALWAYS
from mantlet.model.entries import Sections
from mantlet.model.vocabulary import FactDef, Realm, Subject, Vocabulary
from mantlet.store.shape import COLLECTED
from mantlet.store.tree import FOREIGN

Json = dict[str, Any]
SUBJECTS: dict[str, Subject] = {
    "System": "system", "Data": "data", "Copy": "copy", "Boundary": "boundary", "Element": "element", "Flow": "flow",
}  # fmt: skip
REALMS: dict[str, Realm] = {"Data": "data", "Boundary": "boundary", "Element": "element"}


def schema(
    vocabulary: Vocabulary | None = None, *, controls: Collection[str] = (), threats: Collection[str] = ()
) -> Json:
    """Return the schema; with a vocabulary and the catalogue's ids it knows the types, facts, controls and threats too."""
    base = msgspec.json.schema(Sections, schema_hook=lambda _: {"description": "anything"})
    definitions: dict[str, Json] = base["$defs"]
    for name, definition in definitions.items():
        _clean(name, definition)
    if vocabulary is not None:
        for name, subject in SUBJECTS.items():
            definitions[name]["properties"]["facts"] = _facts(
                vocabulary.facts_for(subject), f"this {subject}"
            )
        for name, realm in REALMS.items():
            definitions[name]["properties"]["type"] |= {"enum": _types(vocabulary, realm)}
        everywhere = _facts((fact for fact in vocabulary.facts.values() if not fact.derived), "it")
        definitions["Environment"]["properties"]["facts"]["additionalProperties"] = everywhere
    if controls:
        definitions["ControlInPlace"]["properties"]["control"] |= {"enum": sorted(controls)}
        definitions["Decision"]["properties"]["controls"]["items"] |= {"enum": sorted(controls)}
    if threats:
        known = {f"{kind}@*": {"$ref": "#/$defs/Decision"} for kind in sorted(threats)}
        definitions["Sections"]["properties"]["decisions"]["properties"] = known
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mantlet threat model",
        "$ref": base["$ref"],
        "$defs": definitions,
    }


def _clean(name: str, definition: Json) -> None:
    """Turn the field that gathers foreign keys into their pattern, and say what each key means."""
    properties = definition.get("properties", {})
    if properties.pop(COLLECTED, None) is not None:
        definition["patternProperties"] = {
            f"^{FOREIGN}": {"description": "Foreign fields; kept as they are."}
        }
    for key, text in _field_texts().get(name, {}).items():
        if key in properties:
            properties[key]["description"] = text
    if "description" in definition:
        definition["description"] = " ".join(definition["description"].split())


@cache
def _field_texts() -> dict[str, dict[str, str]]:
    """Return the sentences under the records' fields, by record and key."""
    found: dict[str, dict[str, str]] = {}
    for item in ast.parse(inspect.getsource(entries)).body:
        if not isinstance(item, ast.ClassDef):
            continue
        for field, after in zip(item.body, item.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(after, ast.Expr)
            ):
                text = getattr(after.value, "value", None)
                if isinstance(text, str):
                    found.setdefault(item.name, {})[field.target.id.rstrip("_")] = " ".join(text.split())
    return found


def _types(vocabulary: Vocabulary, realm: Realm) -> list[str]:
    own = vocabulary.of_realm(realm)
    return [*own, *(alias for name in own for alias in vocabulary.types[name].aliases)]


def _facts(facts: Iterable[FactDef], at: str) -> Json:
    """Return the schema of a mapping of facts."""
    return {
        "type": "object",
        "properties": {fact.id: _fact(fact, at) for fact in facts},
        "additionalProperties": False,
    }


def _fact(fact: FactDef, at: str) -> Json:
    result: Json = {
        "title": fact.title,
        "description": f"{fact.question} {fact.why}".strip().replace("{at}", at),
    }
    if fact.values == "number":
        return result | {"anyOf": [{"type": "number"}, {"enum": list(ALWAYS)}]}
    if fact.values == "text":
        return result | {"type": ["string", "number", "boolean"]}
    values = [*fact.values, *ALWAYS, *([True, False] if "yes" in fact.values else [])]
    return result | ({"anyOf": [{"enum": values}, {"type": "string"}]} if fact.open else {"enum": values})
