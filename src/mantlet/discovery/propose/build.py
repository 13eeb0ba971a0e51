"""The proposal as a threat model: plain data as `threatmodel.yaml` holds it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs

from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.propose.assets import Assets
from mantlet.discovery.propose.facts import FactSorter
from mantlet.discovery.propose.groups import GROUP, grouped
from mantlet.discovery.propose.names import Ids, between, key_of, shown
from mantlet.discovery.propose.places import INTERNAL, Places, addresses, code_of
from mantlet.model.vocabulary import Vocabulary
from mantlet.store.tree import Raw

MOST_PLACES = 5
"""Lines that are kept per entry; the first say most."""
SURE, FAIR = 0.75, 0.5
"""Confidence from which an entry is taken for sure, and for likely."""


class Proposal(Struct, frozen=True):
    """A model made of a draft."""

    raw: dict[str, Any]
    ids: dict[str, str]
    """From the draft's element ids to the model's."""
    refused: list[tuple[str, str]]
    """Facts that the vocabulary does not take: where, and what."""


def propose(draft: Draft, vocabulary: Vocabulary, name: str) -> Proposal:
    """Return a draft as a model that can be validated, analysed and drawn at once."""
    draft = structs.replace(draft, elements=grouped(_sound(draft.elements, vocabulary), vocabulary))
    return _Building(draft, vocabulary).model(name)


def _sound(elements: list[DraftElement], vocabulary: Vocabulary) -> list[DraftElement]:
    """Return the elements with types that the vocabulary knows and parents that are there."""
    kinds = {"external": "external-entity", "store": "data-store"}
    known = {element.id for element in elements}
    return [
        structs.replace(
            element,
            type=element.type
            if vocabulary.knows(element.type, "element")
            else kinds.get(element.dfd, "process"),
            parent=element.parent if element.parent in known and element.parent != element.id else "",
        )
        for element in elements
    ]


class _Building:
    def __init__(self, draft: Draft, vocabulary: Vocabulary) -> None:
        self.draft = draft
        self.sorter = FactSorter(vocabulary)
        self.vocabulary = vocabulary
        ids = Ids()
        self.ids = {element.id: ids.new(element.id, element.name) for element in draft.elements}
        self.by_id = {element.id: element for element in draft.elements}
        self.names = ids
        self.places = Places(vocabulary, ids)
        self.assets = Assets(draft, vocabulary, ids)

    def model(self, name: str) -> Proposal:
        """Return everything in the order in which people read it."""
        elements = {self.ids[element.id]: self._element(element) for element in self.draft.elements}
        flows = self._flows()
        sections: dict[str, Raw] = {
            "mantlet": 1,
            "system": {"name": shown(name) or "Discovered system"},
            "parties": self.places.parties,
            "data": self.assets.data,
            "boundaries": self.places.boundaries,
            "elements": elements,
            "flows": flows,
        }
        raw = {key: value for key, value in sections.items() if value}
        return Proposal(raw, self.ids, self.sorter.refused)

    def _element(self, element: DraftElement) -> dict[str, Raw]:
        made: dict[str, Raw] = {"type": element.type}
        if shown(element.name) not in {"", self.ids[element.id]}:
            made["name"] = shown(element.name)
        if within := self.places.within(element):
            made["in"] = within
        if party := self.places.party(element):
            made["operated_by"] = party
        if element.parent:
            made["parent"] = self.ids[element.parent]
        if code := code_of(element, element.evidence):
            made["code"] = code
        if address := addresses(element):
            made["address"] = address
        if held := self.assets.held.get(element.id):
            made["holds"] = list(held)
        if self._stands_aside(element):
            made["out_of_scope"] = "looked at together, in the element that it is a part of"
        found = {fact: value for fact, value in element.facts.items() if fact not in INTERNAL}
        self._tell(made, element, key_of(element), self.sorter.sorted(found, "element"))
        return made

    def _stands_aside(self, element: DraftElement) -> bool:
        """Tell whether an element is one of several credentials: what is to ask of them is asked once."""
        parent = self.by_id.get(element.parent)
        return parent is not None and key_of(parent).startswith(f"{GROUP}secret-store")

    @staticmethod
    def _tell(
        made: dict[str, Raw],
        found: DraftElement | DraftFlow,
        key: str,
        facts: tuple[dict[str, str], dict[str, str]],
    ) -> None:
        """Write the facts and where everything was seen."""
        values, places = facts
        if values:
            made["facts"] = values
        seen: dict[str, Raw] = {"key": key}
        if found.evidence:
            seen["at"] = list(dict.fromkeys(found.evidence))[:MOST_PLACES]
        if places:
            seen["facts"] = places
        if found.confidence < SURE:
            seen["confidence"] = "medium" if found.confidence >= FAIR else "low"
        made["discovered"] = seen

    # -- flows

    def _flows(self) -> dict[str, dict[str, Raw]]:
        """Return the flows; what answers a request over the same connection is its way back."""
        made: dict[str, dict[str, Raw]] = {}
        by_ends: dict[tuple[str, str], tuple[str, DraftFlow]] = {}
        for flow, data in sorted(zip(self.draft.flows, self.assets.carried, strict=True), key=self._answers):
            if flow.source not in self.ids or flow.target not in self.ids or flow.source == flow.target:
                continue
            ends = (flow.source, flow.target)
            back = by_ends.get((flow.target, flow.source))
            if ends in by_ends:
                self._add(made[by_ends[ends][0]], "data", data, flow)
            elif back is not None and self._is_answer(flow):
                self._add(made[back[0]], "returns", data, flow)
            else:
                name = self.names.new(between(self.ids[flow.source], self.ids[flow.target]))
                made[name] = self._flow(flow, data)
                by_ends[ends] = (name, flow)
        return made

    def _answers(self, pair: tuple[DraftFlow, list[str]]) -> bool:
        """Put flows that the target opens last: they may be answers."""
        flow = pair[0]
        return self._is_answer(flow) and flow.opened_by == flow.target

    def _is_answer(self, flow: DraftFlow) -> bool:
        """Tell whether a flow can be the way back of another: between processes and outside parties it is."""
        ends = [self.by_id[end] for end in (flow.source, flow.target) if end in self.by_id]
        return all(end.dfd != "store" for end in ends)

    def _flow(self, flow: DraftFlow, data: list[str]) -> dict[str, Raw]:
        made: dict[str, Raw] = {"from": self.ids[flow.source], "to": self.ids[flow.target]}
        if data:
            made["data"] = data
        opener = self._opener(flow)
        if opener and opener != flow.source:
            made["opened_by"] = self.ids[opener]
        facts = dict(flow.facts)
        store = [self.by_id[end].dfd == "store" for end in (flow.source, flow.target)]
        if any(store) and not all(store) and "access" not in facts:
            facts["access"] = ("read" if store[0] else "write", flow.evidence[0] if flow.evidence else "")
        key = f"{key_of(self.by_id[flow.source])} > {key_of(self.by_id[flow.target])}"
        self._tell(made, flow, key, self.sorter.sorted(facts, "flow"))
        return made

    def _opener(self, flow: DraftFlow) -> str:
        """Return who connects: who is said to, else whoever reads from a store."""
        if flow.opened_by in {flow.source, flow.target}:
            return flow.opened_by
        source, target = self.by_id[flow.source], self.by_id[flow.target]
        return target.id if source.dfd == "store" and target.dfd == "process" else source.id

    def _add(self, made: dict[str, Raw], field: str, data: list[str], flow: DraftFlow) -> None:
        """Let a flow that is there carry more, and show where that was seen."""
        if data:
            made[field] = list(dict.fromkeys([*made.get(field, []), *data]))
        seen = made["discovered"]
        seen["at"] = list(dict.fromkeys([*seen.get("at", []), *flow.evidence]))[:MOST_PLACES]
        values, places = self.sorter.sorted(flow.facts, "flow")
        for fact, value in values.items():
            if fact not in made.setdefault("facts", {}):
                made["facts"][fact] = value
                seen.setdefault("facts", {})[fact] = places[fact]
