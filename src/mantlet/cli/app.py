"""The command's name, manual and list of commands."""

from __future__ import annotations

import typer

from mantlet.cli import (
    ask,
    cards,
    catalogue,
    check,
    convert,
    decide,
    demo,
    diagram,
    diff,
    discover,
    drift,
    evidence,
    explain,
    export,
    history,
    import_,
    init,
    merge,
    plan,
    privacy,
    rate,
    report,
    risks,
    scan,
    schema,
    serve,
    threats,
    validate,
)

MANUAL = """Find, rate and treat the security and privacy threats of machine-learning systems.

A file, threatmodel.yaml, says what your system is. mantlet draws its data flow diagram, finds its threats (STRIDE, CIA, LINDDUN, TRIM and the attacks on machine learning), rates them with OWASP Risk Rating and writes the report. Start with [bold]mantlet demo[/bold], or with [bold]mantlet init[/bold] for your own system.
"""
CODES = "Exit codes: 0 fine · 1 a gate failed · 2 wrong input or usage · 3 a needed tool is missing · 70 a bug of ours."

app = typer.Typer(
    name="mantlet",
    help=MANUAL,
    epilog=CODES,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

START, LOOK, DECIDE, TREAT, REFERENCE = (
    "Start",
    "Find and understand",
    "Rate and decide",
    "Treat",
    "Reference",
)
SHARE, KEEP = "Other tools", "Keep it true"
app.command("demo", rich_help_panel=START)(demo.demo)
app.command("init", rich_help_panel=START)(init.init)
app.command("discover", rich_help_panel=START)(discover.discover)
app.command("validate", rich_help_panel=START)(validate.validate)
app.command("serve", rich_help_panel=START)(serve.serve)
app.command("risks", rich_help_panel=LOOK)(risks.risks)
app.command("threats", rich_help_panel=LOOK)(threats.threats)
app.command("explain", rich_help_panel=LOOK)(explain.explain)
app.command("diagram", rich_help_panel=LOOK)(diagram.diagram)
app.command("check", rich_help_panel=KEEP)(check.check)
app.command("diff", rich_help_panel=KEEP)(diff.diff)
app.command("history", rich_help_panel=KEEP)(history.history)
app.command("merge", rich_help_panel=KEEP)(merge.merge)
app.command("drift", rich_help_panel=KEEP)(drift.drift)
app.command("scan", rich_help_panel=LOOK)(scan.scan)
app.command("report", rich_help_panel=LOOK)(report.report)
app.command("ask", rich_help_panel=DECIDE)(ask.ask)
app.add_typer(cards.app, name="cards", rich_help_panel=DECIDE)
app.command("decide", rich_help_panel=DECIDE)(decide.decide)
app.command("plan", rich_help_panel=DECIDE)(plan.plan)
app.command("rate", rich_help_panel=DECIDE)(rate.rate)
app.add_typer(privacy.app, name="privacy", rich_help_panel=TREAT)
app.add_typer(evidence.app, name="evidence", rich_help_panel=SHARE)
app.command("import", rich_help_panel=SHARE)(import_.import_)
app.command("export", rich_help_panel=SHARE)(export.export)
app.command("convert", rich_help_panel=SHARE)(convert.convert)
app.add_typer(catalogue.app, name="catalogue", rich_help_panel=REFERENCE)
app.command("schema", rich_help_panel=REFERENCE)(schema.schema)


@app.callback()
def version_option(
    version: bool = typer.Option(False, "--version", "-V", help="Show the version and stop."),
) -> None:
    """Hold the options that come before any command."""
    if version:
        from mantlet import __version__

        typer.echo(f"mantlet {__version__}")
        raise typer.Exit
