"""Layout quality, computed: on the hand-written models, the examples and generated ones."""

from __future__ import annotations

from itertools import pairwise

import pytest
from defects import defects
from samples import generated, vocabulary, written

from mantlet.diagram import Options, draw
from mantlet.diagram.options import Direction

WRITTEN = written()
SEEDS = [(seed, 25 + (seed * 7) % 36, 3 + seed % 3) for seed in range(8)]


@pytest.mark.parametrize("direction", ["auto", "right", "down"])
@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_a_real_model_has_no_defect(name: str, direction: Direction):
    drawing = draw(WRITTEN[name], vocabulary(), Options(direction=direction))
    assert defects(drawing) == []


@pytest.mark.parametrize(("seed", "elements", "boundaries"), SEEDS)
def test_a_generated_model_has_no_defect(seed: int, elements: int, boundaries: int):
    drawing = draw(generated(seed, elements, boundaries), vocabulary())
    assert defects(drawing) == []
    assert len(drawing.lanes) >= elements


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_badges_and_marks_leave_it_so(name: str):
    model = WRITTEN[name]
    from mantlet.diagram import Badge

    overlay = {item: Badge(3, "high") for item in [*model.elements, *model.flows]}
    drawing = draw(
        model, vocabulary(), Options(overlay=overlay, changes=dict.fromkeys(model.flows, "changed"))
    )
    assert defects(drawing) == []


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_a_real_model_fills_a_landscape_page(name: str):
    drawing = draw(WRITTEN[name], vocabulary())
    assert 1.4 <= drawing.width / drawing.height <= 2.9
    assert drawing.width <= 2500
    assert drawing.height <= 1300


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_most_lanes_are_simple(name: str):
    """A lane turns twice on average at most, and hardly any takes a step so short that it looks like a mistake."""
    drawing = draw(WRITTEN[name], vocabulary())
    bends = sum(len(lane.points) - 2 for lane in drawing.lanes)
    assert bends <= 2.2 * len(drawing.lanes)
    short = 0
    for lane in drawing.lanes:
        inner = lane.points[1:-1]
        short += sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) < 10 for a, b in pairwise(inner))
    assert short <= 0.1 * len(drawing.lanes)


def test_every_boundary_of_a_focus_page_is_clean():
    model = WRITTEN["factory-vision"]
    for boundary in ("plant", "line", "box", "cloud-account"):
        assert defects(draw(model, vocabulary(), Options(focus=boundary))) == []


def test_the_checker_sees_what_it_should():
    """The reference for the tests above: a drawing that was spoiled on purpose."""
    from dataclasses import replace

    from mantlet.diagram.geometry import Box

    drawing = draw(WRITTEN["assistant"], vocabulary())
    names = list(drawing.nodes)
    moved = replace(drawing.nodes[names[0]], box=drawing.nodes[names[1]].box)
    spoiled = replace(drawing, nodes={**drawing.nodes, names[0]: moved})
    assert any("overlaps" in line for line in defects(spoiled))
    lane = drawing.lanes[0]
    label = replace(lane, label=drawing.lanes[1].label)
    assert any("overlaps" in line for line in defects(replace(drawing, lanes=[label, *drawing.lanes[1:]])))
    through = replace(lane, points=((0.0, 0.0), *lane.points))
    assert any("meet" in line for line in defects(replace(drawing, lanes=[through, *drawing.lanes[1:]])))
    cluster = next(iter(drawing.clusters.values()))
    wide = replace(cluster, title=Box(0, 0, drawing.width, drawing.height))
    found = defects(replace(drawing, clusters={**drawing.clusters, cluster.cluster.id: wide}))
    assert any("crosses the title" in line for line in found)
