"""Mistakes in what people found and settled: agents, controls in place, decisions, own threats, environments."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import UNSET

from mantlet.base.errors import InputError
from mantlet.model.check_facts import FactChecker
from mantlet.model.check_ids import ID, SYSTEM
from mantlet.model.entries import Decision, ManualThreat, Sections
from mantlet.model.model import RETURNS
from mantlet.model.problem import Path, Problems
from mantlet.model.vector import parse_vector
from mantlet.model.vocabulary import Subject

AGENT_KINDS = (
    "outsider",
    "user",
    "insider",
    "labeller",
    "data-scientist",
    "operator",
    "supplier",
    "curious-operator",
    "accident",
)
STRIDE = (
    "spoofing",
    "tampering",
    "repudiation",
    "information-disclosure",
    "denial-of-service",
    "elevation-of-privilege",
)
CIA = ("confidentiality", "integrity", "availability", "accountability")
TRIM = ("transfer", "retention", "inference", "minimisation")
LINDDUN = re.compile(r"(L|I|NR|D|DD|U|NC)(\.\d+)*")
EVERYWHERE = "*"


class ReviewChecker:
    """Looks through the sections that a review fills."""

    def __init__(
        self,
        sections: Sections,
        controls: Collection[str],
        threat_types: Collection[str],
        problems: Problems,
        facts: FactChecker,
    ) -> None:
        self.sections = sections
        self.controls = controls
        self.threat_types = threat_types
        self.problems = problems
        self.facts = facts

    def run(self) -> None:
        """Note every mistake."""
        self._sequences()
        self._agents()
        self._controls_in_place()
        for key, decision in self.sections.decisions.items():
            self._decision_key(key)
            self._decision(decision, ("decisions", key))
        for name, threat in self.sections.threats.items():
            self._threat(threat, ("threats", name))
        self._environments()
        for index, review in enumerate(self.sections.reviews):
            self.problems.date(review.on, ("reviews", index, "on"))

    def _subject(self, name: str) -> Subject | None:
        """Return what an id names, if anything."""
        sections = self.sections
        if name in sections.elements:
            return "element"
        if name in sections.flows:
            return "flow"
        if name in sections.boundaries:
            return "boundary"
        if name in sections.data:
            return "data"
        return "system" if name == SYSTEM else "copy" if self._is_copy(name) else None

    def _is_copy(self, name: str) -> bool:
        """Tell whether `data/element` names data at an element; ids may have slashes themselves."""
        parts = name.split("/")
        splits = (("/".join(parts[:cut]), "/".join(parts[cut:])) for cut in range(1, min(len(parts), 20)))
        return any(
            data in self.sections.data and element in self.sections.elements for data, element in splits
        )

    def _is_place(self, name: str) -> bool:
        return self._subject(name) is not None or (
            name.endswith(RETURNS) and name[: -len(RETURNS)] in self.sections.flows
        )

    def _places(self) -> list[str]:
        sections = self.sections
        return [*sections.elements, *sections.flows, *sections.boundaries, *sections.data, SYSTEM]

    def _sequences(self) -> None:
        flows = self.sections.flows
        for name, steps in self.sections.sequences.items():
            for index, step in enumerate(steps):
                flow = step.removesuffix(RETURNS)
                if flow not in flows:
                    self.problems.unknown(("sequences", name, index), "flow", flow, flows)
                elif step != flow and not flows[flow].returns:
                    self.problems.add(
                        ("sequences", name, index),
                        f"nothing travels back over '{flow}'",
                        f"add `returns:` to '{flow}'",
                    )

    def _agents(self) -> None:
        inside = {**self.sections.elements, **self.sections.boundaries} if self.sections.agents else {}
        for name, agent in self.sections.agents.items():
            path: Path = ("agents", name)
            if agent.is_ not in AGENT_KINDS:
                self.problems.unknown(
                    (*path, "is"), "kind of agent", agent.is_, AGENT_KINDS, f"one of {', '.join(AGENT_KINDS)}"
                )
            self.problems.names(agent.access, inside, "element or boundary", (*path, "access"))

    def _controls_in_place(self) -> None:
        for name, place in self.sections.controls.items():
            path: Path = ("controls", name)
            if place.control not in self.controls:
                self.problems.unknown(
                    (*path, "control"),
                    "control",
                    place.control,
                    self.controls,
                    "see `mantlet catalogue list controls`",
                )
            for index, on in enumerate(place.on):
                if self._subject(on) in (None, "copy"):
                    self.problems.unknown((*path, "on", index), "place", on, self._places())
            self.problems.date(place.due, (*path, "due"))
            self.problems.date(place.verified_on, (*path, "verified_on"))

    def _decision_key(self, key: str) -> None:
        path: Path = ("decisions", key)
        kind, sign, place = key.partition("@")
        if not (sign and ID.fullmatch(kind) and (place == EVERYWHERE or ID.fullmatch(place))):
            shown = "".join(char if char.isprintable() else "·" for char in key[:60])
            mend = "write TYPE@place, such as MODEL-DESERIALISE@load, or TYPE@*"
            self.problems.add(path, f"'{shown}' names no threat", mend, at_key=True)
        elif kind not in self.threat_types and kind not in self.sections.threats:
            known = [*self.threat_types, *self.sections.threats]
            self.problems.unknown(
                path, "threat type", kind, known, "see `mantlet catalogue list threats`", at_key=True
            )

    def _decision(self, decision: Decision, path: Path) -> None:
        self.problems.names(decision.controls, self.controls, "control", (*path, "controls"))
        for key, value in (
            ("due", decision.due),
            ("until", decision.until),
            ("decided_on", decision.decided_on),
        ):
            self.problems.date(value, (*path, key))
        self._rating(decision.rating, (*path, "rating"))
        if decision.treatment == "accept":
            needed = {
                "reason": decision.reason.strip(),
                "approved_by": decision.approved_by.strip(),
                "until": decision.until is not UNSET,
            }
            if missing := [key for key, there in needed.items() if not there]:
                what = f"an acceptance needs a reason, an approver and an end date; {' and '.join(f'`{key}`' for key in missing)} missing"
                self.problems.add(
                    (*path, "treatment"), what, f"add {', '.join(f'`{key}:`' for key in missing)}"
                )
        elif decision.treatment == "not-applicable" and not decision.reason.strip():
            self.problems.add(
                (*path, "treatment"), "a threat that is not applicable needs a reason", "add `reason:`"
            )

    def _rating(self, vector: str, path: Path) -> None:
        if vector:
            try:
                parse_vector(vector)
            except InputError as error:
                self.problems.add(path, error.what, error.mend)

    def _threat(self, threat: ManualThreat, path: Path) -> None:
        if path[-1] in self.threat_types:
            self.problems.add(
                path,
                f"the catalogue has a threat type '{path[-1]}' already",
                "choose another id",
                at_key=True,
            )
        if not threat.title.strip():
            self.problems.add((*path, "title"), "the title is blank", "say in a few words what can happen")
        for index, place in enumerate(threat.at):
            if not self._is_place(place):
                self.problems.unknown((*path, "at", index), "place", place, self._places())
        self.problems.words(threat.stride, STRIDE, (*path, "stride"))
        self.problems.words(threat.cia, CIA, (*path, "cia"))
        self.problems.words(threat.trim, TRIM, (*path, "trim"))
        self._rating(threat.rating, (*path, "rating"))
        for index, node in enumerate(threat.linddun):
            if not LINDDUN.fullmatch(node):
                self.problems.add(
                    (*path, "linddun", index), f"'{node[:60]}' is no LINDDUN node", "write ids such as DD.4.1"
                )
        agents = {*AGENT_KINDS, *self.sections.agents}
        self.problems.names(threat.agents, agents, "agent", (*path, "agents"))
        self.problems.names(threat.controls, self.controls, "control", (*path, "controls"))

    def _environments(self) -> None:
        for name, environment in self.sections.environments.items():
            for place, facts in environment.facts.items():
                path: Path = ("environments", name, "facts", place)
                subject = self._subject(place)
                if subject is None:
                    self.problems.unknown(path, "place", place, self._places(), at_key=True)
                else:
                    self.facts.check(facts, subject, path)
