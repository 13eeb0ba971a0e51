"""The JSON Schemas of what keeps a model true: diff, check, plan, history."""

from __future__ import annotations

from typing import Any

from shapes import COUNTS, SEVERITIES, TEXTS, VERSIONED, Schema, many, number, record, said, text, words

from mantlet.report.gate import KINDS
from mantlet.review.difference import Kind, ThreatKind
from mantlet.review.gate.outcome import RULES, Level

ANY: Schema = {}
FIELD = record({"path": text("Within the entry."), "before": ANY, "after": ANY})
RATED = record(
    {
        "state": text(),
        "settled": {"type": "boolean"},
        "severity": words(SEVERITIES),
        "worst": words(SEVERITIES),
        "likelihood": number(),
        "impact": number(),
        "vector": text(),
    },
    null=True,
    about="Null where it was or is not there.",
)
WHERE = {
    "file": text(),
    "line": number("From 1; 0 where there is none.", "integer"),
    "column": number("", "integer"),
}
MATRIX = many(many(number("", "integer")), "Open risks by likelihood, high first, then impact, low first.")


def keeping() -> dict[str, Any]:
    """Return the shapes by name: command, schema, definitions."""
    return {
        "diff": ("mantlet diff A B --json", _diff(), {}),
        "check": ("mantlet check --json", _check(), {}),
        "plan": ("mantlet plan --json", _plan(), {}),
        "history": ("mantlet history --json", _history(), {}),
    }


def _diff() -> Schema:
    entry = {
        "section": text(),
        "id": text("Empty for a section without entries."),
        "name": text(),
        "change": words(Kind),
        "fields": many(FIELD, "What changed in an entry that was and is there."),
    }
    threat = {
        "id": text(),
        "risk": text("The risk that it belongs to."),
        "title": text(),
        "change": words(ThreatKind),
        "before": RATED,
        "after": RATED,
        "by_catalogue": said({"type": "boolean"}, "It came with newer rules, not with the system."),
    }
    decision = {
        "key": text(),
        "change": words(Kind),
        "fields": many(FIELD),
        "before": text("Treatment and standing; empty where there was none."),
        "after": text(),
    }
    return record(
        {
            **VERSIONED,
            "before": text("As it was named."),
            "after": text(),
            "empty": said({"type": "boolean"}, "Whether nothing differs."),
            "system": many(record(entry), "Entries that came, went or changed."),
            "threats": many(record(threat), "Bad news first."),
            "decisions": many(record(decision)),
            "counts": record({"before": COUNTS, "after": COUNTS}),
        }
    )


def _check() -> Schema:
    item = {
        "rule": words(RULES),
        "level": words(Level),
        "kind": words(("", *KINDS), "For what is to be reviewed."),
        "message": text(),
        "key": text("What it is about, stable between runs."),
        "severity": words(("", *SEVERITIES)),
        **WHERE,
        "mend": text("How to mend it; may be empty."),
    }
    return record(
        {
            **VERSIONED,
            "passed": {"type": "boolean"},
            "policy": text(),
            "against": text("The baseline; empty for none."),
            "rules": many(words(RULES), "Those that were asked."),
            "items": many(record(item), "Errors first."),
        }
    )


def _plan() -> Schema:
    step = {
        "id": text("The control, or the change of the design."),
        "title": text(),
        "kind": words(("control", "avoid")),
        "effort": number("In points."),
        "on": many(text(), "Where the control goes."),
        "alone": number("Risk that it takes off if nothing else is done."),
        "together": number("Risk that comes back without it."),
        "settles": many(text(), "Risks that it removes by itself."),
        "lowers": TEXTS,
        "needed_by": many(text(), "Controls that do nothing without it."),
        "why": text(),
    }
    return record(
        {
            **VERSIONED,
            "goal": text(),
            "steps": many(record(step), "In the order in which to do them."),
            "effort": number(),
            "removed": number("Risk taken off with all of it done, as the rules judge it."),
            "before": COUNTS,
            "after": COUNTS,
            "matrix_before": MATRIX,
            "matrix_after": MATRIX,
            "optimal": said(
                {"type": "boolean"},
                "Whether no other set of what was tried is better, judged by the rules as a whole.",
            ),
            "gap": number("How far from the best it may be, as a share."),
            "bound": number("What no choice beats."),
            "left": many(text(), "Risks still at or above the target, or high under a budget."),
            "untried": number("Sets of controls that were not tried together.", "integer"),
        }
    )


def _history() -> Schema:
    point = {
        "commit": text("`now` for the file as it is."),
        "on": text("YYYY-MM-DD."),
        "subject": text(),
        "counts": COUNTS,
        "settled": number("", "integer"),
        "mitigated": number("", "integer"),
        "weight": number("Of all open risks.", "integer"),
        "open": said({"type": "object", "additionalProperties": words(SEVERITIES)}, "Open risks by id."),
    }
    treated = {
        "severity": words(SEVERITIES, "The worst that the risk was."),
        "treated": number("", "integer"),
        "median_days": {"type": ["number", "null"]},
        "still_open": number("", "integer"),
        "oldest_days": number("", "integer"),
    }
    return record(
        {
            **VERSIONED,
            "name": text(),
            "points": many(record(point), "Oldest first."),
            "unread": many(
                record({"commit": text(), "on": text(), "why": text()}), "Commits that could not be judged."
            ),
            "treatment": many(record(treated), "Time to treat, by severity."),
            "earlier": number("There are at least so many commits before.", "integer"),
            "burned_per_week": said({"type": ["number", "null"]}, "Null for less than a week."),
        }
    )
