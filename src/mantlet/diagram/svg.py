"""A drawing as SVG: no scripts, nothing fetched, every name escaped, the same bytes for the same drawing."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.diagram import metrics as m
from mantlet.diagram.drawing import Drawing
from mantlet.diagram.legend import legend_markup
from mantlet.diagram.markup import attribute, escape, tag, text
from mantlet.diagram.paths import number
from mantlet.diagram.shapes import cluster_shape, cluster_title, depth_at, lane_label, lane_line, node_shape
from mantlet.diagram.theme import Theme, css


def to_svg(drawing: Drawing, *, theme: Theme = "auto", prefix: str = "mt", styled: bool = True) -> str:
    """Return the drawing as an SVG document.

    ``theme`` auto follows the reader's light or dark mode. ``prefix`` starts every id, so that several drawings can
    live in one page. With ``styled`` false there is no style sheet inside: the page brings `diagram_css` itself, which a
    strict content security policy may want.
    """
    focusing = bool(drawing.options.highlight)
    prefix = prefix or "mt"
    ids = f"{prefix}-title", f"{prefix}-desc"
    size = number(drawing.width), number(drawing.height)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mt" role="img" width="{size[0]}" height="{size[1]}"'
            f' viewBox="0 0 {size[0]} {size[1]}" aria-labelledby={attribute(" ".join(ids))}>'
        ),
        f"<title id={attribute(ids[0])}>{escape(heading(drawing))}</title>",
        f"<desc id={attribute(ids[1])}>{escape(description(drawing))}</desc>",
    ]
    if styled:
        parts.append(f"<style>{css(theme)}</style>")
    parts.append(tag("rect", class_="mt-canvas", width=drawing.width, height=drawing.height))
    if drawing.options.title:
        parts.append(text(drawing.options.title, m.MARGIN, m.MARGIN + 15, "mt-heading"))
    parts += _body(drawing, focusing=focusing)
    parts.append("</svg>")
    return "".join(parts)


def _body(drawing: Drawing, *, focusing: bool) -> Iterator[str]:
    if not drawing.nodes:
        yield text("Nothing to draw yet", drawing.width / 2, drawing.height / 2, "mt-caption")
    depths = {name: len(drawing.view.around(name)) for name in drawing.clusters}
    for name, cluster in drawing.clusters.items():
        yield cluster_shape(cluster, depths[name])
    for lane in sorted(drawing.lanes, key=lambda item: item.lane.marks.highlight):
        yield lane_line(lane, focusing=focusing)
    for node in drawing.nodes.values():
        yield node_shape(node, focusing=focusing)
    for lane in drawing.lanes:
        yield lane_label(lane, depth_at(drawing, lane.label), focusing=focusing)
    for name, cluster in drawing.clusters.items():
        yield cluster_title(cluster, depths[name])
    if drawing.legend:
        yield legend_markup(drawing.legend, 0.0, 0.0)


def heading(drawing: Drawing) -> str:
    """Return the drawing's title for people who hear it."""
    return drawing.options.title or f"{drawing.view.name}: data flow diagram"


def description(drawing: Drawing) -> str:
    """Return what the drawing shows, in a sentence or two."""
    view = drawing.view
    kinds = {
        "external-entity": "external entities",
        "process": "processes",
        "data-store": "data stores",
        "group": "groups",
    }
    counts = [
        f"{count} {words}"
        for kind, words in kinds.items()
        if (count := sum(node.kind == kind for node in view.nodes.values()))
    ]
    names = ", ".join(cluster.titles[0].text for cluster in view.clusters.values())
    inside = f" in the trust boundaries {names}" if names else ""
    return f"{', '.join(counts) or 'Nothing'}{inside}; {len(view.lanes)} movements of data. {view.description}".strip()
