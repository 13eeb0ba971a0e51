"""Data files that lie beside a module."""

from __future__ import annotations

import os


def read_beside(module: str, name: str) -> bytes:
    """Return the bytes of a file that lies beside a module; ``module`` is the module's ``__file__``.

    Importing `importlib.resources` for this takes longer than reading all of them.
    """
    with open(os.path.join(os.path.dirname(module), name), "rb") as file:  # noqa: PTH118, PTH120, PTH123
        return file.read()
