"""`mantlet decide`: mitigate, avoid, transfer, accept, or say why it does not apply."""

from __future__ import annotations

from collections.abc import Mapping
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
    from mantlet.project.editing import decide as write

    path = options.model_path(model)
    result = options.assess(path, rules=rules)
    _check(treatment, controls or [], rating, result.catalogue.controls)
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


def _check(treatment: str, controls: list[str], rating: str, known: Mapping[str, object]) -> None:
    from typing import get_args

    from mantlet.base.errors import UsageError
    from mantlet.base.suggest import suggest
    from mantlet.model.entries import Treatment

    allowed = get_args(Treatment)
    if treatment not in allowed:
        raise UsageError(
            f"unknown treatment '{treatment}'",
            mend=suggest(treatment, allowed) or f"one of {', '.join(allowed)}",
        )
    for control in controls:
        if control not in known:
            raise UsageError(
                f"unknown control '{control}'",
                mend=suggest(control, known) or "`mantlet catalogue list controls` names them",
            )
    if rating:
        from mantlet.model.vector import parse_vector

        parse_vector(rating)


def _refuse_incomplete(treatment: str, needed: dict[str, str]) -> None:
    from mantlet.base.errors import UsageError

    missing = [f"--{field}" for field, value in needed.items() if not value]
    if missing:
        raise UsageError(
            f"to {treatment.replace('not-applicable', 'say that it does not apply')} needs {', '.join(missing)}"
        )
