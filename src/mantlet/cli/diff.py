"""`mantlet diff`: what changed between two versions of a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.review.difference import Difference, EntryChange, ThreatChange

SHOWN = 12
"""Threats per kind of change that the short list shows."""
COLOURS = {"added": "green", "removed": "red", "changed": "yellow"}


def diff(
    before: Annotated[
        str,
        typer.Argument(
            metavar="A", help="The earlier version: a file, a git revision or branch, or REV:path."
        ),
    ],
    after: Annotated[
        str,
        typer.Argument(metavar="[B]", help="The later version. Default: the model file as it is now."),
    ] = "",
    *,
    model: Annotated[
        Path, typer.Option("--model", "-m", help="The model that a bare revision is looked up for.")
    ] = options.DEFAULT_MODEL,
    everything: Annotated[bool, typer.Option("--all", help="List every threat.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write a page (.html) with the diagram coloured, or JSON."),
    ] = None,
    environment: options.Environment = "",
    impact_mode: options.ImpactModeOption = "method",
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """Show what changed between two versions of a model: the system, its threats and ratings, the decisions.

    `mantlet diff main` compares the branch main with the file at hand; `mantlet diff v1 v2` two revisions;
    `mantlet diff old.yaml new.yaml` two files. Nothing is checked out and nothing is written.
    """
    from mantlet.project.vcs.versions import open_version
    from mantlet.report.difference import difference_json
    from mantlet.review.difference import compare

    day = options.read_day(today)
    names = (before, after or str(options.model_path(model)))
    old, new = (
        open_version(name, model, today=day, mode=impact_mode, environment=environment)  # type: ignore[arg-type]
        for name in names
    )
    made = compare(old.assessment.register, new.assessment.register)
    document = difference_json(made, *names)
    if output is not None:
        _write(output, document, made, old.assessment, new.assessment)
    if as_json:
        plain.write_json(document)
    elif output is None:
        print_difference(made, names, everything=everything)


def _write(path: Path, document: dict[str, object], made: Difference, old: object, new: object) -> None:
    import msgspec

    from mantlet.base.errors import UsageError
    from mantlet.base.files import write_atomic
    from mantlet.project.vcs.compared import coloured
    from mantlet.report.difference import render

    suffix = path.suffix.lower()
    if suffix == ".json":
        data = msgspec.json.encode(document) + b"\n"
    elif suffix in {".html", ".htm"}:
        svg = coloured(old, new, made)  # type: ignore[arg-type]
        data = render(made, svg, str(document["before"]), str(document["after"])).encode()
    else:
        raise UsageError(f"'{path.name}' is no page", mend="name a file that ends in .html or .json")
    write_atomic(path, data)
    plain.say(f"wrote {path}", aside=True)


def print_difference(made: Difference, names: tuple[str, str], *, everything: bool) -> None:
    """Print what differs, bad news first."""
    from mantlet.base.counts import listed
    from mantlet.cli.terminal import console, escape

    out = console()
    if made.empty:
        out.print("no difference: system, threats and decisions are the same")
        return
    counts = [listed(made.counts[side]) for side in ("before", "after")]
    out.print(f"[bold]{escape(names[0])} → {escape(names[1])}[/bold]")
    out.print(f"open risks: {counts[0]}" + (f" → {counts[1]}" if counts[0] != counts[1] else ", as before"))
    if made.system:
        out.print(f"\n[bold]System[/bold] [dim]({len(made.system)})[/dim]")
        for entry in made.system:
            _print_entry(entry)
    _print_threats(made, everything=everything)
    if made.decisions:
        out.print(f"\n[bold]Decisions[/bold] [dim]({len(made.decisions)})[/dim]")
        for item in made.decisions:
            colour = COLOURS[item.change]
            standing = (
                item.after if item.before == item.after else f"{item.before or '–'} → {item.after or '–'}"
            )
            out.print(f"  [{colour}]{item.change:8}[/{colour}] {escape(item.key)}  {escape(standing)}")
            for change in item.fields:
                _print_field(change.path, change.before, change.after)


def _print_entry(entry: EntryChange) -> None:
    from mantlet.cli.terminal import console, escape

    colour = COLOURS[entry.change]
    where = f"{entry.section}.{entry.id}" if entry.id else entry.section
    name = f"  [dim]{escape(entry.name)}[/dim]" if entry.name else ""
    console().print(f"  [{colour}]{entry.change:8}[/{colour}] {escape(where)}{name}")
    for change in entry.fields:
        _print_field(change.path, change.before, change.after)


def _print_field(path: str, before: object, after: object) -> None:
    from mantlet.cli.terminal import console, escape
    from mantlet.report.difference import shown

    start = f"{escape(path)}: " if path else ""
    console().print(f"           {start}[dim]{escape(shown(before))}[/dim] → {escape(shown(after))}")


def _print_threats(made: Difference, *, everything: bool) -> None:
    from mantlet.cli.terminal import console
    from mantlet.report.difference import WORDS

    for kind, number in made.summary().items():
        same = [item for item in made.threats if item.change == kind]
        console().print(f"\n[bold]{WORDS[kind]}[/bold] [dim]({number})[/dim]")
        shown = same if everything else same[:SHOWN]
        console().print(_table(shown))
        if len(same) > len(shown):
            console().print(f"[dim]… {len(same) - len(shown)} more: --all[/dim]")


def _table(items: list[ThreatChange]) -> object:
    from rich.text import Text

    from mantlet.cli.terminal import grid, severity_text, words
    from mantlet.risk.owasp import Severity

    table = grid("severity", "threat", "id", show_header=False)
    for item in items:
        rated = item.after or item.before
        text = Text("  ")
        if item.before and item.after and item.before.severity != item.after.severity:
            text += severity_text(Severity.of(item.before.severity)) + Text(" → ", style="dim")
        if rated:
            text += severity_text(Severity.of(rated.severity), Severity.of(rated.worst))
        title = words(item.title) + (Text(" (newer rules)", style="dim") if item.by_catalogue else Text())
        table.add_row(text, title, words(item.id, style="dim"))
    return table
