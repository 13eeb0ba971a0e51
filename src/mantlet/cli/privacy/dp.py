"""`mantlet privacy dp`: budgets and queries with differential privacy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain
from mantlet.cli.privacy import common

if TYPE_CHECKING:
    from mantlet.privacy.dp.ledger import Balance, Ledger

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Publish statistics with differential privacy, on one budget for each data set.",
)
LedgerFile = Annotated[
    Path, typer.Option("--ledger", "-l", help="The data set's ledger.", show_default=False)
]
KeyName = Annotated[
    str,
    typer.Option(
        "--key", help="The name of a key that seals the ledger, so that nobody without it can write it anew."
    ),
]


def open_ledger(path: Path, key: str) -> Ledger:
    """Return a ledger, sealed by a key where one is named."""
    from mantlet.privacy.dp.ledger import Ledger
    from mantlet.privacy.keys import find_key

    return Ledger(path, find_key(key) if key else None)


Data = Annotated[str, typer.Option("--data", help="What the ledger is for, in your words.")]
Epsilon = Annotated[float, typer.Option("--epsilon", "-e", help="All that may ever be spent.")]
Delta = Annotated[
    float,
    typer.Option(
        "--delta", help="All that may ever be spent of delta; well below one over the number of people."
    ),
]
Unit = Annotated[
    str,
    typer.Option(
        "--unit", help="The column that names people; without it, single rows are hidden, not people."
    ),
]
RowsPerUnit = Annotated[
    int, typer.Option("--rows-per-unit", help="Rows of one person that count; more are left out.")
]


@app.command("budget")
def budget(
    ledger: LedgerFile,
    *,
    data: Data = "",
    epsilon: Epsilon = 1.0,
    delta: Delta = 0.0,
    unit: Unit = "",
    rows_per_unit: RowsPerUnit = 1,
    key: KeyName = "",
) -> None:
    """Open the ledger of a data set: what may be spent in all, and whose presence is hidden."""
    common.need_extra()
    from mantlet.privacy.dp.query import sentence

    balance = open_ledger(ledger, key).open(
        epsilon=epsilon, delta=delta, data=data, unit=unit, rows_per_unit=rows_per_unit
    )
    plain.say(f"{ledger} opened. {sentence(balance.budget.epsilon, balance.budget.delta, unit or 'row')}")
    if not unit:
        plain.say(
            "The unit is a row: somebody with several rows is hidden less well. Name a column with --unit where there is one.",
            aside=True,
        )


@app.command("ledger")
def show(ledger: LedgerFile, *, key: KeyName = "", as_json: options.Json = False) -> None:
    """Show what a ledger has left and what it was spent on; a changed ledger is an error."""
    balance = open_ledger(ledger, key).read()
    if as_json:
        plain.write_json(_record(balance))
        return
    from mantlet.cli.terminal import console, grid, words

    table = grid("spent on", "epsilon", "delta")
    for entry in balance.releases:
        table.add_row(words(entry.what), f"{entry.epsilon:g}", f"{entry.delta:g}")
    console().print(table if balance.releases else "[dim]nothing spent yet[/dim]")
    spent, left = balance.spent, balance.left
    console().print(
        f"\nspent {spent[0]:g} of {balance.budget.epsilon:g}, left {left[0]:g}; delta spent {spent[1]:g} of {balance.budget.delta:g}"
    )


def _record(balance: Balance) -> dict[str, object]:
    budget, spent, left = balance.budget, balance.spent, balance.left
    return {
        "mantlet": 1,
        "data": budget.data,
        "unit": budget.unit or "row",
        "rows_per_unit": budget.rows_per_unit,
        "budget": {"epsilon": budget.epsilon, "delta": budget.delta},
        "spent": {"epsilon": spent[0], "delta": spent[1]},
        "left": {"epsilon": left[0], "delta": left[1]},
        "releases": [
            {"what": entry.what, "epsilon": entry.epsilon, "delta": entry.delta} for entry in balance.releases
        ],
    }
