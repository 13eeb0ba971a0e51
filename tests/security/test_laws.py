"""What holds for every model: it survives files, and nothing that is made of it fails."""

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from mantlet import Model, analyse, load
from mantlet.__main__ import run
from mantlet.analysis.considered import considered
from mantlet.base.errors import MantletError
from mantlet.project.editing import write_answers
from mantlet.project.outputs import DIAGRAM_FORMATS
from mantlet.report.records import risks_json, threats_json
from mantlet.store.convert import to_raw
from mantlet.store.document import Document
from mantlet.store.dump import dump
from tests.security.models import models

TODAY = date(2026, 11, 24)
some = settings(
    max_examples=30,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)
few = settings(some, max_examples=8)
CHEAP = ("html", "md", "csv", "xlsx", "json")


@some
@given(models())
def test_a_model_survives_files(tmp_path, model):
    for name, text in (("m.yaml", dump(model)), ("m.json", json.dumps(to_raw(model)))):
        path = tmp_path / name
        path.write_bytes(text.encode())
        read = load(path).sections
        assert read == model
        path.write_bytes(dump(read).encode())
        assert load(path).sections == model


@some
@given(models(), st.data())
def test_the_command_keeps_what_it_does_not_change(tmp_path, monkeypatch, model, data):
    """Load, decide, answer: all else is as it was."""
    path = tmp_path / "m.yaml"
    path.write_bytes(dump(model).encode())
    result = analyse(path, today=TODAY)
    answered = [item for item in result.questions if item.path and item.answers]
    if answered:
        question = data.draw(st.sampled_from(answered))
        write_answers(path, [(question, question.answers[0])])
        changed = Document.load(path)
        changed.set(question.path, None)
        before = Document(dump(model))
        before.set(question.path, None)
        assert emptied(changed.raw) == emptied(before.raw)
    if result.risks:
        name = result.risks[0].id
        monkeypatch.setattr("sys.argv", ["mantlet", "decide", name, "avoid", str(path), "--reason", "=x"])
        assert run() == 0
        assert load(path).sections.decisions[name].reason == "=x"
        kept = structs.replace(
            load(path).sections,
            decisions=model.decisions,
            elements={},
            flows={},
            data={},
            boundaries={},
            system=model.system,
        )
        assert kept == structs.replace(model, elements={}, flows={}, data={}, boundaries={})


def emptied(raw):
    """Take out what holds nothing, since an answer may have made it."""
    if isinstance(raw, dict):
        inner = {key: emptied(item) for key, item in raw.items()}
        return {key: item for key, item in inner.items() if item not in ({}, None)}
    return raw


@some
@given(models())
def test_everything_can_be_made_of_any_model(model):
    made = Model(model)
    result = analyse(made, today=TODAY)
    for kind in CHEAP:
        assert result.report(kind)
    for kind in DIAGRAM_FORMATS:
        if kind != "png":
            assert result.diagram(kind)
    if model.sequences:
        for kind in ("svg", "mermaid", "plantuml"):
            assert result.sequence("order", kind)
    json.loads(b"".join(risks_json(result.register, result.risks)))
    json.loads(b"".join(threats_json(result.register, range(len(result.register.analysis.threats)))))
    assert result.paths is not None
    assert result.questions is not None
    for cell in considered(result.register.analysis):
        assert cell.reason
    for risk in result.register:
        result.explain(risk.id)
    for name in ("SPOOF@gone", "@", "MODEL-DESERIALISE@system", "x" * 1000):
        with pytest.raises(MantletError):
            result.explain(name)


@few
@given(models(most=4))
def test_pictures_and_pages_of_any_model(model):
    pytest.importorskip("typst")
    result = analyse(Model(model), today=TODAY)
    assert result.report("pdf").startswith(b"%PDF")
    assert result.diagram("png", scale=0.5).startswith(b"\x89PNG")


@few
@given(models())
def test_the_same_model_gives_the_same_bytes(model):
    one, two = (analyse(Model(model), today=TODAY) for _ in range(2))
    for kind in CHEAP:
        assert one.report(kind) == two.report(kind)
    assert one.diagram("svg") == two.diagram("svg")


@some
@given(models(), st.binary(max_size=4), st.integers(0, 10**6))
def test_a_damaged_file_is_read_or_refused(tmp_path, model, noise, at):
    path = tmp_path / "m.yaml"
    data = dump(model).encode()
    at %= len(data) + 1
    path.write_bytes(data[:at] + noise + data[at + len(noise) // 2 :])
    try:
        analyse(path, today=TODAY)
    except MantletError as error:
        said = error.diagnostics()
    else:
        said = "fine"
    assert said
