"""Which threat types show on given models: what the coverage calls reachable."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mantlet.analysis.engine import Analysis
from mantlet.project.api import load

if TYPE_CHECKING:
    from mantlet.catalogue.load import Catalogue


def shown_on(paths: Iterable[Path], catalogue: Catalogue) -> set[str]:
    """Return the types with a threat on one of the models that is open, to confirm or mitigated."""
    shown: set[str] = set()
    for path in paths:
        analysis = Analysis(load(path).sections, catalogue)
        shown |= {analysis.types[row].id for row in set(analysis.threats.type.tolist())}
    return shown
