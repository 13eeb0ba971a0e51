"""The few SVG building blocks: everything from a model goes through `escape`."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from mantlet.diagram import metrics as m
from mantlet.diagram.icons import GRID, PATHS
from mantlet.diagram.paths import number
from mantlet.diagram.text import Weight, clean, width


def escape(text: str) -> str:
    """Return text for element content; control characters and direction marks are gone, markup is inert."""
    return clean(text, 2000).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(text: str) -> str:
    """Return a quoted attribute value."""
    return quoteattr(clean(text, 2000))


def tag(name: str, **attributes: str | float) -> str:
    """Return an empty element; an underscore in an attribute's name becomes a hyphen, `class_` becomes `class`."""
    parts = [f"<{name}"]
    for key, value in attributes.items():
        written = number(value) if isinstance(value, float | int) else value
        parts.append(f" {key.rstrip('_').replace('_', '-')}={attribute(written)}")
    parts.append("/>")
    return "".join(parts)


_TYPE: dict[str, tuple[float, Weight]] = {
    "mt-name": (m.NAME, "semibold"),
    "mt-caption": (m.CAPTION, "regular"),
    "mt-tag": (m.TAG, "regular"),
    "mt-label": (m.LABEL, "regular"),
    "mt-title": (m.TITLE, "semibold"),
    "mt-aside": (m.TITLE_CAPTION, "regular"),
}
"""Type sizes by class, as in the style sheet."""


def text(content: str, x: float, y: float, classes: str) -> str:
    """Return a line of text; where a reader lacks the font, another is squeezed into the measured width."""
    size = _TYPE.get(classes.partition(" ")[0])
    shown = clean(content, 2000)
    wide = width(shown, *size) if size else 0.0
    fixed = f' textLength="{number(wide)}" lengthAdjust="spacingAndGlyphs"' if wide >= 1 else ""
    return f'<text class="{classes}" x="{number(x)}" y="{number(y)}"{fixed}>{escape(content)}</text>'


def icon(name: str, x: float, y: float, size: float, classes: str) -> str:
    """Return an icon with its top left corner at a place; nothing for an unknown name."""
    path = PATHS.get(name)
    if path is None:
        return ""
    place = f"translate({number(x)} {number(y)}) scale({size / GRID:.4g})"
    return f'<path class="mt-icon {classes}" transform="{place}" d="{path}"/>'


def open_group(classes: str, **data: str) -> str:
    """Return the start of a group; ``data`` becomes `data-…` attributes for pages that link to parts of the picture."""
    more = "".join(f" data-{key}={attribute(value)}" for key, value in data.items() if value)
    return f'<g class="{classes}"{more}>'


def title(content: str) -> str:
    """Return what a reader hears, or sees when pointing."""
    return f"<title>{escape(content)}</title>"
