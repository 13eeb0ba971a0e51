"""`mantlet privacy profile`: which columns hold which personal data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain
from mantlet.cli.privacy import common

if TYPE_CHECKING:
    from mantlet.privacy.profile import Profile


def profile(
    data: common.Data,
    *,
    seed: Annotated[
        int, typer.Option("--seed", help="Another sample; the same seed gives the same one.")
    ] = 0,
    model: Annotated[
        Path | None,
        typer.Option("--model", help="Write what was found into this model file.", show_default=False),
    ] = None,
    asset: Annotated[
        str,
        typer.Option(
            "--as",
            help="The data asset of the model that the tables are; one with the table's name otherwise.",
        ),
    ] = "",
    as_json: options.Json = False,
) -> None:
    """Find the personal data in tables: its class by name and values, how it singles people out, and what texts hold.

    A class is told from a seeded sample and then counted over the whole column. No value of the data is printed or kept.
    """
    common.need_extra()
    from mantlet.privacy.profile import SEED, profile_all
    from mantlet.privacy.tables import open_tables
    from mantlet.project.masking import profiles_record

    found = profile_all(open_tables(data), seed=seed or SEED)
    if as_json:
        plain.write_json(profiles_record(found))
    else:
        for one in found:
            _print(one)
    if model is not None:
        from mantlet.project.personal import write_profile

        for noted in write_profile(options.model_path(model), found, asset):
            said = "updated" if noted.changed else "says so already"
            goes = ", ".join(noted.flows) or "nowhere in the model"
            plain.say(f"{model}: data.{noted.key} {said}; it goes {goes}", aside=True)


def _print(one: Profile) -> None:
    from rich.text import Text

    from mantlet.cli.terminal import console, escape, grid, words

    out = console()
    out.print(
        f"[bold]{escape(one.name)}[/bold] · {one.rows:,} rows · {len(one.personal)} of {len(one.columns)} columns hold personal data\n"
    )
    table = grid("column", "holds", "sure", "values", "of its form", "distinct", "why")
    for column in one.columns:
        kind = column.verdict.kind
        if kind is None and not column.in_text:
            continue
        held = kind.title if kind else "text with " + ", ".join(column.in_text)
        style = "bold red" if kind and kind.is_special else "" if column.personal else "dim"
        table.add_row(
            words(column.name),
            Text(held + (" (special category)" if kind and kind.is_special else ""), style=style),
            f"{column.verdict.confidence:.0%}" if kind else "",
            f"{column.filled:,}",
            "" if column.matching < 0 else f"{column.matching:,}",
            f"{column.distinct:,}",
            words(
                column.verdict.why
                if kind
                else ", ".join(
                    f"{count} of the sample with {name}" for name, count in column.in_text.items()
                ),
                style="dim",
            ),
        )
    out.print(table if table.row_count else "[dim]no personal data seen[/dim]")
    if one.anonymity is not None:
        measured = one.anonymity
        out.print(
            f"\nSingling out by {escape(', '.join(one.quasi))}: smallest group k = {measured.k}, {measured.unique:.1%} of rows are unique, "
            f"{measured.classes:,} groups"
        )
    out.print(words(f"{one.names_in_text[0].upper()}{one.names_in_text[1:]}.\n", style="dim"))
