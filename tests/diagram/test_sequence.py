from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from samples import vocabulary, written
from test_svg import HOSTILE, hostile_model

from mantlet.base.errors import UsageError
from mantlet.diagram import (
    Badge,
    Options,
    sequence,
    sequence_mermaid,
    sequence_plantuml,
    sequence_png,
    sequence_svg,
)
from mantlet.diagram.sequence import SequenceDrawing

CASES = [(name, order) for name, model in sorted(written().items()) for order in model.sections.sequences]


def drawn(name: str, order: str) -> SequenceDrawing:
    return sequence(written()[name], vocabulary(), order)


@pytest.mark.parametrize(("name", "order"), CASES)
def test_every_named_order_is_drawn(name: str, order: str):
    made = drawn(name, order)
    places = [message.place for message in made.messages]
    assert places == written()[name].sections.sequences[order]
    root = ET.fromstring(sequence_svg(made))  # noqa: S314
    assert root.attrib["role"] == "img"


@pytest.mark.parametrize(("name", "order"), CASES)
def test_nothing_overlaps(name: str, order: str):
    made = drawn(name, order)
    spans = [(item.x - item.block.width / 2, item.x + item.block.width / 2) for item in made.participants]
    assert all(one[1] < two[0] for one, two in pairwise(spans))
    assert all(one.y + 10 < two.y for one, two in pairwise(made.messages))
    for message in made.messages:
        distance = abs(made.participants[message.source].x - made.participants[message.target].x)
        assert message.block.width <= distance
    for band in made.bands:
        inside = made.participants[band.first : band.last + 1]
        assert band.left < inside[0].x - inside[0].block.width / 2
        assert band.right > inside[-1].x + inside[-1].block.width / 2
    for one in made.bands:
        for two in made.bands:
            assert one is two or one.right <= two.left or two.right <= one.left or one.depth != two.depth


def test_participants_of_one_boundary_stand_together():
    made = drawn("rag-chatbot", "answer")
    titles = [band.title.text for band in made.bands]
    assert titles == ["Cloud account", "Insurance core network", "Assistant container"]
    assert len(titles) == len(set(titles))


def test_errors_name_what_is_wrong():
    model = written()["assistant"]
    with pytest.raises(UsageError, match="did you mean 'answer'"):
        sequence(model, vocabulary(), "anwser")
    model.sections.sequences["bad"] = ["prompt", "promt"]
    with pytest.raises(UsageError, match="no movement"):
        sequence(model, vocabulary(), "bad")


def test_a_flow_to_itself_and_marks():
    model = written()["assistant"]
    model.flow("train", "train", id="again", name="next epoch")
    model.sections.sequences["loop"] = ["again", "save", "again"]
    options = Options(overlay={"save": Badge(2, "high")}, highlight=frozenset({"save"}))
    made = sequence(model, vocabulary(), "loop", options)
    svg = sequence_svg(made, theme="light")
    assert "mt-high" in svg
    assert "mt-sev-high" in svg
    assert sequence_png(made, scale=1.0).startswith(b"\x89PNG")
    assert made.width > made.participants[0].x


def test_an_empty_order():
    model = written()["assistant"]
    model.sections.sequences["none"] = []
    made = sequence(model, vocabulary(), "none")
    ET.fromstring(sequence_svg(made))  # noqa: S314
    assert sequence_mermaid(made).startswith("sequenceDiagram")


def test_text_formats():
    made = drawn("rag-chatbot", "answer")
    mermaid, plantuml = sequence_mermaid(made), sequence_plantuml(made)
    assert mermaid.count("->>") == plantuml.count(" : ") == len(made.messages)
    assert mermaid.count("-->>") == sum(message.returning for message in made.messages)


def test_hostile_names():
    for name in HOSTILE:
        model = hostile_model([name] * 13)
        model.sections.sequences["s"] = ["f", "f.returns", "g"]
        svg = sequence_svg(sequence(model, vocabulary(), "s"))
        ET.fromstring(svg)  # noqa: S314
        assert "<script" not in svg
