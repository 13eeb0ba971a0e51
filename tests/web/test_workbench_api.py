"""The API does what its description says, whatever it is sent: no failure of ours, no status that is not documented."""

from __future__ import annotations

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mantlet.store.document import Document
from mantlet.web import told_model
from mantlet.web.app import create_app
from mantlet.web.security import Access, local_hosts
from mantlet.web.session import Session
from mantlet.web.told import Changed
from tests.web.workbench import PORT, TODAY, put, write

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/api/events"
STARTS_WORK = (("/api/jobs", "post"),)
"""What runs programs for seconds is tested by itself."""
EXAMPLES = 8


@pytest.mark.slow
def test_whatever_is_asked_gets_an_answer_that_is_documented(tmp_path):
    session = Session(write(tmp_path), today=TODAY)
    access = Access(hosts=local_hosts(PORT) | {"testserver"})
    headers = {"Authorization": f"Bearer {access.token}", "X-Mantlet": "1"}
    app = create_app(session, access, watching=False)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)
    asked, seen = [], Counter()
    for operation in (found.ok() for found in schema.get_all_operations()):
        if operation.path == ENDLESS or (operation.path, operation.method) in STARTS_WORK:
            continue
        asked.append(operation.label)

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.explicit, Phase.generate],
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case):
            answer = case.call_and_validate(headers={**(case.headers or {}), **headers}, checks=CHECKS)
            seen[answer.status_code] += 1

        ask()
    assert len(asked) > 14
    assert seen[200] > len(asked)
    assert seen[401] == 0, "what lies behind the guard is what is tested here"
    assert Document.load(session.path).sections()


def test_answers_about_what_is_there_hold_what_the_description_says(work):
    risk = work.get("register")["risks"][0]
    said = {
        told_model.ProjectAnswer: [work.get("project")],
        told_model.ModelAnswer: [work.get("model")],
        told_model.VocabularyAnswer: [work.get("vocabulary")],
        told_model.RegisterAnswer: [work.get("register"), work.get("register", since=work.revision)],
        told_model.ThreatRecord: work.get("threats", risk=risk["id"]),
        told_model.ExplanationAnswer: [
            work.get("explain", id=risk["id"]),
            work.get("explain", id="STORE-READ@store"),
        ],
        told_model.QuestionRecord: work.get("questions"),
        told_model.PathRecord: work.get("paths"),
        told_model.Placed: [work.post("arrange", {})],
        told_model.RatingAnswer: [
            work.post("rate", {"vector": "SL:5/M:4/O:7/S:6/ED:7/EE:5/A:6/ID:8/LC:7/LI:5/LAV:5/LAC:7"})
        ],
        Changed: [work.change(put("elements", "api", "name", value="Scorer"))],
        told_model.Decided: [
            work.post(
                "decisions",
                {"base": work.revision, "keys": [risk["id"]], "fields": {"treatment": "mitigate"}},
            )
        ],
    }
    for shape, records in said.items():
        assert records, shape
        for record in records:
            shape.model_validate(record, strict=False)
