"""One module for each format that declares what a system is made of; a new module here is found by itself."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import cast

from mantlet.discovery.reader import Reader


@cache
def readers() -> dict[str, Reader]:
    """Return every reader by its module's name, in alphabetical order; a name that starts with `_` is a helper's."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: cast("Reader", module) for name, module in modules.items()}
