"""Writes the generated parts of the documentation, between markers in the pages; `--check` tells whether they are fresh.

python tools/docs.py [--check]
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from mantlet.catalogue.coverage import coverage
from mantlet.catalogue.load import load_catalogue
from mantlet.model import entries
from mantlet.model.entries import Entry, Sections

DOCS = Path(__file__).parents[1] / "docs"
COMMANDS = (
    "",
    "demo",
    "init",
    "validate",
    "risks",
    "threats",
    "explain",
    "diagram",
    "report",
    "ask",
    "decide",
    "rate",
    "schema",
)
CATALOGUE_COMMANDS = ("list", "show", "search", "coverage")
START, END = "<!-- generated: {} -->", "<!-- end: {} -->"
RECORDS = [
    entries.System, entries.Business, entries.CatalogueChoice, entries.Party, entries.Data, entries.Subjects, entries.Needs,
    entries.Boundary, entries.Element, entries.Copy, entries.Flow, entries.Agent, entries.ControlInPlace, entries.Decision, entries.Basis,
    entries.ManualThreat, entries.Vulnerability, entries.Environment, entries.Review, entries.Include,
]  # fmt: skip


def main() -> int:
    stale = []
    for page, parts in {"file-format.md": file_format(), "cli.md": cli(), "coverage.md": covered()}.items():
        path = DOCS / page
        old = path.read_text(encoding="utf-8")
        new = old
        for name, text in parts.items():
            new = put(new, name, text, page)
        if new != old:
            stale.append(page)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print(f"stale: {', '.join(stale)}; run python tools/docs.py")
        return 1
    return 0


def put(page: str, name: str, text: str, where: str) -> str:
    """Replace what stands between a part's markers."""
    start, end = START.format(name), END.format(name)
    if start not in page or end not in page:
        raise SystemExit(f"docs/{where} has no markers for '{name}'")
    head, rest = page.split(start, 1)
    return f"{head}{start}\n\n{text.strip()}\n\n{end}{rest.split(end, 1)[1]}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines)


def file_format() -> dict[str, str]:
    """The tables of the file format page."""
    catalogue = load_catalogue()
    vocabulary = catalogue.vocabulary
    sections = table(
        ["section", "holds", "what"], [[f"`{name}`", kind, text] for name, kind, text in fields(Sections)]
    )
    records = "\n\n".join(
        f"### {record.__name__}\n\n{inspect.cleandoc(record.__doc__ or '')}\n\n"
        + table(
            ["field", "value", "what"], [[f"`{name}`", kind, text] for name, kind, text in fields(record)]
        )
        for record in RECORDS
    )
    types_by_realm = {
        realm: table(
            ["type", "is a", "title", "also called"],
            [
                [
                    f"`{name}`",
                    f"`{item.is_}`" if item.is_ else "",
                    item.title,
                    ", ".join(f"`{alias}`" for alias in item.aliases),
                ]
                for name, item in vocabulary.types.items()
                if item.realm == realm
            ],
        )
        for realm in ("element", "data", "boundary")
    }
    written = [fact for fact in vocabulary.facts.values() if not fact.derived]
    facts = table(
        ["fact", "of", "values", "question"],
        [
            [
                f"`{fact.id}`",
                ", ".join(fact.on),
                fact.values
                if isinstance(fact.values, str)
                else ", ".join(fact.values) + (" …" if fact.open else ""),
                fact.question,
            ]
            for fact in written
        ],
    )
    return {
        "sections": sections,
        "records": records,
        **{f"{realm} types": text for realm, text in types_by_realm.items()},
        "facts": facts,
    }


def fields(record: type[Struct]) -> Iterator[tuple[str, str, str]]:
    """Yield each field as written in the file, its kind in words, and its description from the source."""
    hints = typing.get_type_hints(record, include_extras=True)
    described = descriptions(record)
    for field in msgspec.structs.fields(record):
        if field.encode_name == "x-":
            continue
        yield (
            field.encode_name,
            kind_of(hints[field.name]) + (" (needed)" if field.required else ""),
            described.get(field.name, ""),
        )


def descriptions(record: type) -> dict[str, str]:
    """Return the text that stands under each field in the source."""
    source = inspect.getsource(record)
    return {
        name: " ".join(text.split())
        for name, text in re.findall(r'^    (\w+): [^\n]*\n    """(.*?)"""', source, re.DOTALL | re.MULTILINE)
    }


def kind_of(hint: object) -> str:
    """Return a type in words."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        constraint = next((item for item in arguments[1:] if isinstance(item, msgspec.Meta)), None)
        if constraint and constraint.pattern:
            return "date"
        return "number 0–9" if constraint and constraint.le == 9 else kind_of(arguments[0])
    if origin is typing.Literal:
        return ", ".join(f"`{item}`" for item in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(
            dict.fromkeys(kind_of(item) for item in arguments if item is not msgspec.UnsetType)
        )
    if origin is list:
        return f"list of {kind_of(arguments[0])}"
    if origin is dict:
        return "facts" if hint == entries.Facts else f"map of {kind_of(arguments[1])} by id"
    if isinstance(hint, type) and issubclass(hint, Entry):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return {str: "text", int: "number", float: "number", bool: "yes/no"}.get(hint, "text")  # type: ignore[call-overload]


def cli() -> dict[str, str]:
    """The manual of every command, as `--help` prints it."""
    parts = [manual([name] if name else []) for name in COMMANDS] + [
        manual(["catalogue", name]) for name in CATALOGUE_COMMANDS
    ]
    return {"commands": "\n\n".join(parts)}


def manual(command: list[str]) -> str:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "TERMINAL_WIDTH": "100", "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", "mantlet", *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    text = "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines()).strip("\n")
    return f"## mantlet {' '.join(command)}".rstrip() + f"\n\n```text\n{text}\n```"


def covered() -> dict[str, str]:
    """Per framework: how many entries a threat type is about."""
    catalogue = load_catalogue()
    rows = []
    for item in coverage(catalogue):
        counts = item.counts
        other = item.total - counts.get("threat", 0) - counts.get("open", 0)
        rows.append(
            [
                item.title,
                item.version,
                item.of,
                str(item.total),
                str(counts.get("threat", 0)),
                str(other),
                str(counts.get("open", 0)),
            ]
        )
    types_per_pack = table(
        ["pack", "threat types"],
        [
            [pack, str(sum(item.pack == pack for item in catalogue.threats.values()))]
            for pack in catalogue.packs
        ],
    )
    listed = table(
        ["id", "threat", "pack"],
        [[f"`{item.id}`", item.title, item.pack] for item in catalogue.threats.values()],
    )
    controls = table(
        ["id", "control", "effort"],
        [[f"`{item.id}`", item.title, item.effort] for item in catalogue.controls.values()],
    )
    return {
        "coverage": table(["framework", "version", "lists", "entries", "threat", "other", "open"], rows),
        "packs": types_per_pack,
        "threats": listed,
        "controls": controls,
    }


if __name__ == "__main__":
    sys.exit(main())
