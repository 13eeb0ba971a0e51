"""`mantlet risks`: the register, short and ranked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain
from mantlet.cli.remarks import new_since, remarks

if TYPE_CHECKING:
    from mantlet.project.api import Assessment
    from mantlet.review.questions import Question
    from mantlet.risk.register import Risk

SHOWN_RISKS, SHOWN_QUESTIONS = 13, 5
MAX_NAMES = 3


def risks(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", "-a", help="Every risk on its own line, also settled, mitigated and to be confirmed."
        ),
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Only the counts; for very large models.")
    ] = False,
    environment: options.Environment = "",
    packs: options.Packs = None,
    rules: options.Rules = None,
    impact_mode: options.ImpactModeOption = "method",
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """Show the risk register: what could go wrong, worst first, and what to find out first.

    A risk is one threat type at one element. Risks of one type share a line unless you ask for --all;
    `high ≤ critical` means: high as far as is known, critical if what isn't known turns out badly.
    """
    result = options.assess(model, environment, packs, rules, impact_mode, today)
    if summary:
        plain.print_summary(result, as_json=as_json)
    elif as_json:
        from mantlet.report.records import risks_json

        plain.write_bytes(risks_json(result.register, result.risks))
    elif everything:
        _print_all(result)
    else:
        print_short(result, model)


def print_short(result: Assessment, model: Path) -> None:
    """Print what to find out and treat first."""
    from mantlet.base.counts import how_many
    from mantlet.cli.terminal import console, escape, headline

    out = console()
    out.print(headline(result.register))
    remarks(result)
    questions = result.questions
    groups = _by_type(risk for risk in result.risks if not risk.is_new)
    new = _by_type(risk for risk in result.risks if risk.is_new)
    if questions:
        out.print("\n[bold]Find out first[/bold]  [dim](mantlet ask writes the answers into the model)[/dim]")
        out.print(_question_table(questions))
    if groups:
        out.print("\n[bold]Treat first[/bold]  [dim](mantlet explain ID says why)[/dim]")
        out.print(_risk_table(groups[:SHOWN_RISKS]))
    if new:
        out.print(
            f"\n[bold]{new_since(result)}[/bold]  [dim](judge them, then raise `catalogue: version:` to {result.catalogue.version})[/dim]"
        )
        out.print(_risk_table(new[:SHOWN_RISKS]))
    hidden = groups[SHOWN_RISKS:] + new[SHOWN_RISKS:]
    if hidden:
        name = "" if model == options.DEFAULT_MODEL else f" {escape(str(model))}"
        out.print(
            f"[dim]… {how_many(sum(map(len, hidden)), 'more risk')} of {how_many(len(hidden), 'type')}: mantlet risks{name} --all[/dim]"
        )


def _by_type(risks: Iterable[Risk]) -> list[list[Risk]]:
    """Group risks of one type, keeping the rank of the worst."""
    groups: dict[str, list[Risk]] = {}
    for risk in risks:
        groups.setdefault(risk.type.id, []).append(risk)
    return list(groups.values())


def _question_table(questions: list[Question]) -> object:
    from rich.text import Text

    from mantlet.base.counts import how_many
    from mantlet.cli.terminal import escape, grid, severity_text, words

    groups: dict[tuple[str, str], list[Question]] = {}
    for question in questions:
        groups.setdefault(question.alike, []).append(question)
    ranked = sorted(groups.values(), key=lambda group: -sum(item.weight for item in group))
    table = grid("up to", "question", "settles", show_header=False)
    for group in ranked[:SHOWN_QUESTIONS]:
        more = f" [dim](and for {len(group) - 1} more)[/dim]" if len(group) > 1 else ""
        threats = sum(len(item.threats) for item in group)
        table.add_row(
            severity_text(max(item.worst for item in group)),
            Text.from_markup(escape(group[0].text) + more),
            words(f"settles {how_many(threats, 'threat')}", style="dim"),
        )
    return table


def _risk_table(groups: list[list[Risk]]) -> object:
    from mantlet.cli.terminal import grid, several, severity_text, words

    table = grid("severity", "risk", "where", "id")
    for group in groups:
        head = group[0]
        names = [risk.element for risk in group]
        table.add_row(
            severity_text(head.severity, max(risk.worst_case for risk in group)),
            words(head.title),
            words(several(names, MAX_NAMES)),
            words(head.id, style="dim"),
        )
    return table


def _print_all(result: Assessment) -> None:
    from mantlet.cli.terminal import console, grid, headline, severity_text, words

    out = console()
    out.print(headline(result.register))
    register = result.register
    for title, group in (
        ("Open", [risk for risk in register.open if not risk.is_new]),
        (new_since(result), [risk for risk in register.open if risk.is_new]),
        ("Settled by decisions", register.decided),
        ("To confirm", register.to_confirm),
        ("Mitigated", register.mitigated),
    ):
        if not group:
            continue
        out.print(f"\n[bold]{title}[/bold] [dim]({len(group)})[/dim]")
        table = grid("severity", "risk", "id", "decision")
        for risk in group:
            ruling = risk.ruling
            decided = f"{ruling.decision.treatment}, {ruling.standing}" if ruling else ""
            table.add_row(
                severity_text(risk.severity, risk.worst_case),
                words(risk.title),
                words(risk.id, style="dim"),
                words(decided),
            )
        out.print(table)
    remarks(result, everything=True)
