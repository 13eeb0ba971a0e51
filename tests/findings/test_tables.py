"""The table of rules: whole, true to the catalogue, and knowing every rule that the installed scanners can emit."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from mantlet.catalogue.load import load_catalogue
from mantlet.findings.finding import Finding
from mantlet.findings.table import by_cwe, cleanness, counted, meaning, of_rule, tables
from mantlet.findings.weights import moves, weights
from mantlet.model.vector import FACTORS
from mantlet.scanners import process, secrets
from mantlet.scanners.hardening.found import rules as hardening_rules
from mantlet.scanners.models.rules import RULES
from mantlet.scanners.network.check import rules as network_rules
from mantlet.scanners.network.pages import services

CATALOGUE = load_catalogue([])
EVERY = [(tool, name, rule) for tool, table in tables().items() for name, rule in table.rules.items()]
EVERY += [("cwe", str(number), rule) for number, rule in by_cwe().items()]


@pytest.mark.parametrize(("tool", "name", "rule"), EVERY, ids=[f"{tool}-{name}" for tool, name, _ in EVERY])
def test_each_rule_names_what_the_catalogue_has(tool, name, rule):
    known = CATALOGUE.vocabulary
    assert set(rule.threats) <= set(CATALOGUE.threats)
    assert set(rule.controls) <= set(CATALOGUE.controls)
    assert all(item in known.names("element") for item in rule.also)
    for key, value in rule.values().items():
        subject, _, fact = key.partition(".")
        assert subject in {"element", "opened", "served"}
        definition = known.facts[fact]
        assert ("element" if subject == "element" else "flow") in definition.on
        assert not definition.values or definition.open or value in definition.values
    assert rule.mapped != bool(rule.unmapped), "a rule says something of threats, or why it doesn't"


def test_clean_checks_name_what_the_catalogue_has():
    for means in cleanness().values():
        for part in [means, *means.tools.values()]:
            assert set(part.controls) <= set(CATALOGUE.controls)
            assert set(part.weakens) <= set(CATALOGUE.threats)


def test_rules_come_with_a_weakness_and_a_fix():
    for tool in ("bandit", "mantlet-secrets"):
        for name, rule in tables()[tool].rules.items():
            assert rule.cwe, name
            assert rule.fix.endswith("."), name


OWN = {
    "mantlet-models": set(RULES),
    "mantlet-hardening": set(hardening_rules()),
    "mantlet-network": {name for name in network_rules() if name != "open-*"}
    | {service.rule for service in services()},
    "mantlet-secrets": set(secrets.rules()),
}


@pytest.mark.parametrize("tool", OWN)
def test_every_rule_of_our_own_is_in_the_table(tool):
    missing = {name for name in OWN[tool] if of_rule(tool, name) is None}
    assert missing == set()


def _bandit() -> set[str]:
    shown = subprocess.run(
        [sys.executable, "-m", "bandit", "--help"], capture_output=True, text=True, check=True
    ).stdout
    return set(re.findall(r"^\s+(B\d{3})\s", shown, re.MULTILINE))


def _ruff() -> set[str]:
    shown = subprocess.run(
        [process.find("ruff"), "rule", "--all", "--output-format", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {item["code"] for item in json.loads(shown.stdout) if re.fullmatch(r"S\d{3}", item["code"] or "")}


@pytest.mark.parametrize(("tool", "listed"), [("bandit", _bandit), ("ruff", _ruff)])
def test_every_rule_of_the_installed_scanner_is_in_the_table(tool, listed):
    if not process.package_version(tool):
        pytest.skip(f"{tool} isn't installed")
    missing = {name for name in listed() if of_rule(tool, name) is None}
    assert missing == set()


def test_the_count_is_of_everything():
    assert {tool for tool, _, _ in counted()} == set(tables())
    assert sum(mapped for _, mapped, _ in counted()) > 250


def finding(tool="codeql", rule="py/x", cwe=(), **more):
    return Finding("code", tool, rule, "message", cwe=list(cwe), **more)


def test_tools_without_a_table_are_judged_by_the_weakness_they_name():
    assert meaning(finding(cwe=[89])).threats["INJECTION-QUERY"] == "confirm"
    assert "SSRF" in meaning(finding(cwe=[918, 79])).threats
    assert meaning(finding(cwe=[99999])).unmapped
    assert meaning(finding()).unmapped == "the tool has no table and names no weakness"


def test_ruffs_rules_are_bandits():
    assert of_rule("ruff", "S608") == of_rule("bandit", "B608")


def test_evidence_moves_only_factors_that_there_are():
    assert {code for row in weights().confirm.values() for code in row} | set(weights().weaken) <= set(
        FACTORS
    )
    assert moves([]) == {}
