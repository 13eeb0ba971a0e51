"""What a rule of a scanner says of a threat model: which threats it confirms, which facts it shows, how to mend it.

The table is data, a file per tool. A tool without a file is judged by the weaknesses (CWE) that its findings name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from msgspec import Struct, convert, field

from mantlet.findings.finding import Finding
from mantlet.findings.marks import Effect, Flows
from mantlet.model.entries import FactValue, fact_text

Ends = Literal["element", "either"]
_FOLDER = Path(os.path.dirname(__file__)) / "data"  # noqa: PTH120
ANY_RULE = "*"


class RuleMeaning(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What one rule means."""

    threats: dict[str, Effect] = field(default_factory=dict)
    facts: dict[str, FactValue] = field(default_factory=dict)
    """By `subject.fact`: the element's own, or `opened.fact` for the flows that it opens."""
    controls: list[str] = field(default_factory=list)
    """Controls that a pass of this rule verifies."""
    cwe: list[int] = field(default_factory=list)
    fix: str = ""
    also: list[str] = field(default_factory=list)
    """Element types that the finding is placed on too, wherever the file belongs."""
    ends: Ends = "element"
    """Whether threats on flows count at either end, or only where the element is the one that bears them."""
    flows: Flows = "any"
    """Of threats to a flow as a whole: on flows that the element opens, or that others open to it."""
    protocols: list[str] = field(default_factory=list)
    """Only on flows of these protocols, or of none that is written."""
    unmapped: str = ""
    """Why it says nothing of threats."""

    @property
    def mapped(self) -> bool:
        """Whether it says something of threats, facts or controls."""
        return bool(self.threats or self.facts or self.controls)

    def values(self) -> dict[str, str]:
        """Return the facts as rules compare them."""
        return {name: fact_text(value) for name, value in self.facts.items()}


class Like(Struct, forbid_unknown_fields=True):
    """A tool whose rules are another's under other letters."""

    tool: str
    from_: str = field(name="from")
    to: str


class ToolTable(Struct, forbid_unknown_fields=True):
    """One file of the table."""

    rules: dict[str, RuleMeaning] = field(default_factory=dict)
    tool: str = ""
    tools: list[str] = field(default_factory=list)
    like: Like | None = None
    also: list[str] = field(default_factory=list)
    flows: Flows = "any"


class Cleanness(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What it means that a check found nothing."""

    controls: dict[str, list[str]] = field(default_factory=dict)
    """Controls that it verifies, with the element types; none means any."""
    weakens: list[str] = field(default_factory=list)
    on: list[str] = field(default_factory=list)
    tools: dict[str, Cleanness] = field(default_factory=dict)
    """Where the tools of a check mean different things."""


@lru_cache(maxsize=1)
def tables() -> dict[str, ToolTable]:
    """Return the table, by tool."""
    found: dict[str, ToolTable] = {}
    for file in sorted((_FOLDER / "rules").glob("*.yaml")):
        raw = _read(file)
        if "cwe" in raw:
            continue
        table = convert(raw, ToolTable)
        for rule in table.rules.values():
            rule.also = rule.also or table.also
            rule.flows = table.flows if rule.flows == "any" else rule.flows
        found.update(dict.fromkeys(table.tools or [table.tool], table))
    return found


@lru_cache(maxsize=1)
def by_cwe() -> dict[int, RuleMeaning]:
    """Return what weaknesses mean, for tools without a table."""
    return convert(_read(_FOLDER / "rules" / "cwe.yaml")["cwe"], dict[int, RuleMeaning])


@lru_cache(maxsize=1)
def cleanness() -> dict[str, Cleanness]:
    """Return what clean checks mean, by check."""
    return convert(_read(_FOLDER / "clean.yaml"), dict[str, Cleanness])


def _read(file: Path) -> dict[str, Any]:
    raw: dict[str, Any] = yaml.load(file.read_bytes(), yaml.CSafeLoader)  # package data
    return raw


def meaning(finding: Finding) -> RuleMeaning:
    """Return what a finding means: by its tool's table, else by the weaknesses that it names."""
    own = of_rule(finding.tool, finding.rule)
    if own is not None and (own.mapped or own.unmapped):
        return own
    merged = RuleMeaning(fix=own.fix if own else "")
    for number in finding.cwe:
        weakness = by_cwe().get(number)
        if weakness:
            merged.threats = {**weakness.threats, **merged.threats}
            merged.facts = {**weakness.facts, **merged.facts}
            merged.also = sorted({*merged.also, *weakness.also})
    if not merged.mapped:
        merged.unmapped = (
            "none of its weaknesses is in the table"
            if finding.cwe
            else "the tool has no table and names no weakness"
        )
    return merged


def of_rule(tool: str, rule: str) -> RuleMeaning | None:
    """Return what a tool's own table says of a rule; None where it says nothing."""
    table = tables().get(_known(tool))
    if table is None:
        return None
    if rule in table.rules:
        return table.rules[rule]
    if table.like is not None and rule.startswith(table.like.from_):
        other = tables()[table.like.tool].rules.get(table.like.to + rule.removeprefix(table.like.from_))
        if other is not None:
            return other
    return table.rules.get(ANY_RULE)


def _known(tool: str) -> str:
    """Return a tool's name as the table has it; tools write their own names in many ways."""
    name = re.sub(r"[^a-z0-9]+", "-", tool.lower()).strip("-")
    return name if name in tables() or name not in _ALIASES else _ALIASES[name]


_ALIASES = {
    "bandit-py": "bandit",
    "astral-ruff": "ruff",
    "ruff-linter": "ruff",
    "trivy-vulnerability-scanner": "trivy",
}


def filled(findings: Iterable[Finding]) -> None:
    """Give findings the weakness and the fix of their rule, where they bring none."""
    for finding in findings:
        known = of_rule(finding.tool, finding.rule)
        if known is not None:
            finding.fix = finding.fix or known.fix
            finding.cwe = finding.cwe or list(known.cwe)


def counted() -> Iterator[tuple[str, int, int]]:
    """Yield per tool how many of its rules say something of threats, and how many don't (each says why)."""
    for tool, table in sorted(tables().items()):
        if table.like is not None:
            base = tables()[table.like.tool].rules
            rules = {**base, **table.rules}
        else:
            rules = table.rules
        mapped = sum(rule.mapped for rule in rules.values())
        yield tool, mapped, len(rules) - mapped
