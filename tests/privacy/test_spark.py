"""The same plan on Spark gives the same rows as on one machine."""

import shutil

import polars as pl
import pytest

from mantlet.base.errors import InputError, UsageError
from mantlet.privacy import plan as steps
from mantlet.privacy.keys import Key
from mantlet.privacy.mask import mask
from mantlet.privacy.plan import Plan
from mantlet.privacy.tables import open_table

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
]
KEY = Key("k" * 40, "default")
PLAN = Plan(
    columns={
        "id": steps.Pseudonym(),
        "name": steps.Fake(kind="full-name"),
        "phone": steps.Partial(last=2, by="***"),
        "zip": steps.Prefix(chars=3),
        "age": steps.Bin(width=10),
        "born": steps.Truncate(to="month"),
        "income": steps.Noise(scale=100, by=("id",), decimals=2),
        "note": steps.MaskText(numbers=True),
        "card": steps.Redact(),
        "gone": steps.Drop(),
    },
    key="default",
    unlisted="keep",
)


@pytest.fixture(scope="module")
def spark():
    pytest.importorskip("pyspark")
    from mantlet.privacy.spark import session

    running = session("local[2]")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def people():
    rows = 5_000
    return pl.DataFrame(
        {
            "id": [f"u{n}" for n in range(rows)],
            "name": [f"Person {n % 700}" for n in range(rows)],
            "phone": [f"+41 44 668 {n % 90:02} {n % 7:02}" if n % 5 else None for n in range(rows)],
            "zip": [f"{10000 + n % 89999}" for n in range(rows)],
            "age": [n % 100 for n in range(rows)],
            "born": ["1990-03-04" if n % 3 else "03/14/1985" for n in range(rows)],
            "income": [float(n * 37 % 90_000) for n in range(rows)],
            "note": [
                f'call +49 30 1234567 or "mail" a{n}@b.org, thanks\\1 $1 №{n}' if n % 2 else ""
                for n in range(rows)
            ],
            "card": ["4111111111111111"] * rows,
            "gone": ["x"] * rows,
            "kept": [n % 7 for n in range(rows)],
        }
    )


def rows_of(frame):
    return sorted(map(str, frame.rows()))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_spark_gives_the_rows_that_one_machine_gives(spark, people, tmp_path, ending):
    from mantlet.privacy.spark import mask_on_spark

    source = tmp_path / f"people.{ending}"
    people.write_parquet(source) if ending == "parquet" else people.write_csv(source)
    one = mask(open_table(str(source)), PLAN, tmp_path / "one.parquet", key=KEY)
    written = mask_on_spark(spark, str(source), PLAN, tmp_path / "many.parquet", key=KEY)
    assert written == one.rows == 5_000
    many = pl.read_parquet(str(tmp_path / "many.parquet" / "*.parquet"))
    single = pl.read_parquet(one.path)
    if ending == "csv":
        many, single = (
            many.with_columns(pl.all().cast(pl.String).replace("", None)),
            single.with_columns(pl.all().cast(pl.String).replace("", None)),
        )
    assert rows_of(many) == rows_of(single)


def test_tokens_come_from_one_vault(spark, people, tmp_path):
    from mantlet.privacy.spark import mask_on_spark

    source = tmp_path / "people.parquet"
    people.write_parquet(source)
    plan = Plan(columns={"name": steps.Token()}, unlisted="keep")
    mask_on_spark(spark, str(source), plan, tmp_path / "many.parquet", vault=tmp_path / "vault.db")
    one = mask(open_table(str(source)), plan, tmp_path / "one.parquet", vault=tmp_path / "vault.db")
    assert rows_of(pl.read_parquet(str(tmp_path / "many.parquet" / "*.parquet"))) == rows_of(
        pl.read_parquet(one.path)
    )


def test_what_spark_cannot_do_is_said_before_anything_is_written(spark, people, tmp_path):
    from mantlet.privacy.spark import mask_on_spark

    source = tmp_path / "people.parquet"
    people.write_parquet(source)
    with pytest.raises(UsageError, match="shuffled"):
        mask_on_spark(
            spark,
            str(source),
            Plan(columns={"age": steps.Shuffle()}, unlisted="keep"),
            tmp_path / "out.parquet",
            key=KEY,
        )
    with pytest.raises(UsageError, match="does not write"):
        mask_on_spark(spark, str(source), Plan(columns={}, unlisted="keep"), tmp_path / "out.xlsx")
    with pytest.raises(InputError, match="Spark reads"):
        mask_on_spark(spark, str(tmp_path / "none.parquet"), Plan(columns={}), tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()
