"""The inventory of a report: entities, data, flows, boundaries, controls and decisions, as rows of text."""

from __future__ import annotations

from msgspec import UNSET

from mantlet.model.entries import SELF, Element, Flow, fact_text
from mantlet.model.model import Model
from mantlet.risk.register import Register, Risk


class Inventory:
    """Turns the model into rows."""

    def __init__(self, model: Model, register: Register) -> None:
        self.model, self.register = model, register
        self.sections = model.sections
        self.catalogue = register.analysis.catalogue

    def system(self) -> dict[str, str]:
        """Return what the system is, and how large."""
        system = self.sections.system
        criticality = (
            ""
            if system.business is UNSET or system.business.criticality is UNSET
            else system.business.criticality
        )
        return {
            "name": system.name,
            "owner": system.owner,
            "description": system.description,
            "version": system.version,
            "criticality": criticality,
            "elements": str(len(self.sections.elements)),
            "flows": str(len(self.sections.flows)),
            "data": str(len(self.sections.data)),
        }

    def entities(self) -> list[dict[str, str]]:
        """Return every element with its type, place, exposure and open risks."""
        columns, facts = self.register.analysis.columns, self.register.analysis.atoms.facts
        exposure, open_at = facts.column("element", "exposure"), self._open_per_element()
        rows = []
        for row, (name, entry) in enumerate(self.sections.elements.items()):
            count, worst = open_at.get(name, (0, ""))
            rows.append(
                {
                    "id": name,
                    "name": entry.name or name,
                    "type": self._type_title(entry.type),
                    "kind": ("external entity", "process", "data store")[int(columns.kind[row])],
                    "where": ", ".join(self.model.label(boundary) for boundary in entry.within),
                    "operated": "" if entry.operated_by == SELF else self._party(entry.operated_by),
                    "exposure": exposure.values[int(exposure.codes[row])],
                    "description": entry.description,
                    "risks": str(count) if count else "",
                    "worst": worst,
                }
            )
        return rows

    def _type_title(self, name: str) -> str:
        known = self.catalogue.vocabulary.types.get(self.catalogue.vocabulary.resolve(name))
        return known.title if known else name

    def _party(self, name: str) -> str:
        party = self.sections.parties.get(name)
        return (party.name or name) if party else name

    def _open_per_element(self) -> dict[str, tuple[int, str]]:
        found: dict[str, list[Risk]] = {}
        for risk in self.register.open:
            found.setdefault(risk.element, []).append(risk)
        return {
            name: (len(risks), max(risk.severity for risk in risks).word) for name, risks in found.items()
        }

    def data(self) -> list[dict[str, str]]:
        """Return every data asset: what, about whom, why, how long and where."""
        columns = self.register.analysis.columns
        held: dict[str, list[str]] = {}
        for element, asset in zip(
            columns.kept.owner_rows().tolist(), columns.kept.items.tolist(), strict=True
        ):
            held.setdefault(columns.data.ids[asset], []).append(
                self.model.label(columns.elements.ids[element])
            )
        rows = []
        for name, asset in self.sections.data.items():
            subjects = asset.subjects
            people = (
                ""
                if subjects is UNSET
                else " ".join(
                    filter(None, [f"{subjects.count:,}" if subjects.count is not UNSET else "", subjects.who])
                )
            )
            personal = self._personal(name)
            origin = (
                ""
                if asset.derived_from is UNSET
                else ", ".join(
                    f"{self.model.label(source)} ({how})" for source, how in asset.derived_from.items()
                )
            )
            rows.append(
                {
                    "id": name,
                    "name": asset.name or name,
                    "type": asset.type,
                    "classification": "not stated" if asset.classification is UNSET else asset.classification,
                    "personal": personal,
                    "people": people,
                    "purpose": "; ".join(filter(None, [asset.purpose, asset.legal_basis])),
                    "retention": asset.retention,
                    "origin": origin,
                    "held": ", ".join(held.get(name, [])),
                }
            )
        return rows

    def _personal(self, name: str) -> str:
        """Say which personal data an asset has: as stated, or as follows from what it was made from."""
        stated = self.sections.data[name].personal
        if stated is not UNSET:
            return ", ".join(stated) or "none"
        analysis = self.register.analysis
        value = analysis.atoms.lineage.assets(("personal",), ())[analysis.columns.data.rows[name]]
        return ("none", "not stated", "yes, from what it is made of")[int(value)]

    def flows(self) -> list[dict[str, str]]:
        """Return every flow with what moves and what is known of it."""
        rows = []
        for name, flow in self.sections.flows.items():
            facts = {key: fact_text(value) for key, value in flow.facts.items()}
            listed = (
                ["not stated"] if flow.data is UNSET else [self.model.label(asset) for asset in flow.data]
            )
            back = [] if flow.returns is UNSET else [self.model.label(asset) for asset in flow.returns]
            rows.append(
                {
                    "id": name,
                    "name": flow.name or name,
                    "from": self.model.label(flow.from_),
                    "to": self.model.label(flow.to),
                    "data": ", ".join(listed) + (f" ⇠ {', '.join(back)}" if back else ""),
                    "protocol": facts.get("protocol", ""),
                    "facts": ", ".join(
                        f"{key.replace('_', ' ')}: {value}"
                        for key, value in facts.items()
                        if key != "protocol"
                    ),
                }
            )
        return rows

    def boundaries(self) -> list[dict[str, str]]:
        """Return the trust boundaries."""
        return [
            {
                "id": name,
                "name": entry.name or name,
                "type": entry.type,
                "in": self.model.label(entry.in_) if entry.in_ else "",
                "description": entry.description,
            }
            for name, entry in self.sections.boundaries.items()
        ]

    def controls(self) -> list[dict[str, str]]:
        """Return the controls in place or planned."""
        rows = []
        for name, place in self.sections.controls.items():
            control = self.catalogue.controls.get(place.control)
            rows.append(
                {
                    "id": name,
                    "title": control.title if control else place.control,
                    "on": ", ".join(self.model.label(item) for item in place.on),
                    "status": place.status,
                }
            )
        return rows

    def decisions(self) -> list[dict[str, str]]:
        """Return every decision and whether it still stands."""
        rows = []
        for ruling in self.register.rulings.all:
            decision = ruling.decision
            until = next((str(day) for day in (decision.until, decision.due) if day is not UNSET), "")
            standing = "orphaned" if not ruling.rows else ruling.standing
            rows.append(
                {
                    "key": ruling.key,
                    "treatment": decision.treatment,
                    "standing": standing,
                    "note": ruling.note if ruling.rows else "its threat is gone",
                    "who": decision.approved_by or decision.owner,
                    "until": until,
                    "reason": decision.reason,
                }
            )
        return rows

    def contradictions(self) -> list[dict[str, str]]:
        """Return the facts that the model claims and evidence refutes."""
        facts = self.register.analysis.atoms.facts
        return [{**item.to_dict(), "place": self.model.label(item.place)} for item in facts.contradictions()]

    def out_of_scope(self) -> list[dict[str, str]]:
        """Return what is not looked at, and why."""
        entries: list[tuple[str, Element | Flow]] = [
            *self.sections.elements.items(),
            *self.sections.flows.items(),
        ]
        return [
            {"name": self.model.label(name), "reason": entry.out_of_scope}
            for name, entry in entries
            if entry.out_of_scope
        ]

    def method(self) -> dict[str, str]:
        """Return how the report came about."""
        analysis = self.register.analysis
        packs = dict.fromkeys(item.pack for item in analysis.types)
        modes = {
            "method": "business impact where it is known, else technical impact (as the OWASP method page says)",
            "mean8": "the mean of all eight impact factors",
            "max8": "the highest of the eight impact factors",
        }
        return {
            "packs": ", ".join(packs),
            "types": str(len(analysis.types)),
            "impact": modes[self.register.ratings.mode],
        }
