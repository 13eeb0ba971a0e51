"""mantlet's own threat model, kept in its repository."""

from pathlib import Path

import pytest

from mantlet.project.api import analyse
from mantlet.project.discovering import load_state, stale_code
from mantlet.risk.owasp import Severity
from mantlet.store.convert import to_raw

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "threatmodel.yaml"
pytestmark = pytest.mark.skipif(not MODEL.exists(), reason="only in the repository")


def test_it_is_sound_and_says_what_to_do():
    result = analyse(MODEL)
    assert result.risks
    assert not [risk for risk in result.risks if risk.severity >= Severity.CRITICAL]
    assert result.diagram("svg")


def test_its_code_is_there():
    raw = to_raw(analyse(MODEL).model.sections)
    assert stale_code(ROOT, raw) == []


def test_it_remembers_what_it_was_made_of():
    state = load_state(MODEL)
    assert state.proposal
    assert "src/mantlet/project/examples/**" in state.options.exclude
