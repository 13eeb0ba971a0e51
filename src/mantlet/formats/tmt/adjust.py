"""Changes to objects of a drawing: only what differs from what the import made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.mapping import table
from mantlet.formats.nesting import Box
from mantlet.formats.tmt import redraw
from mantlet.formats.tmt.incoming import OUT, Read
from mantlet.formats.tmt.names import fact_of
from mantlet.formats.tmt.parts import OUT_OF_SCOPE, WHY_OUT_OF_SCOPE, Attr, Line, Shape
from mantlet.formats.tmt.stencils import SHAPES, Stencils
from mantlet.model.entries import Boundary, Element, FactValue, Flow, fact_text


class Adjust:
    """Carries changes of entries over to their objects."""

    def __init__(
        self, outgoing: Outgoing, base: Read, stencils: Stencils, made: Any, layout: dict[str, Any]
    ) -> None:
        self.outgoing = outgoing
        self.base = base
        self.stencils = stencils
        self.guids: dict[str, str] = made.guids
        self.notes: list[Note] = made.notes
        self.layout = layout
        self.moved: set[str] = set()
        self.shifts: dict[str, tuple[float, float]] = {}

    def _before(self, section: str, guid: str) -> Any:
        return getattr(self.base.sections, section).get(self.base.ids.get(guid, ""))

    def shape(self, section: str, name: str, entry: Any, shape: Shape) -> None:
        """Adjust an element or a boundary box."""
        before = self._before(section, shape.guid)
        if before is None:
            return
        self._name(entry, before, shape.attrs)
        realm, kind = ("element", "") if section == "elements" else ("boundary", "boundary")
        if isinstance(entry, Element):
            kind = str(entry.kind or self.outgoing.vocabulary.kind(entry.type))
            self.facts(entry.facts, before.facts, shape.attrs, kind, entry.name or name)
            self.scope(entry.out_of_scope, before.out_of_scope, shape.attrs)
        if entry.type != before.type:
            stencil = self.stencils.choose(realm, kind, entry.type)  # type: ignore[arg-type]
            if stencil is not None:
                self._retype(shape, stencil)
            shape.kind = SHAPES[kind][1]
        self._place(section, name, shape)

    def _name(self, entry: Element | Boundary | Flow, before: Any, attrs: list[Attr]) -> None:
        if entry.name == before.name:
            return
        found = next((attr for attr in attrs if attr.label == "Name" and attr.kind == "String"), None)
        if found is None:
            attrs.insert(min(1, len(attrs)), Attr("String", "Name", "", entry.name))
        else:
            found.value = entry.name

    def _retype(self, item: Shape | Line, stencil: Any) -> None:
        """Make an object one of another stencil; properties of the same name keep their values."""
        name = next((attr.value for attr in item.attrs if attr.label == "Name" and attr.kind == "String"), "")
        old = {attr.name: attr for attr in item.attrs if attr.name}
        item.type, item.generic = stencil.id, self.stencils.root(stencil).id
        item.attrs = self.stencils.attrs(stencil, name or "")
        for attr in item.attrs:
            known = old.get(attr.name or "")
            if known is None or attr.kind == "StaticList":
                continue
            if attr.options is not None:
                attr.selected = attr.options.index(known.text) if known.text in attr.options else 0
            else:
                attr.value = known.value

    def _place(self, section: str, name: str, shape: Shape) -> None:
        """Move a shape to where people put it in the layout."""
        now = self.layout.get(section, {}).get(name)
        was = self.base.layout.get(section, {}).get(self.base.ids.get(shape.guid, ""))
        box = redraw.box(shape)
        if not isinstance(now, Mapping) or not was or box is None:
            return
        change = {key: float(now.get(key, was[key])) - was[key] for key in ("x", "y", "width", "height")}
        if all(abs(by) < 0.01 for by in change.values()):
            return
        redraw.put(
            shape,
            Box(
                box.x + change["x"],
                box.y + change["y"],
                box.width + change["width"],
                box.height + change["height"],
            ),
        )
        self.moved.add(name)
        self.shifts[name] = (change["x"] + change["width"] / 2, change["y"] + change["height"] / 2)

    def line_name(self, name: str, entry: Boundary, line: Line) -> None:
        """Adjust a boundary line, which has a name and nothing else of ours."""
        before = self._before("boundaries", line.guid)
        if before is not None:
            self._name(entry, before, line.attrs)
            if entry.type != before.type:
                note(self.notes, "lost", "changed types of boundary lines", entry.name or name)

    def line(
        self, name: str, flow: Flow, line: Line, moved: set[str], box_of: Callable[[str], Box | None]
    ) -> None:
        """Adjust a flow."""
        before = self._before("flows", line.guid)
        if before is None:
            return
        self._name(flow, before, line.attrs)
        self._protocol(flow, before, line)
        self.facts(flow.facts, before.facts, line.attrs, "flow", flow.name or name)
        self.scope(flow.out_of_scope, before.out_of_scope, line.attrs)
        ends = (self.guids[flow.from_], self.guids[flow.to])
        if ends != (line.source, line.target):
            line.source, line.target = ends
            source, target = box_of(flow.from_), box_of(flow.to)
            if source and target:
                redraw.connect(line, source, target)
        elif {flow.from_, flow.to} & moved:
            self._follow(flow, line, box_of)
        else:
            self._bend(name, line)

    def _protocol(self, flow: Flow, before: Flow, line: Line) -> None:
        now, was = (fact_text(item.facts.get("protocol", "")) for item in (flow, before))
        if now != was:
            stencil = self.stencils.flow(now)
            if stencil is not None:
                self._retype(line, stencil)

    def _follow(self, flow: Flow, line: Line, box_of: Callable[[str], Box | None]) -> None:
        """Let a line follow the elements that were moved: by as much, or from side to side where they changed places."""
        shifts = [self.shifts.get(end) for end in (flow.from_, flow.to)]
        if any(end not in self.shifts and end in self.moved for end in (flow.from_, flow.to)) or not any(
            shifts
        ):
            source, target = box_of(flow.from_), box_of(flow.to)
            if source and target:
                redraw.connect(line, source, target)
            return
        (ax, ay), (bx, by) = (shift or (0.0, 0.0) for shift in shifts)
        redraw.shift_end(line, "Source", ax, ay)
        redraw.shift_end(line, "Target", bx, by)
        redraw.shift_handle(line, (ax + bx) / 2, (ay + by) / 2)

    def _bend(self, name: str, line: Line) -> None:
        """Take over the middle point where people moved it in the layout."""
        now = self.layout.get("flows", {}).get(name, {}).get("waypoints")
        was = self.base.layout.get("flows", {}).get(self.base.ids.get(line.guid, ""), {}).get("waypoints")
        if not now or not was or now == was:
            return
        middle = now[len(now) // 2]
        redraw.shift_handle(line, middle[0] - was[0][0], middle[1] - was[0][1])

    def facts(
        self,
        now: Mapping[str, FactValue],
        was: Mapping[str, FactValue],
        attrs: list[Attr],
        kind: str,
        label: str,
    ) -> None:
        """Choose the options that say what the facts say now; a fact that no property holds is listed as lost."""
        changed = {
            fact: fact_text(now[fact]) if fact in now else ""
            for fact in {**was, **now}
            if (fact_text(now[fact]) if fact in now else "") != (fact_text(was[fact]) if fact in was else "")
        }
        known: dict[str, dict[str, dict[str, str]]] = table("tm7")["facts"].get(kind, {})
        for fact, value in changed.items():
            if fact == "protocol" or any(_choose(attr, known, fact, value) for attr in attrs):
                continue
            note(self.notes, "lost", "facts that the template has no property for", f"{label}: {fact}")

    def scope(self, now: str, was: str, attrs: list[Attr]) -> None:
        """Mark an object as out of scope, with the reason, or take the mark away."""
        if now == was:
            return
        for name, value in (
            (OUT_OF_SCOPE, "true" if now else "false"),
            (WHY_OUT_OF_SCOPE, "" if now == OUT else now),
        ):
            found = next((attr for attr in attrs if attr.name == name), None)
            if found is not None:
                found.value = value
            else:
                label = "Out Of Scope" if name == OUT_OF_SCOPE else "Reason For Out Of Scope"
                attrs.append(Attr("Boolean" if name == OUT_OF_SCOPE else "String", label, name, value))


def _choose(attr: Attr, known: Mapping[str, Mapping[str, Mapping[str, str]]], fact: str, value: str) -> bool:
    """Choose the option of a property that stands for a fact's value; tell whether the property is about that fact."""
    if attr.options is None or attr.kind != "List":
        return False
    meanings = known.get(attr.name or "", {})
    if fact_of(attr.name or "") == fact:
        wanted = value
    elif any(fact in facts for facts in meanings.values()):
        wanted = next((option for option, facts in meanings.items() if facts.get(fact) == value), "")
    else:
        return False
    if wanted in attr.options:
        attr.selected = attr.options.index(wanted)
    else:
        mapped = set(meanings)
        attr.selected = next((row for row, option in enumerate(attr.options) if option not in mapped), 0)
    return True
