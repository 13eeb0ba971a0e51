"""`mantlet privacy dp synth` and `train`: tables and models that nobody can be read from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mantlet.cli import plain
from mantlet.cli.privacy import common
from mantlet.cli.privacy.dp import KeyName, LedgerFile, open_ledger

Domains = Annotated[
    Path,
    typer.Option(
        "--domains",
        "-d",
        help="What each column may hold: `age: {low: 0, high: 100, width: 5}`, `sex: {values: \\[f, m]}`.",
        show_default=False,
    ),
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="Where the invented table goes.", show_default=False)
]
Epsilon = Annotated[float, typer.Option("--epsilon", "-e", help="What it spends.", show_default=False)]
Rows = Annotated[
    int, typer.Option("--rows", help="How many rows; the noisy number of the table's otherwise.")
]


def synth(
    data: common.OneTable,
    ledger: LedgerFile,
    *,
    domains: Domains,
    output: Output,
    epsilon: Epsilon,
    rows: Rows = 0,
    key: KeyName = "",
    treats: common.Treats = "",
    model: common.Model = Path(),
) -> None:
    """Invent a table like this one: counts of its columns and pairs are kept, with noise; no row is anybody's."""
    common.need_extra()
    from mantlet.privacy.dp.query import sentence
    from mantlet.privacy.dp.synth import read_domains, synthesise
    from mantlet.privacy.mask import kind_of_output, write_table
    from mantlet.privacy.tables import open_table, reading

    kind_of_output(output)
    known = read_domains(domains)
    table, book = open_table(data), open_ledger(ledger, key)
    with reading(table.name):
        frame = synthesise(table.frame, known, epsilon, book, rows=rows)
        write_table(frame.lazy(), output)
    said = sentence(epsilon, 0.0, book.read().budget.unit or "row")
    plain.say(f"{output} written: {len(frame):,} rows. {said}", aside=True)
    common.say_treated(
        treats, model, "synth", f"synthetic table of {len(frame):,} rows, epsilon {epsilon:g}. {said}"
    )


Target = Annotated[
    str,
    typer.Option(
        "--target",
        "-t",
        help="The column to predict: 0 and 1, or one named by --positive.",
        show_default=False,
    ),
]
TrainDomains = Annotated[
    Path,
    typer.Option(
        "--domains", "-d", help="The features and what each may hold, as for `synth`.", show_default=False
    ),
]
Positive = Annotated[str, typer.Option("--positive", help="The value of the target that counts as 1.")]
TrainEpsilon = Annotated[float, typer.Option("--epsilon", "-e", help="What it spends.", show_default=False)]
Delta = Annotated[
    float,
    typer.Option(
        "--delta", help="What it spends of delta; below one over the number of rows.", show_default=False
    ),
]
TrainOutput = Annotated[
    Path | None, typer.Option("--output", "-o", help="Where the weights go (JSON).", show_default=False)
]


def train(
    data: common.OneTable,
    ledger: LedgerFile,
    *,
    target: Target,
    domains: TrainDomains,
    positive: Positive = "1",
    epsilon: TrainEpsilon,
    delta: Delta,
    output: TrainOutput = None,
    key: KeyName = "",
) -> None:
    """Train a logistic model with differential privacy (DP-SGD) and say what it costs and how it does on a held-out part.

    The accuracy is measured on a fifth of the rows, which training doesn't see; it is for you: it is not itself private.
    """
    common.need_extra()
    from mantlet.privacy.dp.features import table_of
    from mantlet.privacy.dp.synth import read_domains
    from mantlet.privacy.dp.train import train_and_test
    from mantlet.privacy.tables import open_table, reading

    table, book = open_table(data), open_ledger(ledger, key)
    with reading(table.name):
        features, wanted, names = table_of(table.frame, read_domains(domains), target, positive)
    book.check(epsilon, delta)
    trained, tested = train_and_test(features, wanted, epsilon=epsilon, delta=delta)
    book.spend(f"logistic model of {target}", epsilon, delta)
    if output is not None:
        weights = dict(zip([*names, "(intercept)"], trained.weights.tolist(), strict=True))
        costs = {"epsilon": trained.epsilon, "delta": delta}
        _write(output, {"mantlet": 1, "target": target, "positive": positive, **costs, "weights": weights})
    if tested is None:
        plain.say("too few rows to hold some out: the accuracy is not known")
    else:
        plain.say(
            f"accuracy {tested.accuracy:.1%} on {tested.rows:,} rows held out (the commonest answer alone: {tested.commonest:.1%})"
        )
    plain.say(
        f"spent epsilon {trained.epsilon:.3g}, delta {delta:g}; noise {trained.noise:.2f}, {trained.steps:,} steps",
        aside=True,
    )


def _write(output: Path, record: dict[str, object]) -> None:
    import msgspec

    from mantlet.base.files import write_atomic

    write_atomic(output, msgspec.json.format(msgspec.json.encode(record)) + b"\n")
