"""What `mantlet scan` prints: checks and what they looked at, findings, and what these mean for the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mantlet.cli import plain

if TYPE_CHECKING:
    from mantlet.findings.finding import CheckResult, Finding
    from mantlet.project.scanning import Told

SHOWN = 25
STATE_STYLE = {
    "clean": "green",
    "findings": "bold yellow",
    "incomplete": "yellow",
    "skipped": "dim",
    "tool missing": "magenta",
    "database missing": "magenta",
}


def print_results(results: Sequence[CheckResult], told: Told | None, path: Path, *, show_all: bool) -> None:
    """Print what a scan found."""
    from mantlet.cli.terminal import console, grid, words

    out = console()
    table = grid("check", "tool", "state", "found", "looked at", "")
    for result in results:
        table.add_row(
            result.check,
            words(result.tool, style="dim"),
            words(result.state.value, style=STATE_STYLE[result.state.value]),
            _counts(result),
            f"{len(result.looked):,}" if result.looked else "",
            words(_remark(result), style="dim"),
        )
    out.print(table)
    for tool, mend in dict.fromkeys((result.tool, result.mend) for result in results if result.mend):
        out.print(words(f"to have {tool}: {mend}", style="dim"))
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
    parts = [result.reason, *result.notes]
    return "; ".join(part for part in parts if part)


def _print_findings(findings: list[Finding], *, show_all: bool) -> None:
    from mantlet.cli.terminal import SEVERITY_STYLE, console, grid, words

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


def print_list(*, as_json: bool) -> None:
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
