"""Sites brought to the elements and flows of a draft: by the line that shows a flow, else by the code that an element is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from mantlet.discovery.clues import Unclear, Where
from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.sites.detect import Site
from mantlet.model.vocabulary import Vocabulary

MODEL_FACTS = ("model_format",)
HUBS = ("model-hub", "dataset-hub")


_PROTOCOLS = {
    "url:https:": "https",
    "url:http:": "http",
    "url:wss:": "wss",
    "url:ws:": "websocket",
    "url:rtsp:": "rtsp",
    "bucket:s3:": "s3",
}
"""Starts of keys that say by which protocol a thing is spoken to."""
_NEARBY = ("localhost", "127.", "0.0.0.0", "[::1]")  # noqa: S104  (told apart, not listened on)


def attach_protocols(draft: Draft) -> None:
    """Write the protocol of flows to and from what has an address that names one."""
    spoken: dict[str, str] = {}
    for element in draft.elements:
        for key in element.keys:
            start = next((start for start in _PROTOCOLS if key.startswith(start)), "")
            if start and not key[len(start) :].lstrip("/").startswith(_NEARBY):
                spoken.setdefault(element.id, _PROTOCOLS[start])
    for flow in draft.flows:
        protocol = spoken.get(flow.target) or spoken.get(flow.source)
        if protocol and "protocol" not in flow.facts and flow.evidence:
            flow.facts["protocol"] = (protocol, flow.evidence[0])


def attach_openness(draft: Draft, *, asks: bool, vocabulary: Vocabulary) -> None:
    """Say of endpoints that nothing in the repository asks their callers who they are.

    That holds only where no code speaks of logins or keys (``asks``) and nothing in front of the service might do it.
    """
    guards = ("api-gateway", "authentication-service")
    if asks or any(vocabulary.is_a(element.type, guard) for element in draft.elements for guard in guards):
        return
    by_id = {element.id: element for element in draft.elements}
    for element in draft.elements:
        parent = by_id.get(element.parent)
        known = "authenticated" in element.facts or (parent is not None and "authenticated" in parent.facts)
        if element.kind == "endpoint" and not known and element.evidence:
            element.facts["authenticated"] = ("no", element.evidence[0])


def attach_downloads(draft: Draft, checking: Collection[str], vocabulary: Vocabulary) -> None:
    """Say of models that are fetched from outside whether the code compares them with a checksum; ``checking`` are the files that do."""
    by_id = {element.id: element for element in draft.elements}
    for flow in draft.flows:
        source, target = by_id.get(flow.source), by_id.get(flow.target)
        if source is None or target is None or not flow.evidence or "integrity_checked" in flow.facts:
            continue
        outside = source.dfd == "external" or any(vocabulary.is_a(source.type, hub) for hub in HUBS)
        checked = any(_line(place).path in checking for place in flow.evidence)
        if outside and not checked and vocabulary.is_a(target.type, "model-artifact"):
            flow.facts["integrity_checked"] = ("no", flow.evidence[0])


class _Line(NamedTuple):
    path: str
    line: int


def attach(draft: Draft, sites: Iterable[Site], vocabulary: Vocabulary) -> None:
    """Write the sites' facts into the draft; a site that belongs to nothing is told as not understood."""
    finder = _Finder(draft, vocabulary)
    for site in sites:
        if not finder.place(site) and site.text:
            draft.not_understood.append(Unclear(Where(site.path, site.line), site.text))


class _Finder:
    def __init__(self, draft: Draft, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._elements = {element.id: element for element in draft.elements}
        self._flows: dict[str, list[tuple[int, DraftFlow]]] = {}
        self._at: dict[str, list[tuple[int, DraftElement]]] = {}
        for flow in draft.flows:
            for place in map(_line, flow.evidence):
                self._flows.setdefault(place.path, []).append((place.line, flow))
        for element in draft.elements:
            for place in map(_line, element.evidence):
                self._at.setdefault(place.path, []).append((place.line, element))
        self._code: dict[str, DraftElement] = {}
        for element in draft.elements:
            for key in element.keys:
                if key.startswith("code:"):
                    self._code.setdefault(key[5:], element)

    def place(self, site: Site) -> bool:
        """Write a site's fact where it belongs; tell whether that was found."""
        place = f"{site.path}:{site.line}"
        if site.about == "process":
            owner = self._process(site)
            if owner is not None:
                _worst(owner.facts, site.fact, site.value, place)
            return owner is not None
        flows = self._near(site)
        if site.about == "flow":
            for flow in flows:
                if self._fits(flow, site):
                    _worst(flow.facts, site.fact, site.value, place)
            return bool(flows)
        stores = self._stores(site, flows)
        for store in stores:
            if site.fact not in MODEL_FACTS or self._vocabulary.is_a(store.type, "model-artifact"):
                _worst(store.facts, site.fact, site.value, place)
        return bool(stores)

    def _near(self, site: Site) -> list[DraftFlow]:
        """Return the flows that one of the site's lines shows."""
        last = max(site.last, site.line)
        on = [flow for line, flow in self._flows.get(site.path, ()) if site.line <= line <= last]
        stores = {
            element.id
            for line, element in self._at.get(site.path, ())
            if site.line <= line <= last and element.dfd == "store"
        }
        return on or [
            flow for _, flow in self._flows.get(site.path, ()) if {flow.source, flow.target} & stores
        ]

    def _fits(self, flow: DraftFlow, site: Site) -> bool:
        """Tell whether a fact can be one of a flow: what is fetched comes from a hub or outside, what is unpacked is read."""
        source = self._elements.get(flow.source)
        if source is None:
            return False
        if site.fact in {"pinned", "remote_code"}:
            return source.dfd == "external" or any(self._vocabulary.is_a(source.type, hub) for hub in HUBS)
        return True

    def _stores(self, site: Site, flows: list[DraftFlow]) -> list[DraftElement]:
        ends = [self._elements.get(end) for flow in flows for end in (flow.source, flow.target)]
        found = [end for end in ends if end is not None and end.dfd == "store"]
        last = max(site.last, site.line)
        found += [
            element
            for line, element in self._at.get(site.path, ())
            if site.line <= line <= last and element.dfd == "store"
        ]
        if site.fact == "scrubbed":
            found = [store for store in found if self._vocabulary.is_a(store.type, "log-store")]
        return list({store.id: store for store in found}.values())

    def _process(self, site: Site) -> DraftElement | None:
        """Return the process that a line belongs to: its function's, else the one seen last before it in the file."""
        scope = site.scope
        while scope:
            owner = self._code.get(f"{site.path}#{scope}")
            if owner is not None and owner.dfd == "process":
                return owner
            scope = scope.rpartition(".")[0]
        owner = self._code.get(site.path)
        if owner is not None and owner.dfd == "process":
            return owner
        processes = [
            (line, element) for line, element in self._at.get(site.path, ()) if element.dfd == "process"
        ]
        before = [pair for pair in processes if pair[0] <= site.line]
        if before:
            return max(before, key=lambda pair: pair[0])[1]
        return min(processes, key=lambda pair: pair[0])[1] if processes else None


def _worst(facts: dict[str, tuple[str, str]], fact: str, value: str, place: str) -> None:
    """Keep the first that was seen; a pin that is missing once is missing."""
    held = facts.get(fact)
    if held is None or (
        fact in {"pinned", "server_auth", "integrity_checked"} and value == "no" and held[0] == "yes"
    ):
        facts[fact] = (value, place)


def _line(place: str) -> _Line:
    path, _, line = place.rpartition(":")
    return _Line(path, int(line)) if line.isdigit() else _Line(place, 0)
