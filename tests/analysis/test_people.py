"""What the model says of the people in its data, asked of the system."""

import pytest

from mantlet.analysis.atoms import ModelAtoms
from mantlet.analysis.columns import Columns
from mantlet.catalogue.load import load_catalogue
from tests.support import sections

CATALOGUE = load_catalogue()


def fact(model: str, subject: str, name: str, row: int = 0) -> str:
    columns = Columns(sections(model), CATALOGUE.vocabulary)
    column = ModelAtoms(columns, CATALOGUE.controls).facts.column(subject, name)
    return column.values[column.codes[row]]


PEOPLE = [
    ("", "unknown"),
    ("data: {d: {}}", "unknown"),
    ("data: {d: {personal: []}}", "no"),
    ("data: {d: {personal: []}, e: {}}", "unknown"),
    ("data: {d: {personal: [name]}, e: {}}", "yes"),
    ("data: {d: {type: code}}", "no"),
]


@pytest.mark.parametrize(("model", "expected"), PEOPLE)
def test_the_system_works_on_data_about_people_if_any_asset_is(model, expected):
    assert fact(model, "system", "personal_data") == expected


def test_each_asset_says_whether_it_is_about_people_and_inherits_it():
    model = "data: {raw: {personal: [name]}, copy: {derived_from: {raw: embed}}, sums: {derived_from: {raw: aggregate}}, x: {}}"
    assert [fact(model, "data", "personal", row) for row in range(4)] == ["yes", "yes", "no", "unknown"]


def test_special_categories_are_what_somebody_wrote():
    assert fact("data: {d: {personal: [diagnosis]}}", "system", "special_data") == "yes"
    assert fact("data: {d: {personal: [name]}, e: {}}", "system", "special_data") == "no"
    assert fact("data: {e: {}}", "system", "special_data") == "unknown"


def test_vulnerable_people_count_only_where_the_data_is_about_people():
    said = "data: {{d: {{personal: [{field}], subjects: {{vulnerable: {word}}}}}, e: {{personal: [name]{rest}}}}}"
    silent, no = "", ", subjects: {vulnerable: no}"
    assert fact(said.format(field="name", word="yes", rest=silent), "system", "vulnerable_people") == "yes"
    assert fact(said.format(field="", word="yes", rest=no), "system", "vulnerable_people") == "no"
    assert fact(said.format(field="name", word="no", rest=silent), "system", "vulnerable_people") == "unknown"


def test_the_basis_is_recorded_when_no_asset_about_people_lacks_it():
    full = "data: {d: {personal: [name], purpose: billing, legal_basis: contract}, e: {personal: []}%s}"
    assert fact(full % "", "system", "basis_recorded") == "yes"
    assert fact(full % ", f: {personal: [email], purpose: mail}", "system", "basis_recorded") == "no"
    assert fact("data: {e: {personal: []}}", "system", "basis_recorded") == "unknown"


def test_what_was_made_by_pseudonymising_is_pseudonymised_unless_somebody_says_no():
    made = "data: {raw: {personal: [name]}, d: {derived_from: {raw: pseudonymise}%s}}"
    assert fact(made % "", "data", "pseudonymised", 1) == "yes"
    assert fact(made % "", "data", "pseudonymised", 0) == "unknown"
    assert fact(made % ", facts: {pseudonymised: no}", "data", "pseudonymised", 1) == "no"


def test_a_partys_contract_holds_wherever_it_operates_unless_somebody_says_no():
    model = "parties: {p: {role: processor, contract: DPA}, q: {role: processor}}\nelements:\n"
    model += "  a: {type: database, operated_by: p}\n  b: {type: database, operated_by: q}\n"
    model += "  c: {type: database, operated_by: p, facts: {processor_contract: no}}\n  d: {type: database}\n"
    found = [fact(model, "element", "processor_contract", row) for row in range(4)]
    assert found == ["yes", "unknown", "no", "unknown"]


def test_jurisdictions_are_drawn_when_a_boundary_is_one():
    assert fact("boundaries: {eu: {type: jurisdiction}}", "system", "regions_drawn") == "yes"
    assert fact("boundaries: {net: {type: internet}}", "system", "regions_drawn") == "no"
