"""`mantlet privacy dp query`: a question and an answer that may be published."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from mantlet.cli import options, plain
from mantlet.cli.privacy import common
from mantlet.cli.privacy.dp import KeyName, LedgerFile, open_ledger

if TYPE_CHECKING:
    from mantlet.privacy.dp.query import Answer, Kind


What = Annotated[str, typer.Argument(help="count, sum, mean, quantile or histogram.")]
Epsilon = Annotated[
    float, typer.Option("--epsilon", "-e", help="What this query spends.", show_default=False)
]
Column = Annotated[str, typer.Option("--column", "-c", help="The column of numbers.")]
By = Annotated[str, typer.Option("--by", help="Ask for each group of this column.")]
Keys = Annotated[
    str,
    typer.Option(
        "--keys",
        help="The groups' names, public, with commas; otherwise only large groups are shown, and delta is spent.",
    ),
]
Low = Annotated[
    float | None,
    typer.Option("--low", help="Lowest value that counts, known without the data.", show_default=False),
]
High = Annotated[
    float | None,
    typer.Option("--high", help="Highest value that counts, known without the data.", show_default=False),
]
Width = Annotated[float, typer.Option("--width", help="Of a histogram's bars.")]
Quantile = Annotated[float, typer.Option("--quantile", help="0.5 is the median.")]
Resolution = Annotated[
    float, typer.Option("--resolution", help="The step in which sums are counted; 0.01 for cents.")
]
Delta = Annotated[float, typer.Option("--delta", help="What groups from the data spend of delta.")]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Say what it would cost and how far off it would be; spend nothing."),
]


def query(
    data: common.OneTable,
    kind: What,
    ledger: LedgerFile,
    *,
    epsilon: Epsilon,
    column: Column = "",
    by: By = "",
    keys: Keys = "",
    low: Low = None,
    high: High = None,
    width: Width = 0.0,
    quantile: Quantile = 0.5,
    resolution: Resolution = 1.0,
    delta: Delta = 0.0,
    dry_run: DryRun = False,
    key: KeyName = "",
    treats: common.Treats = "",
    model: common.Model = Path(),
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
        low=math.nan if low is None else low,
        high=math.nan if high is None else high,
        width=width,
        quantile=quantile,
        resolution=resolution,
        delta=delta,
    )
    book = open_ledger(ledger, key)
    costs, cost_delta, error = plan(asked, book.read().budget.rows_per_unit)
    if dry_run:
        plain.say(f"would spend epsilon {costs:g}, delta {cost_delta:g}; error of a value: {error}")
        return
    table = open_table(data)
    with reading(table.name):
        answer = run(table.frame, asked, book)
    _print(answer, kind, error, as_json=as_json)
    common.say_treated(
        treats,
        model,
        "dp",
        f"{kind} released with epsilon {answer.epsilon:g}, delta {answer.delta:g}. {answer.sentence}",
    )


def _print(answer: Answer, kind: str, error: str, *, as_json: bool) -> None:
    if as_json:
        rows = [{"group": group, "value": value} for group, value in answer.rows]
        known = None if math.isnan(answer.error) else answer.error
        plain.write_json(
            {"mantlet": 1, "rows": rows, "epsilon": answer.epsilon, "delta": answer.delta, "error": known}
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
