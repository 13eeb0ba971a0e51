"""The demo projects that come with the package, and writing one into a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.limits import is_folder
from mantlet.base.suggest import suggest

MODEL_FILE = "threatmodel.yaml"


@dataclass(frozen=True, slots=True)
class Example:
    """A small ML project with its threat model."""

    id: str
    title: str
    summary: str


def list_examples() -> list[Example]:
    """Return the demo projects in the order they are shown."""
    index = yaml.load(_examples().joinpath("index.yaml").read_text("utf-8"), yaml.BaseLoader)  # noqa: S506  # package data
    return [Example(name, entry["title"], entry["summary"]) for name, entry in index.items()]


def write_example(id: str, folder: Path) -> Path:
    """Write a demo project into a folder that is new or empty, and return its model file.

    The files are written beside the folder and moved into place, so that it is whole or not there.
    """
    names = [example.id for example in list_examples()]
    if id not in names:
        raise UsageError(f"there is no demo '{id}'", mend=suggest(id, names) or f"one of {', '.join(names)}")
    where = Location(str(folder))
    try:
        if os.path.lexists(folder) and (not is_folder(folder) or any(folder.iterdir())):
            raise UsageError(
                "is there already, and not an empty folder", where=where, mend="name a new folder"
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            _copy(_examples().joinpath(id), beside)
            beside.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            beside.rename(folder)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot be written: {getattr(error, 'strerror', None) or error}", where=where
        ) from None
    return folder / MODEL_FILE


def _examples() -> Traversable:
    return files("mantlet.project").joinpath("examples")


def _copy(source: Traversable, target: Path) -> None:
    """Copy a folder of package data; what installers compiled there stays behind."""
    for item in source.iterdir():
        if item.name == "__pycache__":
            continue
        if item.is_dir():
            target.joinpath(item.name).mkdir()
            _copy(item, target / item.name)
        else:
            target.joinpath(item.name).write_bytes(item.read_bytes())
