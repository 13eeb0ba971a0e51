"""Evidence on one model: findings and clean checks placed on its elements, with what they do to facts, threats and controls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field, structs

from mantlet.catalogue.load import Catalogue
from mantlet.findings.finding import CheckResult, CheckState, Finding
from mantlet.findings.marks import Effect, Mark, SeenFact
from mantlet.findings.placement import Placement
from mantlet.findings.table import Cleanness, RuleMeaning, cleanness, meaning
from mantlet.model.entries import Sections

_SILENT = {CheckState.CLEAN, CheckState.SKIPPED, CheckState.TOOL_MISSING}


class Placed(Struct):
    """A finding, and the elements that it belongs to."""

    finding: Finding
    elements: list[str]
    meaning: RuleMeaning
    on: str = ""


class Verified(Struct, frozen=True):
    """A control in place that a check bears out."""

    name: str
    control: str
    by: str
    on: str


class Evidence(Struct):
    """Everything that scans said, as far as it concerns a model."""

    results: Sequence[CheckResult] = ()
    placed: list[Placed] = field(default_factory=list)
    facts: list[SeenFact] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    verified: list[Verified] = field(default_factory=list)

    @property
    def unplaced(self) -> list[Finding]:
        """Findings at places that the model doesn't know."""
        return [item.finding for item in self.placed if not item.elements]

    def applied(self, sections: Sections) -> Sections:
        """Return the model with the controls marked that a check bears out."""
        if not self.verified:
            return sections
        controls = dict(sections.controls)
        for item in self.verified:
            place = controls[item.name]
            if place.status == "implemented":
                controls[item.name] = structs.replace(
                    place, status="verified", verified_on=item.on, evidence=place.evidence or item.by
                )
        return structs.replace(sections, controls=controls)


def gather(
    results: Sequence[CheckResult], sections: Sections, catalogue: Catalogue, prefix: str = ""
) -> Evidence:
    """Place results on a model. ``prefix`` is where what was scanned lies below the model's folder."""
    evidence = Evidence(results)
    placement = Placement(sections, catalogue.vocabulary, prefix)
    for result in results:
        for finding in result.open:
            _place(evidence, finding, placement, catalogue, result.on)
    for result in results:
        for finding in result.passes:
            _place(evidence, finding, placement, catalogue, result.on, passed=True)
    for check in dict.fromkeys(result.check for result in results):
        same = [result for result in results if result.check == check]
        _clean(evidence, check, same, sections, placement)
    return evidence


def _place(
    evidence: Evidence,
    finding: Finding,
    placement: Placement,
    catalogue: Catalogue,
    on: str,
    *,
    passed: bool = False,
) -> None:
    means = meaning(finding)
    own = placement.of(finding.spot)
    others = [name for name in placement.of_types(means.also) if name not in own]
    if not passed:
        evidence.placed.append(Placed(finding, [*own, *others], means, on))
    for name in [*own, *others]:
        evidence.marks += [
            _mark(finding, means, kind, effect, name, on) for kind, effect in means.threats.items()
        ]
    by = f"{finding.tool} {finding.rule} at {finding.spot}" + (f", {on}" if on else "")
    if finding.sure:
        for name in own or others:
            evidence.facts += _facts(means, name, by, evidence, placement, catalogue)
    if passed:
        evidence.verified += _borne_out(placement.sections, means.controls, set(own), by, on)


def _mark(finding: Finding, means: RuleMeaning, kind: str, effect: Effect, name: str, on: str) -> Mark:
    return Mark(
        type=kind,
        element=name,
        either_end=means.ends == "either",
        flows=means.flows,
        protocols=tuple(means.protocols),
        effect=effect,
        tool=finding.tool,
        rule=finding.rule,
        message=finding.message,
        where=str(finding.spot),
        severity=finding.severity,
        on=on,
        fix=finding.fix or means.fix,
        fingerprint=finding.fingerprint,
    )


def _facts(
    means: RuleMeaning, name: str, by: str, evidence: Evidence, placement: Placement, catalogue: Catalogue
) -> list[SeenFact]:
    known = catalogue.vocabulary.facts
    found: list[SeenFact] = []
    for key, value in means.values().items():
        subject, _, fact = key.partition(".")
        if fact not in known or known[fact].derived:
            continue
        if subject == "element" and "element" in known[fact].on:
            found.append(SeenFact("element", name, fact, value, by))
        elif subject in {"opened", "served"} and "flow" in known[fact].on:
            flows = placement.flows(name, opened=subject == "opened")
            found += [SeenFact("flow", flow, fact, value, by) for flow in flows]
    said = {(item.subject, item.id, item.fact) for item in evidence.facts}
    return [item for item in found if (item.subject, item.id, item.fact) not in said]


def _clean(
    evidence: Evidence, check: str, results: Sequence[CheckResult], sections: Sections, placement: Placement
) -> None:
    """Let a check that found nothing count where it looked."""
    means = cleanness().get(check)
    if means is None:
        return
    for tool, inner in means.tools.items():
        some = [result for result in results if result.tool == tool and result.state is CheckState.CLEAN]
        _clean_tools(evidence, some, inner, sections, placement)
    quiet = all(result.state in _SILENT for result in results)
    if not means.tools and quiet:
        some = [result for result in results if result.state is CheckState.CLEAN]
        _clean_tools(evidence, some, means, sections, placement)


def _clean_tools(
    evidence: Evidence,
    results: Sequence[CheckResult],
    means: Cleanness,
    sections: Sections,
    placement: Placement,
) -> None:
    if not results:
        return
    looked = placement.of_files(path for result in results for path in result.looked)
    there = set(placement.of_types(means.on)) if means.on else looked
    tools, on = ", ".join(result.tool for result in results), max(result.on for result in results)
    files = len({path for result in results for path in result.looked})
    by = f"{tools} found nothing in {files:,} files" + (f", {on}" if on else "")
    for name in sorted(there):
        evidence.marks += [
            Mark(
                kind,
                name,
                "weaken",
                tools,
                "clean",
                f"found nothing in {files:,} files",
                "",
                on=on,
                either_end=True,
            )
            for kind in means.weakens
        ]
    for control, types in means.controls.items():
        places = set(placement.of_types(types)) if types else looked
        evidence.verified += _borne_out(sections, [control], places, by, on)


def _borne_out(
    sections: Sections, controls: Iterable[str], places: set[str], by: str, on: str
) -> list[Verified]:
    """Return the controls in place that are borne out: all that they are on was looked at."""
    return [
        Verified(name, place.control, by, on)
        for name, place in sections.controls.items()
        if place.control in controls and place.status != "planned" and place.on and set(place.on) <= places
    ]
