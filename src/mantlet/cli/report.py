"""`mantlet report`: the report for the person who must approve the system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mantlet.cli import options, plain


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

    targets = output or [Path(f"{compliance or 'report'}.html")]
    printed = _day(date)
    with err().status("Finding and rating threats …") as status:
        result = options.assess(model, environment, packs, rules, impact_mode, today, told=True)
        for target in targets:
            status.update(f"Writing {escape(str(target))} …")
            result.save_report(target, date=printed, compliance=compliance)
    for target in targets:
        plain.say(f"wrote {target}")


def _day(text: str) -> str:
    if text == "today":
        from datetime import date

        return date.today().isoformat()
    day = options.read_day(text)
    return day.isoformat() if day else ""
