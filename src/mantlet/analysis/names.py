"""Names in a scenario's model that nothing has: a misspelt fact would otherwise pass as an unknown one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import UNSET

from mantlet.base.suggest import suggest
from mantlet.catalogue.load import Catalogue
from mantlet.model.entries import SELF, Facts, Sections
from mantlet.model.vocabulary import Realm, Subject, Vocabulary


def unknown_names(sections: Sections, catalogue: Catalogue) -> list[str]:
    """Return one sentence per name that does not exist: ids, types, facts, values, controls."""
    return [
        *_references(sections, catalogue),
        *_types(sections, catalogue.vocabulary),
        *_facts(sections, catalogue.vocabulary),
    ]


def _references(sections: Sections, catalogue: Catalogue) -> Iterator[str]:
    for name, element in sections.elements.items():
        yield from _missing(f"elements.{name}.in", element.within, sections.boundaries)
        yield from _missing(f"elements.{name}.holds", element.copies, sections.data)
        yield from _missing(f"elements.{name}.operated_by", [element.operated_by], {SELF, *sections.parties})
    for name, flow in sections.flows.items():
        ends = [end for end in (flow.from_, flow.to, flow.opened_by) if end]
        yield from _missing(f"flows.{name}", ends, sections.elements)
        for carried in (flow.data, flow.returns):
            yield from _missing(f"flows.{name}", [] if carried is UNSET else carried, sections.data)
    for name, boundary in sections.boundaries.items():
        yield from _missing(
            f"boundaries.{name}.in", [boundary.in_] if boundary.in_ else [], sections.boundaries
        )
    for name, data in sections.data.items():
        origins = [] if data.derived_from is UNSET else data.derived_from
        yield from _missing(f"data.{name}.derived_from", origins, sections.data)
    places = {"system", *sections.elements, *sections.flows, *sections.boundaries, *sections.data}
    for name, control in sections.controls.items():
        yield from _missing(f"controls.{name}.control", [control.control], catalogue.controls)
        yield from _missing(f"controls.{name}.on", control.on, places)


def _missing(where: str, names: Collection[str], known: Collection[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{where}: unknown '{name}' {suggest(name, known)}".rstrip()


def _types(sections: Sections, vocabulary: Vocabulary) -> Iterator[str]:
    realms: list[tuple[Realm, dict[str, str]]] = [
        ("element", {name: entry.type for name, entry in sections.elements.items()}),
        ("boundary", {name: entry.type for name, entry in sections.boundaries.items()}),
        ("data", {name: entry.type for name, entry in sections.data.items()}),
    ]
    for realm, types in realms:
        for name, given in types.items():
            if not vocabulary.knows(given, realm):
                hint = vocabulary.suggest_type(given, realm)
                yield f"{name}: unknown {realm} type '{given}' {hint}".rstrip()


def _facts(sections: Sections, vocabulary: Vocabulary) -> Iterator[str]:
    written: list[tuple[str, Subject, Facts]] = [("system", "system", sections.system.facts)]
    written += [(name, "element", entry.facts) for name, entry in sections.elements.items()]
    written += [(name, "flow", entry.facts) for name, entry in sections.flows.items()]
    written += [(name, "boundary", entry.facts) for name, entry in sections.boundaries.items()]
    written += [(name, "data", entry.facts) for name, entry in sections.data.items()]
    for name, element in sections.elements.items():
        written += [(f"{data}/{name}", "copy", held.facts) for data, held in element.copies.items()]
    for name, subject, facts in written:
        for fact, given in facts.items():
            yield from _fact(name, subject, fact, str(given), vocabulary)


def _fact(name: str, subject: Subject, fact: str, given: str, vocabulary: Vocabulary) -> Iterator[str]:
    known = vocabulary.facts.get(fact)
    if known is None or subject not in known.on:
        fitting = [item.id for item in vocabulary.facts_for(subject)]
        yield f"{name}: '{fact}' is no fact of a {subject} {suggest(fact, fitting)}".rstrip()
    elif known.derived:
        yield f"{name}: '{fact}' is derived from the model, nobody writes it"
    elif isinstance(known.values, list) and not known.open and given not in {*known.values, "n/a"}:
        yield f"{name}: '{fact}' is never '{given}' {suggest(given, known.values)}".rstrip()
