"""What lists say is reachable: a type about an entry shows on a model that other people drew, not only in a scenario."""

import json
from pathlib import Path

import pytest

from mantlet.catalogue.coverage import coverage
from mantlet.catalogue.load import load_catalogue
from mantlet.project.reach import shown_on

MODELS = Path(__file__).parents[1] / "models"
DRAWN = [path for path in sorted(MODELS.glob("*.yaml")) if "." not in path.stem and path.stem != "bare-30"]
FLOORS = {
    "agentic": 17,
    "ai-exchange": 32,
    "atlas": 131,
    "cosai": 34,
    "elevation-of-mlsec": 37,
    "elevation-of-privilege": 59,
    "linddun": 58,
    "linddun-go": 29,
    "ms-aiml": 14,
    "ms-fm": 16,
    "nist-aml": 25,
    "owasp-agentic-top10": 10,
    "owasp-llm": 20,
    "owasp-mcp": 10,
    "owasp-ml": 9,
    "plot4ai": 108,
    "pytm": 102,
    "stride-ai": 17,
    "threagile": 33,
    "tmt-sdl": 39,
    "trim": 34,
}
"""Entries with a type that is open, to confirm or mitigated on one of them. A floor falls only with a mapping that a reader took back."""


@pytest.fixture(scope="module")
def lists():
    catalogue = load_catalogue()
    return {item.id: item for item in coverage(catalogue, shown_on(DRAWN, catalogue))}


def test_every_list_of_threats_has_a_floor(lists):
    assert {name for name, item in lists.items() if item.of == "threats"} == set(FLOORS)


@pytest.mark.parametrize("name", FLOORS)
def test_entries_are_reached_on_what_others_drew(lists, name):
    assert lists[name].reached >= FLOORS[name]


def test_the_command_counts_on_given_models(capfd, monkeypatch):
    import sys

    from mantlet.__main__ import run

    given = ["mantlet", "catalogue", "coverage", "--json", "--on", str(MODELS / "face-authentication.yaml")]
    monkeypatch.setattr(sys, "argv", given)
    assert run() == 0
    found = {item["id"]: item for item in json.loads(capfd.readouterr().out)["frameworks"]}
    entries = {entry["id"]: entry for entry in found["ms-aiml"]["entries"]}
    assert entries["#5"]["reachable"] is True
    assert entries["#8"]["reachable"] is False
    assert entries["#5"]["second_reading"]["verdict"] == "agreed"
    assert found["ms-aiml"]["agreement"]["mappings"] >= found["ms-aiml"]["agreement"]["agreed"]
    monkeypatch.setattr(sys, "argv", [*given[:3], *given[4:]])
    assert run() == 0
    assert "reachable" in capfd.readouterr().out
