from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import vocabulary, written

from mantlet.diagram import Badge, Options, diagram_css, draw, to_png, to_svg
from mantlet.model.model import Model

parsed = ET.fromstring  # of what our own renderer wrote
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></title><script>",
    "a\nb\r\n\tc",
    "\u202eevil\u2066\u200f",
    "&amp;&#x3c;",
    "x" * 10_000,
    "\x00\x01\ud800\ufffe",
    "<!-- -- -->",
    "{{7*7}} ${x} %s",
    "'); DROP TABLE",
    "",
    " ",
]


def hostile_model(names: list[str]) -> Model:
    model = Model(names[0])
    model.sections.system.description = names[1 % len(names)]

    def pick(number: int) -> str:
        return names[number % len(names)]

    outer = model.boundary("outer", "cloud-network", name=pick(1))
    inner = model.boundary("inner", pick(2) or "host", within=outer, name=pick(3))
    model.data("data", name=pick(4), personal=[pick(5)])
    model.element("a", pick(6) or "user", name=pick(7), description=pick(8))
    model.element("b", "agent", within=inner, name=pick(9), out_of_scope=pick(10))
    model.element("c", "database", within=outer, name=pick(11))
    model.flow("a", "b", id="f", sends=["data"], returns=["data"], name=pick(12))
    model.flow("b", "c", id="g", name=pick(3), out_of_scope=pick(2))
    return model


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=40) | st.sampled_from(HOSTILE), min_size=13, max_size=13))
def test_hostile_names_stay_text(names: list[str]):
    drawing = draw(hostile_model(names), vocabulary(), Options(title=names[0], direction="right"))
    svg = to_svg(drawing)
    root = parsed(svg)
    tags = {item.tag.removeprefix(SVG) for item in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "path", "circle", "g", "text"}
    assert not {key for item in root.iter() for key in item.attrib if key.startswith("on") or "href" in key}


def test_the_known_hostile_names_one_by_one():
    for name in HOSTILE:
        drawing = draw(hostile_model([name] * 13), vocabulary(), Options(title=name, direction="right"))
        svg = to_svg(drawing)
        parsed(svg)
        assert "<script" not in svg
        assert "<img" not in svg
        assert "\u202e" not in svg
        assert "]]>" not in svg
        assert to_png(drawing, scale=0.5).startswith(b"\x89PNG")
        assert drawing.width < 2500


def test_no_number_is_broken():
    for model in written().values():
        svg = to_svg(draw(model, vocabulary()))
        numbers = " ".join(re.findall(r' (?:x|y|width|height|r|rx|cx|cy|d|viewBox|transform)="([^"]*)"', svg))
        assert not re.search(r"nan|inf|\de[+-]?\d", numbers, re.IGNORECASE)
        assert len(numbers) > 1000


def test_the_picture_is_self_contained_and_accessible():
    model = written()["assistant"]
    svg = to_svg(draw(model, vocabulary(), Options(overlay={"train": Badge(2, "HIGH")})))
    root = parsed(svg)
    assert re.findall(r"https?://[^\s\"<]+", svg) == ["http://www.w3.org/2000/svg"]
    assert "url(" not in svg
    assert root.attrib["role"] == "img"
    ids = root.attrib["aria-labelledby"].split()
    found = {item.attrib["id"]: item for item in root if "id" in item.attrib}
    assert list(found) == ids
    assert "data flow diagram" in (found[ids[0]].text or "")
    assert "27" not in ids
    titles = [item.text for item in root.iter(f"{SVG}title")]
    assert any(
        "Train / fine-tune" in (text or "") and "2 open threats, worst high" in (text or "")
        for text in titles
    )


def test_parts_can_be_linked():
    model = written()["assistant"]
    root = parsed(to_svg(draw(model, vocabulary())))
    nodes = {
        item.attrib["data-id"]
        for item in root.iter()
        if item.attrib.get("data-kind") in {"process", "data-store", "external-entity"}
    }
    flows = {item.attrib["data-id"] for item in root.iter() if item.attrib.get("data-kind") == "flow"}
    boundaries = {
        item.attrib["data-id"] for item in root.iter() if item.attrib.get("data-kind") == "boundary"
    }
    assert nodes == set(model.elements)
    assert flows == {movement.place for movement in model.movements()}
    assert boundaries == set(model.boundaries)


def test_several_pictures_live_in_one_page():
    drawing = draw(written()["assistant"], vocabulary())
    first, second = to_svg(drawing, prefix="one"), to_svg(drawing, prefix="two")
    ids = re.findall(r' id="([^"]+)"', first + second)
    assert len(ids) == len(set(ids)) == 4
    assert "<style>" not in to_svg(drawing, styled=False)
    assert ' id="mt-title"' in to_svg(drawing, prefix="")


def test_the_same_model_gives_the_same_bytes():
    for name in ("assistant", "rag-chatbot"):
        first = to_svg(draw(written()[name], vocabulary()))
        second = to_svg(draw(written()[name], vocabulary()))
        assert first == second


def test_themes_differ_only_in_colours():
    drawing = draw(written()["assistant"], vocabulary())
    light, dark, auto = (to_svg(drawing, theme=theme) for theme in ("light", "dark", "auto"))
    assert "var(" not in light + dark
    assert "prefers-color-scheme:dark" in auto
    bare = [re.sub(r"<style>.*?</style>", "", item) for item in (light, dark, auto)]
    assert bare[0] == bare[1] == bare[2]


def test_the_style_sheet_uses_known_colours_and_classes():
    sheet = diagram_css("auto")
    assert set(re.findall(r"var\((--mt-[a-z0-9-]+)\)", sheet)) <= set(
        re.findall(r"(--mt-[a-z0-9-]+):", sheet)
    )
    assert "var(" not in diagram_css("light")


def _luminance(colour: str) -> float:
    parts = [int(colour[row : row + 2], 16) / 255 for row in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, two: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["LIGHT", "DARK"])
def test_colours_can_be_read(theme: str):
    from mantlet.diagram import theme as themes

    colours: dict[str, str] = getattr(themes, theme)
    for ground in ("canvas", "depth1", "depth2", "depth3", "depth4"):
        for ink in (
            "ink",
            "muted",
            "network",
            "execution",
            "organisation",
            "tenant",
            "jurisdiction",
            "family",
        ):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        for line in ("flow", "personal", "process", "store", "external", "group"):
            assert _contrast(colours[line], colours[ground]) >= 3, (line, ground)
    for level in ("note", "low", "medium", "high", "critical"):
        assert _contrast(colours[f"on-{level}"], colours[level]) >= 3, level


def test_nothing_and_one_thing_are_drawn():
    empty = to_svg(draw(Model("Empty"), vocabulary()))
    assert "Nothing to draw yet" in empty
    model = Model("One")
    model.element("only", "user")
    assert 'data-id="only"' in to_svg(draw(model, vocabulary()))


def test_another_font_is_squeezed_into_the_measured_width():
    svg = to_svg(draw(written()["assistant"], vocabulary()))
    names = re.findall(
        r'<text class="mt-name"[^>]*textLength="([\d.]+)" lengthAdjust="spacingAndGlyphs"', svg
    )
    assert len(names) >= 27
    assert all(float(length) <= 130 for length in names)


def test_the_style_sheet_has_the_measured_sizes():
    from mantlet.diagram.markup import _TYPE

    sheet = diagram_css("light")
    for name, (size, weight) in _TYPE.items():
        rule = re.search(rf"\.mt \.{name}\{{([^}}]*)\}}", sheet)
        assert rule
        assert f"font-size:{size:g}px" in rule[1]
        assert ("font-weight:600" in rule[1]) == (weight == "semibold")
