"""Masking: each step does what it says, nothing listed is left, and a failure leaves nothing behind."""

import os
import sqlite3
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base.errors import InputError, UsageError
from mantlet.privacy import mask as masking
from mantlet.privacy import plan as steps
from mantlet.privacy.compile import compile_plan
from mantlet.privacy.keys import Key, find_key, new_key, variable
from mantlet.privacy.mask import mask, preview, restore, verify
from mantlet.privacy.plan import Plan, read_plan, write_plan
from mantlet.privacy.profile import profile
from mantlet.privacy.suggest import suggest_plan
from mantlet.privacy.tables import open_table, open_tables
from mantlet.privacy.vault import Vault

KEY = Key("k" * 40, "default")


def masked(values, step, key=KEY):
    frame = pl.DataFrame({"x": values}, strict=False).lazy()
    return compile_plan({"x": step}, key).apply(frame).collect()["x"].to_list()


@pytest.mark.parametrize(
    ("step", "values", "expected"),
    [
        (steps.Keep(), ["a", None], ["a", None]),
        (steps.Redact(by="[x]"), ["a", "", None], ["[x]", "", None]),
        (steps.Partial(last=4), ["4111111111111111", "12", None], ["***1111", "***", None]),
        (steps.Partial(first=1, last=1), ["Garibaldi"], ["G***i"]),
        (steps.Bin(width=10), ["37", "0", "-5", "x", None, "1e400"], ["30-39", "0-9", "-10--1", None, None, None]),
        (steps.Bin(width=0.5), ["0.7"], ["0.5-1.0"]),
        (steps.Bin(width=10), [37, None], ["30-39", None]),
        (steps.Prefix(chars=3), ["75001", "", None], ["750", "", None]),
        (steps.Prefix(chars=3, by="··"), ["75001"], ["750··"]),
        (steps.Truncate(to="year"), ["1990-03-04", "03/14/1985", "4.3.1990", "junk"], ["1990", "1985", "1990", None]),
        (steps.Truncate(to="month"), ["2024-03-05T10:20:30"], ["2024-03"]),
        (steps.Truncate(to="quarter"), ["2024-05-05"], ["2024-04-01"]),
        (steps.MaskText(), ["to a@b.org, +41 44 668 18 00", "4111 1111 1111 1111", None], ["to [email], [phone]", "[card]", None]),
        (steps.MaskText(classes=(), numbers=True), ["room 4711 at 9"], ["room [number] at 9"]),
    ],
)  # fmt: skip
def test_steps(step, values, expected):
    assert masked(values, step) == expected


def test_a_pseudonym_is_the_same_for_the_same_value_key_and_domain_only():
    one, two, three = masked(["a", "a", "b"], steps.Pseudonym())
    assert one == two != three
    assert len(one) == 32
    assert masked(["a"], steps.Pseudonym(), Key("z" * 40)) != [one]
    assert masked(["a"], steps.Pseudonym(domain="mail")) != [one]
    assert masked(["", None], steps.Pseudonym()) == ["", None]


def test_invented_values_are_consistent_and_belong_to_nobody():
    mail = masked(["ana@mail.example", "ana@mail.example", "bob@mail.example"], steps.Fake(kind="email"))
    assert mail[0] == mail[1] != mail[2]
    assert all(value.endswith("@example.org") for value in mail)
    assert all(value.startswith("+999 ") for value in masked(["1", "2"], steps.Fake(kind="phone")))
    for kind in ("full-name", "first-name", "last-name", "street-address", "city", "username"):
        assert all(masked([str(n) for n in range(50)], steps.Fake(kind=kind)))


def test_noise_follows_its_scale_and_repeats_by_key_and_row():
    frame = pl.DataFrame({"id": [str(n) for n in range(20_000)], "x": [100] * 20_000}).lazy()
    plan = {"id": steps.Keep(), "x": steps.Noise(scale=5, by=("id",), decimals=3)}
    moved = compile_plan(plan, KEY).apply(frame).collect()["x"]
    assert abs(moved.mean() - 100) < 0.3
    assert (moved - 100).abs().mean() == pytest.approx(5, rel=0.05)
    assert moved.to_list() == compile_plan(plan, KEY).apply(frame).collect()["x"].to_list()


def test_a_step_that_needs_a_key_says_so():
    with pytest.raises(UsageError, match="key"):
        compile_plan({"x": steps.Pseudonym()}, None)


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(
        "email,age,note,plan\nana@mail.example,37,call 555-123-4567 or write to me soon,pro\nbob@mail.example,52,nothing to add here at all today,free\n"
    )
    return open_table(str(file))


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl", "arrow"])
def test_a_suggested_plan_masks_and_verifies_in_every_format(table, tmp_path, ending):
    plan, _ = suggest_plan(profile(table))
    out = mask(table, plan, tmp_path / f"out.{ending}", key=KEY)
    assert out.rows == 2
    assert verify(table, out) == []
    text = (tmp_path / f"out.{ending}").read_bytes()
    assert b"mail.example" not in text
    assert b"555-123" not in text


def test_verify_tells_what_is_left(table, tmp_path):
    careless = Plan(
        columns={"email": steps.Keep(), "age": steps.Keep(), "note": steps.Keep(), "plan": steps.Keep()}
    )
    out = mask(table, careless, tmp_path / "out.csv")
    promised = {**out.resolved, "email": steps.Pseudonym(), "note": steps.MaskText(), "plan": steps.Drop()}
    left = verify(table, type(out)(out.path, out.rows, promised, ""))
    assert {(one.column, one.rows) for one in left} == {("email", 2), ("note", 1), ("plan", 2)}
    assert "mail.example" not in repr(left)


def test_tokens_come_back_from_their_vault_and_from_nowhere_else(table, tmp_path):
    plan = Plan(columns={"email": steps.Token()}, unlisted="keep")
    out = mask(table, plan, tmp_path / "out.csv", vault=tmp_path / "vault.db")
    assert verify(table, out) == []
    if os.name == "posix":
        assert (tmp_path / "vault.db").stat().st_mode & 0o077 == 0
    again = mask(table, plan, tmp_path / "again.csv", vault=tmp_path / "vault.db")
    assert again.path.read_text() == out.path.read_text()
    restore(open_table(str(out.path)), plan, tmp_path / "vault.db", tmp_path / "back.csv")
    assert "ana@mail.example" in (tmp_path / "back.csv").read_text()
    with pytest.raises(InputError, match="no such vault"):
        restore(open_table(str(out.path)), plan, tmp_path / "none.db", tmp_path / "back2.csv")


def test_a_shuffled_column_keeps_its_values_and_loses_its_order(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("id,v\n" + "".join(f"{n},{n}\n" for n in range(200)))
    out = mask(
        open_table(str(file)),
        Plan(columns={"v": steps.Shuffle()}, unlisted="keep"),
        tmp_path / "o.csv",
        key=KEY,
    )
    dealt = pl.read_csv(out.path)
    assert sorted(dealt["v"]) == list(range(200))
    assert (dealt["v"] == dealt["id"]).sum() < 20


def test_a_new_column_does_not_slip_through(table, tmp_path):
    with pytest.raises(InputError, match="says nothing of columns 'age', 'note', 'plan'"):
        mask(table, Plan(columns={"email": steps.Redact()}), tmp_path / "out.csv")
    with pytest.raises(InputError, match="lacks"):
        mask(table, Plan(columns={"emial": steps.Redact()}, unlisted="keep"), tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_the_input_is_never_overwritten(table, tmp_path):
    with pytest.raises(UsageError, match="overwrite"):
        mask(table, Plan(columns={}, unlisted="keep"), tmp_path / "people.csv")


def test_a_broken_input_leaves_no_output_and_shows_no_values(tmp_path):
    file = tmp_path / "bad.csv"
    file.write_bytes(b"a,b\n" + b"1,2\n" * 50_000 + b"secret-value,2,3,4\n")
    with pytest.raises(InputError) as caught:
        mask(open_table(str(file)), Plan(columns={}, unlisted="keep"), tmp_path / "out.csv")
    assert "secret-value" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.parquet", b"PAR1\x15\x04"),
        ("empty.csv", b""),
        ("latin.csv", "a,b\nj\xf6rg,1\n".encode("latin-1")),
        ("bad.jsonl", b'{"a": 1}\n{"a": '),
        ("bad.arrow", b"ARROW1junk"),
        ("bad.sqlite", b"not a database at all, really not one" * 10),
    ],
)
def test_broken_tables_are_one_clear_error(tmp_path, name, data):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(InputError) as caught:
        profile(open_tables([str(file)])[0])
    assert name in str(caught.value)


def test_a_preview_shows_before_and_after(table):
    before, after = preview(table, Plan(columns={"email": steps.Redact()}, unlisted="keep"))
    assert before["email"].to_list() == ["ana@mail.example", "bob@mail.example"]
    assert after["email"].to_list() == ["***", "***"]


names = st.text(min_size=1, max_size=20)
some_step = st.one_of(
    st.builds(steps.Keep), st.builds(steps.Drop), st.builds(steps.Redact, by=st.text(max_size=5)),
    st.builds(steps.Partial, first=st.integers(0, 9), last=st.integers(0, 9)), st.builds(steps.Pseudonym, length=st.integers(16, 64), domain=names),
    st.builds(steps.Bin, width=st.floats(0.1, 1e6)), st.builds(steps.Truncate, to=st.sampled_from(["year", "week"])),
    st.builds(steps.Noise, scale=st.floats(0.1, 9), decimals=st.integers(0, 4)), st.builds(steps.MaskText, numbers=st.booleans()),
)  # fmt: skip


@given(st.dictionaries(names, some_step, max_size=6), st.sampled_from(["refuse", "keep", "drop"]))
def test_plans_survive_writing_and_reading(tmp_path_factory, columns, unlisted):
    plan = Plan(columns=columns, key="k", unlisted=unlisted)
    file = tmp_path_factory.mktemp("plan") / "plan.yaml"
    file.write_text(write_plan(plan, dict.fromkeys(columns, "because\nof this")), encoding="utf-8")
    assert read_plan(file) == plan


@pytest.mark.parametrize(
    "text",
    [
        "",
        "columns: 3",
        "mantlet-plan: 2\ncolumns: {}",
        "columns: {a: {do: fly}}",
        "columns: {a: &x {do: keep}, b: *x}",
        "{",
        "columns: {a: {do: bin}}",
    ],
)
def test_broken_plans_are_one_clear_error(tmp_path, text):
    file = tmp_path / "plan.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"plan\.yaml"):
        read_plan(file)


def test_keys_come_from_the_environment_or_a_private_file_and_are_never_shown(tmp_path, monkeypatch):
    secret = new_key()
    monkeypatch.setenv(variable("crm 2026"), secret)
    key = find_key("crm 2026")
    assert secret not in repr(key)
    assert key.derive("a", "") != key.derive("a", "x") != key.derive("b", "x")
    file = tmp_path / "key"
    file.write_text(secret)
    file.chmod(0o600)
    assert find_key("", file).derive("a", "") == key.derive("a", "")
    file.chmod(0o644)
    if os.name == "posix":
        with pytest.raises(InputError, match="others can read"):
            find_key("", file)
    file.chmod(0o600)
    for data in (b"\xff" * 64, b"a" * 5000):
        file.write_bytes(data)
        with pytest.raises(InputError, match="key") as caught:
            find_key("", file)
        assert caught.value.mend
    for strange in (tmp_path, tmp_path / "none", Path(os.devnull)):
        with pytest.raises(InputError, match="cannot be read") as caught:
            find_key("", strange)
        assert "chmod" not in caught.value.mend
    monkeypatch.setenv(variable(""), "short")
    with pytest.raises(InputError, match="shorter"):
        find_key("")
    monkeypatch.delenv(variable(""))
    with pytest.raises(UsageError, match="MANTLET_KEY"):
        find_key("")


def test_an_output_that_cannot_be_written_says_so_of_the_output(tmp_path):
    file = tmp_path / "in.csv"
    file.write_text("a\n1\n")
    plan = Plan(columns={"a": steps.Redact()})
    (tmp_path / "other.txt").write_text("a file")
    os.mkfifo(tmp_path / "pipe.csv")
    for out in (tmp_path / "other.txt" / "out.csv", tmp_path / "pipe.csv", tmp_path / ("x" * 300 + ".csv")):
        with pytest.raises(InputError) as caught:
            mask(open_table(str(file)), plan, out)
        assert caught.value.mend
        assert "in.csv" not in str(caught.value)
    assert {one.name for one in tmp_path.iterdir()} == {"in.csv", "other.txt", "pipe.csv"}


def test_an_output_that_is_a_link_is_written_through(tmp_path):
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text("a\n1\n")
    out.symlink_to(tmp_path / "real.csv")
    mask(open_table(str(file)), Plan(columns={"a": steps.Redact()}), out)
    assert out.is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("a\n")


def test_a_vault_that_cannot_be_written_is_one_clear_error(tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as base:
        base.execute("CREATE TABLE tokens (x TEXT)")
    base.close()
    with pytest.raises(InputError, match="vault") as caught:
        Vault(tmp_path / "other.db").tokens(["a"], "t_")
    assert caught.value.mend


def test_a_table_that_is_not_written_whole_is_told_and_not_left(tmp_path, monkeypatch):
    monkeypatch.setitem(masking._SINKS, "parquet", lambda frame, path, memory: path.write_bytes(b"PAR1"))
    with pytest.raises(InputError, match=r"out\.parquet: cannot be written whole"):
        masking.write_table(pl.DataFrame({"a": ["1"]}).lazy(), tmp_path / "out.parquet")
    assert not list(tmp_path.iterdir())
