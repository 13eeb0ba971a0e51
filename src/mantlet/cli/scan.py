"""`mantlet scan`: real scanners on the real project, tied to the threat model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain, scan_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from mantlet.findings.finding import CheckResult
    from mantlet.project.scanning import Told

WHAT, TARGETS, OUTPUT = "What is looked at", "Running systems", "Output"


ProjectPath = Annotated[
    Path, typer.Argument(metavar="[PATH]", help="The project's folder, or one file.", show_default=False)
]
Only = Annotated[
    str,
    typer.Option("--only", help="Only these checks, with commas: code,models …", rich_help_panel=WHAT),
]
Advisories = Annotated[
    Path | None,
    typer.Option(
        "--advisories",
        help="A folder or zip of advisories (OSV, PyPA), to compare dependencies with offline.",
        rich_help_panel=WHAT,
    ),
]
Online = Annotated[
    bool,
    typer.Option(
        "--online", help="Let checks ask public services (pip-audit, uv audit).", rich_help_panel=WHAT
    ),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        help="A running system to look at, host:port; repeat for more.",
        rich_help_panel=TARGETS,
    ),
]
Allowed = Annotated[
    bool,
    typer.Option(
        "--i-am-allowed",
        help="You may look at targets that are not on this machine.",
        rich_help_panel=TARGETS,
    ),
]
Fuzz = Annotated[
    bool,
    typer.Option("--fuzz", help="Also send odd requests to APIs (schemathesis).", rich_help_panel=TARGETS),
]
Signers = Annotated[
    list[str] | None,
    typer.Option(
        "--signer",
        help="Who may have signed model files: 'IDENTITY ISSUER' as sigstore knows them; repeat for more.",
        rich_help_panel=WHAT,
    ),
]
Listing = Annotated[bool, typer.Option("--list", help="List the checks, their tools and rules.")]
Fix = Annotated[
    bool, typer.Option("--fix", help="Show, as a diff, the edits that mend hardening findings safely.")
]
WriteFixes = Annotated[bool, typer.Option("--write", help="With --fix: make these edits.")]
FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on", help="Exit with 1 if a finding is at least this severe: low, medium, high, critical."
    ),
]
Sbom = Annotated[
    Path | None,
    typer.Option(
        "--sbom",
        help="Write the dependencies, and what is known of them, as CycloneDX.",
        rich_help_panel=OUTPUT,
    ),
]
ShowAll = Annotated[
    bool,
    typer.Option(
        "--all", help="Show every finding and every place that was not looked at.", rich_help_panel=OUTPUT
    ),
]
Keep = Annotated[
    bool,
    typer.Option("--keep/--no-keep", help="Keep the results in .mantlet/evidence.", rich_help_panel=OUTPUT),
]
Cached = Annotated[
    bool,
    typer.Option("--cache/--no-cache", help="Use what is known of unchanged files.", rich_help_panel=OUTPUT),
]


def scan(
    path: ProjectPath = Path(),
    *,
    only: Only = "",
    advisories: Advisories = None,
    online: Online = False,
    target: Targets = None,
    allowed: Allowed = False,
    fuzz: Fuzz = False,
    signer: Signers = None,
    listing: Listing = False,
    fix: Fix = False,
    write_fixes: WriteFixes = False,
    fail_on: FailOn = "",
    sbom: Sbom = None,
    show_all: ShowAll = False,
    keep: Keep = True,
    cached: Cached = True,
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
        scan_view.print_list(as_json=as_json)
        return
    day = options.read_day(today) or date.today()
    asked = scanning.Asked(
        names, target or (), allowed, advisories, online, fuzz, cached, _signers(signer or [])
    )
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
        scan_view.print_results(results, told, path, show_all=show_all)
    if fix:
        _fix(path, results, write=write_fixes)
    _leave(results, names, fail_on)


def _signers(written: list[str]) -> list[tuple[str, str]]:
    from mantlet.base.errors import UsageError

    pairs = []
    for one in written:
        identity, _, issuer = one.strip().partition(" ")
        if not issuer.strip().startswith("https://"):
            raise UsageError(
                f"'{one}' names no signer",
                mend="write an identity and its issuer: --signer 'ana@example.com https://accounts.google.com'",
            )
        pairs.append((identity, issuer.strip()))
    return pairs


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
