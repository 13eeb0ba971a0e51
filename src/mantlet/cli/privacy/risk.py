"""`mantlet privacy risk`: what a release still gives away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain
from mantlet.cli.privacy import common

if TYPE_CHECKING:
    from mantlet.privacy.attack import Attacked, Comparison, Rate


Original = Annotated[str, typer.Argument(metavar="ORIGINAL", help="The table as it was.", show_default=False)]
Released = Annotated[
    str, typer.Argument(metavar="RELEASED", help="The table that is to be published.", show_default=False)
]
Quasi = Annotated[
    str,
    typer.Option(
        "--quasi",
        "-q",
        help="What an attacker may know of people, with commas; found by a profile otherwise.",
    ),
]
Sensitive = Annotated[str, typer.Option("--sensitive", "-s", help="The column that must stay secret.")]


def risk(
    original: Original,
    released: Released,
    *,
    quasi: Quasi = "",
    sensitive: Sensitive = "",
    treats: common.Treats = "",
    model: common.Model = Path(),
    as_json: options.Json = False,
) -> None:
    """Attack a release: single people out, pick their row, guess what is sensitive; before and after, with intervals."""
    common.need_extra()
    from mantlet.privacy.attack import compare
    from mantlet.privacy.profile import profile
    from mantlet.privacy.tables import open_table, reading

    first, second = open_table(original), open_table(released)
    columns = common.read_names(quasi) or list(profile(first).quasi)
    with reading(first.name):
        before = first.frame.collect(engine="streaming")
    with reading(second.name):
        after = second.frame.collect(engine="streaming")
    found = compare(before, after, columns, sensitive)
    common.say_treated(treats, model, "risk", f"re-identification tested: {_sentence(found)}")
    if as_json:
        plain.write_json(
            {
                "mantlet": 1,
                "quasi_identifiers": list(found.quasi),
                "sensitive": found.sensitive,
                "before": _record(found.before),
                "after": _record(found.after),
            }
        )
    else:
        _print(found)


def _sentence(found: Comparison) -> str:
    before, after = found.before.journalist, found.after.journalist
    return f"after this, the chance to pick somebody's row falls from {before:.1%} to {after:.1%} on average"


def _record(one: Attacked) -> dict[str, object]:
    def rate(value: Rate) -> dict[str, float]:
        return {"value": round(value.value, 6), "low": round(value.low, 6), "high": round(value.high, 6)}

    return {
        "people": one.people,
        "singled_out": rate(one.found),
        "linked": rate(one.linked),
        "inferred": rate(one.inferred),
        "baseline": rate(one.baseline),
        "prosecutor": round(one.prosecutor, 6),
        "journalist": round(one.journalist, 6),
        "marketer": round(one.marketer, 6),
    }


def _print(found: Comparison) -> None:
    from mantlet.cli.terminal import console, escape, grid

    table = grid("", "before", "after")
    before, after = found.before, found.after
    table.add_row("singled out (one row only fits)", _rate(before.found), _rate(after.found))
    table.add_row("own row picked (linkage)", _rate(before.linked), _rate(after.linked))
    if found.sensitive:
        table.add_row(
            f"{escape(found.sensitive)} guessed right", _rate(before.inferred), _rate(after.inferred)
        )
        table.add_row("  by the commonest value alone", _rate(before.baseline), _rate(after.baseline))
    table.add_row(
        "highest chance for one person (prosecutor)", f"{before.prosecutor:.1%}", f"{after.prosecutor:.1%}"
    )
    table.add_row("mean chance (journalist)", f"{before.journalist:.1%}", f"{after.journalist:.1%}")
    table.add_row("share of rows picked right (marketer)", f"{before.marketer:.1%}", f"{after.marketer:.1%}")
    out = console()
    out.print(f"An attacker knows {escape(', '.join(found.quasi))} of {after.people:,} people\n")
    out.print(table)
    said = _sentence(found)
    out.print(f"\n{said[0].upper()}{said[1:]}.")


def _rate(rate: Rate) -> str:
    return f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})"
