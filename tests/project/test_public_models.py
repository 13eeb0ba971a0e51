"""The transcriptions of other people's models load, and their threat lists name what is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import places, plain, read

FOLDER = Path(__file__).parent.parent / "models"
MODELS = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(".expected.yaml"))
LISTS = sorted(FOLDER.glob("*.expected.yaml"))
STRIDE = {
    "spoofing",
    "tampering",
    "repudiation",
    "information-disclosure",
    "denial-of-service",
    "elevation-of-privilege",
}
LINDDUN = {
    "linking",
    "identifying",
    "non-repudiation",
    "detecting",
    "data-disclosure",
    "unawareness",
    "non-compliance",
}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_drawing_loads(path):
    model = read(path.read_text("utf-8"))
    assert set(model.elements) >= {end for flow in model.flows.values() for end in (flow.from_, flow.to)}


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_the_list_names_what_is_drawn(path):
    listed = plain(path.read_text("utf-8"))
    model = read(path.with_name(path.name.replace(".expected", "")).read_text("utf-8"))
    assert listed["source"]
    assert len({threat["id"] for threat in listed["threats"]}) == len(listed["threats"])
    for threat in listed["threats"]:
        assert threat["element"] in model.elements
        assert threat.get("at", "system") in places(model)
        assert threat["category"] in STRIDE | LINDDUN
        assert threat["threat"]


def test_there_is_a_bare_model_of_thirty():
    bare = read(FOLDER.joinpath("bare-30.yaml").read_text("utf-8"))
    assert len(bare.elements) == 30
    assert not any(entry.facts for entry in [*bare.elements.values(), *bare.flows.values()])
