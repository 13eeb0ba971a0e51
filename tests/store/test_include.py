"""Models in several files."""

import pytest

from mantlet.base.errors import InputError, InputErrors, LimitError, MantletError
from mantlet.changes.apply import apply_to_source
from mantlet.changes.operations import Remove, Rename, Set
from mantlet.store.include import read_source, reread
from mantlet.store.load import load_model
from tests.model.small_vocabulary import CONTROLS, THREATS, VOCABULARY

PAY = """\
parties: {bank: {role: third-party}}
data: {cards: {}}
boundaries: {zone: {type: network}}
elements:
  gateway: {type: inference-service, in: [zone], operated_by: bank, holds: [cards]}
  ledger: {type: database, parent: gateway}
flows:
  book: {from: gateway, to: ledger, data: [cards], returns: [cards], opened_by: gateway, crosses: [network, zone]}
sequences: {pay: [book, book.returns]}
decisions:
  DOS@gateway: {treatment: mitigate, basis: {facts: {gateway.logged: no, book.encrypted: no, cards/gateway.erasure: no}}}
  DOS@cards/gateway: {treatment: mitigate}
  MODEL-THEFT@*: {treatment: avoid, covers: [gateway, book.returns]}
assumptions: [The bank is honest.]
environments: {test: {facts: {gateway: {logged: no}}}}
"""
ROOT = """\
include:
  - path: shared/pay.yaml
    as: pay
  - plain.yaml
elements:
  shop: {type: inference-service}
flows:
  checkout: {from: shop, to: pay/gateway, data: [pay/cards]}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/pay.yaml").write_text(PAY)
    (tmp_path / "plain.yaml").write_text(
        "data: {rows: {}}\nenvironments: {test: {facts: {rows: {minimised: no}}}}\n"
    )
    (tmp_path / "threatmodel.yaml").write_text(ROOT)
    return tmp_path


def load(folder, **options):
    return load_model(folder / "threatmodel.yaml", VOCABULARY, controls=CONTROLS, threats=THREATS, **options)


def test_a_prefix_is_on_every_id_of_the_file_and_every_mention(folder):
    model = load(folder)
    assert list(model.elements) == ["shop", "pay/gateway", "pay/ledger"]
    assert model.elements["pay/gateway"].within == ["pay/zone"]
    assert model.elements["pay/gateway"].operated_by == "pay/bank"
    assert model.elements["pay/ledger"].parent == "pay/gateway"
    book = model.flows["pay/book"]
    assert (book.from_, book.to, book.data, book.opened_by) == (
        "pay/gateway",
        "pay/ledger",
        ["pay/cards"],
        "pay/gateway",
    )
    assert book.crosses == ["network", "pay/zone"]
    assert model.sections.sequences == {"pay/pay": ["pay/book", "pay/book.returns"]}
    assert list(model.sections.decisions) == [
        "DOS@pay/gateway",
        "DOS@pay/cards/pay/gateway",
        "MODEL-THEFT@pay/gateway",
        "MODEL-THEFT@pay/book.returns",
    ]
    assert list(model.sections.decisions["DOS@pay/gateway"].basis.facts) == [
        "pay/gateway.logged",
        "pay/book.encrypted",
        "pay/cards/pay/gateway.erasure",
    ]
    assert model.sections.assumptions == ["The bank is honest."]
    assert model.sections.environments["test"].facts == {
        "pay/gateway": {"logged": "no"},
        "rows": {"minimised": "no"},
    }
    assert load(folder, environment="test").elements["pay/gateway"].facts == {"logged": "no"}


def test_a_mistake_names_the_included_file(folder):
    (folder / "shared/pay.yaml").write_text(PAY.replace("operated_by: bank", "operated_by: bnak"))
    with pytest.raises(InputError, match=r"unknown party 'bnak'|unknown party") as caught:
        load(folder)
    assert caught.value.where.file.endswith("pay.yaml")
    assert caught.value.where.line == 5
    assert "operated_by: bnak" in caught.value.where.excerpt


def test_errors_of_all_files_come_together(folder):
    (folder / "shared/pay.yaml").write_text("elements: {a: {}}\n")
    (folder / "plain.yaml").write_text("data: [\n")
    with pytest.raises(InputErrors) as caught:
        load(folder)
    assert [error.where.file.rsplit("/", 1)[-1] for error in caught.value.errors] == [
        "plain.yaml",
        "pay.yaml",
    ]


def test_ids_that_two_files_use(folder):
    (folder / "plain.yaml").write_text("elements:\n  shop: {type: database}\ndata: {checkout: {}}\n")
    with pytest.raises(InputErrors) as caught:
        load(folder)
    assert [error.what for error in caught.value.errors][::1] == [
        "'shop' is in threatmodel.yaml, line 6, already",
        "'checkout' is in threatmodel.yaml, line 8, already",
    ] or len(caught.value.errors) == 2


@pytest.mark.parametrize("path", ["../outside.yaml", "/etc/passwd", "shared/../../outside.yaml", "link.yaml"])
def test_nothing_outside_the_folder_is_read(folder, path):
    (folder.parent / "outside.yaml").write_text("mantlet: 1\n")
    (folder / "link.yaml").symlink_to(folder.parent / "outside.yaml")
    (folder / "threatmodel.yaml").write_text(f"mantlet: 1\ninclude: [{path}]\n")
    with pytest.raises(InputError, match="outside the project") as caught:
        load(folder)
    assert caught.value.where.line == 2


def test_a_file_that_is_not_there_and_a_name_that_cannot_be(folder):
    (folder / "threatmodel.yaml").write_text('include: [nothing.yaml, "a\\0b", shared]\n')
    with pytest.raises(InputErrors) as caught:
        load(folder)
    assert len(caught.value.errors) == 3
    assert all(error.where.line == 1 for error in caught.value.errors)


def test_files_that_include_each_other(folder):
    (folder / "plain.yaml").write_text("include: [threatmodel.yaml]\n")
    with pytest.raises(
        InputError, match=r"include each other: threatmodel\.yaml → plain\.yaml → threatmodel\.yaml"
    ) as caught:
        load(folder)
    assert caught.value.where.file.endswith("plain.yaml")


def test_the_same_file_twice_counts_once(folder):
    (folder / "shared/pay.yaml").write_text("include: [../plain.yaml]\n")
    (folder / "threatmodel.yaml").write_text("include: [plain.yaml, shared/pay.yaml]\n")
    assert list(load(folder).assets) == ["rows"]


def test_a_long_chain_is_refused(tmp_path):
    for number in range(30):
        (tmp_path / f"{number}.yaml").write_text(f"include: [{number + 1}.yaml]\n")
    with pytest.raises(LimitError, match="16 levels"):
        read_source(tmp_path / "0.yaml")


def test_a_flood_of_includes_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("mantlet: 1\n")
    items = ", ".join(f"{{path: a.yaml, as: n{number}}}" for number in range(600))
    (tmp_path / "m.yaml").write_text(f"include: [{items}]\n")
    with pytest.raises(MantletError, match="500 files"):
        read_source(tmp_path / "m.yaml")


def test_changes_go_to_the_file_that_holds_the_entry(folder):
    source = read_source(folder / "threatmodel.yaml")
    touched = apply_to_source(
        source,
        [
            Set(("elements", "pay/gateway", "facts", "logged"), "yes"),
            Remove(("flows", "pay/book")),
            Set(("elements", "shop", "name"), "Shop"),
        ],
    )
    assert [document.file.rsplit("/", 1)[-1] for document in touched] == ["pay.yaml", "threatmodel.yaml"]
    assert "facts: {logged: yes}" in touched[0].text
    assert "book:" not in touched[0].text
    after = reread(source).sections
    assert after.elements["pay/gateway"].facts == {"logged": "yes"}
    assert after.elements["shop"].name == "Shop"
    assert "pay/book" not in after.flows
    with pytest.raises(MantletError, match=r"comes from .*pay\.yaml"):
        apply_to_source(source, [Set(("system", "name"), "No"), Rename("elements", "pay/gateway", "x")])
    assert source.document.raw.get("system") is None
