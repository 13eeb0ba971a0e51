"""What is on the page: nesting of several dimensions, groups, focus, overview, marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import generated, vocabulary, written

from mantlet.base.errors import UsageError
from mantlet.diagram import Badge, Options, pages, view
from mantlet.diagram.grouping import group
from mantlet.diagram.nesting import nest
from mantlet.diagram.options import READABLE
from mantlet.model.model import Model


def small() -> Model:
    model = Model("Small")
    outer = model.boundary("outer", "cloud-network", name="Cloud")
    model.boundary("inner", "private-network", within=outer, name="Inner")
    model.boundary("cluster", "cluster", name="Cluster")
    model.boundary("firm", "supplier", name="Firm")
    model.boundary("web", "internet", name="Internet")
    model.boundary("abroad", "jurisdiction", name="Abroad")
    model.element("user", "user", within=["web"])
    model.element("a", "agent", within=["inner", "cluster"])
    model.element("b", "tool", within=["inner", "cluster"])
    model.element("c", "database", within=["outer", "firm", "abroad"])
    model.element("d", "object-store", within=["outer", "abroad"])
    model.flow("user", "a", id="ask", sends=["q"], returns=["r"])
    model.flow("a", "b", id="call")
    model.flow("b", "c", id="keep", opened_by="c")
    return model


def test_dimensions_nest_where_they_can():
    made = view(small(), vocabulary())
    outlines = {
        name: ([title.text for title in item.titles], item.parent) for name, item in made.clusters.items()
    }
    assert outlines == {
        "outer": (["Cloud"], ""),
        "inner": (["Inner", "Cluster"], "outer"),
        "abroad": (["Abroad"], "outer"),
    }
    assert made.nodes["a"].cluster == "inner"
    assert [tag.text for tag in made.nodes["user"].tags] == ["Internet"]
    assert [tag.text for tag in made.nodes["c"].tags] == ["Firm"]


def test_a_boundary_that_cuts_through_another_is_named_on_its_elements():
    model = small()
    model.boundary("cut", "tenant", name="Tenant")
    for name in ("b", "c"):
        model.elements[name].in_ = [*model.elements[name].within, "cut"]
    made = view(model, vocabulary())
    assert "cut" not in made.clusters
    assert "Tenant" in [tag.text for tag in made.nodes["b"].tags]


def test_another_dimension_can_come_first():
    made = view(small(), vocabulary(), Options(dimension="execution"))
    assert made.clusters["cluster"].dimension == "execution"


@given(st.integers(0, 400))
def test_outlines_are_a_tree(seed: int):
    model = generated(seed, 14, 5)
    made = nest(model, vocabulary(), {name: item.within for name, item in model.elements.items()}, "network")
    sets = [outline.members for outline in made.outlines.values()]
    for one in sets:
        for two in sets:
            assert one & two in (0, one, two)
    for node, innermost in made.innermost.items():
        named = set(made.tags[node])
        around = innermost
        while around:
            named.update(made.outlines[around].boundaries)
            around = made.outlines[around].parent
        elements = model.elements[node]
        drawn = {name for start in elements.within for name in model.enclosing(start)}
        assert named == drawn


def test_movements_become_lanes():
    made = view(small(), vocabulary())
    lanes = {lane.id: lane for lane in made.lanes}
    assert list(lanes) == ["ask", "ask.returns", "call", "keep"]
    assert (lanes["ask.returns"].source, lanes["ask.returns"].target) == ("a", "user")
    assert lanes["keep"].opened_at == "c"
    assert lanes["call"].label == "call"


def test_labels_say_what_moves():
    model = small()
    for number in range(4):
        model.data(f"d{number}", name=f"Data {number}")
    model.flow("a", "c", id="one", sends=["d0"])
    model.flow("a", "c", id="two", sends=["d0", "d1"])
    model.flow("a", "c", id="many", sends=["d0", "d1", "d2"])
    model.flow("a", "c", id="named", sends=["d0"], name="By name")
    model.flow("a", "c", id="some-words")
    labels = {lane.id: lane.label for lane in view(model, vocabulary()).lanes}
    assert labels["one"] == "Data 0"
    assert labels["two"] == "Data 0, data 1"
    assert labels["many"] == "Data 0 + 2 more"
    assert labels["named"] == "By name"
    assert labels["some-words"] == "some words"


def test_a_flow_to_itself_is_a_tag():
    model = small()
    model.flow("a", "a", name="think again")
    made = view(model, vocabulary())
    assert all(lane.source != lane.target for lane in made.lanes)
    assert [tag.text for tag in made.nodes["a"].tags if tag.kind == "loop"] == ["think again"]


def test_focus_shows_inside_and_neighbours():
    made = view(small(), vocabulary(), Options(focus="inner"))
    assert set(made.nodes) == {"a", "b", "user", "c"}
    assert {name for name, node in made.nodes.items() if node.marks.context} == {"user", "c"}
    element = view(small(), vocabulary(), Options(focus="b"))
    assert set(element.nodes) == {"a", "b", "c"}
    assert [lane.id for lane in element.lanes] == ["call", "keep"]
    with pytest.raises(UsageError, match="did you mean 'inner'"):
        view(small(), vocabulary(), Options(focus="iner"))


def test_a_collapsed_boundary_is_one_box_inside_its_outlines():
    made = view(small(), vocabulary(), Options(collapse=frozenset({"cluster"})))
    assert made.nodes["cluster"].kind == "group"
    assert made.nodes["cluster"].cluster == "inner"
    assert [tag.text for tag in made.nodes["cluster"].tags if tag.kind == "members"] == ["2 elements"]
    assert {(lane.source, lane.target) for lane in made.lanes} == {
        ("user", "cluster"),
        ("cluster", "user"),
        ("cluster", "c"),
    }


def family() -> Model:
    model = Model("Pipeline")
    model.element("pipeline", "pipeline-orchestrator", name="Nightly")
    for name in ("load", "train", "publish"):
        model.element(name, "training-job", parent="pipeline")
    model.element("store", "object-store")
    model.flow("load", "train")
    model.flow("train", "publish")
    model.flow("publish", "store")
    return model


def test_a_parent_is_one_box_until_it_is_opened():
    closed = view(family(), vocabulary())
    assert set(closed.nodes) == {"pipeline", "store"}
    assert len(closed.lanes) == 1
    assert [tag.text for tag in closed.nodes["pipeline"].tags] == ["3 parts"]
    for options in (Options(expand=frozenset({"pipeline"})), Options(detail=True)):
        opened = view(family(), vocabulary(), options)
        assert set(opened.nodes) == {"load", "train", "publish", "store"}
        assert opened.clusters["pipeline"].dimension == "group"
        assert opened.nodes["load"].cluster == "pipeline"
    inside = view(family(), vocabulary(), Options(focus="pipeline"))
    assert set(inside.nodes) == {"load", "train", "publish", "store"}
    assert inside.nodes["store"].marks.context


def test_parents_in_a_circle_end():
    model = family()
    model.elements["pipeline"].parent = "train"
    assert view(model, vocabulary()).nodes


def test_a_small_model_has_one_page():
    assert len(pages(written()["assistant"], vocabulary())) == 1


def test_a_large_model_becomes_pages_that_show_everything():
    model = generated(5, 300, 12)
    made = pages(model, vocabulary())
    assert len(made) > 3
    seen: set[str] = set()
    for page in made:
        grouping = group(model, vocabulary(), page.options)
        boxes = set(grouping.box.values())
        assert len(boxes) <= READABLE
        seen |= boxes & set(model.elements)
    covered = {name for page in made for name in group(model, vocabulary(), page.options).box}
    assert covered == set(model.elements)
    assert len(set(group(model, vocabulary(), Options(detail=True)).box.values())) == 300


def test_a_large_model_without_boundaries_is_grouped_by_type():
    model = Model("Flat")
    for number in range(150):
        model.element(f"e{number}", ("user", "agent", "database")[number % 3])
    made = view(model, vocabulary())
    assert len(made.nodes) == 3
    assert {node.kind for node in made.nodes.values()} == {"group"}


def test_badges_of_a_group_add_up():
    overlay = {
        "a": Badge(2, "low"),
        "b": Badge(3, "HIGH"),
        "call": Badge(1, "medium"),
        "c": Badge(0, "critical"),
    }
    made = view(small(), vocabulary(), Options(overlay=overlay, collapse=frozenset({"cluster"})))
    assert made.nodes["cluster"].marks.badge == Badge(5, "high")
    assert made.nodes["c"].marks.badge is None
    single = view(small(), vocabulary(), Options(overlay=overlay))
    assert {lane.id: lane.marks.badge for lane in single.lanes}["call"] == Badge(1, "medium")


def test_changes_and_highlights_mark_what_they_name():
    made = view(
        small(),
        vocabulary(),
        Options(changes={"a": "added", "call": "removed"}, highlight=frozenset({"ask.returns"})),
    )
    assert made.nodes["a"].marks.change == "added"
    lanes = {lane.id: lane.marks for lane in made.lanes}
    assert lanes["call"].change == "removed"
    assert lanes["ask.returns"].highlight
    assert not lanes["ask"].highlight


def test_personal_data_is_marked():
    model = small()
    model.data("people", personal=["name"])
    model.data("copies", derived_from={"people": "copy"})
    model.data("model", derived_from={"people": "train"})
    model.flow("a", "c", id="p", sends=["people"])
    model.flow("a", "c", id="q", sends=["copies"])
    model.flow("a", "c", id="r", sends=["model"])
    marked = {lane.id: lane.sensitivity for lane in view(model, vocabulary()).lanes}
    assert (marked["p"], marked["q"], marked["r"]) == ("personal", "personal", "")
    told = view(model, vocabulary(), Options(sensitivity={"r": "special"}))
    assert {lane.id: lane.sensitivity for lane in told.lanes if lane.sensitivity} == {"r": "special"}


def test_an_operator_is_named_once_round_what_it_runs():
    made = view(written()["factory-vision"], vocabulary())
    assert made.clusters["labelling-firm"].operator.startswith("Fairmark Labelling")
    assert all(tag.kind != "operator" for tag in made.nodes["labellers"].tags)


def test_unknown_types_and_references_do_not_break_it():
    model = Model("Odd")
    model.element("a", "nobody-knows", within=["missing"], operated_by="missing", parent="missing")
    model.element("b", "user")
    model.flow("a", "b", sends=["missing"], returns=["missing"])
    made = view(model, vocabulary())
    assert made.nodes["a"].kind == "process"
    assert len(made.lanes) == 2
