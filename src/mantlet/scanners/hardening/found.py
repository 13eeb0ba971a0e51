"""What a rule says, before it becomes a finding: the rule's id, where, and the words for its message."""

from __future__ import annotations

from functools import lru_cache

import yaml
from msgspec import Struct, convert, field

from mantlet.base.data import read_beside
from mantlet.base.version import VERSION
from mantlet.findings.finding import Finding, Spot

NAME, TOOL = "hardening", "mantlet-hardening"
__all__ = ["NAME", "TOOL", "VERSION", "HardeningRule", "Hit", "rules", "to_finding"]


class HardeningRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule."""

    message: str
    severity: str
    fix: str
    cwe: list[int] = field(default_factory=lambda: [1188])
    refs: list[str] = field(default_factory=list)
    """CIS recommendations and the ids of other tools for the same."""


class Hit(Struct, frozen=True):
    """A rule that speaks somewhere."""

    rule: str
    line: int
    member: str = ""
    what: str = ""
    image: str = ""


@lru_cache(maxsize=1)
def rules() -> dict[str, HardeningRule]:
    """Return the rules."""
    raw = yaml.load(read_beside(__file__, "../data/hardening.yaml"), yaml.CSafeLoader)  # package data
    return convert(raw, dict[str, HardeningRule])


def to_finding(hit: Hit, path: str) -> Finding:
    """Turn what a rule says into a finding."""
    rule = rules()[hit.rule]
    return Finding(
        check=NAME,
        tool=TOOL,
        rule=hit.rule,
        message=rule.message.format(what=hit.what[:160]),
        severity=rule.severity,
        spot=Spot(path, hit.line, member=hit.member),
        cwe=list(rule.cwe),
        fix=rule.fix,
        refs=list(rule.refs),
        anchor=f"{hit.member}·{hit.what}",
    )
