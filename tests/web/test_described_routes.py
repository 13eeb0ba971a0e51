"""Answers are as the API's description says."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from tests.web.test_exchange_routes import otm, upload
from tests.web.test_version_routes import told

__all__ = ["told"]

ASKED = [
    "jobs", "checks", "evidence", "privacy/files", "privacy/steps", "privacy/budget", "revisions", "diff?against=main",
    "history?last=2", "formats", "export/notes?to=tm7", "models", "considered?place=store", "cards?hand=2",
    "compliance?of=gdpr",
]  # fmt: skip


def fits(work, path, method, answer):
    """Hold an answer against the description of its route."""
    described = work.client.get("/api/openapi.json").json()
    schema = described["paths"][f"/api/{path}"][method]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert schema, path
    whole = {**schema, "components": described["components"]}
    Draft202012Validator(json.loads(json.dumps(whole))).validate(answer)


def test_what_is_asked_for(told):
    pytest.importorskip("polars")
    for asked in ASKED:
        answer = told.client.get(f"/api/{asked}")
        assert answer.status_code == 200, answer.text[:300]
        fits(told, asked.partition("?")[0], "get", answer.json())


def test_what_is_done(work):
    fits(work, "plan", "post", work.post("plan", {"budget": 4}))
    fits(work, "plan/decide", "post", work.post("plan/decide", {"budget": 4}))
    fits(work, "what-if", "post", work.post("what-if", {"edits": ["drop customers.email"]}))
    found = upload(work, "import", otm(), name="bakery.otm")
    fits(work, "import", "post", found)
    fits(work, "import/apply", "post", work.post("import/apply", {"preview": found["preview"]}))
