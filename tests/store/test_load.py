"""From file to checked model: every mistake with its line, whatever the file says."""

import json

import pytest
from hypothesis import given

from mantlet.base.errors import InputErrors, MantletError
from mantlet.model.validate import check
from mantlet.store.convert import to_raw
from mantlet.store.document import Document
from mantlet.store.dump import dump
from mantlet.store.load import load_model
from tests.model.small_vocabulary import CONTROLS, THREATS, VOCABULARY
from tests.store.generated import models


@given(models)
def test_every_mistake_has_a_place_in_yaml_and_json(model):
    found = check(model, VOCABULARY, CONTROLS, THREATS)
    for text in (dump(model), json.dumps(to_raw(model), indent=1)):
        document = Document(text, "m.yaml")
        for problem in found:
            where = document.where(problem.path, problem.at_key)
            assert 1 <= where.line <= text.count("\n") + 1
            assert where.column >= 1
            assert problem.message.isprintable() or "'" in problem.message


def test_mistakes_of_form_come_before_those_of_meaning(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text("elements:\n  a: {type: usre}\n  b: {}\n")
    with pytest.raises(MantletError, match="'type' is missing"):
        load_model(path, VOCABULARY)


def test_the_caret_stands_under_the_wrong_name(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(
        "elements:\n  training-set: {type: database}\n  job: {type: training-job, facts: {loged: yes}}\n"
        "flows:\n  read: {from: traning-set, to: job}\n"
    )
    with pytest.raises(InputErrors) as caught:
        load_model(path, VOCABULARY)
    assert str(caught.value) == (
        f"{path}:3:37: unknown fact 'loged'\n"
        "      job: {type: training-job, facts: {loged: yes}}\n"
        "                                        ^\n"
        "  → did you mean 'logged'?\n"
        f"{path}:5:16: unknown element 'traning-set'\n"
        "      read: {from: traning-set, to: job}\n"
        "                   ^\n"
        "  → did you mean 'training-set'?"
    )


def test_a_model_knows_where_it_came_from(tmp_path):
    path = tmp_path / "threatmodel.json"
    path.write_text(
        '{"elements": {"a": {"type": "customer"}},\n "environments": {"test": {"facts": {"a": {"logged": "no"}}}}}'
    )
    model = load_model(path, VOCABULARY, environment="test")
    assert model.elements["a"].facts == {"logged": "no"}
    assert model.source.document.is_json
    assert str(model.source.where(("environments", "test"))) == f"{path}:2:27"
    with pytest.raises(MantletError, match="unknown environment"):
        load_model(path, VOCABULARY, environment="live")
