"""Tables as people have them: what cannot be read is one clear error that says how to mend it."""

import os
import sqlite3

import pytest

from mantlet.base.errors import InputError, UsageError
from mantlet.privacy import tables
from mantlet.privacy.tables import open_table, open_tables, reading


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_sign_between_columns_is_seen(tmp_path, sign):
    path = tmp_path / "people.csv"
    path.write_text(f"email{sign}name\na@b.example{sign}Ana\n")
    assert open_table(str(path)).columns == ("email", "name")


def test_a_comma_counts_before_other_signs(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("email;old,name\na@b.example,Ana\n")
    assert open_table(str(path)).columns == ("email;old", "name")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("b.csv", b'a,b\n"not closed,1\n'),
        ("c.csv", b"caf\xe9\n\xe9\n"),
        ("d.csv", b"a,b\n1,2,3\n"),
        ("e.jsonl", b'{"a": 1}\nnot json\n'),
        ("f.parquet", b"PAR1"),
        ("g.sqlite", b"SQLite format 3\0junk"),
        ("h.arrow", b"ARROW1"),
        ("i.xyz", b"?"),
    ],
)
def test_what_is_no_table_is_one_error_with_a_mend(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as caught, reading(str(path)):
        open_table(str(path)).frame.collect()
    assert caught.value.mend


@pytest.mark.parametrize(
    "source", ["none.csv", "none.sqlite", "sqlite:///none.db", "https://host.example/a.csv", "s3://b/a.csv"]
)
def test_what_is_not_there_is_one_error_with_a_mend(source):
    with pytest.raises((InputError, UsageError)) as caught:
        open_tables([source])
    assert caught.value.mend


def test_a_pattern_finds_files_only(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "people.csv").write_text("a\n1\n")
    assert [table.columns for table in open_tables([str(tmp_path / "*.csv")])] == [("a",)]


def test_rows_of_a_database_are_never_left_out_silently(tmp_path, monkeypatch):
    pytest.importorskip("sqlalchemy")
    monkeypatch.setattr(tables, "MAX_SQLITE_ROWS", 2)
    path = tmp_path / "people.db"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE people (email TEXT)")
        base.executemany("INSERT INTO people VALUES (?)", [("a",), ("b",), ("c",)])
    base.close()
    for source in (f"sqlite+pysqlite:///{path}", str(path)):
        with pytest.raises(InputError, match="more than 2 rows"):
            open_tables([source])
