"""`mantlet cards`: deal workshop cards for a model, play them, write down what is found."""

from __future__ import annotations

import typer
from typer.core import TyperGroup

from mantlet.cli.cards import add, deal, play


class _DealsByDefault(TyperGroup):
    default = "deal"

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Take `mantlet cards [MODEL] …` for `mantlet cards deal [MODEL] …`."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_DealsByDefault,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Deal workshop cards for your model, play them, and write down what the table finds. "
    "[bold]mantlet cards[/bold] alone deals a hand.",
)
app.command(_DealsByDefault.default)(deal.deal)
app.command("play")(play.play)
app.command("add")(add.add)
