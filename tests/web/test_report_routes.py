"""The report, the matrix of what was considered, and workshop cards through the API."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.web.workbench import bench, write


def test_the_report_is_written_in_every_form_and_may_only_stand_inside_the_workbench(work):
    for kind in ("html", "md", "xlsx", "csv", "json"):
        answer = work.client.get("/api/report", params={"format": kind})
        assert answer.status_code == 200
        assert answer.content
        assert ("attachment" in answer.headers.get("content-disposition", "")) == (kind != "html")
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
    page = work.client.get("/api/report").text
    assert "Churn predictor" in page
    script = page.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = work.client.get("/api/report").headers["content-security-policy"]
    assert f"script-src 'sha256-{digest}';" in policy
    assert "allow-same-origin" not in policy
    assert (
        "attachment"
        in work.client.get("/api/report", params={"download": "true"}).headers["content-disposition"]
    )
    work.get("report", 422, format="doc")
    work.get("report", 422, date="tomorrow")


def test_names_of_the_model_are_no_markup_in_the_report(tmp_path):
    text = "mantlet: 1\nsystem: {name: '<script>alert(1)</script>'}\nelements: {a: {type: user, name: '<img src=x onerror=y>'}}\n"
    with bench(write(tmp_path, text)) as work:
        page = work.client.get("/api/report").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_report_as_pdf(work):
    pytest.importorskip("typst")
    assert work.client.get("/api/report", params={"format": "pdf"}).content.startswith(b"%PDF")


def test_everything_that_was_considered_is_told_with_its_reason(work):
    found = work.get("considered")
    assert {item["id"] for item in found["tables"]} >= {cell["table"] for cell in found["cells"]}
    assert all(cell["reason"] for cell in found["cells"])
    assert {"open", "dismissed"} <= {cell["state"] for cell in found["cells"]}
    assert any(cell["name"].startswith("the flow") for cell in found["cells"])
    some = work.get("considered", place="store", table=found["tables"][0]["id"])
    assert some["cells"]
    assert {cell["place"] for cell in some["cells"]} == {"store"}
    work.get("considered", 404, table="none")
    assert work.get("considered", place="nowhere")["cells"] == []


def test_cards_are_dealt_alike_for_a_seed_and_a_finding_becomes_a_threat(work):
    hand = work.get("cards", seed="7", hand=4)
    assert hand == work.get("cards", seed="7", hand=4)
    assert len(hand["cards"]) == 4
    card = hand["cards"][0]
    assert {"id", "suit", "title", "text", "question", "place", "place_name"} <= set(card)
    body = {
        "base": work.revision,
        "card": card["id"],
        "title": "Somebody asks too often",
        "fields": {"found_by": "us"},
    }
    done = work.post("cards/finding", body)
    threat = work.get("model")["raw"]["threats"][done["threat"]]
    assert threat["at"] == [card["place"]]
    assert threat["found_by"] == "us"
    assert any(risk["type"] == done["threat"] for risk in done["register"]["risks"])
    work.get("cards", 422, hand=0)
    work.get("cards", 422, suits="nothing")
    work.post("cards/finding", {**body, "card": "NONE@here"}, 422)


def test_cards_are_put_on_paper(work):
    assert "# " in work.client.get("/api/cards/print", params={"format": "md", "hand": 2}).text


@pytest.mark.parametrize("name", ["gdpr", "ai-act"])
def test_a_law_has_a_view_of_its_own(work, name):
    found = work.get("compliance", of=name)
    assert found["compliance"]["articles"]
    answer = work.client.get("/api/report", params={"format": "md", "compliance": name})
    assert f"threatmodel-{name}.md" in answer.headers["content-disposition"]
    work.get("compliance", 422, of="none")
    work.get("report", 422, compliance="none")
    assert "repository" in work.get("report", 422, history="true")["error"]["message"]
