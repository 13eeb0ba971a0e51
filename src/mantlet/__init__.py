"""mantlet finds, rates and treats the security and privacy threats of machine-learning projects.

The names below are imported on first use, so that `import mantlet` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mantlet.base.version import VERSION

if TYPE_CHECKING:
    from mantlet.model.model import Model as Model
    from mantlet.project.api import analyse as analyse
    from mantlet.project.api import load as load

__version__ = VERSION
__all__ = ["Model", "__version__", "analyse", "load"]

_HOMES = {"Model": "mantlet.model.model", "analyse": "mantlet.project.api", "load": "mantlet.project.api"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mantlet' has no attribute '{name}'")
    found = getattr(import_module(_HOMES[name]), name)
    if name == "Model":
        found.shown = staticmethod(_shown)
    return found


def _shown(model: Model) -> str:
    """Return what a notebook shows of a model; the drawing is loaded only then."""
    return str(import_module("mantlet.project.notebook").model_html(model))
