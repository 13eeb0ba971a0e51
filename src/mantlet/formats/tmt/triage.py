"""Threats of a drawing that is written: stored ones with the states that were decided since, and those that rules make now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mantlet.formats.interface import Note, Outgoing, note
from mantlet.formats.tmt.evaluate import Place, judge
from mantlet.formats.tmt.incoming import KEY, Read, label
from mantlet.formats.tmt.parts import Drawn, Instance, Rule, Template
from mantlet.formats.tmt.threats import (
    AUTO,
    INVESTIGATE,
    MITIGATED,
    NO_REASON,
    NOT_APPLICABLE,
    UNTOUCHED,
    category_of,
    decision_key,
    decision_of,
    filled,
    is_triaged,
    read_threats,
)
from mantlet.model.entries import Decision

JUSTIFICATION = "StateInformation"
_ORDER = (
    "Title",
    "UserThreatCategory",
    "UserThreatShortDescription",
    "UserThreatDescription",
    JUSTIFICATION,
    "InteractionString",
)


class Triage:
    """Puts a model's decisions into a drawing."""

    def __init__(self, outgoing: Outgoing, base: Read, stored: Drawn | None, made: Any) -> None:
        self.outgoing = outgoing
        self.sections = outgoing.sections
        self.drawn: Drawn = made.drawn
        self.notes: list[Note] = made.notes
        self.ids = Read(self.sections, ids={guid: name for name, guid in made.guids.items()})
        self.catalogue: dict[str, str] = {name: item.at for name, item in outgoing.catalogue.threats.items()}
        self.base = base
        self.template: Template | None = self.drawn.template
        self.before = (
            set(judge(stored, stored.template).places) if stored and stored.template else set[Place]()
        )
        self.keys: dict[Place, str] = {}
        if stored is not None:
            read_threats(stored, base, self.before, self.catalogue, self.keys)
        self.names = {item.guid: label(item.attrs) for item in _objects(self.drawn)}
        self.old_names = {item.guid: label(item.attrs) for item in _objects(stored)} if stored else {}

    def run(self) -> None:
        """Bring the drawing's threats up to date."""
        now = judge(self.drawn, self.template).places if self.template else []
        makes = set(now)
        flows = {line.guid for surface in self.drawn.surfaces for line in surface.lines}
        kept: list[Instance] = []
        for item in self.drawn.instances:
            stays = item.flow in flows or item.flow not in self.old_names
            self._settle(item)
            self._rename(item)
            if stays and (
                item.place in makes
                or is_triaged(item)
                or (item.place not in self.before and self._wanted(item))
            ):
                kept.append(item)
            else:
                note(
                    self.notes,
                    "lost",
                    "stored threats whose flow is gone or whose rule no longer fires",
                    item.get("Title") or item.type,
                )
        self.drawn.instances = kept
        if self.drawn.generation != "false" and self.template is not None:
            self._add(now, self.template)
        self._tell()

    def _key(self, item: Instance) -> str:
        """Return the decision key of a stored threat: its type as the model calls it, at its place as that is called now."""
        key = decision_key(item.place, self.ids, self.template, self.catalogue)
        named = self.keys.get(item.place, "").partition("@")[0]
        return f"{named}@{key.partition('@')[2]}" if named else key

    def _wanted(self, item: Instance) -> bool:
        """Tell whether the model still has a threat that no rule makes."""
        name, _, place = self._key(item).partition("@")
        threat = self.sections.threats.get(name)
        return threat is not None and place in threat.at

    def _settle(self, item: Instance) -> None:
        """Carry a decision over where it differs from what the file said."""
        was = decision_of(item)
        now = self._decision(self._key(item))
        if now == was:
            return
        if now is None:
            _set(item, AUTO, "")
        else:
            _set(item, *self._state(now, item))

    def _decision(self, key: str) -> Decision | None:
        found = self.sections.decisions.get(key)
        if found is not None:
            return found
        name, _, place = key.partition("@")
        found = self.sections.decisions.get(f"{name}@*")
        return found if found is not None and (not found.covers or place in found.covers) else None

    def _state(self, decision: Decision, item: Instance) -> tuple[str, str]:
        """Return the state and justification that say most nearly what was decided."""
        if decision.treatment == "not-applicable":
            return NOT_APPLICABLE, "" if decision.reason == NO_REASON else decision.reason
        if decision.treatment == "mitigate" and decision.status == "done":
            return MITIGATED, decision.reason
        word = (
            "avoided" if decision.treatment == "avoid" and decision.status == "done" else decision.treatment
        )
        until = f", until {decision.until}" if decision.until else ""
        by = f", approved by {decision.approved_by}" if decision.approved_by else ""
        note(
            self.notes, "lost", "treatments that the tool has no state for, written as text", self._key(item)
        )
        return (MITIGATED if word == "avoided" else INVESTIGATE), f"{word}{until}{by}: {decision.reason}"

    def _rename(self, item: Instance) -> None:
        """Put new names into texts that were made from the template's."""
        places = (item.source, item.flow, item.target)
        old = _three(self.old_names, places)
        new = _three(self.names, places)
        if old == new or self.template is None:
            return
        rule = next((rule for rule in self.template.rules if rule.id == item.type), None)
        if rule is None:
            return
        texts = dict(_texts(rule, self.template, old))
        fresh = dict(_texts(rule, self.template, new))
        item.texts = [
            (key, fresh[key] if key in texts and texts[key] == value else value) for key, value in item.texts
        ]

    def _add(self, now: Iterable[Place], template: Template) -> None:
        """Add the threats that rules make and the file doesn't have."""
        have = {item.place for item in self.drawn.instances}
        last = max(
            (int(item.id) for item in self.drawn.instances if item.id.isdecimal() and len(item.id) < 10),
            default=0,
        )
        rules = {rule.id: rule for rule in template.rules}
        home = {line.guid: surface.guid for surface in self.drawn.surfaces for line in surface.lines}
        for place in now:
            if place in have:
                continue
            last += 1
            item = _instance(place, rules[place[0]], template, self.names, home[place[2]], last)
            decision = self._decision(self._key(item))
            if decision is not None:
                _set(item, *self._state(decision, item))
            self.drawn.instances.append(item)

    def _tell(self) -> None:
        """Name threats and decisions that found no place in the file."""
        written = {self._key(item).partition("@")[0] for item in self.drawn.instances}
        foreign = {rule.id for rule in self.template.rules} if self.template else set()
        for name, threat in self.sections.threats.items():
            if name not in written and not (KEY in threat.extra or name in foreign):
                note(self.notes, "lost", "threats that people found in mantlet", threat.title)
        keys = {self._key(item) for item in self.drawn.instances}
        other = [key for key in self.sections.decisions if key not in keys and not key.endswith("@*")]
        if other:
            note(self.notes, "lost", "decisions about threats that the file's template does not make", *other)


def _objects(drawn: Drawn) -> list[Any]:
    return [item for surface in drawn.surfaces for item in (*surface.shapes, *surface.lines)]


def _three(names: dict[str, str], places: tuple[str, str, str]) -> tuple[str, str, str]:
    source, flow, target = (names.get(guid, "") for guid in places)
    return source, flow, target


def _set(item: Instance, state: str, justification: str) -> None:
    item.state = state
    texts = [pair for pair in item.texts if pair[0] != JUSTIFICATION]
    if justification:
        row = next((row for row, (key, _) in enumerate(texts) if key not in _ORDER[:4]), len(texts))
        texts.insert(row, (JUSTIFICATION, justification))
    item.texts = texts
    if item.rest.get(JUSTIFICATION):
        item.rest[JUSTIFICATION] = None


def _texts(rule: Rule, template: Template, names: tuple[str, str, str]) -> list[tuple[str, str | None]]:
    """Return the properties of a threat as a rule makes it, in the template's order."""
    own = {datum.name: (datum.values or [None])[0] for datum in rule.data}
    category = category_of(rule, template)
    known: dict[str, str | None] = {
        "Title": filled(rule.title or "", names),
        "UserThreatCategory": category.name if category else "",
        "UserThreatShortDescription": own.get("UserThreatShortDescription")
        or (category.short if category else ""),
        "UserThreatDescription": filled(own.get("UserThreatDescription") or rule.description or "", names),
        "InteractionString": names[1],
    }
    found: list[tuple[str, str | None]] = []
    for datum in template.data:
        name = datum.name or ""
        first = (datum.values or [None])[0]
        if name in known:
            found.append((name, known[name]))
        elif name != JUSTIFICATION and (name in own or first):
            found.append((name, own.get(name) or first))
    return found or list(known.items())


def _instance(
    place: Place, rule: Rule, template: Template, names: dict[str, str], surface: str, number: int
) -> Instance:
    kind, source, flow, target = place
    texts = _texts(rule, template, _three(names, (source, flow, target)))
    priority = next((text for key, text in texts if key == "Priority"), None) or "High"
    blank: dict[str, str | None] = dict.fromkeys(
        (
            "ChangedBy",
            "InteractionString",
            JUSTIFICATION,
            "Title",
            "UserThreatCategory",
            "UserThreatDescription",
            "UserThreatShortDescription",
        )
    )
    rest = {
        **blank,
        "InteractionKey": f"{source}:{flow}:{target}",
        "ModifiedAt": UNTOUCHED,
        "Priority": priority,
        "Upgraded": "false",
        "Wide": "false",
    }
    return Instance(
        kind + source + flow + target, kind, source, flow, target, surface, str(number), AUTO, texts, rest
    )
