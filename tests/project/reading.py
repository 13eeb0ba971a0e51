"""Reads a model's text as the commands do: schema, vocabulary, every reference."""

from __future__ import annotations

import yaml

from mantlet.catalogue.load import load_catalogue
from mantlet.model.entries import Sections
from mantlet.model.validate import check
from mantlet.store.convert import raise_problems
from mantlet.store.document import Document


def plain(text: str):
    """Return a YAML document with every scalar as text."""
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506  # makes nothing but texts


def read(text: str) -> Sections:
    """Return the model; raises all that is wrong with it."""
    document, catalogue = Document(text), load_catalogue()
    sections = document.sections()
    raise_problems(
        check(sections, catalogue.vocabulary, catalogue.controls, catalogue.threats), document.where
    )
    return sections


def places(model: Sections) -> set[str]:
    """Return every id a threat or sequence may name."""
    returning = {f"{name}.returns" for name, flow in model.flows.items() if flow.returns}
    return {*model.elements, *model.flows, *model.boundaries, *model.data, *returning, "system"}
