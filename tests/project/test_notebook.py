"""What notebooks show, and data frames."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from mantlet import Model, analyse
from mantlet.base.errors import MissingToolError, UsageError
from mantlet.project import frames

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def model():
    made = Model(f"Shop {HOSTILE}")
    net = made.boundary("net", "internet")
    people = made.data("people", personal=["name"])
    user = made.element("user", "user", within=net, name=HOSTILE)
    api = made.element("api", "inference-service")
    made.flow(user, api, sends=people, protocol="http")
    return made


@pytest.fixture
def result(model):
    return analyse(model)


def test_a_model_draws_itself(model):
    html = model._repr_html_()
    assert "<svg" in html
    assert "2 elements, 1 flow, 1 boundary" in html
    assert "<script" not in html


def test_a_model_alone_needs_no_drawing_library():
    """The model package knows nothing of pictures; without the rest it shows its plain text."""
    code = "from mantlet.model.model import Model; import sys; print(Model('x')._repr_html_(), 'mantlet.diagram' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "False"]


def test_an_assessment_and_its_register(result):
    for html in (result._repr_html_(), result.register._repr_html_()):
        assert "Likelihood by impact" in html
        assert result.risks[0].id in html
        assert "<script" not in html
    assert "<svg" in result._repr_html_()
    assert ET.fromstring(result.picture()._repr_svg_()).tag.endswith("svg")  # noqa: S314  (our own output)


def test_the_matrix_counts_every_open_risk(result):
    from mantlet.risk.display import matrix_of

    assert sum(map(sum, matrix_of(result.register))) == len(result.risks)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_hold_what_the_result_holds(result, library):
    pytest.importorskip(library)
    risks = result.frame("risks", library)
    assert len(risks) == len(result.register)
    assert list(risks["id"]) == [risk.id for risk in result.register]
    assert len(result.frame("threats", library)) == len(result.threats)
    assert set(result.frame("elements", library)["id"]) == {"user", "api"}
    assert list(result.frame("flows", library)["source"]) == ["user"]
    assert len(result.frame("findings", library)) == 0
    assert "message" in result.frame("findings", library).columns


def test_frames_that_are_none(result, monkeypatch):
    with pytest.raises(UsageError, match="threat"):
        result.frame("threatz")
    with pytest.raises(UsageError):
        result.frame("risks", "numpy")
    monkeypatch.setattr(frames, "import_module", lambda name: (_ for _ in ()).throw(ImportError(name)))
    with pytest.raises(MissingToolError, match="pandas or polars"):
        result.frame("risks")
