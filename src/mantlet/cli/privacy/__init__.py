"""`mantlet privacy`: find personal data, mask it, anonymise it, and measure what is left."""

from __future__ import annotations

import typer

from mantlet.cli.privacy import anonymise, dp, dp_models, dp_query, find, key, mask, profile, risk

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Find personal data in tables and texts, mask it, and measure what is left.",
)
app.command("profile")(profile.profile)
app.command("mask")(mask.mask)
app.command("unmask")(mask.unmask)
app.command("anonymise")(anonymise.anonymise)
app.command("find")(find.find)
app.command("risk")(risk.risk)
app.command("key")(key.key)
dp.app.command("query")(dp_query.query)
dp.app.command("synth")(dp_models.synth)
dp.app.command("train")(dp_models.train)
app.add_typer(dp.app, name="dp")
