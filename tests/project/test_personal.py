"""What a profile found goes into the model's data assets; what people wrote stays."""

import pytest

from mantlet.base.errors import UsageError
from mantlet.project.api import load
from mantlet.project.personal import write_profile

pytest.importorskip("polars")
MODEL = """mantlet: 1
data:
  customers: {personal: [name]}  # asked of sales
elements:
  app: {type: web-service}
  lake: {type: data-lake, holds: [customers]}
flows:
  land: {from: app, to: lake, data: [customers], returns: [customers]}
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(MODEL)
    return path


def profiles(tmp_path, name):
    from mantlet.privacy.profile import profile_all
    from mantlet.privacy.tables import open_tables

    (tmp_path / name).write_text("email,age\na@b.org,37\nc@d.org,52\n")
    return profile_all(open_tables([str(tmp_path / name)]))


def test_words_are_added_and_the_flows_are_named(model, tmp_path):
    (noted,) = write_profile(model, profiles(tmp_path, "customers.csv"))
    assert noted == ("customers", True, ("app → lake (land)", "lake → app (land)"))
    asset = load(model).assets["customers"]
    assert asset.personal == ["name", "email", "age"]
    assert asset.classification == "confidential"
    assert "# asked of sales" in model.read_text()


def test_a_second_look_changes_nothing(model, tmp_path):
    write_profile(model, profiles(tmp_path, "customers.csv"))
    before = model.read_bytes()
    assert [noted.changed for noted in write_profile(model, profiles(tmp_path, "customers.csv"))] == [False]
    assert model.read_bytes() == before


def test_a_table_called_like_an_element_gets_another_id(model, tmp_path):
    (noted,) = write_profile(model, profiles(tmp_path, "lake.csv"))
    assert (noted.key, noted.flows) == ("lake-table", ())
    assert load(model).assets["lake-table"].personal == ["email", "age"]


def test_an_asset_that_is_not_there_is_refused(model, tmp_path):
    with pytest.raises(UsageError, match="no data 'customer'"):
        write_profile(model, profiles(tmp_path, "x.csv"), "customer")
    assert model.read_text() == MODEL
