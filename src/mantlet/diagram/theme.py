"""Colours and the style sheet, light and dark.

Severity runs from blue over amber to wine, which stays apart under the common colour blindnesses and in grey; nothing
is said by colour alone. The sheet is the same for every drawing, so a page with many needs it once.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

Theme = Literal["auto", "light", "dark"]

LIGHT = {
    "canvas": "#ffffff", "depth1": "#f8fafc", "depth2": "#f1f5f9", "depth3": "#e9eff5", "depth4": "#e1e9f1",
    "ink": "#17212b", "muted": "#566574", "faint": "#8d9aa7",
    "process": "#2b6cb0", "process-fill": "#f6faff", "store": "#0f766e", "store-fill": "#f3fbf9",
    "external": "#46566a", "external-fill": "#f4f5f7", "group": "#5a6778", "group-fill": "#f7f8fa",
    "flow": "#5a6978", "personal": "#a03a8c",
    "network": "#b23b2e", "execution": "#6d4bb3", "organisation": "#875b09", "tenant": "#0e6f86", "jurisdiction": "#4c6a17",
    "family": "#5a6778",
    "note": "#7b8894", "low": "#2f7fba", "medium": "#e3a008", "high": "#cc4d14", "critical": "#8b1a4a",
    "on-note": "#ffffff", "on-low": "#ffffff", "on-medium": "#2a1d00", "on-high": "#ffffff", "on-critical": "#ffffff",
    "highlight": "#d4541b", "added": "#12805c", "removed": "#b3261e", "changed": "#9a6700",
}  # fmt: skip

DARK = {
    "canvas": "#0f151b", "depth1": "#141c24", "depth2": "#19232d", "depth3": "#1e2a36", "depth4": "#24313f",
    "ink": "#e8eef4", "muted": "#a3b2c1", "faint": "#708090",
    "process": "#6fb1f0", "process-fill": "#13202e", "store": "#52c9b5", "store-fill": "#11231f",
    "external": "#b3c0cd", "external-fill": "#1c242c", "group": "#a3b2c1", "group-fill": "#1a222a",
    "flow": "#94a5b6", "personal": "#e78fd8",
    "network": "#f08c7e", "execution": "#b9a1f2", "organisation": "#dfb04d", "tenant": "#5cc3da", "jurisdiction": "#a9c96f",
    "family": "#a3b2c1",
    "note": "#5d6b79", "low": "#4ea3df", "medium": "#f0b429", "high": "#ef7a3e", "critical": "#d6457f",
    "on-note": "#ffffff", "on-low": "#04121e", "on-medium": "#2a1d00", "on-high": "#1f0b00", "on-critical": "#ffffff",
    "highlight": "#ff9457", "added": "#4cc79a", "removed": "#ff8a80", "changed": "#e0b04f",
}  # fmt: skip

DEPTHS = 4
"""Shades for outlines inside each other; deeper ones share the last."""
_VARIABLE = re.compile(r"var\(--mt-([a-z0-9-]+)\)")


@cache
def css(theme: Theme = "auto") -> str:
    """Return the style sheet: literal colours for light or dark, custom properties that follow the reader for auto.

    A page can set the properties (`--mt-canvas`, …) itself: the sheet's own values have no specificity.
    """
    rules = (Path(__file__).parent / "style.css").read_text(encoding="utf-8").replace("\n", "")
    if theme == "auto":
        dark = f"@media (prefers-color-scheme:dark){{:where(.mt){{{_properties(DARK)}}}}}"
        return f":where(.mt){{{_properties(LIGHT)}}}{dark}{rules}"
    palette = LIGHT if theme == "light" else DARK
    return _VARIABLE.sub(lambda found: palette[found[1]], rules)


def _properties(palette: dict[str, str]) -> str:
    return ";".join(f"--mt-{name}:{value}" for name, value in palette.items())
