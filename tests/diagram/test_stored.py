"""Layouts that people made: kept as they are, filled in where they leave something open."""

from __future__ import annotations

import json
import random
import re
from itertools import pairwise

import pytest
from defects import defects
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import generated, vocabulary, written

from mantlet.diagram import Options, draw, layout_positions, to_svg
from mantlet.diagram.geometry import Box
from mantlet.diagram.labels import place_label
from mantlet.diagram.router import Port, Router

WRITTEN = sorted(written())


@pytest.mark.parametrize("name", WRITTEN)
def test_a_kept_layout_gives_the_same_picture(name: str):
    model = written()[name]
    drawing = draw(model, vocabulary())
    positions = json.loads(json.dumps(layout_positions(drawing)))
    assert to_svg(draw(model, vocabulary(), Options(positions=positions))) == to_svg(drawing)


@pytest.mark.parametrize("name", WRITTEN)
def test_lanes_without_a_way_find_one(name: str):
    model = written()[name]
    positions = {**layout_positions(draw(model, vocabulary())), "flows": {}}
    drawing = draw(model, vocabulary(), Options(positions=positions))
    found = [line for line in defects(drawing) if "lie on each other" not in line]
    assert found == []
    assert len(defects(drawing)) <= 2


def test_moved_and_missing_nodes():
    model = written()["churn"]
    before = layout_positions(draw(model, vocabulary()))
    positions = {"elements": dict(before["elements"])}
    positions["elements"]["train"] = {"x": 5000, "y": 40}
    del positions["elements"]["lake"]
    drawing = draw(model, vocabulary(), Options(positions=positions))
    assert drawing.nodes["train"].box.x > drawing.width - 300
    gap = {
        round(drawing.nodes[name].box.x - before["elements"][name]["x"], 1)
        for name in positions["elements"]
        if name != "train"
    }
    assert len(gap) == 1
    boxes = [item.box for name, item in drawing.nodes.items() if name != "lake"]
    assert not any(drawing.nodes["lake"].box.meets(box) for box in boxes)


def test_sizes_and_outlines_that_people_drew_are_kept_if_they_hold_their_content():
    model = written()["assistant"]
    positions = layout_positions(draw(model, vocabulary()))
    positions["elements"]["train"]["width"] = 300
    positions["elements"]["user"]["width"] = 3
    outer = positions["boundaries"]["company"]
    positions["boundaries"]["company"] = {**outer, "x": outer["x"] - 200, "width": outer["width"] + 200}
    positions["boundaries"]["gpu"] = {"x": 0, "y": 0, "width": 1, "height": 1}
    drawing = draw(model, vocabulary(), Options(positions=positions))
    assert drawing.nodes["train"].box.width == 300
    assert drawing.nodes["user"].box.width > 50
    for name in ("scheduler", "train", "checkpoints"):
        assert drawing.clusters["gpu"].box.holds(drawing.nodes[name].box)
    assert drawing.clusters["company"].box.width >= outer["width"] + 200


def test_stored_ways_and_labels_are_followed():
    model = written()["assistant"]
    positions = layout_positions(draw(model, vocabulary()))
    box = positions["elements"]["user"]
    positions["flows"] = {
        "prompt": {"waypoints": [[box["x"] + 10, box["y"] - 300], [600, box["y"] - 300]], "label": [620, 10]}
    }
    drawing = draw(model, vocabulary(), Options(positions=positions))
    lane = next(item for item in drawing.lanes if item.lane.id == "prompt")
    shift = drawing.nodes["user"].box.x - box["x"], drawing.nodes["user"].box.y - box["y"]
    assert lane.points[1] == pytest.approx((box["x"] + 10 + shift[0], box["y"] - 300 + shift[1]), abs=0.2)
    assert lane.label.center == pytest.approx((620 + shift[0], 10 + shift[1]), abs=0.2)


RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["x", "y", "width", "height", "waypoints", "label", "a"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["elements", "boundaries", "flows"]),
        RUBBISH | st.dictionaries(st.sampled_from(["e0", "e1", "zone0", "e0-e1"]), RUBBISH, max_size=4),
        max_size=3,
    )
)
def test_rubbish_in_a_layout_is_ignored(positions: dict[str, object]):
    drawing = draw(generated(3, 6, 2), vocabulary(), Options(positions=positions, direction="right"))
    assert 0 < drawing.width < 1e7
    svg = to_svg(drawing)
    assert not re.search(r'="[^"]*(nan|inf)[^"]*"', re.sub(r'data-id="[^"]*"|data-flow="[^"]*"', "", svg))


def test_routes_keep_off_boxes():
    rng = random.Random(4)  # noqa: S311
    for _ in range(30):
        boxes = [Box(rng.randrange(0, 900, 150), rng.randrange(0, 600, 100), 100, 50) for _ in range(12)]
        boxes = list({(box.x, box.y): box for box in boxes}.values())
        start, end = rng.sample(boxes, 2)
        router = Router(boxes)
        way = router.route(
            Port((start.right, start.center[1]), (1, 0)), Port((end.x, end.center[1]), (-1, 0))
        )
        for box in boxes:
            inside = box.grown(-1)
            assert not any(inside.cut_by(one, two) for one, two in pairwise(way))


def test_a_walled_in_port_gets_a_straight_way():
    wall = [Box(0, 0, 400, 400)]
    way = Router(wall).route(Port((200, 200), (1, 0)), Port((900, 200), (-1, 0)))
    assert way == [(200, 200), (900, 200)]


def test_labels_slide_then_leave_with_a_leader():
    line = [(0.0, 0.0), (300.0, 0.0)]
    box, leader = place_label(line, (60, 16), [], [])
    assert box.center == (150.0, 0.0)
    assert leader is None
    box, leader = place_label(line, (60, 16), [Box(100, -20, 90, 40)], [])
    assert leader is None
    assert not box.meets(Box(100, -20, 90, 40))
    full = Box(-50, -20, 400, 40)
    box, leader = place_label(line, (60, 16), [full], [])
    assert leader is not None
    assert not box.meets(full)
