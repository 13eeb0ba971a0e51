"""`mantlet privacy anonymise`: make people indistinguishable in groups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain
from mantlet.cli.privacy import common

if TYPE_CHECKING:
    from mantlet.privacy.anonymise.run import Anonymised
    from mantlet.privacy.metrics import Anonymity


Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="Where the table goes; its ending says the format.", show_default=False
    ),
]
Quasi = Annotated[
    str,
    typer.Option("--quasi", "-q", help="Quasi-identifiers, with commas; found by a profile otherwise."),
]
Sensitive = Annotated[str, typer.Option("--sensitive", "-s", help="Sensitive columns, for --l and --t.")]
MinRows = Annotated[int, typer.Option("--k", help="Rows that are alike in every group.")]
MinValues = Annotated[int, typer.Option("--l", help="Distinct sensitive values in every group.")]
MaxDistance = Annotated[
    float,
    typer.Option("--t", help="How far a group's sensitive values may be from the whole table's, 0 to 1."),
]
Method = Annotated[
    str,
    typer.Option(
        "--method", help="mondrian (groups of their own spans) or full-domain (one level a column)."
    ),
]
Hierarchy = Annotated[
    list[str] | None,
    typer.Option("--hierarchy", help="COLUMN=FILE, a line for each value; repeat for more."),
]
Suppress = Annotated[
    float, typer.Option("--suppress", help="Share of rows that full-domain recoding may leave out.")
]


def anonymise(
    data: common.OneTable,
    *,
    output: Output = None,
    quasi: Quasi = "",
    sensitive: Sensitive = "",
    k: MinRows = 5,
    l: MinValues = 1,  # noqa: E741  # the field's own name for it
    t: MaxDistance = 1.0,
    method: Method = "mondrian",
    hierarchy: Hierarchy = None,
    suppress: Suppress = 0.02,
    treats: common.Treats = "",
    model: common.Model = Path(),
    as_json: options.Json = False,
) -> None:
    """Generalise the columns by which people could be recognised until every group is k rows or more.

    The result is measured, before and after. k-anonymity hides who somebody is, not what is true of a whole group: ask for
    --l and --t where a column is sensitive.
    """
    common.need_extra()
    from mantlet.base.errors import UsageError
    from mantlet.privacy.anonymise.rules import Demand
    from mantlet.privacy.anonymise.run import anonymise as run
    from mantlet.privacy.mask import write_table
    from mantlet.privacy.profile import profile
    from mantlet.privacy.tables import open_table, reading

    if method not in {"mondrian", "full-domain"}:
        raise UsageError(f"there is no method '{method}'", mend="mondrian or full-domain")
    if treats and output is None:
        raise UsageError("nothing is treated by a table that isn't written", mend="name an output with -o")
    table = open_table(data)
    columns = common.read_names(quasi) or list(profile(table).quasi)
    if not columns:
        raise UsageError(
            "the table has no quasi-identifiers that a profile sees", mend="name them with --quasi"
        )
    with reading(table.name):
        frame = table.frame.collect(engine="streaming")
        result = run(
            frame,
            columns,
            Demand(k, l, t),
            sensitive=common.read_names(sensitive),
            method=method,  # type: ignore[arg-type]  # checked above
            hierarchies=dict(_hierarchy(text) for text in hierarchy or ()),
            suppress=suppress,
        )
        if output is not None:
            write_table(result.frame.lazy(), output)
    common.say_treated(treats, model, "anonymise", _sentence(result, columns))
    if as_json:
        plain.write_json(_record(result, columns))
        return
    _print(result, columns)
    if output is None:
        plain.say("Nothing was written; name an output with -o.", aside=True)


def _sentence(result: Anonymised, quasi: list[str]) -> str:
    before, after = result.before, result.after
    text = f"anonymised by {', '.join(quasi)}: the smallest group grew from {before.k} to {after.k} rows, unique rows fell from {before.unique:.1%} to {after.unique:.1%}"
    return text + (f"; l is {after.l}, t {after.t:.2f}" if after.l else "")


def _hierarchy(text: str) -> tuple[str, Path]:
    from mantlet.base.errors import UsageError

    name, equals, path = text.partition("=")
    if not equals:
        raise UsageError(f"'{text}' is no hierarchy", mend="write --hierarchy age=age.csv")
    return name, Path(path)


def _record(result: Anonymised, quasi: list[str]) -> dict[str, object]:
    def measures(one: Anonymity) -> dict[str, object]:
        return {
            "rows": one.rows,
            "classes": one.classes,
            "k": one.k,
            "l": one.l,
            "t": round(one.t, 6),
            "unique": round(one.unique, 6),
        }

    return {
        "mantlet": 1,
        "quasi_identifiers": quasi,
        "before": measures(result.before),
        "after": measures(result.after),
        "suppressed": result.suppressed,
        "loss": round(result.loss, 6),
        "levels": dict(result.levels),
    }


def _print(result: Anonymised, quasi: list[str]) -> None:
    from mantlet.cli.terminal import console, escape, grid

    table = grid("", "before", "after")
    before, after = result.before, result.after
    table.add_row("smallest group, k", f"{before.k:,}", f"{after.k:,}")
    table.add_row("groups", f"{before.classes:,}", f"{after.classes:,}")
    table.add_row("rows that are unique", f"{before.unique:.1%}", f"{after.unique:.1%}")
    table.add_row(
        "chance to pick somebody known to be there", f"{before.prosecutor:.0%}", f"{after.prosecutor:.1%}"
    )
    if before.l:
        table.add_row("fewest sensitive values in a group, l", str(before.l), str(after.l))
        table.add_row("farthest group from the whole, t", f"{before.t:.2f}", f"{after.t:.2f}")
    console().print(f"By {escape(', '.join(quasi))}\n")
    console().print(table)
    console().print(
        f"\nInformation lost: {result.loss:.1%}; rows left out: {result.suppressed:,} of {before.rows:,}"
    )
