"""Attacks on releases: certain on an untouched copy, no better than chance on a table that says nothing."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.base.errors import UsageError
from mantlet.privacy.anonymise.rules import Demand
from mantlet.privacy.anonymise.run import anonymise
from mantlet.privacy.attack import Rate, compare, stands_for


@pytest.fixture
def people():
    rows = 600
    return pl.DataFrame(
        {
            "age": [str(18 + n * 7 % 70) for n in range(rows)],
            "zip": [f"{75000 + n * 13 % 97}" for n in range(rows)],
            "ill": ["flu" if n % 3 else "ok" for n in range(rows)],
        }
    )


def test_an_untouched_copy_gives_everything_away(people):
    found = compare(people, people, ["age", "zip"], "ill")
    assert found.after == found.before
    assert found.after.prosecutor == 1
    assert found.after.inferred.value > 0.9 > found.after.baseline.value


def test_a_table_that_says_nothing_gives_only_chance(people):
    blank = people.with_columns(age=pl.lit("*"), zip=pl.lit("*"))
    found = compare(people, blank, ["age", "zip"], "ill").after
    assert found.found.value == 0
    assert found.prosecutor == pytest.approx(1 / 600)
    assert found.inferred.value == found.baseline.value


def test_columns_that_were_dropped_help_nobody(people):
    found = compare(people, people.drop("age", "zip"), ["age", "zip"], "ill").after
    assert found.journalist == pytest.approx(1 / 600)


@pytest.mark.parametrize("method", ["mondrian", "full-domain"])
def test_after_anonymising_nobody_is_picked_better_than_one_in_k(people, method):
    released = anonymise(people, ["age", "zip"], Demand(8), method=method, suppress=0.0).frame
    found = compare(people, released, ["age", "zip"], "ill")
    assert found.after.prosecutor <= 1 / 8
    assert found.after.found.value == 0
    assert found.after.linked.value < found.before.linked.value


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.sampled_from("xyz")), min_size=6, max_size=40),
    st.integers(2, 3),
)
def test_a_persons_own_row_is_always_a_candidate(rows, k):
    table = pl.DataFrame({"a": [str(a) for a, _ in rows], "b": [b for _, b in rows]})
    released = anonymise(table, ["a", "b"], Demand(k)).frame
    for before, after in zip(table.iter_rows(), released.iter_rows(), strict=True):
        assert all(stands_for(label, value) for label, value in zip(after, before, strict=True))


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [("30-39", "37", True), ("30-39", "40", False), ("-10--1", "-5", True), ("a | b", "b", True), ("a | b", "c", False), ("750", "75001", True), ("750**", "75001", True), ("750", "76001", False), ("*", "", True), ("", "x", False), ("x", "", False), ("30-39", "text", False), ("M", "Male", False)],
)  # fmt: skip
def test_what_a_label_can_stand_for(label, value, expected):
    assert stands_for(label, value) is expected


def test_intervals_hold_the_rate():
    rate = Rate.of(3, 200)
    assert 0 < rate.low < rate.value < rate.high < 0.05
    assert Rate.of(0, 0) == Rate(0, 0, 0)
    assert Rate.of(200, 200).high == pytest.approx(1)


def test_without_quasi_identifiers_there_is_no_attack(people):
    with pytest.raises(UsageError):
        compare(people, people, [])
