"""`mantlet decide`: mitigate, avoid, transfer, accept, or say why it does not apply."""

from __future__ import annotations

from typing import Annotated

import typer

from mantlet.cli import options, plain


def decide(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="TYPE@place as `risks` and `threats` print it, or 'TYPE@*' for every place there is now.",
        ),
    ],
    treatment: Annotated[str, typer.Argument(help="mitigate, avoid, transfer, accept or not-applicable.")],
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    reason: Annotated[
        str, typer.Option("--reason", "-r", help="Why; needed to accept and for not-applicable.")
    ] = "",
    controls: Annotated[
        list[str] | None,
        typer.Option("--control", "-c", help="A control that will be put in place; repeat for more."),
    ] = None,
    owner: Annotated[str, typer.Option("--owner", help="Who sees to it.")] = "",
    due: Annotated[str, typer.Option("--due", help="When it is to be done (YYYY-MM-DD).")] = "",
    until: Annotated[str, typer.Option("--until", help="When an acceptance ends (YYYY-MM-DD).")] = "",
    approved_by: Annotated[str, typer.Option("--approved-by", help="Who approved an acceptance.")] = "",
    ticket: Annotated[str, typer.Option("--ticket", help="Where the work is tracked.")] = "",
    rating: Annotated[
        str, typer.Option("--rating", help="OWASP factors that you set yourself, such as SL:3/M:4.")
    ] = "",
    rules: options.Rules = None,
) -> None:
    """Write a decision into the model, with the severity and the facts it was taken on."""
    from mantlet.project.editing import check_decision
    from mantlet.project.editing import decide as write

    path = options.model_path(model)
    result = options.assess(path, rules=rules)
    check_decision(result, treatment, controls or (), rating)
    needed = {
        "accept": {"reason": reason, "approved-by": approved_by, "until": until},
        "not-applicable": {"reason": reason},
    }
    _refuse_incomplete(treatment, needed.get(treatment, {}))
    for day in (due, until):
        options.read_day(day)
    fields = {
        "treatment": treatment,
        "controls": controls or [],
        "owner": owner,
        "due": due,
        "until": until,
        "reason": reason,
        "approved_by": approved_by,
        "ticket": ticket,
        "rating": rating,
    }
    key = write(path, result, name, {field: value for field, value in fields.items() if value})
    plain.say(f"wrote the decision {key}: {treatment} into {path}")


def _refuse_incomplete(treatment: str, needed: dict[str, str]) -> None:
    from mantlet.base.errors import UsageError

    missing = [f"--{field}" for field, value in needed.items() if not value]
    if missing:
        raise UsageError(
            f"to {treatment.replace('not-applicable', 'say that it does not apply')} needs {', '.join(missing)}"
        )
