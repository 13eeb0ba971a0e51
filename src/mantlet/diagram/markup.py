"""The few SVG building blocks: everything from a model goes through `escape`."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from mantlet.diagram.icons import GRID, PATHS
from mantlet.diagram.paths import number
from mantlet.diagram.text import clean


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


def text(content: str, x: float, y: float, classes: str) -> str:
    """Return a line of text."""
    return f'<text class="{classes}" x="{number(x)}" y="{number(y)}">{escape(content)}</text>'


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
