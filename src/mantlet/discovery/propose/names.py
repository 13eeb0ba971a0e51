"""Ids and names that a model file takes, whatever the repository calls its things."""

from __future__ import annotations

import re
import unicodedata

from mantlet.base.printable import printable
from mantlet.discovery.draft import DraftElement

LONGEST_ID, LONGEST_END, LONGEST_NAME = 60, 28, 100
RESERVED = ("system",)
LASTING = (
    "who", "saas", "code", "route", "bucket", "table", "path", "secret", "topic", "queue", "collection", "repo",
    "service", "stage", "workflow", "resource", "app", "job", "docker", "image", "host", "url",
)  # fmt: skip
"""Kinds of keys, those that last longest first; any other kind comes after them, in the element's own order."""
_APART = re.compile(r"[^a-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def slug(text: str) -> str:
    """Return a text as an id: small letters, digits and hyphens; empty where it has neither letters nor digits."""
    plain = unicodedata.normalize("NFKD", _HUMP.sub("-", text)).encode("ascii", "ignore").decode().lower()
    made = _APART.sub("-", plain).strip("-")
    made = _cut(made, LONGEST_ID)
    if made.startswith("x-"):
        made = f"x{made[2:]}"  # `x-` is kept for foreign keys
    return f"{made}-" if made in RESERVED else made


def between(source: str, target: str) -> str:
    """Return the id of a flow between two ids, long ones cut."""
    return f"{_cut(source, LONGEST_END)}-to-{_cut(target, LONGEST_END)}"


def _cut(made: str, length: int) -> str:
    return made if len(made) <= length else made[:length].rsplit("-", 1)[0].strip("-") or made[:length]


def shown(name: str) -> str:
    """Return a name that tables, labels and headings can show: one line, of bounded length."""
    text = " ".join(printable(name).split())
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def key_of(element: DraftElement) -> str:
    """Return what an element is known by from run to run: of its keys the kind that changes least when other files do."""
    if not element.keys:
        return f"{element.dfd}:{element.id}"
    order = {kind: number for number, kind in enumerate(LASTING)}
    return min(element.keys, key=lambda key: order.get(key.partition(":")[0], len(order)))


class Ids:
    """Ids that are taken; a second thing of a name gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set(RESERVED)

    def new(self, *texts: str) -> str:
        """Return a free id made of the first text that makes one, else of the next."""
        wished = [made for made in map(slug, texts) if made] or ["thing"]
        for wish in wished:
            if wish not in self._taken:
                self._taken.add(wish)
                return wish
        number = 2
        while f"{wished[0]}-{number}" in self._taken:
            number += 1
        self._taken.add(f"{wished[0]}-{number}")
        return f"{wished[0]}-{number}"
