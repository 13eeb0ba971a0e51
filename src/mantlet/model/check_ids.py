"""Ids that can be told apart, and written into `TYPE@place` without doubt."""

from __future__ import annotations

import re
from collections.abc import Collection

from mantlet.base.limits import MAX_NAME
from mantlet.model.entries import Sections
from mantlet.model.model import RETURNS
from mantlet.model.problem import Problems

SYSTEM = "system"
"""The place id that means the whole system."""
ID = re.compile(r"[\w./-]+")
_IDS = re.compile(r"[\w./-]+(\n[\w./-]+)*")
FOREIGN = "x-"
PLACES = ("elements", "flows", "data", "boundaries")
"""Sections whose ids share one space."""
_NAMED = (*PLACES, "parties", "agents", "environments")
_IDENTIFIED = (*PLACES, "parties", "agents", "controls", "threats", "environments", "sequences")


def check_ids(sections: Sections, problems: Problems) -> None:
    """Note ids that break place ids, and those used twice."""
    for section in _IDENTIFIED:
        ids = getattr(sections, section)
        if ids and not _fine(ids):
            for name in ids:
                if not _fine([name]):
                    problems.add((section, name), *_why(name), at_key=True)
    spaces = [getattr(sections, section) for section in PLACES]
    if len(set().union(*spaces)) == sum(map(len, spaces)):
        return
    owner: dict[str, str] = {}
    for section in PLACES:
        for name in getattr(sections, section):
            if name in owner:
                mend = "ids are unique across elements, flows, boundaries and data"
                problems.add(
                    (section, name), f"the id '{name}' is used in {owner[name]} already", mend, at_key=True
                )
            owner.setdefault(name, section)


def _fine(ids: Collection[str]) -> bool:
    """Tell whether all of some ids are sound; one search through many is much faster than many searches."""
    together = "\n".join(ids)
    return bool(
        _IDS.fullmatch(together)
        and together.count("\n") == len(ids) - 1
        and SYSTEM not in ids
        and max(map(len, ids)) <= MAX_NAME
        and f"\n{FOREIGN}" not in f"\n{together}"
        and f"{RETURNS}\n" not in f"{together}\n"
    )


def check_names(sections: Sections, problems: Problems) -> None:
    """Note names that no label, table or heading can show."""
    system = sections.system.name
    if len(system) > MAX_NAME or not system.strip():
        problems.add(("system", "name"), *_unfit(system))
    for section in _NAMED:
        entries = getattr(sections, section)
        if any(len(entry.name) > MAX_NAME or entry.name.isspace() for entry in entries.values()):
            for name, entry in entries.items():
                if len(entry.name) > MAX_NAME or entry.name.isspace():
                    problems.add((section, name, "name"), *_unfit(entry.name))


def _unfit(name: str) -> tuple[str, str]:
    if not name.strip():
        return "the name is blank", "write one, or leave the key out"
    what = f"a name of {len(name):,} characters"
    return what, f"keep names under {MAX_NAME}; long texts go into `description:`"


def _why(name: str) -> tuple[str, str]:
    """Return what is wrong with an id, and the mend."""
    if len(name) > MAX_NAME:
        return f"an id of {len(name):,} characters", f"keep ids under {MAX_NAME}; long texts go into `name:`"
    if not ID.fullmatch(name):
        safe = re.sub(r"[^\w./-]+", "-", name[:60]).strip("-")
        shown = "".join(char if char.isprintable() else "·" for char in name[:60])
        mend = (
            f"write '{safe}' and put the text into `name:`"
            if safe
            else "use letters, digits, '-', '_', '.', '/'"
        )
        return f"the id '{shown}' has characters that ids cannot have", mend
    if name == SYSTEM:
        return "the id 'system' means the whole system", "choose another id"
    if name.startswith(FOREIGN):
        return f"the id '{name}' starts with '{FOREIGN}', which marks foreign fields", "choose another id"
    return f"the id '{name}' ends in '{RETURNS}', which means a flow's way back", "choose another id"
