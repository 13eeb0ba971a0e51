"""Anonymised tables fulfil what was asked, by measures that know nothing of how they were made."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.base.errors import InputError, UsageError
from mantlet.privacy.anonymise.hierarchy import made_hierarchy, read_hierarchy
from mantlet.privacy.anonymise.rules import Demand
from mantlet.privacy.anonymise.run import anonymise

SHARED = Path(__file__).parents[4] / "shared" / "data"
people = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 90)),
        st.sampled_from(["north", "south", "east", None]),
        st.sampled_from("abc"),
    ),
    min_size=4,
    max_size=60,
)


def table(rows):
    return pl.DataFrame(
        {"age": [r[0] for r in rows], "place": [r[1] for r in rows], "ill": [r[2] for r in rows]},
        schema={"age": pl.Int64, "place": pl.String, "ill": pl.String},
    )


@settings(max_examples=60, deadline=None)
@given(people, st.integers(1, 4))
def test_mondrian_keeps_every_row_and_reaches_k(rows, k):
    result = anonymise(table(rows), ["age", "place"], Demand(k))
    assert len(result.frame) == len(rows)
    assert result.after.k >= k
    assert result.frame["ill"].to_list() == [r[2] for r in rows]
    assert 0 <= result.loss <= 1


@settings(max_examples=60, deadline=None)
@given(people, st.integers(1, 4), st.sampled_from([0.0, 0.1, 0.5]))
def test_full_domain_suppresses_no_more_than_allowed(rows, k, suppress):
    result = anonymise(table(rows), ["age", "place"], Demand(k), method="full-domain", suppress=suppress)
    assert result.suppressed <= suppress * len(rows)
    assert len(result.frame) == len(rows) - result.suppressed
    assert result.after.rows == 0 or result.after.k >= k
    assert 0 <= result.loss <= 1


@settings(max_examples=40, deadline=None)
@given(people, st.sampled_from(["mondrian", "full-domain"]))
def test_l_and_t_are_reached_or_refused(rows, method):
    demand = Demand(2, 2, 0.4)
    try:
        result = anonymise(
            table(rows), ["age", "place"], demand, sensitive=["ill"], method=method, suppress=0.0
        )
    except UsageError:
        assert len({r[2] for r in rows}) < 2 or method == "full-domain"
        return
    assert result.after.l >= 2
    assert result.after.t <= 0.4 + 1e-9


def test_values_are_spans_short_lists_and_common_names():
    frame = pl.DataFrame({"age": ["20", "25", "60", "65"], "place": ["north", "south", "north", "north"]})
    result = anonymise(frame, ["age", "place"], Demand(2))
    assert result.frame["age"].to_list() == ["20-25", "20-25", "60-65", "60-65"]
    assert result.frame["place"].to_list() == ["north | south", "north | south", "north", "north"]


def test_a_hierarchy_of_ones_own_names_the_groups(tmp_path):
    file = tmp_path / "place.csv"
    file.write_text("oslo,norway,*\nbergen,norway,*\nrome,italy,*\nmilan,italy,*\n")
    frame = pl.DataFrame({"place": ["oslo", "bergen", "rome", "milan"]})
    for method in ("mondrian", "full-domain"):
        result = anonymise(
            frame, ["place"], Demand(2), hierarchies={"place": file}, method=method, suppress=0
        )
        assert result.frame["place"].to_list() == ["norway", "norway", "italy", "italy"]
    assert result.levels == {"place": 1}


@pytest.mark.parametrize("text", ["a,b\nc\n", "a\n", "x,g,*\n", "a,g,h,*\nb,g,i,*\n"])
def test_broken_hierarchies_are_one_clear_error(tmp_path, text):
    file = tmp_path / "h.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=r"h\.csv"):
        read_hierarchy(file, ["a", "b"])


def test_hierarchies_are_made_of_bands_dates_and_shorter_codes():
    ages = [str(n) for n in range(18, 90)]
    bands = made_hierarchy(ages, [float(n) for n in ages])
    assert bands.levels["37"][0] == "37"
    assert bands.levels["37"][-1] == "*"
    assert all(
        len(set(column)) >= len(set(after))
        for column, after in zip(
            zip(*bands.levels.values(), strict=True),
            list(zip(*bands.levels.values(), strict=True))[1:],
            strict=False,
        )
    )
    assert made_hierarchy(["2024-03-05"], None).levels["2024-03-05"] == (
        "2024-03-05",
        "2024-03",
        "2024",
        "202*",
        "*",
    )
    codes = [f"{n:05}" for n in range(10_000, 10_050)]
    assert made_hierarchy(codes, None).levels["10001"][:3] == ("10001", "1000*", "100**")


@pytest.mark.parametrize(
    ("demand", "message"),
    [(Demand(9), "fewer than k"), (Demand(0), "at least 1"), (Demand(2, 2), "sensitive")],
)
def test_demands_that_cannot_be_met_are_refused(demand, message):
    with pytest.raises(UsageError, match=message):
        anonymise(pl.DataFrame({"a": ["x", "y"]}), ["a"], demand)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the Adult table is not here")
def test_the_adult_table_loses_less_than_published():
    frame = pl.read_csv(SHARED / "adult.csv", infer_schema=False)
    frame = (
        frame.rename({name: name.strip() for name in frame.columns})
        .with_columns(pl.all().str.strip_chars())
        .filter(pl.col("age").is_not_null() & (pl.col("age") != ""))
    )
    quasi = ["age", "education", "marital-status", "occupation", "sex", "native-country"]
    for k, bar in ((2, 0.007), (5, 0.024), (10, 0.043)):
        result = anonymise(frame, quasi, Demand(k))
        assert result.after.k >= k
        assert len(result.frame) == 32_561
        assert result.loss <= bar
