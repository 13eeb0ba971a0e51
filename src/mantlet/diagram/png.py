"""A drawing as PNG, drawn by resvg with the bundled font, so that every machine gives the same picture."""

from __future__ import annotations

from mantlet.base.errors import MissingToolError, UsageError
from mantlet.diagram.drawing import Drawing
from mantlet.diagram.svg import to_svg
from mantlet.diagram.text import FAMILY, FONTS
from mantlet.diagram.theme import Theme

_MOST = 120_000_000
"""Pixels of a picture; about half a gigabyte while it is drawn."""


def to_png(
    drawing: Drawing, *, theme: Theme = "light", scale: float = 2.0, system_fonts: bool = False
) -> bytes:
    """Return the drawing as PNG, ``scale`` pixels per unit; raise `UsageError` for a picture too large to draw.

    The bundled font has Latin, Greek and Cyrillic. With ``system_fonts`` other scripts are taken from the machine's
    fonts, and the picture then depends on the machine.
    """
    too_large(drawing.width, drawing.height, scale)
    svg = to_svg(drawing, theme="light" if theme == "auto" else theme)
    return png_of(svg, scale, system_fonts=system_fonts)


def too_large(width: float, height: float, scale: float) -> None:
    """Raise `UsageError` for a scale that makes no sense or a picture with too many pixels."""
    if not 0.05 <= scale <= 20:
        raise UsageError(f"a scale of {scale:g} is not between 0.05 and 20")
    if width * height * scale * scale > _MOST:
        raise UsageError("the picture would be too large", mend="choose a smaller scale, or write SVG")


def png_of(svg: str, scale: float, *, system_fonts: bool = False) -> bytes:
    """Return an SVG of ours as PNG."""
    try:
        import resvg_py  # noqa: PLC0415  (native code, needed only here)
    except ImportError:
        raise MissingToolError("the PNG renderer is not installed", mend="pip install resvg-py") from None
    picture = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=scale,
        skip_system_fonts=not system_fonts,
        font_files=[str(FONTS / "Inter-Regular.ttf"), str(FONTS / "Inter-SemiBold.ttf")],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
    return bytes(picture)
