"""`mantlet report`: the report for the person who must approve the system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.base.errors import UsageError
from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.project.vcs.history import History


def report(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write; its suffix says the format: html, pdf, md, xlsx, csv, json. Repeat for more.",
            show_default="report.html, or LAW.html",
        ),
    ] = None,
    date: Annotated[
        str,
        typer.Option(
            "--date",
            help="Print this date on the report (YYYY-MM-DD, or 'today'). Default: none, so that equal models give equal files.",
        ),
    ] = "",
    compliance: Annotated[
        str,
        typer.Option(
            "--compliance",
            metavar="LAW",
            help="Report article by article on a law instead: gdpr or ai-act.",
            show_default=False,
        ),
    ] = "",
    history: Annotated[
        bool,
        typer.Option(
            "--history", help="Add risk over time and time to treat, from the model's commits in git."
        ),
    ] = False,
    environment: options.Environment = "",
    packs: options.Packs = None,
    rules: options.Rules = None,
    impact_mode: options.ImpactModeOption = "method",
    today: options.Today = "",
) -> None:
    """Write the report: summary, diagram, register, inventory, decisions, in one file that works offline.

    With --compliance: what touches each article, what is open and what was answered; for the GDPR also a draft of the
    record of processing and whether an impact assessment is needed, for the AI Act the questions that decide its class.
    """
    from mantlet.cli.terminal import err, escape

    if history and compliance:
        raise UsageError("--history is no part of a report on a law", mend="write two reports")
    targets = output or [Path(f"{compliance or 'report'}.html")]
    printed = _day(date)
    with err().status("Finding and rating threats …") as status:
        result = options.assess(model, environment, packs, rules, impact_mode, today, told=True)
        past = _past(model, environment, impact_mode, today) if history else None
        for target in targets:
            status.update(f"Writing {escape(str(target))} …")
            result.save_report(target, date=printed, compliance=compliance, history=past)
    for target in targets:
        plain.say(f"wrote {target}")


def _past(model: Path, environment: str, impact_mode: str, today: str) -> History:
    from mantlet.project.vcs.history import history

    return history(
        options.model_path(model),
        today=options.read_day(today),
        mode=impact_mode,  # type: ignore[arg-type]  # checked where it is used
        environment=environment,
    )


def _day(text: str) -> str:
    if text == "today":
        from datetime import date

        return date.today().isoformat()
    day = options.read_day(text)
    return day.isoformat() if day else ""
