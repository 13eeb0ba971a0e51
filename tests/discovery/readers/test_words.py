"""Readers speak in the words of the vocabulary and the catalogue, and the data files that they read from do too."""

from __future__ import annotations

import pytest
from told import clues, fixtures

from mantlet.catalogue.load import load_catalogue
from mantlet.discovery.clues import Fact, Thing
from mantlet.discovery.readers._names import known
from mantlet.discovery.readers._resources import knowledge

INTERNAL = {"in", "port", "built_from", "called_with", "answers"}
"""What readers tell linking, beside facts of the catalogue."""
VOCABULARY = load_catalogue().vocabulary


@pytest.mark.parametrize(("reader", "path"), fixtures())
def test_types_and_facts_are_known(reader, path):
    for clue in clues(reader, path):
        if isinstance(clue, Thing):
            assert VOCABULARY.kind(clue.type) in {"external-entity", "process", "data-store"}, clue
            assert clue.type in VOCABULARY.types, clue
            assert 0 < clue.confidence <= 1
        elif isinstance(clue, Fact) and clue.fact not in INTERNAL:
            fact = VOCABULARY.facts[clue.fact]
            assert clue.value in fact.values or fact.open, clue
            assert ("flow" if clue.other else "element") in fact.on, clue


def test_the_data_names_types_that_exist():
    data = known()
    entries = [
        *data["images"].values(),
        *data["saas"].values(),
        *data["schemes"].values(),
        *data["programs"].values(),
    ]
    entries += [*data["aws_services"].values(), *(one for one in data["actions"].values() if "type" in one)]
    entries += [
        one
        for table in ("resources", "cloudformation")
        for one in knowledge()[table].values()
        if one.get("type")
    ]
    assert {one["type"] for one in entries} <= set(VOCABULARY.types)


def test_the_data_names_services_that_exist():
    data = known()
    named = {
        *data["hosts"].values(),
        *data["variables"].values(),
        *data["npm"].values(),
        *data["action_owners"].values(),
    }
    assert named <= set(data["saas"])


def test_the_facts_of_resources_are_the_catalogue_s():
    for values in knowledge()["facts"].values():
        for fact, value in values.values():
            said = {True: "yes", False: "no"}.get(value, value)
            assert said in VOCABULARY.facts[fact].values
