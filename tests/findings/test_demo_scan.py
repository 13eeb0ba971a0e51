"""The demo project from end to end: scanned, threats confirmed, a fact contradicted, a control verified, ratings moved."""

from __future__ import annotations

from datetime import date

import pytest

from mantlet.project.api import analyse
from mantlet.project.demo import write_example
from mantlet.project.scanning import Asked, keep, scan, told
from mantlet.scanners.process import package_version

TODAY = date(2026, 11, 24)
pytestmark = pytest.mark.skipif(not package_version("bandit"), reason="bandit isn't installed")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "churn"
    model = write_example("churn", folder)
    before = analyse(model, today=TODAY)
    keep(
        folder,
        scan(folder, Asked(only=["code", "secrets", "dependencies", "hardening"], cached=False), today=TODAY),
    )
    after = analyse(model, today=TODAY)
    return before, after, told(after, before)


def test_threats_are_confirmed_where_the_code_is(scanned):
    _, _, answer = scanned
    confirmed = {item["id"] for item in answer.confirmed}
    assert {"MODEL-DESERIALISE@load-serving", "INJECTION-QUERY@dashboard", "IMPOSTOR-SERVER@export", "DEBUG-EXPOSED@api",
            "CONTROL-PLANE-OPEN@tracker"} <= confirmed  # fmt: skip


def test_the_claim_that_dependencies_are_pinned_is_refuted(scanned):
    _, after, _ = scanned
    (contradiction,) = after.contradictions
    assert (contradiction.place, contradiction.fact) == ("train", "dependencies_pinned")
    assert "requirements.txt:8" in contradiction.by


def test_the_search_for_secrets_is_verified_by_having_found_none(scanned):
    _, after, answer = scanned
    assert [item["name"] for item in answer.verified] == ["secret-scan"]
    assert after.register.analysis.sections.controls["secret-scan"].status == "verified"


def test_ratings_move_and_say_why(scanned):
    before, after, answer = scanned
    moved = {item["id"]: (item["before"], item["after"]) for item in answer.moved}
    assert moved["IMPOSTOR-SERVER@ingest"] == ("medium, open", "high, open")
    assert len(after.risks) > len(before.risks)
    reasons = {factor.code: factor.reason for factor in after.explain("IMPOSTOR-SERVER@export").factors}
    assert reasons["ED"] == "finding it: raised by bandit B507 (churn/ingest.py:15)"


@pytest.mark.parametrize("kind", ["html", "md", "json", "xlsx"])
def test_the_report_shows_why(scanned, kind):
    _, after, _ = scanned
    made = after.report(kind)
    if kind in {"html", "md", "json"}:
        text = made.decode()
        assert "B507" in text
        assert "churn/ingest.py:15" in text
        assert "dependencies" in text
    assert made == after.report(kind)


def test_what_fits_nothing_is_told(scanned):
    _, _, answer = scanned
    assert {"B108", "docker-root"} <= {item["rule"] for item in answer.not_modelled}
    assert all(item["why"] for item in [*answer.not_modelled, *answer.unmapped])
