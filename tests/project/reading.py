"""Reads a model's text strictly: schema, vocabulary and every reference."""

from __future__ import annotations

import msgspec
import yaml

from mantlet.catalogue.load import load_catalogue
from mantlet.model.entries import Facts, Sections, fact_text
from mantlet.model.vocabulary import Subject, Vocabulary

_ABSENT = {"unknown", "n/a"}


def plain(text: str):
    """Return a YAML document with every scalar as text."""
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506  # makes nothing but texts


def read(text: str) -> Sections:
    """Return the model, or fail with all that is wrong with it."""
    sections = msgspec.convert(plain(text), Sections, strict=False)
    errors = [*_references(sections), *_words(sections, load_catalogue().vocabulary)]
    assert not errors, "\n".join(errors)
    return sections


def places(model: Sections) -> set[str]:
    """Return every id a control, decision, threat or sequence may name."""
    returning = {f"{name}.returns" for name, flow in model.flows.items() if flow.returns}
    copies = {f"{data}/{name}" for name, element in model.elements.items() for data in element.copies}
    return {*model.elements, *model.flows, *model.boundaries, *model.data, *returning, *copies, "system"}


def _references(model: Sections):
    groups = (model.elements, model.flows, model.boundaries, model.data)
    if len(set().union(*groups)) != sum(map(len, groups)):
        yield "an id is used twice"
    for where, name, known in _mentions(model):
        if name not in known:
            yield f"{where}: there is no '{name}'"


def _mentions(model: Sections):
    anywhere = places(model)
    for name, asset in model.data.items():
        yield from ((name, parent, model.data) for parent in asset.derived_from or ())
    for name, boundary in model.boundaries.items():
        yield from ((name, outer, model.boundaries) for outer in [boundary.in_] if outer)
    for name, element in model.elements.items():
        yield from ((name, boundary, model.boundaries) for boundary in element.within)
        yield from ((name, data, model.data) for data in element.copies)
        yield name, element.operated_by, {"us", *model.parties}
    for name, flow in model.flows.items():
        yield from ((name, end, model.elements) for end in (flow.from_, flow.to))
        yield name, flow.initiator, {flow.from_, flow.to}
        yield from ((name, data, model.data) for data in [*(flow.data or ()), *(flow.returns or ())])
    for name, flows in model.sequences.items():
        yield from ((name, flow, anywhere) for flow in flows)
    for section in (model.controls, model.threats, model.agents):
        for name, entry in section.items():
            where = getattr(entry, "on", None) or getattr(entry, "at", None) or getattr(entry, "access", ())
            yield from ((name, place, anywhere) for place in where)
    for name, decision in model.decisions.items():
        yield from (
            (name, place, anywhere) for place in [name.partition("@")[2], *decision.covers] if place != "*"
        )
    for name, environment in model.environments.items():
        yield from ((name, place, anywhere) for place in environment.facts)


def _words(model: Sections, vocabulary: Vocabulary):
    for section, realm in ((model.elements, "element"), (model.data, "data"), (model.boundaries, "boundary")):
        for name, entry in section.items():
            if not vocabulary.knows(entry.type, realm):
                yield f"{name}: there is no {realm} type '{entry.type}'"
    for name, element in model.elements.items():
        dimensions = [vocabulary.dimension(model.boundaries[item].type) for item in element.within]
        if len(dimensions) != len(set(dimensions)):
            yield f"{name}: lies in two boundaries of one dimension"
        for data, kept in element.copies.items():
            yield from _facts(f"{data}/{name}", "copy", kept.facts, vocabulary)
    for name, boundary in model.boundaries.items():
        if boundary.in_ and vocabulary.dimension(boundary.type) != vocabulary.dimension(
            model.boundaries[boundary.in_].type
        ):
            yield f"{name}: nests in another dimension"
    yield from _facts("system", "system", model.system.facts, vocabulary)
    for section, subject in (
        (model.elements, "element"),
        (model.flows, "flow"),
        (model.boundaries, "boundary"),
        (model.data, "data"),
    ):
        for name, entry in section.items():
            yield from _facts(name, subject, entry.facts, vocabulary)


def _facts(where: str, subject: Subject, facts: Facts, vocabulary: Vocabulary):
    known = {fact.id: fact for fact in vocabulary.facts_for(subject)}
    for name, value in facts.items():
        fact = known.get(name)
        if fact is None:
            yield f"{where}: a {subject} has no fact '{name}'"
        elif (
            isinstance(fact.values, list)
            and not fact.open
            and fact_text(value) not in {*fact.values, *_ABSENT}
        ):
            yield f"{where}: {name} is never '{value}'"
