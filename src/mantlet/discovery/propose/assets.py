"""Data assets: what the stores hold and the flows carry, with personal data and what was made from what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.propose.groups import GROUP
from mantlet.discovery.propose.names import Ids, key_of, shown, slug
from mantlet.model.vocabulary import Vocabulary
from mantlet.store.tree import Raw

_WORD = re.compile(r"[a-z0-9]+")
_APART = re.compile(r"\s*(?:[+;&]|,\s|\band\b)\s*")
_PLAIN = {
    **dict.fromkeys(
        ("request", "requests", "query", "queries", "message", "messages", "call"), (True, False)
    ),
    **dict.fromkeys(
        ("answer", "answers", "response", "responses", "result", "results", "reply"), (False, True)
    ),
    **dict.fromkeys(
        (
            "file",
            "files",
            "records",
            "record",
            "rows",
            "data",
            "objects",
            "object",
            "download",
            "deletion",
            "page",
        ),
        (False, False),
    ),
}
"""Words that say little without whose they are; whether they are asked or answered."""
MOST_ASSETS = 4
"""Assets that the words on one flow may name."""
_MADE_BY: dict[str, tuple[tuple[str, ...], str]] = {
    "training-job": (("model", "metric"), "train"),
    "inference-service": (("prediction", "explanation"), "infer"),
    "batch-scoring-job": (("prediction",), "infer"),
    "embedding-service": (("embedding",), "embed"),
    "evaluation-job": (("metric",), "aggregate"),
    "anonymiser": (("data",), "pseudonymise"),
    "preprocessing-job": (("record", "training-data", "feature", "document", "evaluation-data"), "transform"),
    "ingestion-job": (("record", "training-data", "document", "embedding"), "copy"),
}
"""Per type of process, what it makes of what it takes in (types of data) and the operation."""
_NO_SOURCE = ("secret", "configuration", "code", "log", "hyperparameters", "system-prompt")
"""Types of data that go into a process without being what its result is made of."""


class Assets:
    """The data section, made as stores and flows name what they hold and carry."""

    def __init__(self, draft: Draft, vocabulary: Vocabulary, ids: Ids) -> None:
        self._vocabulary = vocabulary
        self._ids = ids
        self._elements = {element.id: element for element in draft.elements}
        self._by_words: dict[str, str] = {}
        self._of_store: dict[str, str] = {}
        self.held: dict[str, dict[str, None]] = {}
        """Per store, the assets that it holds."""
        self.data: dict[str, dict[str, Raw]] = {}
        for element in draft.elements:
            if element.dfd == "store":
                self._store(element)
        self.carried = [self._carried(flow) for flow in draft.flows]
        """Per flow of the draft, the assets on it."""
        self._derive(draft)

    def _store(self, element: DraftElement) -> None:
        """Make what a store holds by nature; what a plain store holds is said by what flows into it."""
        natural = self._vocabulary.held_by(element.type)
        if (not natural and not element.personal) or key_of(element).startswith(GROUP):
            return
        type_ = natural[0] if natural else "record"
        name = self._new(shown(element.name), type_, f"{element.id}-data", f"in {key_of(element)}")
        self._of_store[element.id] = name
        self.held[element.id] = {name: None}
        if element.parent and element.type == "secret-store":
            self.held.setdefault(element.parent, {})[name] = None
        self._mark(name, element.personal)
        self._seen(name, element)

    def _carried(self, flow: DraftFlow) -> list[str]:
        """Return the assets on a flow: what the store at an end holds, else what the flow's words name."""
        ends = [self._elements.get(end) for end in (flow.source, flow.target)]
        for end in ends:
            if end is not None and end.id in self._of_store:
                name = self._of_store[end.id]
                self._mark(name, flow.personal)
                return [name]
        names = [
            name
            for text in _APART.split(flow.data)[:MOST_ASSETS]
            if (name := self._own(text, flow) or self._named(text))
        ]
        for name in names:
            for end in ends:
                if end is not None and end.dfd == "store":
                    self.held.setdefault(end.id, {})[name] = None
            self._mark(name, flow.personal)
        return names

    def _own(self, said: str, flow: DraftFlow) -> str:
        """Return the asset of words that say little by themselves: the files of this store, the request to that service."""
        words = " ".join(_WORD.findall(said.lower()))
        if words not in _PLAIN:
            return ""
        source, target = self._elements.get(flow.source), self._elements.get(flow.target)
        ends = [end for end in (source, target) if end is not None]
        owner = next((end for end in ends if end.dfd == "store"), None)
        if owner is None:
            outside = [
                end for end in ends if end.dfd == "external" and not self._vocabulary.is_a(end.type, "person")
            ]
            owner = next(
                iter([*outside, *(end for end in (target, source) if end and end.dfd == "process")]), None
            )
        if owner is None:
            return ""
        key = f"in {owner.id}" if owner.dfd == "store" else f"{words} {owner.id}"
        if not self._by_words.get(key):
            made = shown(owner.name) if owner.dfd == "store" else shown(f"{words.capitalize()}: {owner.name}")
            wish = f"{owner.id}-data" if owner.dfd == "store" else f"{owner.id}-{slug(words)}"
            known = f"in {key_of(owner)}" if owner.dfd == "store" else f"data {words} {key_of(owner)}"
            self._by_words[key] = self._new(made, self._plain_type(words, owner), wish, known)
        return self._by_words[key]

    def _plain_type(self, words: str, owner: DraftElement) -> str:
        """Return the type of data that little says: what goes to and from a model is its input and output."""
        asked, answered = _PLAIN[words]
        for type_, pair in (
            ("llm-service", ("prompt", "completion")),
            ("inference-service", ("query", "prediction")),
        ):
            if owner.dfd != "store" and self._vocabulary.is_a(owner.type, type_):
                return pair[0] if asked else pair[1] if answered else "data"
        return "record" if owner.dfd == "store" else "data"

    def _named(self, said: str) -> str:
        """Return the asset that words name; the same words are the same data everywhere."""
        words = " ".join(_WORD.findall(said.lower()))
        if not words:
            return ""
        if words not in self._by_words:
            text = shown(said)
            self._by_words[words] = self._new(
                text[:1].upper() + text[1:], self._type(words), slug(words), f"data {words}"
            )
        return self._by_words[words]

    def _type(self, words: str) -> str:
        """Return the type of data that words speak of: the whole, then each word from the last, which says what it is."""
        parts = words.split()
        tries = [
            "-".join(parts),
            *reversed(["-".join(pair) for pair in pairwise(parts)]),
            *reversed(parts),
        ]
        for wish in tries:
            for form in (wish, wish.removesuffix("s"), f"{wish}s"):
                if self._vocabulary.knows(form, "data"):
                    return self._vocabulary.resolve(form, "data")
        return "data"

    def _new(self, name: str, type_: str, wish: str, key: str) -> str:
        made = self._ids.new(wish, f"{wish}-{type_}")
        entry: dict[str, Raw] = {"name": name, "type": type_, "discovered": {"key": key}}
        if type_ == "secret":
            entry["classification"] = "restricted"
        self.data[made] = entry
        return made

    def _seen(self, name: str, element: DraftElement) -> None:
        if element.personal:
            self.data[name]["discovered"]["at"] = list(dict.fromkeys(element.personal.values()))[:5]

    def _mark(self, name: str, personal: Iterable[str]) -> None:
        """Note personal data in an asset."""
        if fields := sorted(personal):
            entry = self.data[name]
            entry["personal"] = sorted({*entry.get("personal", ()), *fields})
            entry.setdefault("classification", "confidential")

    def _derive(self, draft: Draft) -> None:
        """Say what was made from what, where a process of a telling type takes one in and puts the other out."""
        taken: dict[str, dict[str, None]] = {}
        for flow, names in zip(draft.flows, self.carried, strict=True):
            for name in names:
                taken.setdefault(flow.target, {})[name] = None
        for flow, names in zip(draft.flows, self.carried, strict=True):
            made, how = self._makes(flow.source)
            for name in names:
                if not made or "derived_from" in self.data[name] or not self._is_any(name, made):
                    continue
                sources = {
                    source: how
                    for source in taken.get(flow.source, ())
                    if source != name
                    and not self._is_any(source, _NO_SOURCE)
                    and not self._comes_from(source, name)
                }
                if sources:
                    self.data[name]["derived_from"] = sources

    def _makes(self, process: str) -> tuple[tuple[str, ...], str]:
        element = self._elements.get(process)
        for step in self._vocabulary.lineage(element.type) if element else ():
            if step in _MADE_BY:
                return _MADE_BY[step]
        return (), ""

    def _is_any(self, name: str, types: Iterable[str]) -> bool:
        return any(self._vocabulary.is_a(str(self.data[name]["type"]), type_, "data") for type_ in types)

    def _comes_from(self, name: str, origin: str) -> bool:
        """Tell whether an asset was made, at however many removes, from another."""
        waiting, seen = [name], set[str]()
        while waiting:
            current = waiting.pop()
            if current == origin:
                return True
            if current not in seen:
                seen.add(current)
                waiting += self.data[current].get("derived_from", {})
        return False
