"""The register is short because it is justified: bars on its length, on examples and on models that others drew."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from msgspec import UNSET, structs

from mantlet.analysis.engine import Analysis
from mantlet.catalogue.load import load_catalogue
from mantlet.project.api import load
from mantlet.risk.register import Register

DRAWN = [
    path
    for path in sorted((Path(__file__).parents[1] / "models").glob("*.yaml"))
    if ".expected" not in path.name
]
EXAMPLES = sorted(Path(str(files("mantlet.project") / "examples")).glob("*/threatmodel.yaml"))
TEMPLATES = sorted(Path(str(files("mantlet.project") / "templates")).glob("*/threatmodel.yaml"))
DAY = date(2026, 11, 24)


def unanswered(sections):
    """Keep types, flows, boundaries and data; forget every fact, control and decision."""
    plain = structs.replace(
        sections,
        elements={name: structs.replace(entry, facts={}) for name, entry in sections.elements.items()},
        flows={name: structs.replace(entry, facts={}) for name, entry in sections.flows.items()},
        boundaries={name: structs.replace(entry, facts={}) for name, entry in sections.boundaries.items()},
    )
    return structs.replace(plain, controls={}, decisions={}, environments={}, threats={})


def bare(sections):
    """Forget the data too."""
    plain = unanswered(sections)
    return structs.replace(
        plain,
        elements={name: structs.replace(entry, holds=UNSET) for name, entry in plain.elements.items()},
        flows={
            name: structs.replace(entry, data=UNSET, returns=UNSET) for name, entry in plain.flows.items()
        },
        data={},
    )


def per_element(sections):
    register = Register(Analysis(sections, load_catalogue()), today=DAY)
    return (len(register.open) + len(register.decided)) / len(sections.elements)


def named(path):
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", [*EXAMPLES, *TEMPLATES, *DRAWN], ids=named)
def test_at_most_four_risks_per_element_of_a_bare_drawing(path):
    assert per_element(bare(load(path).sections)) <= 4


@pytest.mark.parametrize(
    "path", [path for path in [*EXAMPLES, *TEMPLATES, *DRAWN] if path.parent.name != "minimal"], ids=named
)
def test_at_most_four_risks_per_element_with_data_and_no_facts(path):
    assert per_element(unanswered(load(path).sections)) <= 4


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_at_most_four_risks_per_element_of_a_template_as_it_comes(path):
    assert per_element(load(path).sections) <= 4


@pytest.mark.parametrize("path", EXAMPLES, ids=named)
def test_at_most_two_risks_per_element_where_facts_are_filled(path):
    assert per_element(load(path).sections) <= 2


@pytest.mark.parametrize("path", EXAMPLES, ids=named)
def test_critical_is_rare(path):
    register = Register(Analysis(load(path).sections, load_catalogue()), today=DAY)
    assert register.counts()["critical"] <= len(register.open) / 4


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_example_uses_three_severities(path):
    register = Register(Analysis(load(path).sections, load_catalogue()), today=DAY)
    assert sum(number > 0 for number in register.counts().values()) >= 3


def test_a_bare_model_of_thirty_elements_prints_a_screenful(capfd, monkeypatch):
    import sys

    from mantlet.__main__ import run

    monkeypatch.setattr(
        sys, "argv", ["mantlet", "risks", str(Path(__file__).parents[1] / "models/bare-30.yaml")]
    )
    assert run() == 0
    assert len(capfd.readouterr().out.splitlines()) <= 26
