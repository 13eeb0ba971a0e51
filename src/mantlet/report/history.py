"""A history as JSON and as a plot: open risks over time, by severity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from msgspec import Struct

from mantlet.base.printable import printable

ORDER = ("note", "low", "medium", "high", "critical")
COLOURS = {"note": "#c3cad1", "low": "#7fbcc4", "medium": "#e3c34d", "high": "#d9702b", "critical": "#8f1d2c"}
WIDTH, HEIGHT = 860, 320
LEFT, RIGHT, TOP, BOTTOM = 52, 150, 44, 40
TREATMENT = (
    ("severity", "Severity"),
    ("treated", "Treated"),
    ("median_days", "Median days"),
    ("still_open", "Still open"),
    ("oldest_days", "Oldest, days"),
)
"""Columns of the table of time to treat."""


class Sample(Struct):
    """One point of the plot."""

    on: str
    counts: dict[str, int]
    weight: int


def history_json(made: Struct, per_week: float | None) -> dict[str, Any]:
    """Return the JSON document of `history --json`."""
    plain: dict[str, Any] = msgspec.to_builtins(made)
    return {"mantlet": 1, **plain, "burned_per_week": None if per_week is None else round(per_week, 2)}


def pace(weight: int, per_week: float | None) -> str:
    """Say in words how fast the weight of what is open goes away."""
    if per_week is None:
        return f"weight {weight}"
    if per_week < 0:
        return f"weight {weight}, growing by {-per_week:.1f} a week"
    if per_week == 0:
        return f"weight {weight}, as it was"
    return f"weight {weight}, {per_week:.1f} less a week: about {weight / per_week:.0f} weeks to go"


def past(points: Sequence[Sample], treatment: Sequence[Struct], per_week: float | None) -> dict[str, Any]:
    """Return risk over time as a report holds it: the points of the plot, time to treat by severity, the pace in words."""
    rows = []
    for item in treatment:
        row = msgspec.to_builtins(item)
        middle = row["median_days"]
        row["median_days"] = "–" if middle is None else f"{middle:g}"
        rows.append({name: str(value) for name, value in row.items()})
    return {
        "points": [msgspec.to_builtins(point) for point in points],
        "treatment": rows,
        "pace": pace(points[-1].weight, per_week),
    }


def plot_of(history: dict[str, Any], title: str) -> str:
    """Return the plot of what a report holds; empty where it holds no history."""
    return plot([msgspec.convert(point, Sample) for point in history["points"]], title) if history else ""


def plot(points: Sequence[Sample], title: str) -> str:
    """Return an SVG: open risks stacked by severity, as steps from commit to commit."""
    start, end = (date.fromisoformat(points[index].on).toordinal() for index in (0, -1))
    span = max(end - start, 1)
    most = max((sum(point.counts.values()) for point in points), default=0)
    top = _rounded(most)
    inner = WIDTH - LEFT - RIGHT

    def across(day: str) -> float:
        return LEFT + inner * (date.fromisoformat(day).toordinal() - start) / span if end > start else LEFT

    def up(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top

    last = points[-1]
    said = (
        ", ".join(f"{last.counts[word]} {word}" for word in reversed(ORDER) if last.counts.get(word))
        or "none"
    )
    name = escape(printable(title))
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="Inter, sans-serif" font-size="12">',
        f"<title>Open risks of {name}</title><desc>From {points[0].on} to {last.on}; open at the end: {said}.</desc>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="600" fill="#16202b">Open risks of {name}</text>',
    ]
    parts += _grid(top, up)
    parts += _areas(points, across, up, LEFT + inner)
    parts += _days(points, across, LEFT + inner)
    parts += _legend(last.counts)
    return "\n".join([*parts, "</svg>", ""])


def _rounded(most: int) -> int:
    """Return a round number for the top of the scale."""
    return next(step for step in (4, 8, 20, 40, 60, 80, 120, 200, 400, 800, 2000, 10**9) if most <= step)


def _grid(top: int, up: Any) -> Iterator[str]:
    for part in range(5):
        value = top * part / 4
        y = up(value)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e9ee"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#54616e">{value:g}</text>'


def _areas(points: Sequence[Sample], across: Any, up: Any, end: float) -> Iterator[str]:
    below = [0] * len(points)
    for word in ORDER:
        above = [low + point.counts.get(word, 0) for low, point in zip(below, points, strict=True)]
        if above != below:
            edge = [
                *_steps(points, above, across, up, end),
                *reversed(_steps(points, below, across, up, end)),
            ]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in edge)
            yield f'<polygon points="{path}" fill="{COLOURS[word]}"><title>{word}</title></polygon>'
        below = above


def _steps(
    points: Sequence[Sample], values: list[int], across: Any, up: Any, end: float
) -> list[tuple[float, float]]:
    found = []
    for number, (point, value) in enumerate(zip(points, values, strict=True)):
        x = across(point.on)
        following = across(points[number + 1].on) if number + 1 < len(points) else end
        found += [(x, up(value)), (following, up(value))]
    return found


def _days(points: Sequence[Sample], across: Any, end: float) -> Iterator[str]:
    y = HEIGHT - BOTTOM
    yield f'<line x1="{LEFT}" x2="{end}" y1="{y}" y2="{y}" stroke="#8592a0"/>'
    shown: list[float] = []
    for point in (points[0], points[-1], *points):
        x = across(point.on)
        if all(abs(x - other) > 90 for other in shown):
            shown.append(x)
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 5}" stroke="#8592a0"/>'
            yield f'<text x="{x:.1f}" y="{y + 20}" text-anchor="middle" fill="#54616e">{point.on}</text>'


def _legend(counts: dict[str, int]) -> Iterator[str]:
    for number, word in enumerate(reversed(ORDER)):
        y = TOP + 14 + number * 24
        x = WIDTH - RIGHT + 24
        yield f'<rect x="{x}" y="{y - 11}" width="13" height="13" rx="2" fill="{COLOURS[word]}"/>'
        yield f'<text x="{x + 21}" y="{y}" fill="#16202b">{word} <tspan fill="#54616e">{counts.get(word, 0)}</tspan></text>'
