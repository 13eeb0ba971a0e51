"""`mantlet plan`: what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.project.api import Assessment
    from mantlet.review.plan.plan import Plan, Step

DEFAULT_BUDGET = 20.0
FORMS = "`drop customers.birth-date`, `remove export`, `move store to vpc`, `retain customers P30D`, `operate api by us`, `set api.rate_limited=yes`"


Budget = Annotated[
    float | None,
    typer.Option(
        "--budget",
        "-b",
        help="Points of effort (low 1, medium 3, high 8; a quarter of that per place). Default: 20.",
        show_default=False,
    ),
]
Target = Annotated[
    str, typer.Option("--target", "-t", help="no-critical, no-high or no-medium: the cheapest way there.")
]
WhatIf = Annotated[
    list[str] | None,
    typer.Option(
        "--what-if", metavar="EDIT", help=f"Change the design in memory and show what vanishes: {FORMS}."
    ),
]
Considered = Annotated[
    list[str] | None,
    typer.Option(
        "--consider",
        metavar="EDIT[=EFFORT]",
        help="A change of the design that the plan may choose, such as 'remove export=low'.",
    ),
]
WorstCase = Annotated[
    bool, typer.Option("--worst-case", help="Weigh risks by what they may be while facts are unknown.")
]
Decide = Annotated[bool, typer.Option("--decide", help="Write the plan into the model as decisions.")]
Owner = Annotated[str, typer.Option("--owner", help="Who sees to it; for --decide.")]
Due = Annotated[str, typer.Option("--due", help="When it is to be done (YYYY-MM-DD); for --decide.")]


def plan(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    budget: Budget = None,
    target: Target = "",
    what_if: WhatIf = None,
    consider: Considered = None,
    worst_case: WorstCase = False,
    decide: Decide = False,
    owner: Owner = "",
    due: Due = "",
    environment: options.Environment = "",
    impact_mode: options.ImpactModeOption = "method",
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """Choose the controls and changes of the design that remove most risk for the effort.

    Every control is tried on the model by its rules. The choice is the best there is (or says how far from it); steps come in the
    order of what they buy. With --what-if nothing is chosen: it shows which risks a change of the design would end.
    """
    path = options.model_path(model)
    result = options.assess(path, environment, None, None, impact_mode, today)
    options.read_day(due)
    if what_if:
        _what_if(result, what_if, as_json=as_json)
        return
    from mantlet.review.plan.plan import make_plan

    if budget is None and not target:
        budget = DEFAULT_BUDGET
    made = make_plan(
        result.register,
        budget=budget,
        target=target,
        considered=dict(_considered(item) for item in consider or ()),
        worst_case=worst_case,
    )
    if as_json:
        import msgspec

        plain.write_json({"mantlet": 1, **msgspec.to_builtins(made)})
    else:
        _print(made)
    if decide:
        _decide(path, result, made, owner, due)


def _considered(text: str) -> tuple[str, str]:
    from mantlet.review.plan.efforts import efforts

    edit, equals, effort = text.rpartition("=")
    if not equals or (edit.strip().startswith("set ") and "=" not in edit):
        return text, efforts().avoid
    return edit, effort


def _what_if(result: Assessment, edits: list[str], *, as_json: bool) -> None:
    from mantlet.cli.diff import print_difference
    from mantlet.report.difference import difference_json
    from mantlet.review.difference import compare
    from mantlet.review.plan.worlds import Worlds

    changed = Worlds(result.register).with_all({}, edits)
    made = compare(result.register, changed)
    names = ("the model", "; ".join(edits))
    if as_json:
        plain.write_json(difference_json(made, *names))
    else:
        print_difference(made, names, everything=True)


def _print(made: Plan) -> None:
    from mantlet.base.counts import how_many, listed
    from mantlet.cli.terminal import console, escape
    from mantlet.review.plan.plan import TARGETS

    out = console()
    how = "no better choice of what was tried" if made.optimal else f"within {made.gap:.1%} of the best"
    if not made.steps:
        out.print(
            f"nothing to do for the goal ({escape(made.goal)}): no open risk asks for it, or nothing known helps"
        )
    else:
        out.print(
            f"[bold]{how_many(len(made.steps), 'step')}, {made.effort:g} points of effort[/bold] · goal: {escape(made.goal)} · {how}"
        )
        out.print(_table(made.steps))
        out.print(f"\n[bold]Risk[/bold] open risks {listed(made.before)} → {listed(made.after)}")
        out.print(_matrices(made))
    if made.left:
        why = "no control or change tried here is enough" if made.goal in TARGETS else "for a larger budget"
        out.print(f"\n[bold]Left[/bold] [dim]({why})[/dim] {escape(', '.join(made.left))}")
    if made.untried:
        out.print(f"[dim]not tried together: {how_many(made.untried, 'set')} of controls[/dim]")


def _table(steps: Sequence[Step]) -> object:
    from mantlet.cli.terminal import grid, several, words

    table = grid("", "do", "where", "effort", "buys alone", "in the plan", "why")
    for number, step in enumerate(steps, 1):
        table.add_row(
            str(number),
            words(step.title if step.kind == "control" else f"change: {step.title}"),
            words(several(step.on), style="dim"),
            f"{step.effort:g}",
            f"{step.alone:g}",
            f"{step.together:g}",
            words(step.why, style="dim"),
        )
    return table


def _matrices(made: Plan) -> object:
    """Draw the matrices of likelihood and impact, before and after."""
    from mantlet.cli.terminal import grid

    table = grid("likelihood", "impact low", "medium", "high", "  ", "low", "medium", "high")
    rows = zip(("high", "medium", "low"), made.matrix_before, made.matrix_after, strict=True)
    for word, before, after in rows:
        cells = [str(number) if number else "·" for number in (*before, *after)]
        table.add_row(word, *cells[:3], "→", *cells[3:])
    return table


def _decide(path: Path, result: Assessment, made: Plan, owner: str, due: str) -> None:
    from mantlet.base.counts import how_many
    from mantlet.project.planning import decide_plan

    written, kept = decide_plan(path, result, made, owner=owner, due=due)
    plain.say(f"wrote {how_many(len(written), 'decision')} into {path}", aside=True)
    for key in kept:
        plain.say(f"left {key} as it was decided", aside=True)
