"""Optional parts of mantlet that must be installed before they can be used."""

from __future__ import annotations

import importlib.util

from mantlet.base.errors import MissingToolError

_PRIVACY = ("polars", "polars_hash", "faker", "phonenumbers")


def need_privacy() -> None:
    """Raise `MissingToolError` with the command to type where the privacy extra isn't installed."""
    missing = [name for name in _PRIVACY if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingToolError(f"this needs {', '.join(missing)}", mend="pip install 'mantlet[privacy]'")
