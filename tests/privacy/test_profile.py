"""Profiles of whole tables, and the measures of how people can be singled out."""

import sqlite3
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base.errors import InputError, UsageError
from mantlet.privacy.metrics import measure
from mantlet.privacy.profile import profile
from mantlet.privacy.tables import open_table, open_tables

ADULT = Path(__file__).parents[3] / "shared" / "data" / "adult.csv"


def frame(**columns):
    return pl.DataFrame(columns, strict=False).lazy()


def test_k_l_t_of_a_table_small_enough_to_count():
    table = frame(zip=["1", "1", "1", "2", "2", None], ill=["flu", "flu", "ok", "ok", "ok", "flu"])
    found = measure(table, ["zip"], ["ill"])
    assert (found.rows, found.classes, found.k, found.l) == (6, 3, 1, 1)
    assert found.unique == pytest.approx(1 / 6)
    assert found.t == pytest.approx(0.5)
    assert found.prosecutor == 1
    assert found.marketer == 0.5


def test_empty_values_are_a_category():
    assert measure(frame(a=[None, None, "x", "x"]), ["a"]).k == 2


def test_an_empty_table_has_no_measures_and_no_error():
    assert measure(frame(a=[]), ["a"]).k == 0


def test_names_of_columns_are_forgiven_blanks_and_case():
    assert measure(frame(**{" Sex": ["m", "m"]}), ["sex"]).k == 2
    with pytest.raises(UsageError, match="no column 'sxe'"):
        measure(frame(sex=["m"]), ["sxe"])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), min_size=1, max_size=40))
def test_measures_agree_with_a_plain_count(rows):
    found = measure(frame(q=[q for q, _ in rows], s=[s for _, s in rows]), ["q"], ["s"])
    groups = {q: [s for p, s in rows if p == q] for q in {q for q, _ in rows}}
    whole = {s: sum(t == s for _, t in rows) / len(rows) for s in "xyz"}
    distances = [
        sum(abs(group.count(s) / len(group) - whole[s]) for s in "xyz") / 2 for group in groups.values()
    ]
    assert found.k == min(map(len, groups.values()))
    assert found.l == min(len(set(group)) for group in groups.values())
    assert found.t == pytest.approx(max(distances))


@pytest.mark.skipif(not ADULT.exists(), reason="the Adult table is not here")
def test_the_published_measures_of_the_adult_table():
    table = open_table(str(ADULT)).frame.filter(pl.col("age") != "")
    found = measure(
        table, ["age", "education", "marital-status", "occupation", "sex", "native-country"], ["salary-class"]
    )
    assert (found.k, found.l, found.classes) == (1, 1, 14_621)
    assert found.t == pytest.approx(0.75919, abs=1e-5)
    assert found.unique == pytest.approx(0.3075, abs=1e-4)


def test_a_profile_counts_in_full_what_it_sampled(tmp_path):
    file = tmp_path / "many.csv"
    rows = [
        f"user{n}@mail.example,{'call 555-123-4567 for more details please' if n % 10 == 0 else 'nothing here that tells of anybody'}"
        for n in range(9_000)
    ]
    file.write_text("contact,remark\n" + "\n".join([*rows, ",", "not given,x"]) + "\n")
    found = profile(open_table(str(file)))
    contact, remark = found.columns
    assert (found.rows, contact.verdict.id, contact.filled, contact.matching) == (
        9_002,
        "email",
        9_001,
        9_000,
    )
    assert contact.sampled == 60
    assert remark.in_text.keys() == {"phone"}
    assert found.categories() == ("email", "phone")
    assert profile(open_table(str(file))) == found


def test_a_folder_and_a_database_are_opened_table_by_table(tmp_path):
    (tmp_path / "a.csv").write_text("age\n37\n")
    (tmp_path / "sub").mkdir()
    pl.DataFrame({"email": ["a@b.org"]}).write_parquet(tmp_path / "sub" / "b.parquet")
    base = sqlite3.connect(tmp_path / "c.db")
    base.execute("CREATE TABLE people (name TEXT, photo BLOB)")
    base.execute("INSERT INTO people VALUES ('Ana Smith', x'00ff')")
    base.commit()
    base.close()
    (tmp_path / "link.csv").symlink_to("/etc/hostname")
    tables = open_tables([str(tmp_path)])
    assert [table.name.removeprefix(str(tmp_path) + "/") for table in tables] == [
        "a.csv",
        "c.db:people",
        "sub/b.parquet",
    ]
    assert [column.verdict.id for column in profile(tables[1]).columns] == [
        "full-name" if False else "name-maybe",
        "",
    ]
    with pytest.raises(InputError, match="no such file"):
        open_tables([str(tmp_path / "none.csv")])


def test_hostile_headers_are_only_names(tmp_path):
    file = tmp_path / "h.csv"
    file.write_text('"=cmd()|x","<script>","name\nwith line","·n"\na@b.org,1,2,3\na@b.org,1,2,3\n')
    found = profile(open_table(str(file)))
    assert found.columns[0].verdict.id == "email"
    assert measure(open_table(str(file)).frame, ["·n"]).k == 2


def test_ten_thousand_columns_are_profiled(tmp_path):
    file = tmp_path / "wide.csv"
    file.write_text(",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join(["x"] * 10_000) + "\n")
    assert len(profile(open_table(str(file))).columns) == 10_000
