"""Container images: what their names stand for, and whether they are pinned."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from mantlet.discovery.clues import Clue, Fact, Part, Same, Where
from mantlet.discovery.readers._names import known, unresolved


class Image(Struct, frozen=True):
    """A container image, as written."""

    name: str
    """Without tag and digest."""
    tag: str
    digest: str
    type: str
    """Of the vocabulary; empty where the image isn't known."""
    title: str
    ports: tuple[int, ...]

    @property
    def pinned(self) -> bool:
        """Whether the tag names a version that doesn't move by itself."""
        return bool(self.digest) or bool(
            self.tag and self.tag not in ("latest", "stable", "main", "master", "edge")
        )


def image(text: str) -> Image:
    """Return what an image reference names."""
    text = text.strip().strip("\"'").removeprefix("docker.io/").removeprefix("library/")
    name, _, digest = text.partition("@")
    tag = ""
    if ":" in name.rsplit("/", 1)[-1]:
        name, _, tag = name.rpartition(":")
    found = _image_entry(name)
    return Image(
        name, tag, digest, found.get("type", ""), found.get("title", ""), tuple(found.get("ports", ()))
    )


_TOOLS = re.compile(
    r"[-_](ui|console|commander|admin|manager|dashboards?|viewer|browser|explorer|insight)$|^(kafdrop|akhq|redisinsight|kafka-hq|cmak|attu)$"
)
"""Images that show what the thing in their name keeps."""
_EXPORTER = re.compile(r"[-_]exporter$")
_ROLES = frozenset(("server", "standalone", "community", "worker", "core", "base", "all-in-one"))


def _image_entry(name: str) -> dict[str, Any]:
    """Return the entry for the last part of the name; what only plays a role is known by the part before it."""
    images = known()["images"]
    parts = name.lower().split("/")
    last = parts[-1]
    if last in images:
        return dict(images[last])
    if _TOOLS.search(last):
        return {"type": "web-app", "title": last}
    if _EXPORTER.search(last):
        return {"type": "monitoring-service", "title": last}
    if last in _ROLES and len(parts) > 1:
        return dict(images.get(parts[-2], {}))
    for piece in (last.rsplit("-", 1)[0], last.split("-", 1)[0]):
        if piece in images and piece not in ("server", "registry", "mc", "serving"):
            return dict(images[piece])
    return {}


def image_same(key: str, text: str, at: Where) -> list[Clue]:
    """Return that a program is what an image holds, by its name and, for an image of our own, by that of its folder."""
    found = image(text)
    if not found.name or found.type or unresolved(found.name):
        return []
    return [Same(key, f"image:{found.name}", at), Same(key, f"folder:{found.name.rpartition('/')[2]}", at)]


def image_clues(key: str, text: str, at: Where) -> list[Clue]:
    """Return the inventory's line of an image, and that a moving tag is no pin."""
    found = image(text)
    if not found.name or unresolved(found.name):
        return []
    version = found.digest or found.tag
    clues: list[Clue] = [Part("image", found.name, at, "" if unresolved(version) else version)]
    if not found.pinned and not unresolved(version) and (found.type or "/" in found.name):
        clues.append(Fact(key, "dependencies_pinned", "no", at))
    return clues
