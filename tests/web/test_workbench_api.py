"""The API does what its description says, whatever it is sent: no failure of ours, no status that is not documented."""

from __future__ import annotations

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
from mantlet.web.app import create_app
from mantlet.web.security import Access, local_hosts
from mantlet.web.session import Session
from tests.web.workbench import PORT, TODAY, write

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/api/events"
STARTS_WORK = (("/api/jobs", "post"),)
"""What runs programs for seconds is tested by itself."""
EXAMPLES = 12


@pytest.mark.slow
def test_whatever_is_asked_gets_an_answer_that_is_documented(tmp_path):
    session = Session(write(tmp_path), today=TODAY)
    access = Access(hosts=local_hosts(PORT) | {"testserver"})
    headers = {"Authorization": f"Bearer {access.token}", "X-Mantlet": "1"}
    app = create_app(session, access, watching=False)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)
    asked = []
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
            case.call_and_validate(headers={**headers, **(case.headers or {})}, checks=CHECKS)

        ask()
    assert len(asked) > 14
    assert Document.load(session.path).sections()
