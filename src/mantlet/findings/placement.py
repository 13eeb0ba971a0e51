"""Where in the model a finding belongs: by `code:` globs, addresses, images and artefact paths of its elements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from mantlet.base.globs import matches
from mantlet.findings.finding import Spot
from mantlet.model.entries import Sections
from mantlet.model.vocabulary import Vocabulary

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "[::1]"})  # noqa: S104  # compared, never bound


class Placement:
    """Finds the elements of a model that files, addresses and images belong to."""

    def __init__(self, sections: Sections, vocabulary: Vocabulary, prefix: str = "") -> None:
        """``prefix`` is where the scanned folder lies below the model's own, such as `services/api/`."""
        self.sections = sections
        self._vocabulary = vocabulary
        self._prefix = prefix
        self._globs = [(glob, name) for name, element in sections.elements.items() for glob in element.code]
        self._addresses = [
            (address, name) for name, element in sections.elements.items() for address in element.address
        ]

    def of(self, spot: Spot) -> list[str]:
        """Return the elements that a place belongs to, in the model's order; none where the model has none."""
        found = set[str]()
        if spot.address:
            found.update(self._by_address(spot.address))
        if spot.image:
            found.update(self._by_image(spot.image))
        if spot.member.startswith("service "):
            found.update(self._by_service(spot.member.removeprefix("service ")))
        if spot.path and not found:
            found.update(self._by_path(self._prefix + spot.path))
        return [name for name in self.sections.elements if name in found]

    def of_types(self, types: Collection[str]) -> list[str]:
        """Return the elements of some types."""
        if not types:
            return []
        known = self._vocabulary
        return [
            name
            for name, element in self.sections.elements.items()
            if any(known.is_a(element.type, kind) for kind in types)
        ]

    def of_files(self, paths: Iterable[str]) -> set[str]:
        """Return the elements that any of some files, or addresses, belong to."""
        found: set[str] = set()
        for path in dict.fromkeys(path.partition("#")[0] for path in paths):
            found.update(self._by_path(self._prefix + path))
        return found

    def flows(self, element: str, *, opened: bool) -> list[str]:
        """Return the flows that an element opens, or those that others open to it."""
        return [
            name
            for name, flow in self.sections.flows.items()
            if element in {flow.from_, flow.to} and (flow.initiator == element) == opened
        ]

    def _by_path(self, path: str) -> Iterable[str]:
        """Return the elements whose most telling glob means a file: the one with the most parts written out."""
        hits = [(_exactness(glob), name) for glob, name in self._globs if matches(glob, path)]
        hits += [
            (_exactness(address), name)
            for address, name in self._addresses
            if "://" not in address and "/" in address and matches(address, path)
        ]
        best = max((score for score, _ in hits), default=0)
        return [name for score, name in hits if score == best]

    def _by_address(self, address: str) -> Iterable[str]:
        host, port = split_address(address)
        exact = [name for known, name in self._addresses if split_address(known) == (host, port)]
        if exact or host not in _LOOPBACK:
            return exact
        same_port = [name for known, name in self._addresses if port and split_address(known)[1] == port]
        return same_port if len(set(same_port)) == 1 else []

    def _by_image(self, image: str) -> Iterable[str]:
        wanted = _untagged(image)
        return [name for known, name in self._addresses if _untagged(known) == wanted]

    def _by_service(self, service: str) -> Iterable[str]:
        hosts = [name for known, name in self._addresses if split_address(known)[0] == service]
        return hosts or [name for name in self.sections.elements if name == service]


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of `host:port` or an address with a scheme; port 0 where none is written."""
    text = address if "://" in address else f"//{address}"
    try:
        parts = urlsplit(text)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        return (parts.hostname or "").lower(), port
    except ValueError:
        return address.lower(), 0


def _exactness(glob: str) -> tuple[int, int]:
    """Return how telling a glob is: parts written out, then how many parts there are."""
    parts = [part for part in glob.strip("/").split("/") if part]
    return sum("*" not in part and "?" not in part for part in parts), len(parts)


def _untagged(image: str) -> str:
    """Return an image's name without tag and digest."""
    name = image.partition("@")[0]
    head, _, tail = name.rpartition(":")
    return head if head and "/" not in tail else name
