"""The project's dependencies as a CycloneDX document, with what advisories and people say of them (VEX)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mantlet.base.version import VERSION
from mantlet.findings.finding import CheckResult, Finding
from mantlet.scanners.dependencies.pins import Pin, UnreadableError, is_dependency_file, read
from mantlet.scanners.interface import list_files

SPEC = "1.6"


def sbom(root: Path, results: Sequence[CheckResult]) -> bytes:
    """Return the document; the same project gives the same bytes, without times or random numbers."""
    pins: dict[str, Pin] = {}
    for path in list_files(root):
        if is_dependency_file(path):
            try:
                found = read(root, path)
            except UnreadableError:
                continue
            for pin in found:
                pins.setdefault(_purl(pin.name, pin.version), pin)
    findings = [
        finding for result in results for finding in result.findings if finding.rule == "known-vulnerability"
    ]
    document: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "mantlet", "version": VERSION}]},
            "component": {"type": "application", "name": root.name or "project", "bom-ref": "project"},
        },
        "components": [_component(purl, pin) for purl, pin in sorted(pins.items())],
        "dependencies": [
            {"ref": "project", "dependsOn": sorted(pins)},
            *({"ref": purl} for purl in sorted(pins)),
        ],
        "vulnerabilities": _vulnerabilities(findings, pins),
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _purl(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}" if version else f"pkg:pypi/{name}"


def _component(purl: str, pin: Pin) -> dict[str, Any]:
    made = {"type": "library", "bom-ref": purl, "name": pin.name, "purl": purl}
    if pin.version:
        made["version"] = pin.version
    places = [{"name": "mantlet:file", "value": f"{pin.path}:{pin.line}"}]
    if not pin.version:
        places.append({"name": "mantlet:unpinned", "value": pin.wanted or "any version"})
    return {**made, "properties": places}


def _vulnerabilities(findings: Sequence[Finding], pins: dict[str, Pin]) -> list[dict[str, Any]]:
    """Return one entry per advisory, with the components that it affects and what people decided."""
    found: dict[str, dict[str, Any]] = {}
    for finding in findings:
        name, _, advisory = finding.anchor.partition(" ")
        entry = found.setdefault(
            advisory,
            {
                "id": advisory,
                "references": [
                    {"id": alias, "source": {"name": alias.partition("-")[0]}}
                    for alias in finding.refs
                    if alias != advisory
                ],
                "ratings": [{"severity": finding.severity}],
                "cwes": finding.cwe,
                "description": finding.message,
                "recommendation": finding.fix,
                "affects": [],
                "analysis": _analysis(finding),
            },
        )
        entry["affects"] += [
            {"ref": purl} for purl, pin in sorted(pins.items()) if pin.name == name and pin.version
        ]
    return [found[name] for name in sorted(found)]


def _analysis(finding: Finding) -> dict[str, Any]:
    if finding.suppressed:
        return {
            "state": "not_affected",
            "justification": "requires_environment",
            "detail": finding.suppressed,
        }
    return {"state": "in_triage"}
