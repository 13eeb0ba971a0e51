"""`mantlet evidence`: results of other scanners brought in, what is kept shown, findings silenced with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mantlet.cli import options, plain

app = typer.Typer(
    help="What scanners found: bring in results of other tools, look at what is kept, silence a finding with a reason.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
Project = Annotated[
    Path,
    typer.Option("--project", help="The folder of the threat model.", show_default="here"),
]


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.sarif…", help="Results as SARIF 2.1.0.")],
    *,
    project: Project = Path(),
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """Bring in what any other scanner found: CodeQL, Semgrep, Snyk, Fortify, Trivy or GitHub.

    Findings are tied to threats by the tool's own table where mantlet has one, else by the weaknesses (CWE) they name.
    """
    from datetime import date

    from mantlet.base.limits import read_text
    from mantlet.base.sarif import MAX_SARIF_BYTES
    from mantlet.project import scanning
    from mantlet.project.evidence import bring_in

    day = options.read_day(today) or date.today()
    mend = "ask the tool for fewer results, or split the file"
    results = bring_in(project, [(str(file), read_text(file, MAX_SARIF_BYTES, mend)) for file in files], day)
    if as_json:
        plain.write_json({"mantlet": 1, "checks": scanning.summary(results)})
        return
    for result in results:
        note = f"; {result.reason}" if result.reason else ""
        number = len(result.open)
        what = f"{number:,} finding{'' if number == 1 else 's'}"
        plain.say(f"{result.tool} {result.version}".rstrip() + f": {result.state.value}, {what}{note}")
    if not results:
        plain.say("no tool ran in these files: nothing was brought in")


@app.command("list")
def list_(
    *,
    project: Project = Path(),
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """List the evidence that is kept, with the fingerprint of each finding."""
    from datetime import date

    from mantlet.base.errors import InputError, Location
    from mantlet.base.limits import is_folder
    from mantlet.cli.terminal import console, grid, words
    from mantlet.findings import keeping
    from mantlet.project import scanning

    if not is_folder(project):
        raise InputError(
            "there is no such folder", where=Location(str(project)), mend="name the folder of a threat model"
        )
    results = keeping.load(project, options.read_day(today) or date.today())
    if as_json:
        plain.write_json(
            {"mantlet": 1, "checks": scanning.summary(results), "records": scanning.records(results)}
        )
        return
    table = grid("on", "tool", "severity", "fingerprint", "where", "what")
    for result in results:
        for finding in result.findings:
            message = f"{finding.message} [{finding.rule}]"
            table.add_row(
                result.on,
                words(result.tool, style="dim"),
                "suppressed" if finding.suppressed else finding.severity,
                words(finding.fingerprint, style="dim"),
                words(str(finding.spot)),
                words(f"{message}: {finding.suppressed}" if finding.suppressed else message),
            )
    console().print(table)
    plain.say(f"{sum(len(result.open) for result in results)} findings of {len(results)} checks", aside=True)


@app.command("suppress")
def suppress(
    fingerprint: Annotated[
        str, typer.Argument(help="The finding's fingerprint, as `evidence list` prints it.")
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why it is no risk here.")],
    until: Annotated[str, typer.Option("--until", help="The day on which this ends (YYYY-MM-DD).")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "",
    project: Project = Path(),
) -> None:
    """Silence one finding until a day; its reason is shown wherever it would have been."""
    from datetime import date

    from mantlet.findings.keeping import Suppression
    from mantlet.project.evidence import silence

    options.read_day(until)
    item = Suppression(fingerprint=fingerprint, reason=reason, until=until, by=by)
    plain.say(f"wrote {silence(project, item, date.today())}", aside=True)
