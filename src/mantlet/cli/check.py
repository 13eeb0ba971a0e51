"""`mantlet check`: the gate, for CI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.review.gate.outcome import Gate

FILES = "Files to write"
SHOWN = 30
"""Things to review that the terminal lists."""


def _file(flag: str, about: str) -> object:
    return typer.Option(flag, metavar="FILE", help=about, rich_help_panel=FILES, show_default=False)


Policy = Annotated[
    str,
    typer.Option(
        "--policy",
        help="starter, strict, medical or finance. Default: what mantlet.toml says, else starter.",
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="Settings in place of the mantlet.toml beside the model."),
]
Against = Annotated[
    str,
    typer.Option(
        "--against",
        metavar="REV|FILE",
        help="The version that the change starts from: new threats count, and what it introduces is listed.",
    ),
]
DriftOption = Annotated[
    bool | None,
    typer.Option("--drift/--no-drift", help="Code and model must agree.", show_default=False),
]
SarifFile = Annotated[Path | None, _file("--sarif", "SARIF 2.1.0, for code scanning.")]
JunitFile = Annotated[Path | None, _file("--junit", "JUnit XML, for test reports.")]
MarkdownFile = Annotated[Path | None, _file("--markdown", "A summary for the pull request; `-` prints it.")]
Github = Annotated[bool, typer.Option("--github", help="Print annotations as GitHub Actions reads them.")]


def check(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    policy: Policy = "",
    config: ConfigFile = None,
    against: Against = "",
    drift: DriftOption = None,
    sarif: SarifFile = None,
    junit: JunitFile = None,
    markdown: MarkdownFile = None,
    github: Github = False,
    environment: options.Environment = "",
    impact_mode: options.ImpactModeOption = "method",
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """Hold the model against a policy; exit with 1 if it fails, for CI.

    Fails on open risks at or above the policy's severity in the worst case (an empty model fails too), decisions that no longer
    stand, overdue work and what else the policy asks for. With --against also on new threats; and everything that the change
    claims, accepts or puts out of scope is listed for the reviewer.
    """
    from mantlet.project.checking import check as judge

    gate = judge(
        options.model_path(model),
        policy=policy,
        config=config,
        against=against,
        today=options.read_day(today),
        mode=impact_mode,  # type: ignore[arg-type]  # checked where it is used
        environment=environment,
        drift=drift,
    )
    _write(gate, {"sarif": sarif, "junit": junit, "markdown": markdown})
    if as_json:
        from mantlet.report.gate import gate_json

        plain.write_json(gate_json(gate))
    elif github:
        from mantlet.report.gate import to_annotations

        plain.write_bytes([to_annotations(gate).encode("utf-8", "backslashreplace")])
    elif markdown != Path("-"):
        _print(gate)
    if not gate.passed:
        raise typer.Exit(1)


def _write(gate: Gate, files: dict[str, Path | None]) -> None:
    from mantlet.base.files import write_atomic
    from mantlet.report import gate as outputs

    writers: dict[str, Callable[[Gate], bytes]] = {
        "sarif": outputs.to_sarif,
        "junit": outputs.to_junit,
        "markdown": lambda made: outputs.to_markdown(made).encode(),
    }
    for kind, path in files.items():
        if path == Path("-"):
            plain.write_bytes([writers[kind](gate)])
        elif path is not None:
            write_atomic(path, writers[kind](gate))


def _print(gate: Gate) -> None:
    from mantlet.base.counts import how_many
    from mantlet.cli.terminal import console, escape
    from mantlet.report.gate import KINDS
    from mantlet.review.gate.outcome import RULES

    out = console()
    for rule, title in RULES.items():
        some = [item for item in gate.failures if item.rule == rule]
        if not some:
            continue
        out.print(f"[bold red]{title}[/bold red] [dim]({len(some)})[/dim]")
        for item in some:
            where = gate.where(item)
            place = f"{where.file}:{where.line}: " if where.line else ""
            out.print(f"  [dim]{escape(place)}[/dim]{escape(item.message)}")
        if some[-1].mend:
            out.print(f"  [dim]→ {escape(some[-1].mend)}[/dim]")
    news = [item for item in gate.of("catalogue-threat") if item.level != "error"]
    for item in [*gate.of("no-baseline"), *news]:
        out.print(f"[dim]{RULES[item.rule]}:[/dim] {escape(item.message)}")
    review = gate.of("review")
    if review:
        out.print(f"[bold]For the reviewer[/bold] [dim](introduced since {escape(gate.against)})[/dim]")
    kinds = list(KINDS)
    for item in sorted(review, key=lambda one: kinds.index(one.kind))[:SHOWN]:
        out.print(f"  [dim]{KINDS[item.kind]}:[/dim] {escape(item.message)}")
    if len(review) > SHOWN:
        out.print(f"  [dim]… {len(review) - SHOWN} more: --markdown lists them[/dim]")
    word = "[bold green]passed[/bold green]" if gate.passed else "[bold red]failed[/bold red]"
    out.print(f"{word}: policy {escape(gate.policy)}, {how_many(len(gate.failures), 'failure')}")
