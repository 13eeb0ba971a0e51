"""`mantlet scan`: real scanners on the real project, tied to the threat model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from mantlet.findings.finding import CheckResult, Finding
    from mantlet.project.scanning import Told

WHAT, TARGETS, OUTPUT = "What is looked at", "Running systems", "Output"
SHOWN = 25
STATE_STYLE = {
    "clean": "green",
    "findings": "bold yellow",
    "incomplete": "yellow",
    "skipped": "dim",
    "tool missing": "magenta",
    "database missing": "magenta",
}
SEVERITY_STYLE = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "yellow",
    "low": "cyan",
    "note": "dim",
}


def scan(
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", help="The project's folder, or one file.", show_default=False)
    ] = Path(),
    *,
    only: Annotated[
        str,
        typer.Option("--only", help="Only these checks, with commas: code,models …", rich_help_panel=WHAT),
    ] = "",
    advisories: Annotated[
        Path | None,
        typer.Option(
            "--advisories",
            help="A folder or zip of advisories (OSV, PyPA), to compare dependencies with offline.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    online: Annotated[
        bool,
        typer.Option("--online", help="Let checks ask public services (pip-audit).", rich_help_panel=WHAT),
    ] = False,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            help="A running system to look at, host:port; repeat for more.",
            rich_help_panel=TARGETS,
        ),
    ] = None,
    allowed: Annotated[
        bool,
        typer.Option(
            "--i-am-allowed",
            help="You may look at targets that are not on this machine.",
            rich_help_panel=TARGETS,
        ),
    ] = False,
    fuzz: Annotated[
        bool,
        typer.Option(
            "--fuzz", help="Also send odd requests to APIs (schemathesis).", rich_help_panel=TARGETS
        ),
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="List the checks, their tools and rules.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Show, as a diff, the edits that mend hardening findings safely.")
    ] = False,
    write_fixes: Annotated[bool, typer.Option("--write", help="With --fix: make these edits.")] = False,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on", help="Exit with 1 if a finding is at least this severe: low, medium, high, critical."
        ),
    ] = "",
    sbom: Annotated[
        Path | None,
        typer.Option(
            "--sbom",
            help="Write the dependencies, and what is known of them, as CycloneDX.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    show_all: Annotated[
        bool,
        typer.Option(
            "--all", help="Show every finding and every place that was not looked at.", rich_help_panel=OUTPUT
        ),
    ] = False,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep/--no-keep", help="Keep the results in .mantlet/evidence.", rich_help_panel=OUTPUT
        ),
    ] = True,
    cached: Annotated[
        bool,
        typer.Option(
            "--cache/--no-cache", help="Use what is known of unchanged files.", rich_help_panel=OUTPUT
        ),
    ] = True,
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """Scan the project and tie what is found to its threats.

    Checks say what they found and what they looked at; nothing counts as clean that nobody looked at. Results are kept
    as SARIF beside the model, and ratings change with them.
    """
    from datetime import date

    from mantlet.project import scanning

    names = _names(only, fail_on)
    if listing:
        _list(as_json=as_json)
        return
    day = options.read_day(today) or date.today()
    asked = scanning.Asked(names, target or (), allowed, advisories, online, fuzz, cached)
    with _progress(quiet=as_json) as (note, done):
        results = scanning.scan(path, asked, today=day, note=note, done=done)
    if keep:
        scanning.keep(path, results)
    if sbom is not None:
        _write_sbom(path, results, sbom)
    told = _model(path, today) if keep else None
    if as_json:
        _print_json(results, told)
    else:
        _print(results, told, path, show_all=show_all)
    if fix:
        _fix(path, results, write=write_fixes)
    _leave(results, names, fail_on)


def _names(only: str, fail_on: str) -> list[str]:
    from mantlet.base.errors import UsageError
    from mantlet.findings.finding import SEVERITIES
    from mantlet.scanners import registry

    names = [name.strip() for name in only.split(",") if name.strip()]
    for name in names:
        registry.check(name)
    if fail_on and fail_on not in SEVERITIES:
        raise UsageError(f"unknown severity '{fail_on}'", mend=f"one of {', '.join(SEVERITIES)}")
    return names


def _leave(results: Sequence[CheckResult], names: Sequence[str], fail_on: str) -> None:
    from mantlet.project import scanning

    if fail_on and scanning.failed(results, fail_on):
        raise typer.Exit(1)
    missing = [result for result in scanning.missing(results) if result.check in names]
    others = {result.check for result in results if result not in missing and result.looked}
    if any(result.check not in others for result in missing):
        raise typer.Exit(3)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[tuple[Callable[[str, str], None], Callable[[str], None]]]:
    """Show which check is how far, on terminals only."""
    from mantlet.cli.terminal import err

    if quiet or not err().is_terminal:
        yield (lambda _check, _what: None), (lambda _name: None)
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description:14}"), TextColumn("[dim]{task.fields[what]}"))
    with Progress(*columns, TimeElapsedColumn(), console=err(), transient=True) as progress:
        tasks: dict[str, object] = {}

        def note(check: str, what: str) -> None:
            if check not in tasks:
                tasks[check] = progress.add_task(check, total=1, what="")
            progress.update(tasks[check], what=what)  # type: ignore[arg-type]

        def done(name: str) -> None:
            note(name, "done")
            progress.update(tasks[name], completed=1)  # type: ignore[arg-type]

        yield note, done


def _model(path: Path, today: str) -> Told | None:
    """Judge the model of the scanned folder without and with the evidence; None where there is no model."""
    from mantlet.base.errors import InputError
    from mantlet.project.api import analyse, model_file
    from mantlet.project.scanning import told

    folder = path if path.is_dir() else path.parent
    try:
        file = model_file(folder)
    except InputError:
        return None
    day = options.read_day(today)
    return told(analyse(file, today=day), analyse(file, today=day, evidence=False))


def _print_json(results: Sequence[CheckResult], told: Told | None) -> None:
    import msgspec

    from mantlet.project import scanning

    plain.write_json(
        {
            "mantlet": 1,
            "checks": scanning.summary(results),
            "records": scanning.records(results),
            "model": msgspec.to_builtins(told) if told else None,
        }
    )


def _print(results: Sequence[CheckResult], told: Told | None, path: Path, *, show_all: bool) -> None:
    from mantlet.cli.terminal import console, grid, words

    out = console()
    table = grid("check", "tool", "state", "found", "looked at", "")
    for result in results:
        table.add_row(
            result.check,
            words(f"{result.tool} {result.version}".rstrip(), style="dim"),
            words(result.state.value, style=STATE_STYLE[result.state.value]),
            _counts(result),
            f"{len(result.looked):,}" if result.looked else "",
            words(_remark(result), style="dim"),
        )
    out.print(table)
    findings = [finding for result in results for finding in result.open]
    _print_findings(findings, show_all=show_all)
    missed = [item for result in results for item in result.not_looked]
    if missed:
        shown = missed if show_all else missed[:5]
        out.print(f"\n[bold]Not looked at[/bold] [dim]({len(missed):,})[/dim]")
        for item in shown:
            out.print(words(f"  {item.spot}: {item.why}" if str(item.spot) else f"  {item.why}", style="dim"))
        if len(shown) < len(missed):
            out.print("[dim]  … --all shows the others[/dim]")
    if told is not None:
        _print_told(told)
    else:
        from mantlet.cli.terminal import escape

        out.print(f"\n[dim]There is no threat model in {escape(str(path))}; `mantlet init` writes one.[/dim]")


def _counts(result: CheckResult) -> str:
    from collections import Counter

    from mantlet.findings.finding import SEVERITIES

    counts = Counter(finding.severity for finding in result.open)
    parts = [f"{counts[name]} {name}" for name in reversed(SEVERITIES) if counts[name]]
    silenced = len(result.findings) - len(result.open)
    return ", ".join(parts + ([f"{silenced} suppressed"] if silenced else []))


def _remark(result: CheckResult) -> str:
    parts = [result.reason, result.mend and f"→ {result.mend}", *result.notes]
    return "; ".join(part for part in parts if part)


def _print_findings(findings: list[Finding], *, show_all: bool) -> None:
    from mantlet.cli.terminal import console, grid, words

    if not findings:
        return
    findings.sort(key=lambda item: (-item.rank, item.spot))
    shown = findings if show_all else findings[:SHOWN]
    out = console()
    out.print()
    table = grid("severity", "where", "what", "how to mend it")
    for item in shown:
        table.add_row(
            words(item.severity, style=SEVERITY_STYLE[item.severity]),
            words(str(item.spot)),
            words(f"{item.message} [{item.rule}]"),
            words(item.fix, style="dim"),
        )
    out.print(table)
    if len(shown) < len(findings):
        out.print(f"[dim]… and {len(findings) - len(shown):,} more; --all shows them[/dim]")


def _print_told(told: Told) -> None:
    from mantlet.cli.terminal import console, words

    out = console()
    out.print("\n[bold]What it means for the threat model[/bold]")
    for entry in told.contradicted:
        out.print(
            words(
                f"  contradicted  {entry['place']}.{entry['fact']} is written as {entry['claimed']}; "
                f"{entry['by']} shows {entry['verified']}",
                style="bold red",
            )
        )
    for item in told.confirmed:
        evidence: list[dict[str, str]] = item["evidence"]  # type: ignore[assignment]
        first = evidence[0]
        more = f" (+{len(evidence) - 1})" if len(evidence) > 1 else ""
        out.print(
            words(f"  confirmed     {item['id']}: {first['tool']} {first['rule']} at {first['where']}{more}")
        )
    for entry in told.verified:
        out.print(
            words(f"  verified      {entry['control']} ({entry['name']}): {entry['by']}", style="green")
        )
    if told.weakened:
        out.print(
            words(f"  less likely   {', '.join(str(item['id']) for item in told.weakened)}", style="green")
        )
    for entry in told.moved:
        out.print(words(f"  moved         {entry['id']}: {entry['before']} → {entry['after']}"))
    _print_holes(told.not_modelled)
    if told.unmapped:
        out.print(
            words(f"  {len(told.unmapped)} findings say nothing of threats; --json has why", style="dim")
        )
    if not any(
        (told.contradicted, told.confirmed, told.verified, told.weakened, told.moved, told.not_modelled)
    ):
        out.print("[dim]  nothing changes[/dim]")


def _print_holes(entries: list[dict[str, str]]) -> None:
    """Print what fits no threat, a line per rule and reason."""
    from mantlet.cli.terminal import console, several, words

    groups: dict[tuple[str, str, str], list[str]] = {}
    for entry in entries:
        place = entry["elements"] or entry["where"]
        groups.setdefault((entry["tool"], entry["rule"], entry["why"]), []).append(place)
    for (tool, rule, why), places in groups.items():
        where = several(list(dict.fromkeys(places)), 6)
        console().print(words(f"  not modelled  {tool} {rule} at {where}: {why}", style="yellow"))


def _list(*, as_json: bool) -> None:
    """List checks, their tools with how to get them, and how many rules the table maps to threats."""
    from mantlet.cli.terminal import console, grid, words
    from mantlet.findings.table import by_cwe, counted
    from mantlet.scanners import registry

    rows = [(registry.check(name), tool) for name in registry.NAMES for tool in registry.check(name).tools()]
    rules = list(counted())
    if as_json:
        plain.write_json(
            {
                "mantlet": 1,
                "tools": [
                    {"check": check.NAME, "title": check.TITLE, "practice": check.PRACTICE, "tool": tool.name,
                     "version": tool.version, "needed": tool.needed, "mend": tool.mend}
                    for check, tool in rows
                ],
                "rules": [{"tool": tool, "mapped": mapped, "unmapped": rest} for tool, mapped, rest in rules],
                "weaknesses": len(by_cwe()),
            }
        )  # fmt: skip
        return
    out, last = console(), ""
    table = grid("check", "what for", "tool", "", "how to get it")
    for check, tool in rows:
        there = words(tool.version or "not installed", style="green" if tool.version else "yellow")
        table.add_row(
            check.NAME if last != check.NAME else "",
            words(check.TITLE if last != check.NAME else "", style="dim"),
            tool.name,
            there,
            words("" if tool.version else tool.mend, style="dim"),
        )
        last = check.NAME
    out.print(table)
    mapped, rest = sum(row[1] for row in rules), sum(row[2] for row in rules)
    out.print(
        f"\n{mapped:,} rules of {len(rules)} tools are tied to threats, facts or controls; {rest} are not, each with why. "
        f"Other tools' findings (`mantlet evidence import`) are judged by {len(by_cwe())} weaknesses (CWE)."
    )


def _write_sbom(path: Path, results: Sequence[CheckResult], target: Path) -> None:
    from mantlet.base.files import write_atomic
    from mantlet.scanners.dependencies.sbom import sbom

    root = path.resolve() if path.is_dir() else path.resolve().parent
    write_atomic(target, sbom(root, results))
    plain.say(f"wrote {target}", aside=True)


def _fix(path: Path, results: Sequence[CheckResult], *, write: bool) -> None:
    from mantlet.scanners.hardening.mending import diffs, mend

    root = path.resolve() if path.is_dir() else path.resolve().parent
    edits = mend(root, results)
    for line in diffs(edits):
        plain.say(line)
    if not edits:
        plain.say("nothing can be mended safely by itself", aside=True)
    elif write:
        from mantlet.base.files import fingerprint, write_atomic

        for edit in edits:
            write_atomic(root / edit.path, edit.after.encode(), expected=fingerprint(edit.before.encode()))
        plain.say(f"mended {len(edits)} files", aside=True)
    else:
        plain.say("nothing was changed; --write makes these edits", aside=True)
