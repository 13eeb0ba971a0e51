"""A file of another tool as changes of the model at hand."""

from __future__ import annotations

import pytest

from mantlet.base.errors import InputError, UsageError
from mantlet.changes.apply import apply
from mantlet.changes.compare import same
from mantlet.formats.registry import formats
from mantlet.project.api import catalogue_for, load
from mantlet.project.foreign import export
from mantlet.project.importing import TABLE, bringing, can_update, own_file, receive
from mantlet.store.convert import to_raw
from mantlet.store.document import Document

MODEL = """\
mantlet: 1
system: {name: Shop}
data:
  orders: {name: Orders, personal: [name]}
boundaries:
  net: {type: network}
elements:
  web: {type: web-app, in: [net]}
  base: {type: database, in: [net], holds: {orders: {}}}
flows:
  save: {from: web, to: base, data: [orders]}
"""
OTHER = "mantlet: 1\nsystem: {name: Mill}\nelements:\n  web: {type: user}\n  wheel: {type: process}\n"


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(MODEL)
    return path


def both_ways():
    return [item.id for item in formats() if item.read and item.write and item.brings == "model"]


@pytest.mark.parametrize("kind", both_ways())
def test_changes_lead_from_any_model_to_the_one_that_comes_in(shop, kind):
    catalogue = catalogue_for(shop)
    data, _ = export(load(shop), catalogue, kind, shop)
    suffix = next(item.suffixes[0] for item in formats() if item.id == kind)
    received = receive(data, f"model.{suffix}", catalogue)
    assert received.format == kind
    assert received.summary["elements"] >= (0 if kind == "threat-composer" else 2)  # which holds statements
    shop.write_text(OTHER)
    model = load(shop)
    brought = bringing(received, model, catalogue, shop, {"elements": {"wheel": {"x": 1, "y": 2}}})
    after = apply(model.source.document.raw, brought.changes)
    assert same(after, to_raw(received.sections))
    assert brought.layout["elements"]["wheel"] is None
    assert brought.beside is not None


def test_a_model_of_ours_comes_in_with_only_what_differs(shop):
    catalogue = catalogue_for(shop)
    model = load(shop)
    received = receive(MODEL.replace("Shop", "Store").encode(), "x.yaml", catalogue)
    brought = bringing(received, model, catalogue, shop, {"elements": {"web": {"x": 1, "y": 2}}})
    assert len(brought.changes) == 1
    assert brought.layout == {}
    assert not can_update(received, shop)


def test_a_table_changes_decisions_alone(shop):
    catalogue = catalogue_for(shop)
    model = load(shop)
    data, _ = export(model, catalogue, "csv", shop)
    assert receive(data, "t.csv", catalogue).format == TABLE
    assert bringing(receive(data, "t.csv", catalogue), model, catalogue, shop, {}).changes == []


def test_a_model_of_several_files_is_not_replaced(shop):
    (shop.parent / "part.yaml").write_text("mantlet: 1\nelements: {hub: {type: process}}\n")
    shop.write_text(OTHER.replace("system", "include: [part.yaml]\nsystem"))
    catalogue = catalogue_for(shop)
    received = receive(MODEL.encode(), "x.yaml", catalogue)
    with pytest.raises(UsageError, match="several files"):
        bringing(received, load(shop), catalogue, shop, {})
    whole = Document(own_file(load(shop)).decode()).sections()
    assert set(whole.elements) == {"web", "wheel", "hub"}


def test_news_need_an_import_before(shop):
    catalogue = catalogue_for(shop)
    data, _ = export(load(shop), catalogue, "otm", shop)
    received = receive(data, "x.otm", catalogue)
    assert not can_update(received, shop)
    with pytest.raises(UsageError, match="was not imported"):
        bringing(received, load(shop), catalogue, shop, {}, "update")


def test_what_is_no_model_is_refused(shop):
    for data in (b"", b"nothing", b"PK\x03\x04"):
        with pytest.raises(InputError):
            receive(data, "x.bin", catalogue_for(shop))
