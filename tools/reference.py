"""The generated parts of the documentation: tables of the model file, commands, JSON shapes, catalogue and notices."""

from __future__ import annotations

import json
import sys
import tempfile
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import msgspec
import schemas
import typer
from msgspec import Struct
from sessions import TODAY, screen

from mantlet.__main__ import run
from mantlet.catalogue.coverage import coverage
from mantlet.catalogue.load import Catalogue, load_catalogue
from mantlet.catalogue.schema import Framework, ThreatType
from mantlet.cli.app import app
from mantlet.model import entries
from mantlet.model.entries import Entry, Sections
from mantlet.model.vocabulary import FactDef, TypeDef
from mantlet.project.api import analyse
from mantlet.project.demo import write_example
from mantlet.store.schema import schema as model_schema

Parts = dict[str, str]
RECORDS = (
    entries.System, entries.Business, entries.CatalogueChoice, entries.Party, entries.Data, entries.Subjects, entries.Needs,
    entries.Boundary, entries.Element, entries.Copy, entries.Flow, entries.Agent, entries.ControlInPlace, entries.Decision, entries.Basis,
    entries.ManualThreat, entries.Vulnerability, entries.Environment, entries.Review, entries.Include,
)  # fmt: skip
USUAL = json.loads((Path(__file__).parent / "usual.json").read_text(encoding="utf-8"))
"""What fields mean that mean the same everywhere, or need no more than a word."""
REALMS = ("element", "data", "boundary")


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in [head, *cells]]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def code(words: typing.Iterable[object]) -> str:
    """Return words as code, with commas."""
    return ", ".join(f"`{word}`" for word in words)


# The model file


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


# The commands


def commands() -> Parts:
    """The manual of every command, as `--help` prints it."""
    root = typer.main.get_command(app)
    return {
        "commands": "\n\n".join(
            f"## {' '.join(['mantlet', *path])}\n\n```text\n{_manual(path)}\n```" for path in _paths(root)
        )
    }


def _paths(command: typing.Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of a command and of all below it."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from _paths(below, (*path, name))


def _manual(path: tuple[str, ...]) -> str:
    with screen() as shown, mock.patch.object(sys, "argv", ["mantlet", *path, "--help"]):
        run()
        return "\n".join(line.rstrip() for line in shown().splitlines()).strip("\n")


# JSON


def json_shapes() -> Parts:
    """The fields of every shape, in words."""
    shapes = schemas.schemas()
    parts = {
        name: f"`{shape['title']}` · [schema](schema/{name}.schema.json)\n\n{_shape(shape)}"
        for name, shape in shapes.items()
        if name != "report"
    }
    named = {"rating": schemas.RATING, "decision": schemas.DECISION, "risk": schemas.RISK}
    return {**parts, **{name: _shape(shape) for name, shape in named.items()}, "threat example": _example()}


def _example() -> str:
    """Return one real threat as a reader sees it."""
    with tempfile.TemporaryDirectory() as folder:
        result = analyse(write_example("churn", Path(folder) / "churn"), today=TODAY)
    threat = next(item for item in result.threats if item["id"] == "CONTROL-PLANE-OPEN@tracker")
    return f"```json\n{json.dumps(threat, indent=2, ensure_ascii=False)}\n```"


def _shape(shape: schemas.Schema) -> str:
    return table(["field", "value", "what"], [list(row) for row in _rows(shape, "")])


def _rows(shape: schemas.Schema, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield the path, kind and meaning of each field, from the outside in."""
    for name, field in shape["properties"].items():
        where = f"{path}{name}"
        kind = _json_kind(field) + ("" if name in shape["required"] else ", may be missing")
        yield f"`{where}`", kind, field.get("description", "")
        inner = field.get("items", field)
        if "properties" in inner:
            yield from _rows(inner, f"{where}{'[]' if 'items' in field else ''}.")


def _json_kind(field: schemas.Schema) -> str:
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


# The catalogue and the notices


def catalogue_tables(catalogue: Catalogue) -> Parts:
    """What the catalogue has, and how much of each published list it covers."""
    rows = []
    for item in coverage(catalogue):
        covered, left = (
            sum(item.counts.get(word, 0) for word in words) for words in (("threat", "control"), ("open",))
        )
        counts = (item.total, covered, item.total - covered - left, left)
        rows.append([item.title, item.version, item.of, *map(str, counts)])
    per_pack = [
        [f"`{pack}`", str(sum(item.pack == pack for item in catalogue.threats.values())), about.title]
        for pack, about in catalogue.packs.items()
    ]
    return {
        "coverage": table(["list", "version", "of", "entries", "covered", "elsewhere", "open"], rows),
        "packs": table(["pack", "threat types", "what"], per_pack),
        "threats": table(
            ["id", "threat", "pack", "categories"], [_threat(item) for item in catalogue.threats.values()]
        ),
        "controls": table(
            ["id", "control", "effort"],
            [[f"`{item.id}`", item.title, item.effort] for item in catalogue.controls.values()],
        ),
    }


def _threat(item: ThreatType) -> list[str]:
    letters = [name[:1].upper() for name in item.stride]
    return [
        f"`{item.id}`",
        item.title,
        item.pack,
        " ".join([*letters, *dict.fromkeys(node.partition(".")[0] for node in item.linddun)]),
    ]


def numbers(catalogue: Catalogue) -> Parts:
    """The catalogue's size in a sentence."""
    elements = sum(item.realm == "element" for item in catalogue.vocabulary.types.values())
    return {
        "numbers": f"The catalogue has {len(catalogue.threats)} threat types and {len(catalogue.controls)} controls in our own words, "
        f"{elements} types of elements, and references to {len(catalogue.frameworks)} published lists: MITRE ATLAS, NIST AI 100-2, OWASP "
        "(ML, LLM, agents, MCP, AI Exchange), Microsoft's, CoSAI, LINDDUN, CWE, CAPEC and more. [Coverage](docs/coverage.md) says, list by "
        "list, what they cover."
    }


def notices(catalogue: Catalogue) -> Parts:
    """The published lists that the catalogue refers to."""
    lists: list[Framework] = sorted(catalogue.frameworks.values(), key=lambda item: item.title.lower())
    return {
        "frameworks": table(
            ["list", "version", "source", "licence"],
            [[item.title, item.version, item.source, item.licence] for item in lists],
        ),
    }


def everything() -> dict[str, Parts]:
    """Return the generated parts of each page, by path below the project."""
    catalogue = load_catalogue()
    return {
        "README.md": numbers(catalogue),
        "docs/file-format.md": file_format(catalogue),
        "docs/cli.md": commands(),
        "docs/json.md": json_shapes(),
        "docs/coverage.md": catalogue_tables(catalogue),
        "THIRD-PARTY-NOTICES.md": notices(catalogue),
    }
