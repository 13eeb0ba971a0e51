from __future__ import annotations

import struct

import pytest
from samples import vocabulary, written

from mantlet.base.errors import UsageError
from mantlet.diagram import draw, to_png
from mantlet.model.model import Model


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_size_follows_scale():
    drawing = draw(written()["assistant"], vocabulary())
    for scale in (0.5, 1.0):
        assert size(to_png(drawing, scale=scale)) == pytest.approx(
            (drawing.width * scale, drawing.height * scale), abs=1.5
        )


def test_themes_differ_and_bytes_are_stable():
    drawing = draw(written()["assistant"], vocabulary())
    light, dark = to_png(drawing, scale=0.5), to_png(drawing, scale=0.5, theme="dark")
    assert light != dark
    assert to_png(drawing, scale=0.5, theme="auto") == light


@pytest.mark.parametrize("scale", [0.0, -1.0, 1000.0, float("nan"), float("inf"), 19.0])
def test_sizes_that_make_no_sense_are_refused(scale: float):
    with pytest.raises(UsageError):
        to_png(draw(written()["assistant"], vocabulary()), scale=scale)


def test_text_is_drawn_with_the_bundled_font():
    model = Model("Font")
    model.element("a", "user", name="Name")
    with_text = to_png(draw(model, vocabulary()))
    model.elements["a"].name = "N"
    assert len(to_png(draw(model, vocabulary()))) < len(with_text)
    model.elements["a"].name = "日本語"
    assert size(to_png(draw(model, vocabulary()), scale=1.0))
