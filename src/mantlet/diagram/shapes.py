"""Nodes, outlines, lanes and labels as SVG."""

from __future__ import annotations

from collections.abc import Sequence

from mantlet.diagram import metrics as m
from mantlet.diagram.drawing import Drawing, PlacedCluster, PlacedLane, PlacedNode
from mantlet.diagram.geometry import Box, Point
from mantlet.diagram.markup import icon, open_group, tag, text, title
from mantlet.diagram.options import Badge
from mantlet.diagram.paths import arrowhead, number, pair, rounded, shortened, toward
from mantlet.diagram.sizes import Line, title_runs
from mantlet.diagram.theme import DEPTHS
from mantlet.diagram.view import Marks

_CLASSES = {"external-entity": "external", "process": "process", "data-store": "store", "group": "group"}
_SIGNS = {"added": "+", "removed": "−", "changed": "~"}
_KINDS = {
    "external-entity": "external entity",
    "process": "process",
    "data-store": "data store",
    "group": "group",
}
_RING = 2.8


def states(marks: Marks, *, focusing: bool) -> str:
    """Return the classes of what a thing carries."""
    names = []
    if marks.out_of_scope:
        names.append("mt-out")
    if marks.context:
        names.append("mt-context")
    if marks.change:
        names.append(f"mt-{marks.change}")
    if marks.highlight:
        names.append("mt-high")
    elif focusing:
        names.append("mt-dim")
    return "".join(f" {name}" for name in names)


def cluster_shape(item: PlacedCluster, depth: int) -> str:
    """Return an outline's dashed box."""
    box, cluster = item.box, item.cluster
    change = f" mt-{cluster.marks.change}" if cluster.marks.change else ""
    return (
        open_group("mt-boundary", id=cluster.id, kind="boundary")
        + title(about_cluster(item))
        + tag(
            "rect",
            class_=f"mt-outline mt-dim-{cluster.dimension} mt-bg{min(depth, DEPTHS)}{change}",
            x=box.x,
            y=box.y,
            width=box.width,
            height=box.height,
            rx=3.0 if cluster.dimension != "group" else 12.0,
        )
        + "</g>"
    )


def about_cluster(item: PlacedCluster) -> str:
    """Return an outline as a sentence."""
    names = ", ".join(f"{entry.text} ({entry.caption})" for entry in item.cluster.titles)
    by = f", run by {item.cluster.operator}" if item.cluster.operator else ""
    return f"Trust boundary: {names}{by}" if item.cluster.dimension != "group" else f"Parts of {names}"


def cluster_title(item: PlacedCluster, depth: int) -> str:
    """Return an outline's names on an opaque pill."""
    box = item.title
    parts = [
        tag(
            "rect",
            class_=f"mt-bg{min(depth, DEPTHS)}",
            x=box.x - 1,
            y=box.y,
            width=box.width,
            height=box.height,
            rx=box.height / 2,
        )
    ]
    x = box.x + 5
    baseline = box.y + box.height - 5
    for run in title_runs(item.cluster, box.width):
        parts.append(text(run.text, x, baseline, f"{run.classes} mt-start"))
        x += run.width
    return "".join(parts)


def node_shape(item: PlacedNode, *, focusing: bool) -> str:
    """Return a node: its shape, its lines of text, its badge."""
    node, box = item.node, item.box
    classes = f"mt-node mt-{_CLASSES[node.kind]}{states(node.marks, focusing=focusing)}"
    parts = [open_group(classes, id=node.id, kind=node.kind), title(about_node(item)), *_outline(item)]
    top = box.y + (box.height - item.block.height) / 2
    middle = box.x + box.width / 2
    parts += [_node_line(line, middle, top + line.y, node.icon) for line in item.block.lines]
    parts.append(change_sign(node.marks, (box.x + 2, box.y + 1)))
    if node.marks.badge:
        parts.append(badge(node.marks.badge, (box.right - 3, box.y + 1)))
    parts.append("</g>")
    return "".join(parts)


def about_node(item: PlacedNode) -> str:
    """Return a node as a sentence."""
    node = item.node
    parts = [f"{node.name}: {node.caption.lower() or _KINDS[node.kind]}, {_KINDS[node.kind]}"]
    parts += [entry.text for entry in node.tags]
    if node.about:
        parts.append(node.about)
    if node.marks.out_of_scope:
        parts.append(f"out of scope: {node.marks.out_of_scope}")
    if node.marks.badge:
        parts.append(about_badge(node.marks.badge))
    return "; ".join(parts)


def about_badge(mark: Badge) -> str:
    """Return a badge in words."""
    return f"{mark.count} open {'threat' if mark.count == 1 else 'threats'}, worst {mark.severity}"


def _outline(item: PlacedNode) -> Sequence[str]:
    box = item.box
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    if item.node.kind == "data-store":
        bars = f"M{pair((box.x, box.y))}H{number(box.right)}M{pair((box.x, box.bottom))}H{number(box.right)}"
        return [tag("rect", class_="mt-shape", **place), f'<path class="mt-bars" d="{bars}"/>']
    if item.node.kind == "group":
        size = {"width": box.width - 4, "height": box.height - 4}
        return [
            tag("rect", class_="mt-shape", rx=4.0, x=box.x + 4, y=box.y, **size),
            tag("rect", class_="mt-shape", rx=4.0, x=box.x, y=box.y + 4, **size),
        ]
    radius = min(m.NODE_RADIUS, box.height / 2) if item.node.kind == "process" else 0.0
    return [tag("rect", class_="mt-shape", rx=radius, **place)]


def _node_line(line: Line, middle: float, y: float, name: str) -> str:
    if line.role == "name":
        return text(line.text, middle, y, "mt-name")
    if line.role.startswith("caption"):
        if not name or line.role == "caption-more":
            return text(line.text, middle, y, "mt-caption")
        left = middle - line.width / 2
        return icon(name, left, y - m.ICON + 2.0, m.ICON, "mt-icon-type") + text(
            line.text, left + m.ICON + m.ICON_GAP, y, "mt-caption mt-start"
        )
    left = middle - line.width / 2
    dimension = f"mt-dim-{line.dimension}" if line.dimension else ""
    return icon(line.role, left, y - 8.5, 10.0, dimension) + text(line.text, left + 14, y, "mt-tag mt-start")


def badge(mark: Badge, at: Point) -> str:
    """Return a disc (a pill for large numbers) with the number of open threats, in the colour of the worst."""
    shown = str(mark.count) if mark.count < 100 else "99+"
    half = m.BADGE + (len(shown) - 2) * 2.5 if len(shown) > 2 else m.BADGE
    disc = tag(
        "rect",
        class_=f"mt-badge mt-sev-{mark.severity}",
        x=at[0] - half,
        y=at[1] - m.BADGE,
        width=2 * half,
        height=2 * m.BADGE,
        rx=m.BADGE,
    )
    return f"<g>{title(about_badge(mark))}{disc}{text(shown, at[0], at[1] + 3.4, f'mt-count mt-on-{mark.severity}')}</g>"


def change_sign(marks: Marks, at: Point) -> str:
    """Return the sign of what was added, removed or changed; nothing for what wasn't."""
    sign = _SIGNS.get(marks.change)
    if sign is None:
        return ""
    disc = tag("circle", class_=f"mt-sign-{marks.change}", cx=at[0], cy=at[1], r=7.0)
    return disc + text(sign, at[0], at[1] + 4, "mt-sign")


def lane_line(item: PlacedLane, *, focusing: bool) -> str:
    """Return a lane's line with its arrowhead."""
    lane = item.lane
    level = f" mt-{lane.sensitivity}" if lane.sensitivity else ""
    classes = f"mt-flow{level}{states(lane.marks, focusing=focusing)}"
    path = rounded(shortened(item.points, m.ARROW * 0.8))
    parts = [
        open_group(classes, id=lane.id, flow=lane.flow, kind="flow"),
        title(about_lane(item)),
        f'<path class="mt-hit" d="{path}"/><path class="mt-line" d="{path}"/>',
        f'<path class="mt-arrow" d="{arrowhead(item.points)}"/>',
    ]
    if lane.opened_at:
        parts.append(_ring(item))
    if item.leader:
        start, end = item.leader
        parts.append(f'<path class="mt-line mt-leader" d="M{pair(start)}L{pair(end)}"/>')
    parts.append("</g>")
    return "".join(parts)


def _ring(item: PlacedLane) -> str:
    """Return the ring at the end that opens the connection."""
    at_target = item.lane.opened_at == item.lane.target
    end, before = (item.points[-1], item.points[-2]) if at_target else (item.points[0], item.points[1])
    x, y = toward(end, before, m.ARROW + _RING if at_target else _RING + 1.5)
    return tag("circle", class_="mt-ring", cx=x, cy=y, r=_RING)


def about_lane(item: PlacedLane) -> str:
    """Return a lane as a sentence."""
    lane = item.lane
    parts = [lane.about or lane.label]
    if lane.sensitivity:
        parts.append("special-category personal data" if lane.sensitivity == "special" else "personal data")
    if lane.marks.out_of_scope:
        parts.append(f"out of scope: {lane.marks.out_of_scope}")
    if lane.marks.badge:
        parts.append(about_badge(lane.marks.badge))
    return "; ".join(parts)


def lane_label(item: PlacedLane, depth: int, *, focusing: bool) -> str:
    """Return a lane's label on an opaque ground, with its badge and mark."""
    lane, box = item.lane, item.label
    level = f" mt-{lane.sensitivity}" if lane.sensitivity else ""
    parts = [
        open_group(
            f"mt-tagged{level}{states(lane.marks, focusing=focusing)}",
            id=lane.id,
            flow=lane.flow,
            kind="label",
        ),
        tag(
            "rect",
            class_=f"mt-bg{min(depth, DEPTHS)}",
            x=box.x,
            y=box.y,
            width=box.width,
            height=box.height,
            rx=3.0,
        ),
    ]
    left = box.x + m.LABEL_PAD_X
    if lane.marks.badge:
        parts.append(badge(lane.marks.badge, (left + m.BADGE - 1, box.y + box.height / 2)))
        left += 2 * m.BADGE + 3.0
    if lane.sensitivity:
        parts.append(icon("person", left, box.y + box.height / 2 - 5, 10.0, ""))
        left += 12.0
    if lane.marks.change:
        parts.append(change_sign(lane.marks, (left + 6, box.y + box.height / 2)))
        left += 16.0
    middle = (left + box.right - m.LABEL_PAD_X) / 2
    parts += [text(line.text, middle, box.y + line.y, "mt-label") for line in item.block.lines]
    parts.append("</g>")
    return "".join(parts)


def depth_at(drawing: Drawing, box: Box) -> int:
    """Return how many outlines a box lies wholly inside."""
    return sum(1 for item in drawing.clusters.values() if item.box.holds(box))
