"""What a system is built from: frameworks, models, data sets, images and actions, each with its version or the absence of one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from mantlet.discovery.clues import Part

KINDS = ("framework", "package", "model", "dataset", "image", "action")
"""In the order in which they are listed; others follow by name."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CHECKSUM = re.compile(r"[0-9a-f]{32}(\.dir)?")
_EXACT = re.compile(r"={0,3}\s*v?\d[\w.+!-]*")
_LIBRARIES = ("framework", "package")


class Component(Struct, frozen=True, order=True):
    """One thing that the system is built from."""

    kind: str
    name: str
    version: str
    """As the repository writes it: a version, revision, tag or range; empty where it names none."""
    pinned: bool
    """Whether the same bytes, or for a library the same release, come every time."""
    at: tuple[str, ...]
    """Where it is named, as `path:line`."""


def inventory(parts: Iterable[Part]) -> list[Component]:
    """Return the inventory, each kind, name and version once."""
    places: dict[tuple[str, str, str], dict[str, None]] = {}
    for part in parts:
        places.setdefault((part.kind, part.name, part.version), {})[str(part.at)] = None
    told = {(kind, name) for kind, name, version in places if version}
    components = [
        Component(kind, name, version, is_pinned(kind, version), tuple(where))
        for (kind, name, version), where in places.items()
        if version or kind not in _LIBRARIES or (kind, name) not in told
    ]
    order = {kind: number for number, kind in enumerate(KINDS)}
    return sorted(
        components,
        key=lambda item: (order.get(item.kind, len(order)), item.kind, item.name.lower(), item.version),
    )


def is_pinned(kind: str, version: str) -> bool:
    """Tell whether a version names one thing for ever: a commit, a digest, a checksum; for a library, one release."""
    if _COMMIT.fullmatch(version) or _DIGEST.fullmatch(version):
        return True
    if kind in _LIBRARIES:
        return _EXACT.fullmatch(version) is not None and not version.endswith(".*")
    return kind == "dataset" and _CHECKSUM.fullmatch(version) is not None
