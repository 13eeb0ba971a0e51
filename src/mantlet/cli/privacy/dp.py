"""`mantlet privacy dp`: budgets and queries with differential privacy."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from mantlet.cli import options, plain
from mantlet.cli.privacy import common

if TYPE_CHECKING:
    from mantlet.privacy.dp.ledger import Balance, Ledger
    from mantlet.privacy.dp.query import Kind

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


def _ledger(path: Path, key: str) -> Ledger:
    from mantlet.privacy.dp.ledger import Ledger
    from mantlet.privacy.keys import find_key

    return Ledger(path, find_key(key) if key else None)


@app.command("budget")
def budget(
    ledger: LedgerFile,
    *,
    data: Annotated[str, typer.Option("--data", help="What the ledger is for, in your words.")] = "",
    epsilon: Annotated[float, typer.Option("--epsilon", "-e", help="All that may ever be spent.")] = 1.0,
    delta: Annotated[
        float,
        typer.Option(
            "--delta", help="All that may ever be spent of delta; well below one over the number of people."
        ),
    ] = 0.0,
    unit: Annotated[
        str,
        typer.Option(
            "--unit", help="The column that names people; without it, single rows are hidden, not people."
        ),
    ] = "",
    rows_per_unit: Annotated[
        int, typer.Option("--rows-per-unit", help="Rows of one person that count; more are left out.")
    ] = 1,
    key: KeyName = "",
) -> None:
    """Open the ledger of a data set: what may be spent in all, and whose presence is hidden."""
    common.need_extra()
    from mantlet.privacy.dp.query import sentence

    balance = _ledger(ledger, key).open(
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
    balance = _ledger(ledger, key).read()
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


@app.command("query")
def query(
    data: common.OneTable,
    kind: Annotated[str, typer.Argument(help="count, sum, mean, quantile or histogram.")],
    ledger: LedgerFile,
    *,
    epsilon: Annotated[
        float, typer.Option("--epsilon", "-e", help="What this query spends.", show_default=False)
    ],
    column: Annotated[str, typer.Option("--column", "-c", help="The column of numbers.")] = "",
    by: Annotated[str, typer.Option("--by", help="Ask for each group of this column.")] = "",
    keys: Annotated[
        str,
        typer.Option(
            "--keys",
            help="The groups' names, public, with commas; otherwise only large groups are shown, and delta is spent.",
        ),
    ] = "",
    low: Annotated[
        float | None,
        typer.Option("--low", help="Lowest value that counts, known without the data.", show_default=False),
    ] = None,
    high: Annotated[
        float | None,
        typer.Option("--high", help="Highest value that counts, known without the data.", show_default=False),
    ] = None,
    width: Annotated[float, typer.Option("--width", help="Of a histogram's bars.")] = 0.0,
    quantile: Annotated[float, typer.Option("--quantile", help="0.5 is the median.")] = 0.5,
    resolution: Annotated[
        float, typer.Option("--resolution", help="The step in which sums are counted; 0.01 for cents.")
    ] = 1.0,
    delta: Annotated[float, typer.Option("--delta", help="What groups from the data spend of delta.")] = 0.0,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what it would cost and how far off it would be; spend nothing."),
    ] = False,
    key: KeyName = "",
    as_json: options.Json = False,
) -> None:
    """Ask a question of a table and get an answer that may be published, if the budget allows.

    Bounds and groups come from you, never from the data. Parts of the library that makes the noise (OpenDP) are not vetted yet.
    """
    common.need_extra()
    from mantlet.privacy.dp.query import Query, plan, run
    from mantlet.privacy.tables import open_table, reading

    asked = Query(
        _kind(kind),
        epsilon,
        column,
        by,
        tuple(common.read_names(keys)),
        low,
        high,
        width,
        quantile,
        resolution,
        delta,
    )
    book = _ledger(ledger, key)
    costs, cost_delta, error = plan(asked, book.read().budget.rows_per_unit)
    if dry_run:
        plain.say(f"would spend epsilon {costs:g}, delta {cost_delta:g}; error of a value: {error}")
        return
    table = open_table(data)
    with reading(table.name):
        answer = run(table.frame, asked, book)
    if as_json:
        rows = [{"group": group, "value": value} for group, value in answer.rows]
        plain.write_json(
            {
                "mantlet": 1,
                "rows": rows,
                "epsilon": answer.epsilon,
                "delta": answer.delta,
                "error": None if math.isnan(answer.error) else answer.error,
            }
        )
        return
    for group, value in answer.rows:
        plain.say(f"{group or kind:24} {value:,.6g}")
    plain.say(
        f"spent epsilon {answer.epsilon:g}, delta {answer.delta:g}; error of a value: {error}. {answer.sentence}",
        aside=True,
    )


def _kind(text: str) -> Kind:
    from mantlet.base.errors import UsageError

    kinds = ("count", "sum", "mean", "quantile", "histogram")
    if text not in kinds:
        raise UsageError(f"'{text}' cannot be asked", mend=f"one of {', '.join(kinds)}")
    return cast("Kind", text)


@app.command("synth")
def synth(
    data: common.OneTable,
    ledger: LedgerFile,
    *,
    domains: Annotated[
        Path,
        typer.Option(
            "--domains",
            "-d",
            help="What each column may hold: `age: {low: 0, high: 100, width: 5}`, `sex: {values: \\[f, m]}`.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the invented table goes.", show_default=False)
    ],
    epsilon: Annotated[float, typer.Option("--epsilon", "-e", help="What it spends.", show_default=False)],
    rows: Annotated[
        int, typer.Option("--rows", help="How many rows; the noisy number of the table's otherwise.")
    ] = 0,
    key: KeyName = "",
) -> None:
    """Invent a table like this one: counts of its columns and pairs are kept, with noise; no row is anybody's."""
    common.need_extra()
    from mantlet.privacy.dp.query import sentence
    from mantlet.privacy.dp.synth import read_domains, synthesise
    from mantlet.privacy.mask import kind_of_output, write_table
    from mantlet.privacy.tables import open_table, reading

    kind_of_output(output)
    known = read_domains(domains)
    table, book = open_table(data), _ledger(ledger, key)
    with reading(table.name):
        frame = synthesise(table.frame, known, epsilon, book, rows=rows)
        write_table(frame.lazy(), output)
    plain.say(
        f"{output} written: {len(frame):,} rows. {sentence(epsilon, 0.0, book.read().budget.unit or 'row')}",
        aside=True,
    )


@app.command("train")
def train(
    data: common.OneTable,
    ledger: LedgerFile,
    *,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            "-t",
            help="The column to predict: 0 and 1, or one named by --positive.",
            show_default=False,
        ),
    ],
    domains: Annotated[
        Path,
        typer.Option(
            "--domains", "-d", help="The features and what each may hold, as for `synth`.", show_default=False
        ),
    ],
    positive: Annotated[
        str, typer.Option("--positive", help="The value of the target that counts as 1.")
    ] = "1",
    epsilon: Annotated[float, typer.Option("--epsilon", "-e", help="What it spends.", show_default=False)],
    delta: Annotated[
        float,
        typer.Option(
            "--delta", help="What it spends of delta; below one over the number of rows.", show_default=False
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the weights go (JSON).", show_default=False)
    ] = None,
    key: KeyName = "",
) -> None:
    """Train a logistic model with differential privacy (DP-SGD) and say what it costs and how it does on a held-out part.

    The accuracy is measured on a fifth of the rows, which training doesn't see; it is for you: it is not itself private.
    """
    common.need_extra()
    import msgspec

    from mantlet.base.files import write_atomic
    from mantlet.privacy.dp.features import table_of
    from mantlet.privacy.dp.synth import read_domains
    from mantlet.privacy.dp.train import accuracy
    from mantlet.privacy.dp.train import train as run
    from mantlet.privacy.tables import open_table, reading

    table, book = open_table(data), _ledger(ledger, key)
    with reading(table.name):
        features, wanted, names = table_of(table.frame, read_domains(domains), target, positive)
    held = features[4::5], wanted[4::5]
    import numpy as np

    kept = np.arange(len(features)) % 5 != 4
    book.check(epsilon, delta)
    trained = run(features[kept], wanted[kept], epsilon=epsilon, delta=delta)
    book.spend(f"logistic model of {target}", epsilon, delta)
    if output is not None:
        weights = dict(zip([*names, "(intercept)"], trained.weights.tolist(), strict=True))
        write_atomic(
            output,
            msgspec.json.format(
                msgspec.json.encode(
                    {
                        "mantlet": 1,
                        "target": target,
                        "positive": positive,
                        "epsilon": trained.epsilon,
                        "delta": delta,
                        "weights": weights,
                    }
                )
            )
            + b"\n",
        )
    if len(held[1]):
        share = max(held[1].mean(), 1 - held[1].mean())
        plain.say(
            f"accuracy {accuracy(trained, *held):.1%} on {len(held[1]):,} rows held out (the commonest answer alone: {share:.1%})"
        )
    else:
        plain.say("too few rows to hold some out: the accuracy is not known")
    plain.say(
        f"spent epsilon {trained.epsilon:.3g}, delta {delta:g}; noise {trained.noise:.2f}, {trained.steps:,} steps",
        aside=True,
    )
