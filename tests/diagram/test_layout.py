"""The steps of the layout, one by one, and sizes that are out of the ordinary."""

from __future__ import annotations

from itertools import pairwise

import pytest
from defects import defects
from hypothesis import given
from hypothesis import strategies as st
from samples import generated, vocabulary

from mantlet.diagram import Options, draw, view
from mantlet.diagram.bundles import bundles
from mantlet.diagram.channels import Turn, _costs, _order
from mantlet.diagram.fold import orient_by_angle, spread
from mantlet.diagram.geometry import Box, straightened
from mantlet.diagram.paths import arrowhead, number, rounded, shortened
from mantlet.diagram.ports import spaced
from mantlet.diagram.ranks import orient_by_degree, orient_by_order
from mantlet.model.model import Model


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=12), st.floats(0, 20), st.floats(10, 300))
def test_spaced_places_are_in_order_apart_and_inside(wishes: list[float], gap: float, size: float):
    wishes.sort()
    places = spaced(wishes, 0.0, size, gap)
    usable = min(gap, size / (len(wishes) - 1)) if len(wishes) > 1 else gap
    assert all(two - one >= usable - 1e-6 for one, two in pairwise(places))
    assert all(-1e-6 <= place <= size + 1e-6 for place in places)


def test_spaced_keeps_wishes_that_can_be_kept():
    assert spaced([10, 40, 90], 0, 100, 11) == [10, 40, 90]
    assert spaced([50, 50], 0, 100, 10) == [45, 55]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=6, unique=True))
def test_turns_are_ordered_no_worse_than_pairwise_swaps_could(pairs: list[tuple[int, int]]):
    turns = [Turn((row, 0), before * 10.0, after * 10.0) for row, (before, after) in enumerate(pairs)]
    _order(turns)

    def total(row: list[Turn]) -> int:
        return sum(_costs(one, [two])[0] for at, one in enumerate(row) for two in row[at + 1 :])

    for at in range(len(turns) - 1):
        swapped = [*turns[:at], turns[at + 1], turns[at], *turns[at + 2 :]]
        assert total(turns) <= total(swapped)


@given(st.integers(0, 300))
def test_orientations_leave_no_cycle(seed: int):
    shown = view(generated(seed, 16, 3), vocabulary())
    names = list(shown.nodes)
    found = bundles(shown, down=False)
    plane = spread(shown, found)
    assert plane is not None
    turners = [
        lambda made: orient_by_order(names, made),
        lambda made: orient_by_degree(names, made),
        lambda made: orient_by_angle(shown, plane, 0.3, made),
    ]
    for turn in turners:
        made = bundles(shown, down=False)
        turn(made)
        after: dict[str, set[str]] = {name: set() for name in names}
        for bundle in made:
            after[bundle.tail].add(bundle.head)
        done: set[str] = set()
        while len(done) < len(names):
            ready = [name for name in names if name not in done and after[name] <= done]
            assert ready, "a cycle is left"
            done.update(ready)


def test_polylines():
    assert straightened([(0, 0), (5, 0), (5, 0), (9, 0), (9, 4)]) == [(0, 0), (9, 0), (9, 4)]
    path = rounded([(0, 0), (50, 0), (50, 50)])
    assert path.startswith("M0 0L41 0Q50 0 50 9")
    assert shortened([(0, 0), (10, 0)], 6)[-1] == (4, 0)
    assert shortened([(0, 0), (1, 0)], 6)[-1][0] > 0
    assert arrowhead([(0, 0), (10, 0)]).startswith("M10 0L2 ")
    assert number(float("nan")) == "0"
    assert number(-0.01) == "0"


def test_boxes():
    box = Box(0, 0, 10, 10)
    assert box.cut_by((-5, 5), (15, 5))
    assert not box.cut_by((-5, 11), (15, 11))
    assert not box.cut_by((0, -5), (0, 15))
    assert box.meets(Box(9, 9, 5, 5))
    assert not box.meets(Box(10, 0, 5, 5))


def test_parts_that_hang_on_nothing():
    model = Model("Parts")
    zone = model.boundary("zone", "cloud-network", name="Zone")
    for row in range(14):
        model.element(f"i{row}", "agent", within=[zone] if row % 2 else [])
    for row in range(3):
        model.element(f"a{row}", "tool", within=[zone])
    model.flow("a0", "a1")
    model.flow("a1", "a2")
    drawing = draw(model, vocabulary())
    assert defects(drawing) == []
    assert drawing.width / drawing.height > 0.8


def test_an_inventory_without_flows_is_a_grid():
    model = Model("Inventory")
    for row in range(40):
        model.element(f"i{row}", "agent")
    drawing = draw(model, vocabulary())
    assert defects(drawing) == []
    assert 0.5 < drawing.width / drawing.height < 3


def test_a_hub_and_many_lanes_between_two():
    model = Model("Hub")
    model.element("hub", "agent")
    for row in range(24):
        model.element(f"t{row}", "tool")
        model.flow("hub", f"t{row}", sends=["a"], returns=["b"])
    for row in range(9):
        model.flow("t0" if row % 2 else "t1", "t1" if row % 2 else "t0", name=f"flow {row}")
    assert defects(draw(model, vocabulary())) == []


def test_deep_nesting_ends():
    model = Model("Deep")
    zone = ""
    for row in range(200):
        zone = model.boundary(f"b{row}", "cloud-network", within=zone)
        model.element(f"e{row}", "agent", within=[zone])
    for row in range(199):
        model.flow(f"e{row}", f"e{row + 1}")
    drawing = draw(model, vocabulary(), Options(focus="b195"))
    assert len(drawing.nodes) == 6
    assert defects(drawing) == []


def test_boundaries_in_a_circle_end():
    model = Model("Circle")
    model.boundary("a", "cloud-network", within="b")
    model.boundary("b", "cloud-network", within="a")
    model.element("x", "agent", within=["a"])
    model.element("y", "agent", within=["b"])
    model.flow("x", "y")
    assert draw(model, vocabulary()).nodes


@pytest.mark.slow
def test_300_elements_in_detail():
    model = generated(5, 300, 12)
    drawing = draw(model, vocabulary(), Options(detail=True))
    assert len(drawing.nodes) == 300
    assert all(item.box.width > 0 for item in drawing.nodes.values())


def test_300_elements_as_an_overview():
    drawing = draw(generated(5, 300, 12), vocabulary())
    assert len(drawing.nodes) <= 60
    assert defects(drawing) == []
