"""Columns: the name claims, the values confirm, and each can overrule the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.privacy.columns import SAMPLE, classify

PEOPLE = ["Ana García", "Bob Smith", "Chidi Okafor", "Mary Jones"]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("Contact Email", ["a@b.org", "c.d@e.co.uk"], "email"),
        ("whatever", ["a@b.org", "c.d@e.co.uk"], "email"),
        ("email_opt_in", ["yes", "no"], ""),
        ("custphone", ["555-123-4567"], "phone"),
        ("x1", ["(555) 123-4567", "(555) 999-0000"], "phone"),
        ("ticket_number", ["5551234567", "5551234568"], ""),
        ("phone_model", ["Pixel 7", "iPhone 12"], ""),
        ("FIRST_NM", ["Ana", "Bob"], "first-name"),
        ("first_seen", ["2020-01-01"], ""),
        ("judge_last", ["Smith", "Okafor"], "last-name"),
        ("Last Updated", ["2020-01-02"], ""),
        ("name", ["Adams,Alice R", "Smith, Bob"], "name-maybe"),
        ("name", ["Main Street", "Oak Avenue"], ""),
        ("name", ["Widget 12", "Gadget 5"], ""),
        ("school name", ["Lincoln High School"], ""),
        ("contact", PEOPLE, "full-name"),
        ("c7", PEOPLE, "full-name"),
        ("state", ["Texas", "Virginia", "Georgia"], ""),
        ("street", ["12 Main St", "4 Oak Avenue"], "street-address"),
        ("ip_address", ["10.0.0.1", "2001:db8::1"], "ip"),
        ("zip4", ["1234", "0012"], "postcode"),
        ("postcode", ["SW1A 1AA", "EC1A 1BB"], "postcode"),
        ("Code Postal", ["75001", "69002"], "postcode"),
        ("DOB", ["1990-01-02", "03/04/1985"], "birth-date"),
        ("Age Group", ["18-24", "65+"], "age"),
        ("age_of_building", ["12", "40"], ""),
        ("idade", ["12", "40"], "age"),
        ("sex", ["1", "0"], "gender"),
        ("q3", ["Male", "Female"], "gender"),
        ("q3", ["Male", "Male"], ""),
        ("race", ["White", "Asian", "Black"], "race"),
        ("race", ["Daytona 500", "Indianapolis 500"], ""),
        ("cc_num", ["4111 1111 1111 1111"], "card"),
        ("cc_num", ["4111 1111 1111 1112"], ""),
        ("konto", ["DE89370400440532013000"], "iban"),
        ("diagnosis", ["J45.0", "E11"], "health"),
        ("latitude", ["52.5", "-13.4"], "coordinates"),
    ],
)
def test_a_column_is_told_by_name_and_values(name, values, expected):
    assert classify(name, values * 5).id == expected


def test_a_column_without_values_is_believed_with_doubt():
    verdict = classify("email", ["", "N/A", "null"])
    assert verdict.id == "email"
    assert verdict.confidence < 0.5


def test_decimals_that_a_table_made_of_whole_numbers_do_not_hide_them():
    assert classify("phone", ["5551234567.0"] * 3).id == "phone"


def test_what_is_personal_and_what_only_helps_to_single_out():
    town, age = classify("city", ["Bonn"] * 3), classify("age", ["30"] * 3)
    assert not town.is_personal
    assert town.is_quasi_identifier
    assert age.is_personal
    assert age.is_quasi_identifier


def test_special_categories_are_marked():
    kind = classify("religion", ["Catholic", "None"]).kind
    assert kind is not None
    assert kind.is_special


@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=SAMPLE + 5))
def test_any_name_and_values_get_a_verdict_with_a_reason_that_shows_no_value(name, values):
    verdict = classify(name, values)
    assert 0 <= verdict.confidence <= 1
    assert verdict.why
    assert not any(value in verdict.why for value in values if len(value) > 12)
