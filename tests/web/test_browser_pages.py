"""The pages beside the drawing, in a real browser: what each is for, by its main way through."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.web.browser import window
from tests.web.workbench import SMALL, write

pytestmark = pytest.mark.slow
PAGES = ("plan", "discover", "evidence", "privacy", "history", "report", "workshop", "files")
IDLE = "main [aria-busy=true]"


MODEL = (
    SMALL.replace(
        'rate_limited: "no"',
        'rate_limited: "no"\n      dependencies_pinned: "yes"\n    code: [app.py, Dockerfile, requirements.txt]',
    )
    + "  ask: {from: app, to: store}\n"
)
CODE = """\
import pickle

import requests
from fastapi import FastAPI

app = FastAPI()


@app.post("/score")
def score(row: dict) -> float:
    model = pickle.load(open(row["model"], "rb"))
    requests.post("https://api.partner.example/v1/scores", json=row)
    return model.predict(row)
"""
CUSTOMERS = "customer_id,name,email,phone,plan\n" + "".join(
    f"C{number:05},{first} {last},{first.lower()}.{last.lower()}@mail.example,+44 20 7946 0{number:03},basic\n"
    for number, (first, last) in enumerate(
        (first, last)
        for first in ("Imogen", "Tobias", "Adaeze", "Halima")
        for last in ("Vale", "Renn", "Okoro", "Sadiq")
    )
)


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A small project with code, a table and two commits, to be copied."""
    folder = tmp_path_factory.mktemp("pages") / "churn"
    (folder / "data").mkdir(parents=True)
    model = write(folder, MODEL)
    (folder / "app.py").write_text(CODE, encoding="utf-8")
    (folder / "requirements.txt").write_text("fastapi\nrequests>=2\n", encoding="utf-8")
    (folder / "Dockerfile").write_text(
        "FROM python:latest\nCOPY . /app\nCMD python -m app\n", encoding="utf-8"
    )
    (folder / "data" / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    commit(folder, "2026-09-01", "as drawn", start=True)
    model.write_text(MODEL.replace('rate_limited: "no"', 'rate_limited: "yes"'), encoding="utf-8")
    commit(folder, "2026-10-01", "requests are limited")
    return folder


@pytest.fixture
def project(template, tmp_path) -> Path:
    folder = tmp_path / "churn"
    shutil.copytree(template, folder)
    return folder / "threatmodel.yaml"


def commit(folder: Path, day: str, subject: str, *, start: bool = False) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    names = {f"GIT_{who}_{what}": "ana" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {f"GIT_{who}_DATE": f"{day}T12:00:00" for who in ("AUTHOR", "COMMITTER")}
    commands = [["init", "-q"]] if start else []
    for command in [*commands, ["add", "-A"], ["commit", "-qm", subject]]:
        subprocess.run(
            ["git", *command], cwd=folder, check=True, env={**names, **dates, "PATH": "/usr/bin:/bin"}
        )


def show(found, address: str) -> None:
    """Open a page and wait until it has what it asked for."""
    found.go(f"#/{address}", f".at-{address.partition('?')[0]}")
    settle(found)


def settle(found) -> None:
    found.page.wait_for_timeout(50)
    found.page.wait_for_selector(IDLE, state="detached", timeout=60_000)


def press(found, name: str) -> None:
    found.page.get_by_role("button", name=name, exact=True).first.click()


def turn(found, name: str) -> None:
    found.page.get_by_role("tab", name=name).click()
    settle(found)


def test_a_plan_says_what_each_step_buys_and_becomes_decisions(chromium, project):
    with window(chromium, project) as found:
        show(found, "plan")
        page = found.page
        steps = page.locator(".pg-step")
        assert steps.count() > 1
        first = steps.first.inner_text()
        assert "alone" in first
        assert "in the plan" in first
        assert "points" in first
        before, after = (page.locator(".pg-matrix").nth(at) for at in (0, 1))
        assert before.inner_text() != after.inner_text()
        for box in page.locator(".pg-step input").all()[1:]:
            box.uncheck()
        page.get_by_label("Who sees to it").fill("ana")
        page.get_by_label("Done by").fill("2027-01-31")
        press(found, "Write the decisions")
        page.wait_for_selector("text=/decisions? written/")
        found.saved()
        assert "owner: ana" in found.text
        assert "due: 2027-01-31" in found.text
        page.keyboard.press("Control+z")
        found.saved()
        page.wait_for_function("() => !document.querySelector('[data-state=saving]')")
        assert "planned by mantlet plan" not in found.text


def test_a_change_that_is_tried_is_told_and_not_written(chromium, project):
    held = project.read_text()
    with window(chromium, project) as found:
        show(found, "plan")
        found.page.get_by_role("tab", name="Plan", exact=True).focus()
        found.page.keyboard.press("ArrowRight")
        settle(found)
        found.page.get_by_label("Change", exact=True).select_option("remove")
        found.page.get_by_label("What goes").select_option("store")
        press(found, "Try it")
        found.page.wait_for_selector(".pg-fold.good")
        assert "Gone" in found.page.locator(".pg-fold.good").first.inner_text()
        press(found, "Let the plan choose it")
        found.page.wait_for_selector(".pg-edits")
        assert "Remove store" in found.page.locator(".pg-edits").inner_text()
        assert found.text == held


def test_discovery_shows_lines_and_takes_in_what_is_chosen(chromium, project):
    with window(chromium, project) as found:
        show(found, "discover")
        press(found, "Look through the code")
        page = found.page
        page.wait_for_selector(".pg-group.new", timeout=60_000)
        assert "app.py:" in page.locator(".pg-warning").inner_text()
        assert not found.severe("main")
        new = page.locator(".pg-group.new .pg-proposal", has_text="partner.example").first
        assert "app.py:" in new.inner_text()
        assert "sure" in new.inner_text()
        new.get_by_role("checkbox").check()
        press(found, "Take in the chosen")
        page.wait_for_selector("text=/is in the model|are in the model/")
        found.saved()
        assert "partner" in found.text
        assert "discovered:" in found.text
        assert not page.locator(".pg-group.new strong", has_text=re.compile("^api.partner.example$")).count()


def test_a_scan_places_findings_and_evidence_corrects_the_model(chromium, project):
    with window(chromium, project) as found:
        show(found, "evidence")
        page = found.page
        assert "Nothing has been looked at yet" in page.locator("main").inner_text()
        press(found, "Choose checks")
        boxes = page.locator(".pg-checklist input")
        page.wait_for_selector("dialog[open]")
        assert not found.severe("dialog")
        for box in boxes.all():
            box.uncheck()
        for check in ("hardening", "dependencies"):
            page.locator(".pg-checklist li", has_text=check).first.get_by_role("checkbox").check()
        page.locator("dialog").get_by_role("button", name="Scan the project").click()
        page.wait_for_selector(".pg-cards", timeout=60_000)
        settle(found)
        turn(found, "Findings")
        placed = page.locator("tr", has_text="Dockerfile", has=page.locator(".pg-place"))
        assert "api" in placed.first.inner_text()
        assert not found.severe("main")
        page.get_by_label("Filter").fill("root")
        assert "of" in page.locator(".pg-filters [role=status]").inner_text()
        turn(found, "Holes")
        assert page.locator(".pg-tabpanel").inner_text()
        assert 'dependencies_pinned: "yes"' in found.text
        claim = page.locator(".pg-warning li", has_text="dependencies pinned")
        claim.get_by_role("button").click()
        found.saved()
        assert re.search('dependencies_pinned: "?no', found.text)
        claim.locator(".pg-place").click()
        page.wait_for_selector(".view-design [data-drawn]")
        assert page.locator(".selected, [aria-selected=true], [aria-activedescendant]").count()


def test_results_of_another_tool_are_brought_in(chromium, project, tmp_path):
    where = {"physicalLocation": {"artifactLocation": {"uri": "app.py"}, "region": {"startLine": 3}}}
    result = {
        "ruleId": "own-rule",
        "message": {"text": "seen by another"},
        "level": "error",
        "locations": [where],
    }
    run = {"tool": {"driver": {"name": "othertool", "version": "1"}}, "results": [result]}
    results = tmp_path / "other.sarif"
    results.write_text(json.dumps({"version": "2.1.0", "runs": [run]}), encoding="utf-8")
    with window(chromium, project) as found:
        show(found, "evidence")
        with found.page.expect_file_chooser() as chooser:
            press(found, "Bring in SARIF")
        chooser.value.set_files(results)
        found.page.wait_for_selector("text=1 finding brought in")
        turn(found, "Findings")
        assert "seen by another" in found.page.locator("main").inner_text()


def test_a_table_is_profiled_and_masked_by_a_plan_that_is_seen_working(chromium, project, monkeypatch):
    pytest.importorskip("polars")
    monkeypatch.setenv("MANTLET_KEY_DEFAULT", "0123456789abcdef" * 4)
    with window(chromium, project) as found:
        page = found.page
        show(found, "privacy")
        press(found, "Look for personal data")
        page.wait_for_selector(".pg-table", timeout=60_000)
        assert "personal" in page.locator("tr", has_text="email").first.inner_text()
        turn(found, "Masking plan")
        page.wait_for_selector(".pg-masked")
        phone = page.locator(".pg-plan tr", has=page.get_by_role("rowheader", name="phone"))
        assert "***" in phone.locator(".pg-examples").inner_text()
        phone.get_by_label("What happens to phone").select_option("drop")
        phone.locator(".pg-examples", has_text="left out").wait_for()
        press(found, "Save the plan")
        page.wait_for_selector("text=Saved as data/customers.plan.yaml")
        plan = project.parent / "data" / "customers.plan.yaml"
        assert "phone: {do: drop}" in plan.read_text()
        press(found, "Mask and look again")
        page.wait_for_selector("text=Nothing that the profile lists was found in it", timeout=60_000)
        assert "imogen" not in (project.parent / "data" / "customers.masked.csv").read_text().lower()


def test_a_budget_is_opened_and_shown(chromium, project):
    pytest.importorskip("opendp")
    with window(chromium, project) as found:
        show(found, "privacy?tab=budget")
        press(found, "Open a budget")
        dialog = found.page.locator("dialog")
        dialog.get_by_label("For what data").fill("customers 2026")
        dialog.get_by_label("ε in all").fill("1.5")
        dialog.get_by_role("button", name="Open a budget").click()
        found.page.wait_for_selector(".pg-ledger")
        assert "customers 2026" in found.page.locator(".pg-ledger").inner_text()
        assert found.page.get_by_role("meter").get_attribute("aria-valuemax") == "1.5"


def test_history_is_a_picture_that_is_read_by_keys_and_leads_to_a_comparison(chromium, project):
    with window(chromium, project) as found:
        page = found.page
        show(found, "history")
        chart = page.get_by_role("slider", name="Open risks by severity")
        assert "2026-11-24" in chart.get_attribute("aria-valuetext")
        chart.focus()
        page.keyboard.press("Home")
        assert "2026-09-01" in chart.get_attribute("aria-valuetext")
        assert "as drawn" in page.locator(".pg-point").inner_text()
        press(found, "Compare with now")
        page.wait_for_selector(".at-history .pg-picture img")
        settle(found)
        shown = page.locator("main").inner_text()
        assert "rate limited" in shown
        assert "Threats" in shown
        assert (
            page.locator(".pg-picture img").evaluate(
                "async image => { await image.decode(); return image.naturalWidth; }"
            )
            > 300
        )
        page.get_by_label("or any revision").fill("no-such-branch")
        press(found, "Compare")
        assert "no-such-branch" in page.locator(".pg-problem").inner_text()


def test_the_report_is_shown_and_saved(chromium, project):
    with window(chromium, project) as found:
        page = found.page
        show(found, "report")
        report = page.frame_locator("iframe.pg-report")
        report.locator("h1").wait_for()
        rows = report.locator("#register-list > details:not([hidden])")
        everything = rows.count()
        report.locator("#filter-text").fill("model")
        assert 0 < rows.count() < everything
        for name, ending in (("Markdown", ".md"), ("Excel", ".xlsx")):
            with page.expect_download() as saved:
                press(found, name)
            assert saved.value.suggested_filename.endswith(ending)
        turn(found, "Compliance")
        article = page.locator(".pg-fold", has_text="Purpose limitation")
        article.locator("summary").click()
        article.get_by_text("Data is used for the purposes").wait_for()
        page.get_by_label("Rules").select_option("ai-act")
        page.wait_for_selector("text=/Regulation .EU. 2024/")
        assert not found.severe("main")
        turn(found, "Everything considered")
        page.locator(".pg-considered .cell button").first.click()
        first = page.locator(".pg-about").inner_text()
        page.keyboard.press("ArrowDown")
        assert page.locator(".pg-about").inner_text() != first
        assert not found.severe("main")


def test_a_model_goes_to_another_tool_and_comes_back_with_what_became_of_it(chromium, project, tmp_path):
    with window(chromium, project) as found:
        page = found.page
        show(found, "files")
        row = page.locator("tr", has_text="OWASP Threat Dragon")
        row.get_by_role("button", name="What is lost?").click()
        assert "Lost" in page.locator("dialog").inner_text()
        page.keyboard.press("Escape")
        row.get_by_role("button", name="Save").click()
        with page.expect_download() as saved:
            page.locator("dialog").get_by_role("button", name="Save it anyway").click()
        other = tmp_path / "other.td.json"
        saved.value.save_as(other)
        other.write_text(other.read_text().replace("Churn predictor", "Desk"), encoding="utf-8")
        with page.expect_file_chooser() as chooser:
            press(found, "Choose a file")
        chooser.value.set_files(other)
        page.wait_for_selector(".pg-offer .pg-card")
        assert not found.severe("main")
        assert "Threat Dragon" in page.locator(".pg-offer").inner_text()
        assert "Desk" not in found.text
        press(found, "Replace the model")
        page.locator("dialog").get_by_role("button", name="Replace the model").click()
        found.saved()
        page.wait_for_selector("text=The model is replaced")
        assert "Desk" in found.text
        assert "Churn predictor" not in found.text
        broken = tmp_path / "notes.txt"
        broken.write_text("no model at all", encoding="utf-8")
        show(found, "files")
        with page.expect_file_chooser() as chooser:
            press(found, "Choose a file")
        chooser.value.set_files(broken)
        assert "no model" in page.locator(".pg-problem").inner_text()


def test_another_model_of_the_project_is_opened(chromium, project):
    write(project.parent, MODEL.replace("Churn predictor", "Second system"), "second.yaml")
    with window(chromium, project) as found:
        show(found, "files")
        row = found.page.locator("li", has_text="second.yaml")
        row.get_by_role("button", name="Open").click()
        found.page.wait_for_selector("#top .project:has-text('Second system')")
        show(found, "files")
        assert "open here" in found.page.locator("li", has_text="second.yaml").inner_text()


def test_a_workshop_is_played_with_keys_and_its_finding_is_in_the_model(chromium, project):
    with window(chromium, project) as found:
        page = found.page
        show(found, "workshop")
        page.get_by_label("Deal number").fill("7")
        page.get_by_label("Cards", exact=True).fill("4")
        page.keyboard.press("Enter")
        page.wait_for_selector(".pg-cardface")
        page.wait_for_selector(".pg-dealt.current")
        assert page.locator(".pg-dealt").count() == 4
        page.keyboard.press("t")
        page.wait_for_selector(".pg-clock:has-text('2:59')")
        first = page.locator(".pg-cardface h2").inner_text()
        page.keyboard.press("e")
        assert page.locator(".pg-cardface h2").inner_text() != first
        page.keyboard.press("f")
        page.wait_for_selector("dialog[open]")
        assert not found.severe("dialog")
        page.keyboard.type("Somebody reads the room")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=In the model: Somebody reads the room")
        found.saved()
        assert "Somebody reads the room" in found.text
        for _ in range(3):
            page.keyboard.press("n")
        assert "findings in the model: 1" in page.locator(".pg-cardface").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_stands_in_the_way_of_anybody(chromium, project, theme):
    with window(chromium, project, theme=theme, size=(1280, 800)) as found:
        for name in PAGES:
            show(found, name)
            assert not found.severe("main"), name
        show(found, "history?against=HEAD~1")
        assert not found.severe("main")
        show(found, "privacy")
        turn(found, "Masking plan")
        found.page.wait_for_selector(".pg-masked")
        assert not found.severe("main")


def test_a_project_without_anything_is_told_where_to_begin(chromium, tmp_path):
    path = write(tmp_path, "mantlet: 1\nsystem: {name: Fresh}\n")
    with window(chromium, path) as found:
        for name, said in (
            ("plan", "No plan yet"),
            ("discover", "Let the code say what there is"),
            ("evidence", "Nothing has been looked at yet"),
            ("privacy", "No tables in this project"),
            ("workshop", "Cards need a system"),
        ):
            show(found, name)
            found.page.wait_for_selector(f"main >> text={said}")
        show(found, "history")
        assert found.page.locator(".pg-empty, .pg-problem").count()


def test_a_reader_changes_nothing(chromium, project):
    with window(chromium, project, read_only=True) as found:
        show(found, "plan")
        found.page.wait_for_selector(".pg-step")
        assert found.page.get_by_role("button", name="Write the decisions").is_disabled()
        show(found, "files")
        assert found.page.get_by_role("button", name="Choose a file").is_disabled()
