"""`mantlet catalogue`: what mantlet knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.catalogue.load import Catalogue

app = typer.Typer(
    help="Look into the catalogue of threats and controls: list, show, search, coverage.",
    no_args_is_help=True,
)

Kind = Annotated[str, typer.Argument(help="threats, controls, types, facts, packs, frameworks or cards.")]
KINDS = ("threats", "controls", "types", "facts", "packs", "frameworks", "cards")
RulesHere = Annotated[
    list[Path] | None,
    typer.Option("--rules", help="A further folder of rules; ./mantlet-rules is always read."),
]


def _catalogue(rules: list[Path] | None) -> Catalogue:
    from mantlet.project.api import catalogue_for

    return catalogue_for(Path("threatmodel.yaml"), rules or ())


@app.command("list")
def list_entries(kind: Kind = "threats", *, rules: RulesHere = None, as_json: options.Json = False) -> None:
    """List what the catalogue has of one kind."""
    from mantlet.base.errors import UsageError
    from mantlet.base.suggest import suggest

    if kind not in KINDS:
        raise UsageError(f"unknown kind '{kind}'", mend=suggest(kind, KINDS) or f"one of {', '.join(KINDS)}")
    rows = list(_rows(_catalogue(rules), kind))
    if as_json:
        plain.write_json([{"id": name, "title": title, "note": note} for name, title, note in rows])
        return
    from mantlet.cli.terminal import console, grid, words

    table = grid("id", "title", "")
    for name, title, note in rows:
        table.add_row(words(name), words(title), words(note, style="dim"))
    console().print(table)
    console().print(f"[dim]{len(rows)} {kind}[/dim]")


def _rows(catalogue: Catalogue, kind: str) -> list[tuple[str, str, str]]:
    if kind == "threats":
        return [
            (item.id, item.title, f"{item.pack} · {', '.join([*item.stride, *item.linddun]) or '–'}")
            for item in catalogue.threats.values()
        ]
    if kind == "controls":
        return [(item.id, item.title, f"{item.effort} effort") for item in catalogue.controls.values()]
    if kind == "types":
        return [
            (item.id, item.title, f"{item.realm}{', is a ' + item.is_ if item.is_ else ''}")
            for item in catalogue.vocabulary.types.values()
        ]
    if kind == "facts":
        return [
            (
                item.id,
                item.question,
                f"{', '.join(item.on)}: {item.values if isinstance(item.values, str) else ', '.join(item.values)}",
            )
            for item in catalogue.vocabulary.facts.values()
        ]
    if kind == "packs":
        return [
            (item.id, item.title, _pack(catalogue, item.id, item.on, item.within))
            for item in catalogue.packs.values()
        ]
    if kind == "cards":
        return [(item.id, item.title, f"{item.suit} · {item.at}") for item in catalogue.cards.values()]
    return [
        (item.id, item.title, f"{item.version}, {len(item.entries)} entries")
        for item in catalogue.frameworks.values()
    ]


def _pack(catalogue: Catalogue, name: str, on: bool, within: str) -> str:
    from mantlet.base.counts import how_many

    size = sum(item.pack == name for item in catalogue.threats.values())
    parts = ("on" if on else "off by default", how_many(size, "threat type"), within and f"part of {within}")
    return " · ".join(filter(None, parts))


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(help="The id of a threat type, control, element type, fact, pack, framework or card."),
    ],
    *,
    rules: RulesHere = None,
    as_json: options.Json = False,
) -> None:
    """Show one entry in full."""
    import msgspec

    from mantlet.base.errors import UsageError
    from mantlet.base.suggest import suggest

    catalogue = _catalogue(rules)
    homes = (
        catalogue.threats,
        catalogue.controls,
        catalogue.vocabulary.types,
        catalogue.vocabulary.facts,
        catalogue.packs,
        catalogue.frameworks,
        catalogue.cards,
    )
    keys = {name, name.upper(), name.lower()}
    found = next((home[key] for home in homes for key in sorted(keys) if key in home), None)
    if found is None:
        known = [key for home in homes for key in home]
        raise UsageError(
            f"the catalogue has no '{name}'",
            mend=suggest(name, known) or "`mantlet catalogue search` finds by words",
        )
    fields = msgspec.to_builtins(found)
    for rule in ("applies", "mitigated"):
        if rule in fields:
            from mantlet.rules.write import unparse

            fields[rule] = unparse(getattr(found, rule))
    if as_json:
        plain.write_json(fields)
    else:
        _print_fields(fields)


def _print_fields(fields: dict[str, object]) -> None:
    from mantlet.cli.terminal import console, grid, words

    table = grid("", "", show_header=False)
    for name, value in fields.items():
        if value in ("", [], {}, None):
            continue
        table.add_row(words(name.replace("_", " "), style="bold"), words(_shown(value)))
    console().print(table)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(
            f"{key}: {_shown(item) if not isinstance(item, dict) else item.get('title', item)}"
            for key, item in value.items()
        )
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@app.command()
def search(
    wanted: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words that must all occur.")],
    *,
    rules: RulesHere = None,
    as_json: options.Json = False,
) -> None:
    """Find threats, controls, types, facts and framework entries by words."""
    hits = _catalogue(rules).search(" ".join(wanted))
    if as_json:
        plain.write_json(hits)
        return
    from mantlet.cli.terminal import console, grid, words

    table = grid("kind", "id", "title")
    for hit in hits[:60]:
        table.add_row(words(hit.kind, style="dim"), words(hit.id), words(hit.title))
    console().print(table)
    console().print(f"[dim]{len(hits)} found[/dim]")


@app.command()
def coverage(
    *,
    on: Annotated[
        list[Path] | None,
        typer.Option(help="Models to try: an entry is reachable where a type about it shows on one of them."),
    ] = None,
    rules: RulesHere = None,
    as_json: options.Json = False,
) -> None:
    """Show, per published framework and version, where its entries went, and how far a second reader agreed."""
    from mantlet.catalogue.coverage import coverage as measure
    from mantlet.catalogue.reading import shipped_readings
    from mantlet.project.reach import shown_on

    catalogue = _catalogue(rules)
    shown = shown_on(on, catalogue) if on else None
    measured = measure(catalogue, shown, shipped_readings())
    if as_json:
        plain.write_json({"mantlet": 1, "frameworks": measured})
        return
    from mantlet.cli.terminal import console, grid, words

    columns = ["framework", "version", "of", "entries", "threat", "other", "open", "read again"]
    table = grid(*columns, *(["reachable"] if on else []))
    for item in measured:
        counts = item.counts
        other = item.total - counts.get("threat", 0) - counts.get("open", 0)
        said = item.agreement
        agreed = (
            f"{said.agreed} of {said.mappings}{f', {said.changed} since' if said.changed else ''}"
            if said
            else "–"
        )
        table.add_row(
            words(item.id),
            words(item.version),
            words(item.of, style="dim"),
            *map(str, (item.total, counts.get("threat", 0), other, counts.get("open", 0))),
            agreed,
            *([f"{item.reached} of {counts.get('threat', 0)}"] if on else []),
        )
    console().print(table)
    console().print(
        "[dim]threat: a type is about it · other: review question, check or out of scope · open: not answered yet\n"
        "read again: what a second reader agreed to of the first one's mappings, before they were mended[/dim]"
    )
