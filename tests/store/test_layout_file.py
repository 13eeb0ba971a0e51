import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base.errors import InputError, InputErrors, MantletError, StaleWriteError
from mantlet.store.layout import Layout, layout_path

coordinate = st.integers(-1000, 1000) | st.floats(-1000, 1000)


def test_positions_come_back(tmp_path):
    path = layout_path(tmp_path / "threatmodel.yaml")
    assert path.name == "threatmodel.layout.json"
    layout = Layout.load(path)
    layout.place("elements", "api", x=10, y=20.5)
    layout.place("elements", "api", width=80, height=40)
    layout.place("boundaries", "vpc", x=0, y=0, width=300, height=200)
    layout.route("call", [(1, 2), (3, 4.125)], label=(2, 3))
    layout.save()
    again = Layout.load(path)
    assert again.box("api") == {"x": 10, "y": 20.5, "width": 80, "height": 40}
    assert again.box("nobody") is None
    assert again.waypoints("call") == [(1, 2), (3, 4.12)]
    assert again.waypoints("nothing") == []
    assert again.text == path.read_text()


def test_the_same_layout_gives_the_same_bytes_with_unknown_keys_kept():
    raw = {
        "zoom": {"b": 1, "a": 2},
        "elements": {"b": {"x": 1.0, "y": 2.004, "colour": "red"}, "a": {"x": 0, "y": 0}},
        "layout": 1,
    }
    text = Layout(raw).text
    assert text == Layout(json.loads(text)).text
    assert text.splitlines() == [
        "{", '  "layout": 1,', '  "elements": {', '    "a": {"x": 0, "y": 0},', '    "b": {"colour": "red", "x": 1, "y": 2}', "  },",
        '  "zoom": {"a": 2, "b": 1}', "}",
    ]  # fmt: skip


def test_positions_follow_ids():
    layout = Layout({"elements": {"a": {"x": 1, "y": 2}}, "flows": {"f": {"waypoints": []}}})
    layout.rename("a", "b")
    layout.forget({"f", "nothing"})
    assert layout.box("b") == {"x": 1, "y": 2}
    assert layout.raw["flows"] == {}


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("[]", "expected a mapping", 1),
        ('{"layout": 2}', "unknown version", 1),
        ('{\n"elements": []}', "expected a mapping", 2),
        ('{"elements": {\n"a": 1}}', "expected a mapping", 2),
        ('{"elements": {"a": {\n"x": "left"}}}', "number of points", 2),
        ('{"elements": {"a": {"x": true}}}', "number of points", 1),
        ('{"elements": {"a": {"x": 1e12}}}', "number of points", 1),
        ('{"elements": {"a": {"width": -1}}}', "number of points", 1),
        ('{"flows": {"f": {"waypoints": 3}}}', "list of points", 1),
        ('{"flows": {"f": {"waypoints": [\n[1]]}}}', r"expected \[x, y\]", 2),
        ('{"flows": {"f": {"label": [1, null]}}}', r"expected \[x, y\]", 1),
        ('{"elements": {"a": {"x": 1, "x": 2}}}', "twice", 1),
        ('{"elements": {"a": {"x": NaN}}}', "NaN", 1),
        ("{", "expected", 1),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, words, line):
    path = tmp_path / "m.layout.json"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        Layout.load(path)
    assert caught.value.where.line == line


def test_what_cannot_be_drawn_is_not_taken():
    layout = Layout()
    with pytest.raises(MantletError):
        layout.place("elements", "a", x=float("nan"), y=0)
    with pytest.raises(MantletError):
        layout.place("people", "a", x=1)


def test_a_newer_layout_is_not_overwritten(tmp_path):
    path = tmp_path / "m.layout.json"
    mine, theirs = Layout.load(path), Layout.load(path)
    theirs.place("elements", "a", x=1, y=1)
    theirs.save()
    mine.place("elements", "a", x=2, y=2)
    with pytest.raises(StaleWriteError):
        mine.save()


@given(
    st.dictionaries(
        st.text(max_size=5), st.fixed_dictionaries({"x": coordinate, "y": coordinate}), max_size=4
    )
)
def test_any_names_come_back(boxes):
    layout = Layout()
    for name, box in boxes.items():
        layout.place("elements", name, **box)
    again = json.loads(layout.text)
    rounded = {name: {key: round(value, 2) for key, value in box.items()} for name, box in boxes.items()}
    assert rounded == again.get("elements", {})


@given(st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["elements", "flows", "a", "x", "waypoints", "label"]), inner, max_size=3), max_leaves=10))  # fmt: skip
def test_any_json_is_a_layout_or_an_error(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "any.layout.json"
    path.write_text(json.dumps(value))
    with suppress(InputError, InputErrors):
        assert Layout.load(path).text
