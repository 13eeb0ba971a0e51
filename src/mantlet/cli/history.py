"""`mantlet history`: risk over time, from git."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.project.vcs.history import History

BARS = "▁▂▃▄▅▆▇█"
SHOWN = 12
"""Commits that the table shows."""


def history(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    last: Annotated[
        int, typer.Option("--last", "-n", min=1, max=2000, help="How many commits, the newest ones.")
    ] = 50,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the plot (.svg) or the data (.json).", show_default=False),
    ] = None,
    environment: options.Environment = "",
    impact_mode: options.ImpactModeOption = "method",
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """Show risk over time: what was open at each commit, how long treating took, how fast the rest goes away.

    Every commit that touched the model is judged by today's rules, as of its own day.
    """
    from mantlet.project.vcs.history import history as read
    from mantlet.report.history import history_json

    made = read(
        options.model_path(model),
        last=last,
        today=options.read_day(today),
        mode=impact_mode,  # type: ignore[arg-type]  # checked where it is used
        environment=environment,
        told=_told if sys.stderr.isatty() else lambda _done, _of: None,
    )
    document = history_json(made, made.per_week)
    if output is not None:
        _write(output, made, document)
    if as_json:
        plain.write_json(document)
    elif output is None:
        _print(made)


def _told(done: int, of: int) -> None:
    sys.stderr.write(f"\r{done} of {of} commits" + ("\r\033[K" if done == of else ""))
    sys.stderr.flush()


def _write(path: Path, made: History, document: dict[str, object]) -> None:
    import msgspec

    from mantlet.base.errors import UsageError
    from mantlet.base.files import write_atomic
    from mantlet.report.history import Sample, plot

    suffix = path.suffix.lower()
    if suffix == ".json":
        data = msgspec.json.encode(document) + b"\n"
    elif suffix == ".svg":
        samples = [Sample(point.on, point.counts, point.weight) for point in made.points]
        data = plot(samples, made.name).encode()
    else:
        raise UsageError(f"'{path.name}' is no plot", mend="name a file that ends in .svg or .json")
    write_atomic(path, data)
    plain.say(f"wrote {path}", aside=True)


def _print(made: History) -> None:
    from mantlet.cli.terminal import console, grid, words
    from mantlet.report.history import pace

    out = console()
    table = grid("day", "commit", "critical", "high", "medium", "low", "settled", "weight", "")
    for point in made.points[-SHOWN:]:
        numbers = [str(point.counts[word]) for word in ("critical", "high", "medium", "low")]
        table.add_row(
            point.on,
            point.commit[:10],
            *numbers,
            str(point.settled),
            str(point.weight),
            words(point.subject[:60], "dim"),
        )
    out.print(table)
    hidden = len(made.points) - SHOWN
    if hidden > 0:
        out.print(f"[dim]… {hidden} earlier commits: --json has all[/dim]")
    out.print(
        f"\n[bold]Burn-down[/bold]  {_bars([point.weight for point in made.points])}  {pace(made.points[-1].weight, made.per_week)}"
    )
    _print_treatment(made)
    for item in made.unread[:5]:
        plain.say(f"{item.commit[:10]} ({item.on}) could not be judged: {item.why}", aside=True)
    if len(made.unread) > 5:
        plain.say(f"… and {len(made.unread) - 5} more commits", aside=True)


def _print_treatment(made: History) -> None:
    from mantlet.cli.terminal import SEVERITY_STYLE, console, grid, words

    if not made.treatment:
        return
    table = grid("severity", "treated", "median days", "still open", "oldest, days")
    for item in made.treatment:
        middle = "–" if item.median_days is None else f"{item.median_days:g}"
        table.add_row(
            words(item.severity, SEVERITY_STYLE[item.severity]),
            str(item.treated),
            middle,
            str(item.still_open),
            str(item.oldest_days),
        )
    console().print("\n[bold]Time to treat[/bold]")
    console().print(table)


def _bars(values: list[int]) -> str:
    top = max(values, default=0) or 1
    step = max(len(values) / 60, 1)
    picked = [values[int(number * step)] for number in range(min(len(values), 60))]
    return "".join(BARS[min(value * len(BARS) // (top + 1), len(BARS) - 1)] for value in picked)
