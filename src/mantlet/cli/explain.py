"""`mantlet explain`: why a threat is there, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.catalogue.schema import Control
    from mantlet.findings.marks import Mark
    from mantlet.review.explain import Explained, Line
    from mantlet.risk.decisions import Ruling
    from mantlet.risk.reasons import Factor

MARKS = {"yes": "[green]✓[/green]", "no": "[red]✗[/red]", "unknown": "[yellow]?[/yellow]"}


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="TYPE@place, as `risks` and `threats` print it; the place is an element, flow, …",
        ),
    ],
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    environment: options.Environment = "",
    packs: options.Packs = None,
    rules: options.Rules = None,
    impact_mode: options.ImpactModeOption = "method",
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """Explain a threat: each condition with the fact behind it, what would prevent it, and every rating factor.

    Works for threats that are absent too, and says what keeps them away.
    """
    result = options.assess(model, environment, packs, rules, impact_mode, today)
    explained = result.explain(name)
    if as_json:
        plain.write_json({"mantlet": 1, **explained.to_dict()})
        return
    _print(explained, result.register.ratings.vector(explained.row) if explained.row >= 0 else "")
    if explained.row >= 0:
        _print_rating(explained, result.register, explained.row)


def _print(explained: Explained, vector: str) -> None:
    from mantlet.cli.terminal import console, escape

    out = console()
    out.print(f"[bold]{escape(explained.title)}[/bold]  [dim]{escape(explained.id)}[/dim]")
    out.print(escape(explained.note))
    if explained.decision:
        _print_decision(explained.decision)
    out.print()
    out.print(escape(explained.text), width=100)
    if explained.also_at:
        out.print(f"\n[dim]The same risk also at: {escape(', '.join(explained.also_at))}[/dim]")
    _print_conditions(f"It applies: {explained.applies}", explained.conditions)
    _print_conditions(f"It is prevented: {explained.mitigated}", explained.preventions)
    _print_evidence(explained.evidence)
    _print_controls(explained.controls)
    references = "; ".join(f"{framework} {', '.join(ids)}" for framework, ids in explained.type.refs.items())
    categories = ", ".join(
        [*explained.type.stride, *explained.type.cia, *explained.type.linddun, *explained.type.trim]
    )
    out.print(f"\n[dim]{escape(categories)}{' · ' if references else ''}{escape(references)}[/dim]")
    if vector:
        out.print(f"[dim]{vector}[/dim]")


def _print_evidence(evidence: Sequence[Mark]) -> None:
    from mantlet.cli.terminal import console, words

    if not evidence:
        return
    out = console()
    out.print("\n[bold]Evidence[/bold]")
    for mark in evidence:
        fix = f" → {mark.fix}" if mark.fix else ""
        out.print(
            words(
                f"  {mark.effect}: {mark}, {mark.message}{fix}" if mark.where else f"  {mark.effect}: {mark}"
            )
        )


def _print_decision(ruling: Ruling) -> None:
    from mantlet.cli.terminal import console, escape

    decision, out = ruling.decision, console()
    note = f" ({ruling.note})" if ruling.note else ""
    out.print(
        f"decided: {decision.treatment}, {ruling.standing}{escape(note)}{': ' if decision.reason else ''}{escape(decision.reason)}"
    )
    for change in ruling.changed:
        out.print(f"  [yellow]{escape(str(change))}[/yellow]")


def _print_conditions(title: str, lines: tuple[Line, ...]) -> None:
    from rich.text import Text

    from mantlet.cli.terminal import console, escape, grid, words

    out = console()
    out.print(f"\n[bold]{escape(title)}[/bold]")
    table = grid("", "", "", show_header=False)
    for line in lines:
        said = f"{line.value}, {line.source}" if line.value and line.value != "unknown" else line.source
        weight = "" if line.decisive else "dim"
        table.add_row(
            Text.from_markup(MARKS[line.answer]), words(line.text, style=weight), words(said, style="dim")
        )
    out.print(table)


def _print_controls(controls: tuple[Control, ...]) -> None:
    from mantlet.cli.terminal import console, grid, words

    out = console()
    out.print("\n[bold]What helps[/bold]")
    table = grid("effort", "control", "id", show_header=False)
    for control in controls:
        table.add_row(
            words(f"{control.effort} effort", style="dim"),
            words(control.title),
            words(control.id, style="dim"),
        )
    out.print(table)


def _print_rating(explained: Explained, register: object, row: int) -> None:
    from rich.text import Text

    from mantlet.cli.terminal import console, grid, severity_text, words
    from mantlet.report.records import Records
    from mantlet.risk.owasp import Severity

    rating = Records(register).rating(row)  # type: ignore[arg-type]
    out = console()
    head = Text.assemble(
        ("\nRated ", "bold"),
        severity_text(Severity.of(rating["severity"]), Severity.of(rating["worst"])),
        f"  likelihood {rating['likelihood']:g} {rating['likelihood_level']} · impact {rating['impact']:g} {rating['impact_level']} · harm to people {rating['harm']}",
    )
    out.print(head)
    table = grid("", "score", "band", "from", "why")
    for factor in explained.factors:
        table.add_row(
            factor.name,
            words(f"{factor.score:g}"),
            words(_band(factor), style="dim"),
            words(factor.source, style="dim"),
            words(factor.reason),
        )
    out.print(table)


def _band(factor: Factor) -> str:
    return "" if factor.low == factor.high else f"{factor.low:g}–{factor.high:g}"
