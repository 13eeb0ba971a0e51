"""Where a project's model and rules lie; kept apart because looking there needs nothing that takes long to load."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from mantlet.base.errors import InputError, Location
from mantlet.base.limits import inside, is_file, is_folder
from mantlet.catalogue.load import Catalogue, load_catalogue

RULES_FOLDER = "mantlet-rules"
"""Folder beside the model with the project's own rules, types, facts and controls."""
DEFAULT_FILE = "threatmodel.yaml"


def model_file(path: Path) -> Path:
    """Return the model file that a path names; a folder stands for the model in it."""
    if not is_folder(path):
        return path
    for name in (DEFAULT_FILE, "threatmodel.json", "threatmodel.yml"):
        if is_file(path / name):
            return path / name
    raise InputError(
        "there is no threatmodel.yaml here",
        where=Location(str(path.resolve() if path == Path() else path)),
        mend="`mantlet init` writes one, `mantlet demo` shows one, or name the file",
    )


def catalogue_for(path: Path | None = None, rules: Iterable[Path] = ()) -> Catalogue:
    """Load the catalogue with the rules beside a model file, and any further folders of rules."""
    return load_catalogue([*(_rules_beside(path) if path else ()), *rules])


def _rules_beside(model: Path) -> list[Path]:
    """Return the folder of rules beside a model file, if there is one; a link out of the project is an error."""
    folder = model.parent / RULES_FOLDER
    if not os.path.lexists(folder):
        return []
    inside(model.parent, folder)
    return [folder]
