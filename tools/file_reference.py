"""The model file's reference: its records, types and facts as tables."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from tables import Parts, code, table

from mantlet.catalogue.load import Catalogue
from mantlet.model import entries
from mantlet.model.entries import Entry, Sections
from mantlet.model.vocabulary import FactDef, TypeDef
from mantlet.store.schema import schema as model_schema

RECORDS = (
    entries.System, entries.Business, entries.CatalogueChoice, entries.Party, entries.Data, entries.Discovered, entries.Subjects, entries.Needs,
    entries.Boundary, entries.Element, entries.Copy, entries.Flow, entries.Agent, entries.ControlInPlace, entries.Decision, entries.Basis,
    entries.ManualThreat, entries.Vulnerability, entries.Environment, entries.Review, entries.Include,
)  # fmt: skip

USUAL = json.loads((Path(__file__).parent / "usual.json").read_text(encoding="utf-8"))
"""What fields mean that mean the same everywhere, or need no more than a word."""

REALMS = ("element", "data", "boundary")


def file_format(catalogue: Catalogue) -> Parts:
    """The tables of the file format page."""
    vocabulary = catalogue.vocabulary
    said = {name: item.get("properties", {}) for name, item in model_schema()["$defs"].items()}
    head = ["field", "value", "what"]
    records = [
        f"### {record.__name__}\n\n{' '.join((record.__doc__ or '').split())}\n\n{table(head, list(_fields(record, said)))}"
        for record in RECORDS
    ]
    kinds = {realm: [item for item in vocabulary.types.values() if item.realm == realm] for realm in REALMS}
    facts = [fact for fact in vocabulary.facts.values() if not fact.derived]
    return {
        "sections": table(["section", "holds", "what"], list(_fields(Sections, said))),
        "records": "\n\n".join(records),
        **{f"{realm} types": _types(items) for realm, items in kinds.items()},
        "facts": _facts(facts),
        "derived facts": table(
            ["fact", "of", "values"],
            [
                [f"`{fact.id}`", ", ".join(fact.on), _values(fact)]
                for fact in vocabulary.facts.values()
                if fact.derived
            ],
        ),
    }


def _types(items: list[TypeDef]) -> str:
    return table(
        ["type", "is a", "title", "also called"],
        [
            [f"`{item.id}`", code([item.is_] if item.is_ else []), item.title, code(item.aliases)]
            for item in items
        ],
    )


def _facts(facts: list[FactDef]) -> str:
    return table(
        ["fact", "of", "values", "question"],
        [
            [f"`{fact.id}`", ", ".join(fact.on), _values(fact), fact.question.replace("{at}", "it")]
            for fact in facts
        ],
    )


def _values(fact: FactDef) -> str:
    if isinstance(fact.values, str):
        return fact.values
    return ", ".join(fact.values) + (" …" if fact.open else "")


def _fields(record: type[Struct], said: dict[str, dict[str, typing.Any]]) -> Iterator[list[str]]:
    """Yield each field as written in the file, its kind in words, and what it means."""
    hints = typing.get_type_hints(record, include_extras=True)
    own = said[record.__name__]
    for field in msgspec.structs.fields(record):
        name = field.encode_name
        if name == "x-":
            continue
        about = own[name].get("description", "") or _about(hints[field.name]) or USUAL.get(name, "")
        yield [f"`{name}`", _kind(hints[field.name]) + (" (needed)" if field.required else ""), about]


def _about(hint: object) -> str:
    """Return what the record that a field holds is, in the record's own words."""
    for item in (hint, *typing.get_args(hint)):
        if isinstance(item, type) and issubclass(item, Entry):
            return " ".join((item.__doc__ or "").split())
    return ""


def _kind(hint: object) -> str:
    """Return a type in words."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        constraint = next((item for item in arguments[1:] if isinstance(item, msgspec.Meta)), None)
        if constraint and constraint.pattern:
            return "date"
        return "number 0–9" if constraint and constraint.le == 9 else _kind(arguments[0])
    if origin is typing.Literal:
        return code(arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_kind(item) for item in arguments if item is not msgspec.UnsetType))
    if origin is list:
        return f"list of {_kind(arguments[0])}"
    if origin is dict:
        return "facts" if hint == entries.Facts else f"map of {_kind(arguments[1])} by id"
    if isinstance(hint, type) and issubclass(hint, Entry):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return {str: "text", int: "number", float: "number", bool: "yes/no"}.get(hint, "text")  # type: ignore[call-overload]
