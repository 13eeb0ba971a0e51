"""Ids for things that other tools know by name or by their own ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mantlet.base.limits import MAX_NAME
from mantlet.model.check_ids import FOREIGN, SYSTEM
from mantlet.model.model import RETURNS

_OTHER = re.compile(r"[^\w]+")
_LONGEST = 60


class Ids:
    """Ids that are free, readable and the same every time for the same input."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {SYSTEM, *taken}

    def new(self, *wishes: str) -> str:
        """Return an id from the first wish that has letters or digits, numbered if it is taken."""
        base = next((made for made in map(slug, wishes) if made), "item")
        name, number = base, 2
        between = "" if base == "x" else "-"  # `x-` marks foreign fields
        while name in self._taken:
            name, number = f"{base}{between}{number}", number + 1
        self._taken.add(name)
        return name


def slug(text: str) -> str:
    """Return a text as an id: small letters, digits and hyphens; empty where nothing of it can be in one."""
    plain = unicodedata.normalize("NFKC", text).lower()
    made = _OTHER.sub("-", plain).replace("_", "-").strip("-")[:_LONGEST].strip("-")
    if made.startswith(FOREIGN) or made.endswith(RETURNS):
        made = f"id-{made}"
    return made


def name_of(text: str) -> tuple[str, str]:
    """Return a name that labels can show, and the whole text where that is longer."""
    line = " ".join(text.split())
    if len(line) <= MAX_NAME:
        return line, ""
    return line[: MAX_NAME - 1] + "…", line
