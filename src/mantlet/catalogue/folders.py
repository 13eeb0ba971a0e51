"""Where data files are: in the package, in installed packs, in a folder. Needs neither YAML nor the rule parser."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from mantlet.base.errors import InputError, LimitError, Location
from mantlet.base.limits import inside, is_file

ENTRY_POINTS = "mantlet.packs"
"""The entry-point group of installed packs; its value is the dotted path of a folder with data files."""
SCENARIOS = "tests"
"""Below a folder of this name are scenarios that test the rules, not rules."""
MAX_FILES = 500
"""Data files in one folder."""
MAX_FOLDERS = 200
MAX_TOTAL = 32 * 2**20
"""Bytes of all data files in one folder; the package's own have 0.7 MB."""
_DOTTED = re.compile(r"\w+(\.\w+)*")


def data_files(folder: Path) -> list[Path]:
    """Return the YAML files below a folder, in a fixed order; hidden folders and scenarios are left out.

    A link that leads out of the folder is an error, so that a foreign repository cannot have other files read.
    """
    found: list[Path] = []
    for number, (here, folders, names) in enumerate(os.walk(folder, onerror=_unreadable)):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != SCENARIOS)
        found += [Path(here, name) for name in sorted(names) if name.endswith((".yaml", ".yml"))]
        if number >= MAX_FOLDERS or len(found) > MAX_FILES:
            what = f"more than {MAX_FILES} rule files or {MAX_FOLDERS} folders"
            raise LimitError(what, where=Location(str(folder)))
    for path in found:
        inside(folder, path)
    total = sum(path.stat().st_size for path in found if is_file(path))
    if total > MAX_TOTAL:
        what = f"{total / 2**20:.0f} MiB of rules; mantlet reads at most {MAX_TOTAL / 2**20:.0f} MiB"
        raise LimitError(what, where=Location(str(folder)))
    return found


def _unreadable(error: OSError) -> None:
    raise InputError(f"cannot be read: {error.strerror or error}", where=Location(str(error.filename)))


def shipped() -> Path:
    """Return the folder of the package's own data."""
    return Path(__file__).parent / "data"


def installed_packs() -> list[Path]:
    """Return the data folders of installed packs, sorted by name.

    Packages are found by their metadata files; nothing of theirs is imported.
    """
    if not any(_mentions_packs(Path(entry)) for entry in dict.fromkeys(sys.path) if entry):
        return []
    from importlib.metadata import entry_points  # noqa: PLC0415  (costs more than the whole catalogue otherwise)

    found: dict[Path, None] = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda item: (item.name, item.value)):
        folder = _pack_folder(point.value.strip())
        if folder is None:
            raise InputError(
                f"the installed pack '{point.name}' names '{point.value}', which is no folder",
                mend="its entry point must be the dotted path of a folder with data files",
            )
        found[folder] = None
    return list(found)


def _mentions_packs(folder: Path) -> bool:
    try:
        names = [name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))]  # noqa: PTH208
    except OSError:
        return False
    for name in names:
        try:
            if f"[{ENTRY_POINTS}]".encode() in (folder / name / "entry_points.txt").read_bytes():
                return True
        except OSError:
            continue
    return False


def _pack_folder(dotted: str) -> Path | None:
    """Find a dotted path's folder; only the top package is looked up, which runs none of its code."""
    if not _DOTTED.fullmatch(dotted):
        return None
    from importlib.util import find_spec  # noqa: PLC0415

    top, _, rest = dotted.partition(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location, *rest.split(".")) if rest else Path(location)
        if folder.is_dir():
            return folder
    return None
