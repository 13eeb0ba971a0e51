"""What the gate says, for machines and pull requests: annotations, SARIF, JUnit, Markdown, JSON."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from mantlet.base import sarif
from mantlet.base.counts import how_many
from mantlet.base.version import VERSION
from mantlet.report.markdown import escape as cell
from mantlet.review.gate.outcome import RULES, Gate, Item

SHOWN = 50
"""Rows of one table of the summary; a pull request's page holds 64 kB."""
KINDS = {
    "acceptance": "Acceptances",
    "not-applicable": "Not applicable",
    "decision": "Other decisions",
    "withdrawn": "Decisions withdrawn",
    "quieted": "Risks that leave the list",
    "claim": "Claims",
    "control": "Controls",
    "scope": "Scope",
    "policy": "The gate's own settings",
    "suppression": "Suppressed findings",
    "rules": "Rules",
    "model": "The system",
}
"""Kinds of what is to be reviewed, as headings; what can turn a gate green comes first."""


def gate_json(gate: Gate) -> dict[str, Any]:
    """Return the JSON document of `check --json`."""
    return {
        "mantlet": 1,
        "passed": gate.passed,
        "policy": gate.policy,
        "against": gate.against,
        "rules": list(gate.asked),
        "items": [_json(gate, item) for item in gate.items],
    }


def _json(gate: Gate, item: Item) -> dict[str, Any]:
    where = gate.where(item)
    return {
        "rule": item.rule,
        "level": item.level,
        "kind": item.kind,
        "message": item.message,
        "key": item.key,
        "severity": item.severity,
        "file": where.file,
        "line": where.line,
        "column": where.column,
        "mend": item.mend,
    }


def to_annotations(gate: Gate) -> str:
    """Return workflow commands that GitHub shows beside the lines of a pull request."""
    lines = []
    for item in gate.items:
        where = gate.where(item)
        word = {"error": "error", "warning": "warning", "note": "notice"}[item.level]
        place = f"file={_property(where.file)}" + (
            f",line={where.line},col={where.column}" if where.line else ""
        )
        title = _property(RULES[item.rule])
        text = _data(item.message + (f"\n{item.mend}" if item.mend else ""))
        lines.append(f"::{word} {place},title={title}::{text}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def to_sarif(gate: Gate) -> bytes:
    """Return SARIF 2.1.0, as code scanning reads it."""
    rules = [
        sarif.Rule(id=name, name=name, short_description=sarif.Message(text=title))
        for name, title in RULES.items()
    ]
    driver = sarif.Component(name="mantlet check", version=VERSION, rules=rules)
    results = [_result(gate, item) for item in gate.items]
    return sarif.write([sarif.Run(tool=sarif.Tool(driver=driver), results=results)])


def _result(gate: Gate, item: Item) -> sarif.Result:
    where = gate.where(item)
    region = sarif.Region(start_line=where.line, start_column=where.column) if where.line else None
    place = sarif.PhysicalLocation(sarif.ArtifactLocation(uri=_uri(where.file)), region)
    return sarif.Result(
        rule_id=item.rule,
        rule_index=list(RULES).index(item.rule),
        kind="fail" if item.level != "note" else "review",
        level=item.level if item.level != "note" else "none",
        message=sarif.Message(text=item.message + (f" ({item.mend})" if item.mend else "")),
        locations=[sarif.ResultLocation(physical_location=place)],
        partial_fingerprints={"mantletKey/v1": item.key},
    )


def _uri(path: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415

    return quote(path.replace("\\", "/"))


def to_junit(gate: Gate) -> bytes:
    """Return JUnit XML: a test case per rule that was asked, with a failure for each item."""
    names = list(dict.fromkeys([*gate.asked, *(item.rule for item in gate.items)]))
    cases = []
    for name in names:
        found = [item for item in gate.of(name) if item.level == "error"]
        head = f'  <testcase classname="mantlet.check" name={quoteattr(name)}'
        if not found:
            cases.append(f"{head}/>")
            continue
        text = "\n".join(_clean(f"{gate.where(item)}: {item.message}") for item in found)
        message = quoteattr(f"{RULES[name]}: {len(found)}")
        cases.append(f"{head}>\n    <failure message={message}>{escape(text)}</failure>\n  </testcase>")
    failed = len({item.rule for item in gate.failures})
    suite = f'<testsuite name="mantlet check ({escape(gate.policy)})" tests="{len(names)}" failures="{failed}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', suite, *cases, "</testsuite>", ""]).encode()


def _clean(text: str) -> str:
    """Leave out what no XML may hold."""
    return "".join(char if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff" and not "\ud800" <= char <= "\udfff") else "·" for char in text)  # fmt: skip


def to_markdown(gate: Gate) -> str:
    """Return a summary for a pull request."""
    lines = [f"## mantlet check: {'passed' if gate.passed else 'failed'}", ""]
    basis = f", against {cell(gate.against)}" if gate.against else ""
    lines += [f"Policy **{cell(gate.policy)}**{basis}. {how_many(len(gate.failures), 'failure')}.", ""]
    if gate.failures:
        lines += ["| what | where |", "|---|---|"]
        lines += [
            f"| **{RULES[item.rule]}**: {cell(item.message)} | {cell(_place(gate, item))} |"
            for item in gate.failures[:SHOWN]
        ]
        lines += _more(len(gate.failures))
    news = [item for item in gate.of("catalogue-threat") if item.level != "error"]
    if news:
        lines += ["", f"### New with newer rules ({len(news)})", "", "They do not fail the gate.", ""]
        lines += [*(f"- {cell(item.message)}" for item in news[:SHOWN]), *_more(len(news))]
    lines += [line for item in gate.of("no-baseline") for line in ("", cell(item.message))]
    review = gate.of("review")
    if "review" in gate.asked:
        lines += ["", f"### For the reviewer ({len(review)})", ""]
        lines += [] if review else ["The change introduces no claim, decision or change of scope."]
    for kind, title in KINDS.items():
        some = [item for item in review if item.kind == kind]
        if some:
            lines += [f"**{title}**", "", *(f"- {cell(item.message)}" for item in some[:SHOWN])]
            lines += [*_more(len(some)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _more(number: int) -> list[str]:
    return ["", f"… and {number - SHOWN} more"] if number > SHOWN else []


def _place(gate: Gate, item: Item) -> str:
    where = gate.where(item)
    return f"{where.file}:{where.line}" if where.line else where.file
