"""mantlet from Python, in a few lines."""

from datetime import date

import pytest

from mantlet import Model, analyse, load
from mantlet.base.errors import MantletError
from mantlet.project.editing import decide


def shop():
    model = Model("Shop", owner="us")
    net = model.boundary("net", "internet")
    lan = model.boundary("lan", "private-network")
    people = model.data("people", personal=["name"], classification="confidential")
    weights = model.data("weights", type="model", derived_from={people: "train"})
    who = model.element("who", "user", within=net)
    api = model.element("api", "inference-service", within=lan, rate_limited="no")
    store = model.element("store", "model-artifact", within=lan, holds=weights, model_format="pickle")
    model.flow(who, api, sends=people, protocol="https")
    model.flow(store, api, id="load", sends=weights, opened_by=api)
    return model


def test_a_model_in_a_few_lines_has_threats(tmp_path):
    result = analyse(shop(), today=date(2026, 1, 1))
    assert "MODEL-DESERIALISE@api" in [risk.id for risk in result.risks]
    assert result.threats[0]["rating"]["severity"] == result.risks[0].severity.word
    assert result.questions
    assert result.paths
    assert result.explain("MODEL-DESERIALISE@api").state.word == "open"
    assert result.save_report(tmp_path / "r.html").stat().st_size > 1000
    assert result.save_diagram(tmp_path / "d.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "Shop" in repr(result)


def test_mistakes_are_refused_as_in_a_file():
    model = shop()
    model.element("odd", "inference-servce", colour="red")
    with pytest.raises(MantletError) as error:
        analyse(model)
    assert "inference-service" in error.value.diagnostics()
    assert "colour" in error.value.diagnostics()


@pytest.mark.parametrize(
    "mistake",
    [
        lambda model: model.element("api", "user"),
        lambda model: model.flow("api", "nobody"),
        lambda model: model.data("api"),
    ],
)
def test_the_builder_refuses_at_once(mistake):
    with pytest.raises(MantletError):
        mistake(shop())


def test_packs_are_a_list():
    assert analyse(shop(), packs=["privacy"]).risks != analyse(shop()).risks
    with pytest.raises(MantletError):
        analyse(shop(), packs="privacy")


def test_a_built_model_equals_its_file(tmp_path):
    from mantlet.store.dump import dump

    path = tmp_path / "threatmodel.yaml"
    path.write_text(dump(shop().sections), encoding="utf-8")
    assert [risk.id for risk in analyse(path).risks] == [risk.id for risk in analyse(shop()).risks]
    assert load(path).name == "Shop"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"treatment": "mitigat"}, "did you mean 'mitigate'?"),
        ({"treatment": "mitigate", "controls": ["safe-model-formt"]}, "did you mean 'safe-model-format'?"),
        ({"treatment": "mitigate", "rating": "SL:x"}, "SL"),
    ],
)
def test_a_decision_that_says_nothing_known_is_not_written(tmp_path, fields, said):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(
        "mantlet: 1\nelements:\n  api: {type: inference-service}\n  store: {type: model-artifact, facts: {model_format: pickle}}\n"
        "flows:\n  load: {from: store, to: api}\n",
        encoding="utf-8",
    )
    before, result = path.read_bytes(), analyse(path)
    with pytest.raises(MantletError) as error:
        decide(path, result, "MODEL-DESERIALISE@api", fields)
    assert said in error.value.diagnostics()
    assert path.read_bytes() == before
    decide(
        path, result, "MODEL-DESERIALISE@api", {"treatment": "mitigate", "controls": ["safe-model-format"]}
    )
    assert [ruling.decision.treatment for ruling in analyse(path).register.rulings.all] == ["mitigate"]
