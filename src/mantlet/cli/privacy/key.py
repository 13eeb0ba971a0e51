"""`mantlet privacy key`: make a key, and say where keys are looked for."""

from __future__ import annotations

from typing import Annotated

import typer

from mantlet.cli import plain


def key(name: Annotated[str, typer.Argument(help="The name that plans use for it.")] = "default") -> None:
    """Make a new key for pseudonyms and say where to put it.

    The key goes to standard output, once; mantlet keeps no copy. Whoever has it can link pseudonyms to people.
    """
    from mantlet.privacy.keys import new_key, variable

    plain.say(new_key())
    plain.say(
        f"Keep it where only you can read it, and let mantlet find it as {variable(name)} in the environment, in a file given with "
        f"--key-file (chmod 600), or in the system's keyring (keyring set mantlet {name}).",
        aside=True,
    )
