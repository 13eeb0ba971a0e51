"""What people found by hand is found: recall on models that others drew, against the lists their authors made.

A threat of a list counts as found if the register has an entry at the same element with the same category (STRIDE, or
LINDDUN where the list says so). `drawn: no` marks what the authors list although their drawing has no such element.
The floors are measured: they may rise, never fall.
"""

from datetime import date
from pathlib import Path

import pytest
import yaml

from mantlet.analysis.engine import Analysis
from mantlet.catalogue.load import load_catalogue
from mantlet.project.api import load
from mantlet.risk.register import Register

MODELS = Path(__file__).parents[1] / "models"
LINDDUN = {
    "linking": "L",
    "identifying": "I",
    "non-repudiation": "NR",
    "detecting": "D",
    "data-disclosure": "DD",
    "unawareness": "U",
    "non-compliance": "NC",
}
FLOORS = {
    "genai-chatbot": (24, 27, 27),
    "light-toreador": (10, 11, 11),
    "llm-application": (9, 9, 9),
    "stride-ai-lifecycle": (36, 43, 44),
}
"""Found open, found open or to be confirmed, listed."""


def listed(name):
    text = (MODELS / f"{name}.expected.yaml").read_text(encoding="utf-8")
    return [item for item in yaml.safe_load(text)["threats"] if item.get("drawn") is not False]


def finds(risk, wanted):
    if risk.element != wanted["element"]:
        return False
    letters = {node.partition(".")[0] for node in risk.type.linddun}
    return wanted["category"] in risk.type.stride or LINDDUN.get(wanted["category"]) in letters


@pytest.mark.parametrize("name", FLOORS)
def test_what_the_authors_listed_is_found(name):
    register = Register(
        Analysis(load(MODELS / f"{name}.yaml").sections, load_catalogue()), today=date(2026, 11, 24)
    )
    wanted = listed(name)
    openly = [item for item in wanted if any(finds(risk, item) for risk in register.open)]
    rest = [item for item in wanted if item not in openly]
    perhaps = [item for item in rest if any(finds(risk, item) for risk in register.to_confirm)]
    open_floor, both_floor, total = FLOORS[name]
    assert len(wanted) == total
    assert len(openly) >= open_floor, [item["id"] for item in rest]
    missed = [item["id"] for item in rest if item not in perhaps]
    assert len(openly) + len(perhaps) >= both_floor, missed


def test_every_list_is_measured():
    assert {path.name.partition(".")[0] for path in MODELS.glob("*.expected.yaml")} == set(FLOORS)
