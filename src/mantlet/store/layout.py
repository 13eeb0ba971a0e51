"""Where people put things in the diagram: `threatmodel.layout.json`, beside the model, so that drawing never dirties it.

Positions are kept by id: elements and boundaries as boxes (`x`, `y`, `width`, `height` in points from the top left), flows as
`waypoints` and a `label` place. Whatever else a program writes there is kept. The same layout gives the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mantlet.base.errors import InputError, Location
from mantlet.base.files import fingerprint, write_atomic
from mantlet.base.limits import MAX_TEXT_BYTES, read_text
from mantlet.base.text import locate
from mantlet.model.problem import Problem
from mantlet.store.convert import raise_problems
from mantlet.store.explain import shown
from mantlet.store.jsonread import JsonPlaces, read_json
from mantlet.store.read import BOM

SUFFIX = ".layout.json"
SECTIONS = ("elements", "boundaries", "flows")
FARTHEST = 1e7
"""Points; a coordinate beyond is a mistake, and would make a picture that nothing can draw."""
Point = tuple[float, float]
Box = dict[str, float]


def layout_path(model: Path) -> Path:
    """Return the layout file's path for a model file: `threatmodel.yaml` → `threatmodel.layout.json`."""
    return model.with_name(model.stem + SUFFIX)


class Layout:
    """Positions by id."""

    def __init__(self, raw: dict[str, Any] | None = None, file: str = "threatmodel.layout.json") -> None:
        self.file = file
        self.raw: dict[str, Any] = {"layout": 1, **(raw or {})}
        self.fingerprint: str | None = None
        """Of the bytes on disk when it was read or saved; empty where there was no file, None if that isn't known."""

    @classmethod
    def load(cls, path: Path) -> Layout:
        """Read a layout; a file that isn't there is an empty one. Raises `InputError` or `InputErrors`."""
        if not path.exists():
            layout = cls(file=str(path))
            layout.fingerprint = ""
            return layout
        text = read_text(path, MAX_TEXT_BYTES)
        raw = read_json(text, str(path)).raw
        places = JsonPlaces(text)
        raise_problems(_check(raw), lambda at, key: locate(text, places.find(at, at_key=key), str(path)))
        layout = cls(raw, str(path))
        with path.open("rb") as file:
            bom = BOM if file.read(3) == BOM else b""
        layout.fingerprint = fingerprint(bom + text.encode())
        return layout

    @property
    def text(self) -> str:
        """The file's text: ids sorted, numbers to two places, one entry a line."""
        return _written(self.raw)

    def save(self, path: Path | None = None) -> None:
        """Write the file whole or not at all; raises `StaleWriteError` if it changed on disk since it was read."""
        data = self.text.encode()
        write_atomic(path or Path(self.file), data, expected=self.fingerprint if path is None else None)
        if path is None:
            self.fingerprint = fingerprint(data)

    def check(self) -> None:
        """Raise what is wrong with the parts that mantlet reads."""
        raise_problems(_check(self.raw), None)

    def box(self, name: str) -> Box | None:
        """Return an element's or boundary's `x`, `y` and, where known, `width` and `height`."""
        for section in ("elements", "boundaries"):
            entry = self.raw.get(section, {}).get(name)
            if entry is not None:
                return {key: entry[key] for key in ("x", "y", "width", "height") if key in entry}
        return None

    def place(self, section: str, name: str, **box: float) -> None:
        """Put an element or boundary somewhere; what isn't given stays."""
        self._entry(section, name).update(box)
        raise_problems(_check(self.raw), None)

    def waypoints(self, flow: str) -> list[Point]:
        """Return the points that a flow's line goes through."""
        entry = self.raw.get("flows", {}).get(flow, {})
        return [(x, y) for x, y in entry.get("waypoints", [])]

    def route(self, flow: str, waypoints: list[Point], label: Point | None = None) -> None:
        """Lead a flow's line through points, with its label at one of its own."""
        entry = self._entry("flows", flow)
        entry["waypoints"] = [list(point) for point in waypoints]
        if label is not None:
            entry["label"] = list(label)
        raise_problems(_check(self.raw), None)

    def rename(self, old: str, new: str) -> None:
        """Let positions follow an entry's new id."""
        for section in SECTIONS:
            entries = self.raw.get(section, {})
            if old in entries:
                entries[new] = entries.pop(old)

    def forget(self, names: set[str]) -> None:
        """Drop the positions of what is gone."""
        for section in SECTIONS:
            entries = self.raw.get(section, {})
            for name in names & entries.keys():
                del entries[name]

    def _entry(self, section: str, name: str) -> dict[str, Any]:
        if section not in SECTIONS:
            raise InputError(f"a layout has no section '{section}'", where=Location(self.file))
        entry: dict[str, Any] = self.raw.setdefault(section, {}).setdefault(name, {})
        return entry


def _check(raw: object) -> list[Problem]:
    """Return what is wrong with the parts of a layout that mantlet reads."""
    if not isinstance(raw, dict):
        return [Problem((), f"expected a mapping, found {shown(raw)}")]
    if raw.get("layout", 1) != 1:
        return [
            Problem(("layout",), f"unknown version {shown(raw['layout'])}", "this mantlet reads version 1")
        ]
    problems: list[Problem] = []
    for section in SECTIONS:
        entries = raw.get(section, {})
        if not isinstance(entries, dict):
            problems.append(Problem((section,), f"expected a mapping, found {shown(entries)}"))
            continue
        for name, entry in entries.items():
            if not isinstance(entry, dict):
                problems.append(Problem((section, name), f"expected a mapping, found {shown(entry)}"))
            else:
                problems += _check_entry((section, name), entry)
    return problems


def _check_entry(path: tuple[str, str], entry: dict[str, Any]) -> list[Problem]:
    problems = [
        Problem((*path, key), f"expected a number of points, found {shown(entry[key])}")
        for key in ("x", "y", "width", "height")
        if key in entry and not _is_number(entry[key], least=0 if key in {"width", "height"} else -FARTHEST)
    ]
    points = entry.get("waypoints", [])
    if not isinstance(points, list):
        problems.append(Problem((*path, "waypoints"), f"expected a list of points, found {shown(points)}"))
    else:
        problems += [
            Problem((*path, "waypoints", index), "expected [x, y]")
            for index, point in enumerate(points)
            if not _is_point(point)
        ]
    if "label" in entry and not _is_point(entry["label"]):
        problems.append(Problem((*path, "label"), "expected [x, y]"))
    return problems


def _is_number(value: object, least: float = -FARTHEST) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= FARTHEST


def _is_point(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_number, value))


def _written(raw: dict[str, Any]) -> str:
    lines: list[str] = []
    for key in sorted(raw, key=lambda name: (name != "layout", name not in SECTIONS, name)):
        value = raw[key]
        if key in SECTIONS and isinstance(value, dict):
            entries = [f"    {_json(name)}: {_json(_rounded(value[name]))}" for name in sorted(value)]
            body = "{\n" + ",\n".join(entries) + "\n  }" if entries else "{}"
            lines.append(f"  {_json(key)}: {body}")
        else:
            lines.append(f"  {_json(key)}: {_json(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        near = round(value, 2)
        return int(near) if near.is_integer() else near
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
