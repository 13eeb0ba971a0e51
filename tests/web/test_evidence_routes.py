"""Evidence through the API: brought in, told with what it does, silenced until a day."""

from __future__ import annotations

import json

import pytest

from tests.web.workbench import bench, write

MODEL = """\
mantlet: 1
system: {name: Loader}
elements:
  api: {type: inference-service, code: [src/**]}
  model: {type: model-artifact}
flows:
  load: {from: model, to: api, opened_by: api}
"""


def sarif(*results, tool="CodeQL"):
    return json.dumps(
        {
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": tool,
                            "rules": [{"id": "py/unsafe", "properties": {"tags": ["external/cwe/cwe-502"]}}],
                        }
                    },
                    "artifacts": [{"location": {"uri": "src/app.py"}}],
                    "results": [
                        {
                            "ruleId": "py/unsafe",
                            "level": "error",
                            "message": {"text": text},
                            "locations": [
                                {
                                    "physicalLocation": {
                                        "artifactLocation": {"uri": path},
                                        "region": {"startLine": line},
                                    }
                                }
                            ],
                        }
                        for text, path, line in results
                    ],
                }
            ],
        }
    ).encode()


FOUND = sarif(("Deserialises what it is sent", "src/app.py", 12), ("Elsewhere", "tools/x.py", 3))


@pytest.fixture
def loader(tmp_path):
    with bench(write(tmp_path, MODEL)) as opened:
        yield opened


def bring(work, data, status=200, name="code.sarif"):
    answer = work.client.post(
        "/api/evidence/import", content=data, params={"name": name}, headers={"X-Mantlet": "1"}
    )
    assert answer.status_code == status, answer.text[:400]
    return answer.json()


def test_without_evidence_nothing_is_claimed(loader):
    found = loader.get("evidence")
    assert found["on"] is None
    assert found["checks"] == found["findings"] == found["confirmed"] == []


def test_what_another_scanner_found_speaks_of_threats_at_once(loader):
    before = loader.get("project")["revision"]
    found = bring(loader, FOUND)
    assert found["imported"] == 2
    assert found == {**loader.get("evidence"), "imported": 2}
    placed, elsewhere = (
        next(item for item in found["findings"] if item["where"].startswith(path))
        for path in ("src", "tools")
    )
    assert placed["elements"] == ["api"]
    assert placed["effect"] == "confirm"
    assert placed["threats"]
    assert (placed["line"], placed["severity"], placed["on"]) == (12, "high", "2026-11-24")
    assert elsewhere["effect"] == "none"
    assert "no element of the model" in elsewhere["why"]
    assert {item["id"] for item in found["confirmed"]} >= set(placed["threats"])
    assert [item["where"] for item in found["not_modelled"]] == ["tools/x.py:3"]
    assert loader.get("project")["revision"] != before


def test_a_finding_is_silenced_until_a_day_and_with_a_reason(loader):
    placed = next(item for item in bring(loader, FOUND)["findings"] if item["elements"])
    wanted = {"fingerprint": placed["fingerprint"], "reason": "a test's input", "until": "2027-01-31"}
    found = loader.post("evidence/silence", wanted)
    assert (
        next(item for item in found["findings"] if item["fingerprint"] == placed["fingerprint"])["suppressed"]
        == "a test's input"
    )
    assert found["confirmed"] == []
    for wrong in ({"until": "soon"}, {"fingerprint": "none"}, {"reason": ""}, {"until": ""}):
        loader.post("evidence/silence", {**wanted, **wrong}, 422)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b"\xff", b'{"version": "1.0", "runs": []}', b"{" * 9000]
)
def test_what_is_no_result_of_a_scanner_is_refused_and_nothing_kept(loader, data):
    assert bring(loader, data, 422)["error"]["message"]
    assert not (loader.path.parent / ".mantlet").exists()


def test_a_name_leads_to_no_other_folder(loader, tmp_path):
    bring(loader, FOUND, name="../../../evil/../x.sarif")
    kept = list(tmp_path.rglob("*.sarif"))
    assert len(kept) == 1
    assert kept[0].parent == tmp_path / ".mantlet/evidence"


def test_whoever_may_only_look_keeps_and_silences_nothing(tmp_path):
    with bench(write(tmp_path, MODEL), read_only=True) as work:
        bring(work, FOUND, 403)
        work.post("evidence/silence", {"fingerprint": "a", "reason": "b", "until": "2027-01-01"}, 403)
