"""The JSON Schemas of what commands print with `--json`."""

from __future__ import annotations

import keeping
import msgspec
import workshop
from shapes import (
    CONTRADICTIONS,
    COUNTS,
    DECISION,
    EVIDENCE,
    FACTOR,
    FOUND,
    FRAMEWORK,
    RATED,
    RATING,
    RISK,
    RULE,
    SEVERITIES,
    THREAT,
    Schema,
    many,
    number,
    record,
    said,
    text,
    words,
)

from mantlet.analysis.considered import framework_tables
from mantlet.cli.found import KINDS
from mantlet.findings.finding import SEVERITIES as FOUND_SEVERITIES
from mantlet.findings.finding import CheckState
from mantlet.project.choosing import STATES
from mantlet.report.model import Report
from mantlet.risk.owasp import ImpactMode

Shapes = dict[str, tuple[str, Schema, Schema]]
"""By name: the command, what it prints, and the definitions that this refers to."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHARED = {"rating": RATING, "decision": DECISION}


def schemas() -> dict[str, Schema]:
    """Return each shape by name; the title is the command that prints it."""
    every = {
        **_register(),
        **_details(),
        **_discovery(),
        **_scans(),
        **_others(),
        **keeping.keeping(),
        **workshop.workshop(),
    }
    return {
        name: {"$schema": DIALECT, "title": title, **shape, **({"$defs": parts} if parts else {})}
        for name, (title, shape, parts) in every.items()
    }


def _register() -> Shapes:
    """The register and the threats below it."""
    risks = many({"$ref": "#/$defs/risk"})
    return {
        "risks": (
            "mantlet risks --json",
            record(
                {
                    **FOUND,
                    "impact_mode": words(ImpactMode, "How impact was made."),
                    "counts": COUNTS,
                    "risks": said(risks, "Open risks, worst first."),
                    "settled": said(risks, "Those that a standing decision accepts, transfers or dismisses."),
                    "to_confirm": said(risks, "Those of which it isn't known whether they exist."),
                    "mitigated": said(risks, "Those that something prevents."),
                    "orphaned": many(
                        {"type": "object"}, "Decisions whose threat is gone; as a decision, with its `key`."
                    ),
                    "contradictions": CONTRADICTIONS,
                }
            ),
            {**SHARED, "risk": RISK},
        ),
        "threats": (
            "mantlet threats --json",
            record({**FOUND, "threats": many(THREAT, "In the order of the register.")}),
            SHARED,
        ),
        "considered": (
            "mantlet threats --considered --json",
            record(
                {
                    **FOUND,
                    "considered": many(_cell(), "Every cell of the tables for every place."),
                }
            ),
            {},
        ),
        "summary": (
            "mantlet risks --summary --json",
            record(
                {
                    **FOUND,
                    **{name: number(kind="integer") for name in ("elements", "flows", "threats", "risks")},
                    "open": COUNTS,
                }
            ),
            {},
        ),
    }


def _cell() -> Schema:
    return record(
        {
            "table": words([table.id for table in framework_tables()]),
            "category": text(),
            "place": text(),
            "at": words(("element", "flow", "source", "target")),
            "state": words((*STATES, "dismissed")),
            "type": text("The threat type that decided it; empty where none asks."),
            "reason": text(minLength=1),
        }
    )


def _details() -> Shapes:
    """A single threat, and what to find out."""
    return {
        "explain": (
            "mantlet explain ID --json",
            record(
                {
                    **FOUND,
                    "id": text(),
                    "type": text(),
                    "title": text(),
                    "text": text("What happens, in a few sentences."),
                    "state": words((*STATES, "absent", "silenced", "out-of-scope")),
                    "applies": said(RULE, "Could it happen here?"),
                    "mitigated": said(RULE, "Is it already prevented?"),
                    "controls": many(
                        record({"id": text(), "title": text(), "effort": words(("low", "medium", "high"))})
                    ),
                    "factors": many(FACTOR, "The factors of the rating; none for a threat that is absent."),
                    "also_at": many(text(), "Other places of the same risk."),
                    "silenced_by": many(text(), "Threat types that say the same here more exactly."),
                    "note": text("The state in words."),
                    "decision": {"$ref": "#/$defs/decision"},
                    "evidence": many(EVIDENCE, "What scans say of it, confirming first."),
                }
            ),
            {"decision": DECISION},
        ),
        "questions": (
            "mantlet ask --json",
            record(
                {
                    **FOUND,
                    "questions": many(
                        record(
                            {
                                "id": text("`fact@place`, as `--answer` takes it."),
                                "question": text(),
                                "why": text(),
                                "answers": many(text(), "What can be answered; empty where any words can."),
                                "path": many(text(), "Where the answer goes in the model file."),
                                "settles": number("How many threats hang on it.", "integer", minimum=1),
                                "worst": words(SEVERITIES, "The worst that these may turn out."),
                            }
                        ),
                        "Most telling first.",
                    ),
                }
            ),
            {},
        ),
    }


def _discovery() -> Shapes:
    """What was found in the code, and where it and the model part."""
    places = many(text(), "Where, as `path:line`; the most telling first.")
    confidence = number("How sure, from 0 to 1.", minimum=0, maximum=1)
    element = {
        "id": text(), "name": text(), "type": text("A type of the vocabulary."), "kind": text("A label of the benchmark."),
        "dfd": words(["external", "process", "store"]), "parent": text("The element that it is a part of; may be empty."),
        "evidence": places, "confidence": confidence,
    }  # fmt: skip
    flow = {
        "from": text(), "to": text(), "data": text("What it carries, in a few words; may be empty."),
        "evidence": places, "confidence": confidence,
    }  # fmt: skip
    unclear = {
        "path": text(),
        "line": number("From 1; 0 is the file itself.", "integer", minimum=0),
        "what": text(),
    }
    component = {
        "kind": text("framework, package, model, dataset, image, action …"), "name": text(),
        "version": text("As the repository writes it; empty where it names none."),
        "pinned": said({"type": "boolean"}, "Whether the same comes every time."), "at": places,
    }  # fmt: skip
    item = {
        "kind": words(KINDS), "section": text("A section of the model file."), "id": text(), "what": text("In a line."), "at": places,
        "known": said({"type": "boolean"}, "Told before, and left as it is by people: no drift."),
    }  # fmt: skip
    return {
        "discover": (
            "mantlet discover PATH --json",
            record({"elements": many(record(element)), "flows": many(record(flow)), "not_understood": many(record(unclear))}),
            {},
        ),
        "inventory": (
            "mantlet discover PATH --inventory --json",
            record({**FOUND, "inventory": many(record(component))}),
            {},
        ),
        "drift": (
            "mantlet drift --json",
            record(
                {
                    **FOUND,
                    "drift": said({"type": "boolean"}, "Whether code and model disagree."),
                    "items": many(record(item)),
                    "stale": many(record({"element": text(), "code": text()}), "Elements whose `code:` names nothing that is there."),
                    "declined": number("Proposals that people declined before.", "integer", minimum=0),
                    "not_understood": number("Places in the code that were not understood.", "integer", minimum=0),
                }
            ),
            {},
        ),
    }  # fmt: skip


def _scans() -> Shapes:
    """What scanners found, and what it does to the model."""
    count = {"kind": "integer", "minimum": 0}
    missed = many(record({"where": text(), "why": text()}), "What it could not look at, and why.")
    check = record(
        {
            "check": text("code, secrets, workflows, dependencies, models, hardening, network, or an imported tool's file."),
            "tool": text(), "version": text(), "state": words([state.value for state in CheckState], "Only `clean` says that there is nothing."),
            "reason": text("Why it was skipped, or what is missing."), "mend": text("How to get the tool or database."),
            "findings": number("Findings that nobody silenced.", **count), "suppressed": number("", **count),
            "looked_at": number("Files and addresses that were looked at to the end.", **count), "not_looked_at": missed,
            "notes": many(text()),
        }
    )  # fmt: skip
    finding = record(
        {
            "rule": text("The tool's own id."), "message": text(), "severity": words(FOUND_SEVERITIES),
            "where": text("File and line, cell of a notebook, member of an archive, address."),
            "line": number("In the file or cell; 0 where there are no lines.", **count), "cell": number("From 1; 0 in what is no notebook.", **count),
            "tool": text(), "fix": text(), "cwe": many(number("", **count)), "refs": many(text(), "CIS recommendations, advisories, other tools' ids."),
            "fingerprint": text("Stays the same when lines move."), "suppressed": text("Why somebody silenced it; empty for nobody."),
        }
    )  # fmt: skip
    place = record(
        {
            "path": text("A file, or an address."), "check": text(),
            "verdict": words(["dangerous", "suspicious", "incomplete", "clean", "error"], "Dangerous from high on, suspicious from medium on."),
            "findings": many(finding), "not_looked": missed,
        }
    )  # fmt: skip
    return {
        "scan": (
            "mantlet scan --json",
            record(
                {
                    **FOUND,
                    "checks": many(check),
                    "records": many(place, "One per file or address."),
                    "model": _told(),
                }
            ),
            {},
        ),
        "evidence": (
            "mantlet evidence list --json",
            record({**FOUND, "checks": many(check), "records": many(place, "One per file or address.")}),
            {},
        ),
    }


def _told() -> Schema:
    """What scans do to a model."""
    threat = record({"id": text("`TYPE@place`."), "title": text(), "evidence": many(EVIDENCE)})
    hole = record(
        {"tool": text(), "rule": text(), "elements": text(), "where": text(), "message": text(), "severity": words(FOUND_SEVERITIES),
         "fingerprint": text(), "why": text()}
    )  # fmt: skip
    return record(
        {
            "confirmed": many(threat), "weakened": many(threat), "contradicted": CONTRADICTIONS,
            "verified": many(record({"control": text(), "name": text("In the model."), "by": text(), "on": text()})),
            "moved": many(record({"id": text(), "title": text(), "before": text(), "after": text()}), "Risks whose severity or state changed."),
            "not_modelled": many(hole, "Findings that meet no threat: the model has a hole."),
            "unmapped": many(hole, "Findings that say nothing of threats, with why."),
        },
        null=True,
        about="What it does to the threat model; null where there is none.",
    )  # fmt: skip


def _others() -> Shapes:
    """What needs no analysis, and the whole report."""
    return {
        "rate": (
            "mantlet rate VECTOR --json",
            record({**FOUND, **RATED, "impact_mode": words(ImpactMode)}),
            {},
        ),
        "validate": (
            "mantlet validate --json",
            record(
                {
                    **FOUND,
                    "valid": {"type": "boolean"},
                    "contradictions": CONTRADICTIONS,
                    "errors": many(
                        record(
                            {
                                "what": text(),
                                "file": text(),
                                "line": number("From 1; 0 where there is none.", "integer", minimum=0),
                                "column": number("", "integer", minimum=0),
                                "mend": text("How to mend it; may be empty."),
                            }
                        )
                    ),
                }
            ),
            {},
        ),
        "coverage": (
            "mantlet catalogue coverage --json",
            record({**FOUND, "frameworks": many(FRAMEWORK)}),
            {},
        ),
        "report": (
            "mantlet report -o report.json",
            record({**FOUND, "report": {"$ref": "#/$defs/Report"}}),
            reported(),
        ),
    }


def reported() -> Schema:
    """Return the definitions of the report's records."""
    return msgspec.json.schema(Report)["$defs"]
