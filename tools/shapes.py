"""The parts that JSON output is made of, as schemas; words that code knows are taken from the code."""

from __future__ import annotations

import typing
from typing import Any

from mantlet.analysis.because import FROM
from mantlet.catalogue.reading import Verdict
from mantlet.catalogue.schema import Cia, Disposition, Stride, Trim
from mantlet.findings.finding import SEVERITIES as FOUND_SEVERITIES
from mantlet.model.entries import Treatment
from mantlet.project.choosing import STATES
from mantlet.report.records import AT_KINDS, VERSION
from mantlet.risk.decisions import Standing
from mantlet.risk.needs import HARM_WORDS
from mantlet.risk.owasp import FACTORS, Level, Severity
from mantlet.risk.reasons import Source

Schema = dict[str, Any]


def said(schema: Schema, text: str) -> Schema:
    """Return a schema with what it means."""
    return {**schema, "description": text}


def text(about: str = "", **more: Any) -> Schema:
    return said({"type": "string", **more}, about) if about else {"type": "string", **more}


def words(values: Any, about: str = "") -> Schema:
    """Return a schema of one of some words; a Literal stands for its words."""
    listed = list(typing.get_args(values) or values)
    return said({"enum": listed}, about) if about else {"enum": listed}


def number(about: str = "", kind: str = "number", **more: Any) -> Schema:
    return said({"type": kind, **more}, about) if about else {"type": kind, **more}


def many(of: Schema, about: str = "", **more: Any) -> Schema:
    schema = {"type": "array", "items": of, **more}
    return said(schema, about) if about else schema


def record(
    fields: dict[str, Schema], *, may: tuple[str, ...] = (), about: str = "", null: bool = False
) -> Schema:
    """Return a schema of an object with these fields and no others; those in ``may`` can be missing."""
    schema: Schema = {
        "type": ["object", "null"] if null else "object",
        "additionalProperties": False,
        "required": [name for name in fields if name not in may],
        "properties": fields,
    }
    return said(schema, about) if about else schema


SCORE = {"minimum": 0, "maximum": 9}
SEVERITIES = [item.word for item in Severity]
LEVELS = [item.word for item in Level]
TEXTS = many(text())
VERSIONED = {"mantlet": said({"const": VERSION}, "Version of the shapes.")}
RULED = said(
    {"type": ["number", "null"], **SCORE}, "Business impact; null where nobody described the business."
)
SEVERITY = words(SEVERITIES, "Severity as far as is known.")

RATED: dict[str, Schema] = {
    "vector": text("The sixteen factors.", pattern="^SL:"),
    "likelihood": number("Mean of the first eight factors.", **SCORE),
    "likelihood_level": words(LEVELS),
    "technical": said(
        {"type": ["number", "null"], **SCORE}, "Technical impact; null where no factor was given."
    ),
    "business": RULED,
    "impact": number("The impact that counts, by the impact mode.", **SCORE),
    "impact_level": words(LEVELS),
    "severity": SEVERITY,
}
RATING = record(
    {
        **RATED,
        "worst": words(SEVERITIES, "Severity if what isn't known turns out badly; gates use this."),
        "band": many(
            words(SEVERITIES), "Least and worst severity under unknown facts.", minItems=2, maxItems=2
        ),
        "harm": words(HARM_WORDS, "Harm to the people in the data."),
    },
    about="How likely it is and what it would do: the estimate, with what unknown facts may make of it.",
)
DATES = ("due", "until", "decided_on")
CHANGED = record(
    {"fact": text("`place.fact`."), "was": text("When it was decided."), "now": text()},
    about="A fact that the decision was taken on and that changed.",
)
DECISION = record(
    {
        "treatment": words(Treatment),
        "status": words(Standing, "Whether the decision counts now."),
        "note": text("Why it doesn't."),
        "controls": TEXTS,
        **{name: text() for name in ("owner", "reason", "approved_by", "ticket", *DATES)},
        "changed": many(CHANGED, "Facts that are no longer what they were when it was taken."),
    },
    may=("controls", "owner", "reason", "approved_by", "ticket", *DATES, "changed"),
    about="What people decided; null where nobody did.",
    null=True,
)
LABELS: dict[str, Schema] = {
    "stride": many(words(Stride), "STRIDE categories."),
    "cia": many(words(Cia), "What is lost."),
    "linddun": many(text(), "LINDDUN tree nodes, such as DD.4.1; the letters in front are the category."),
    "trim": many(words(Trim), "TRIM categories."),
    "refs": said({"type": "object", "additionalProperties": TEXTS}, "Entries of published lists, by list."),
    "new": said(
        {"type": "boolean"}, "Its type came with a later catalogue than the model's `catalogue: version:`."
    ),
}
BECAUSE = record(
    {
        "fact": text("`subject.fact`, or the condition in the rule language."),
        "value": text(),
        "from": words(FROM.values(), "Where the value comes from."),
    }
)
STATE = words(
    STATES,
    "Whether it can happen here: nothing known prevents it, it isn't known whether it can, or something prevents it.",
)
EVIDENCE = record(
    {
        "effect": words(("confirm", "weaken", "refute"), "What it does to the threat."),
        "tool": text("The scanner."),
        "rule": text("Its rule; `clean` where a check found nothing."),
        "severity": words(FOUND_SEVERITIES, "As the scanner rates the finding by itself."),
        "message": text("What was found."),
        "where": text("File and line, cell, member of an archive, address or image."),
        "on": text("The day of the scan."),
        "fix": text("How to mend it."),
        "fingerprint": text("What `mantlet evidence suppress` takes; stays the same when lines move."),
    }
)
THREAT = record(
    {
        "id": text("`TYPE@place`; stable between runs."),
        "type": text("The threat type of the catalogue."),
        "title": text("One sentence with the model's names."),
        "at": record(
            {
                "kind": words(AT_KINDS.values()),
                "id": text("The element, flow, `flow.returns`, boundary, `data/element` or `system`."),
                "source": text("The element that data comes from; flows only."),
                "target": text("The element that data goes to; flows only."),
            },
            may=("source", "target"),
            about="The place.",
        ),
        "element": text(
            "The element it is rated and decided at; the register groups threats of one type by it."
        ),
        "state": STATE,
        "verified": said({"type": "boolean"}, "Something that was checked, not only claimed, prevents it."),
        **LABELS,
        "rating": {"$ref": "#/$defs/rating"},
        "controls": many(text(), "Controls that help."),
        "because": many(
            BECAUSE, "The conditions that make it apply, then those that would prevent it and don't."
        ),
        "evidence": many(EVIDENCE, "What scans say of it, confirming first."),
        "decision": {"$ref": "#/$defs/decision"},
    }
)
RISK = record(
    {
        "id": text("`TYPE@element`."),
        "type": text(),
        "title": text(),
        "element": text(),
        "threats": many(text(), "Ids of its threats, worst first."),
        **LABELS,
        "rating": {"$ref": "#/$defs/rating"},
        "state": STATE,
        "settled": said({"type": "boolean"}, "A standing decision takes it off the open risks."),
        "controls": TEXTS,
        "decision": {"$ref": "#/$defs/decision"},
    }
)
COUNTS = record(
    {word: number(kind="integer") for word in reversed(SEVERITIES)}, about="Open risks by severity."
)
RULE = record(
    {
        "value": words(("yes", "no", "unknown")),
        "rule": text("The rule as the catalogue has it."),
        "conditions": many(
            record(
                {
                    "condition": text(),
                    "answer": words(("yes", "no", "unknown")),
                    "value": text("The fact's own value, where it is about a fact."),
                    "from": text("Where that comes from."),
                    "decisive": said({"type": "boolean"}, "The rule's value hangs on this condition."),
                }
            )
        ),
    }
)
FACTOR = record(
    {
        "factor": words(FACTORS),
        "name": text(),
        "score": number(**SCORE),
        "band": many(number(**SCORE), minItems=2, maxItems=2),
        "source": words(Source, "A person set it, the model shows it, or it is the catalogue's."),
        "reason": text(minLength=1),
        "facts": many(text(), "The facts it would change with."),
    }
)
FRAMEWORK = record(
    {
        "id": text(),
        "title": text(),
        "version": text(),
        "of": text("threats, controls, questions or articles"),
        "entries": many(
            record(
                {
                    "id": text(),
                    "title": text(),
                    "disposition": words(Disposition),
                    "types": many(text(), "Threat types, or controls, that are about it."),
                    "reason": text(),
                    "facts": many(text(), "The facts that answer a review question."),
                    "counted": said(
                        {"type": "boolean"}, "False for headings, which coverage figures leave out."
                    ),
                    "reachable": said(
                        {"type": ["boolean", "null"]}, "One of the types shows on a model named with --on."
                    ),
                    "second_reading": record(
                        {
                            "verdict": words(
                                Verdict,
                                "agreed, completed or mended by the second reader, left against them, changed since, or unread.",
                            ),
                            "by": text(),
                            "on": text(),
                            "note": text("Why not."),
                        },
                        may=("by", "on", "note"),
                    ),
                },
                may=("facts", "counted", "reachable", "second_reading"),
            )
        ),
        "agreement": record(
            {
                "reader": text(),
                "on": text(),
                "read": text("Which texts of the source were read."),
                "mappings": number("Of the first reader.", "integer", minimum=0),
                "agreed": number("Of these, agreed to by the second.", "integer", minimum=0),
                "added": number("What the second found missing.", "integer", minimum=0),
                "confirmed": number("Of these, agreed to by somebody else.", "integer", minimum=0),
                "refused": number("Of these, taken back by somebody else.", "integer", minimum=0),
                "against": number("What stands against the second reader.", "integer", minimum=0),
                "changed": number("Entries to be read again.", "integer", minimum=0),
            }
        ),
    },
    may=("entries", "agreement"),
)
CONTRADICTIONS = many(
    record(
        {
            "place": text(),
            "fact": text(),
            "claimed": text("What the model says of it."),
            "verified": text("What the evidence says; this counts."),
            "by": text("The control in place that was verified."),
        }
    ),
    "Facts that the model claims and evidence refutes.",
)
FOUND = {"mantlet": VERSIONED["mantlet"]}
