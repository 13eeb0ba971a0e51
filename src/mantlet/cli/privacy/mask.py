"""`mantlet privacy mask` and `unmask`: mask a table by a plan; get tokens' values back from the vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import plain
from mantlet.cli.privacy import common

if TYPE_CHECKING:
    from mantlet.privacy.keys import Key
    from mantlet.privacy.mask import Masked
    from mantlet.privacy.plan import Plan
    from mantlet.privacy.tables import Table

PlanFile = Annotated[
    Path | None, typer.Option("--plan", "-p", help="The masking plan (YAML or JSON).", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="Where the masked table goes; its ending says the format.", show_default=False
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", help="A file with the plan's key, which only you can read.", show_default=False
    ),
]
VaultFile = Annotated[
    Path | None,
    typer.Option("--vault", help="The file that keeps tokens and their values.", show_default=False),
]


Suggest = Annotated[
    bool,
    typer.Option(
        "--suggest", help="Profile the table and write a plan (to --plan, else to standard output)."
    ),
]
Preview = Annotated[
    bool, typer.Option("--preview", help="Show the first rows before and after; write nothing.")
]
Verify = Annotated[
    bool,
    typer.Option(
        "--verify", help="Look through the whole output afterwards; exit 1 if something listed is left."
    ),
]
Lineage = Annotated[
    Path | None,
    typer.Option(
        "--lineage", help="Write where each column comes from (OpenLineage, JSON).", show_default=False
    ),
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        help="A Spark master, such as local[*] or spark://host:7077, for data past one machine; writes a folder.",
    ),
]
Memory = Annotated[str, typer.Option("--memory", help="Bound the peak, such as 500MB; slower.")]


def mask(
    data: common.OneTable,
    *,
    plan: PlanFile = None,
    output: Out = None,
    suggest: Suggest = False,
    preview: Preview = False,
    verify: Verify = False,
    lineage: Lineage = None,
    key_file: KeyFile = None,
    vault: VaultFile = None,
    engine: Engine = "",
    treats: common.Treats = "",
    model: common.Model = Path(),
    memory: Memory = "",
) -> None:
    """Mask a table by a plan: pseudonyms, partial masks, bands, invented values, personal data inside texts.

    The output is complete or absent, and the input stays as it is. Of a notebook (.ipynb), the outputs are masked; it needs no plan.
    """
    common.need_extra()
    from mantlet.base.errors import UsageError
    from mantlet.privacy.plan import read_plan
    from mantlet.privacy.tables import open_table

    unused = {
        "--suggest": suggest,
        "--preview": preview,
        "--verify": verify,
        "--lineage": lineage is not None,
    }
    unused |= {"--treats": treats != "", "--memory": memory != ""}
    if data.endswith(".ipynb"):
        _refuse(unused | {"--plan": plan is not None, "--engine": engine != ""}, "the outputs of a notebook")
        _mask_notebook(Path(data), output)
        return
    if engine:
        _refuse(unused, "masking on Spark")
        _run_on_spark(engine, data, plan, output, key_file, vault)
        return
    table = open_table(data)
    if suggest:
        _suggest(table, plan)
        return
    if plan is None:
        raise UsageError(
            "no plan given",
            mend="write one with --suggest --plan plan.yaml, review it, and give it with --plan",
        )
    steps = read_plan(plan)
    key = _key(steps, key_file)
    if preview:
        _preview(table, steps, key)
        return
    if output is None:
        raise UsageError("no output given", mend="name it with -o")
    from mantlet.project.masking import sentence

    masked = _run(table, steps, output, key, vault, memory, lineage, verify=verify or treats != "")
    common.say_treated(treats, model, "mask", sentence(masked))


def _refuse(options: dict[str, bool], where: str) -> None:
    """Raise `UsageError` for an option that would be left unheeded: `--verify` must not seem to have verified."""
    from mantlet.base.errors import UsageError

    given = [name for name, is_given in options.items() if is_given]
    if given:
        raise UsageError(f"{where} takes no {given[0]}", mend="leave it out, or mask a table on this machine")


def _mask_notebook(source: Path, output: Path | None) -> None:
    from mantlet.base.errors import UsageError
    from mantlet.privacy.notebooks import mask_outputs

    if output is None:
        raise UsageError("no output given", mend="name it with -o")
    counts = mask_outputs(source, output)
    said = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
    plain.say(f"{output} written: hid {said} in its outputs; names were not looked for", aside=True)


def _run_on_spark(
    master: str, data: str, plan: Path | None, output: Path | None, key_file: Path | None, vault: Path | None
) -> None:
    from mantlet.base.errors import UsageError
    from mantlet.privacy.plan import read_plan
    from mantlet.privacy.spark import mask_on_spark, session

    if plan is None or output is None:
        raise UsageError(
            "Spark needs a plan and an output",
            mend="give --plan and -o; write a plan with --suggest on one machine",
        )
    steps = read_plan(plan)
    key = _key(steps, key_file)
    spark = session(master)
    try:
        rows = mask_on_spark(spark, data, steps, output, key=key, vault=vault)
    finally:
        spark.stop()
    plain.say(f"{output} written: {rows:,} rows", aside=True)


def _suggest(table: Table, target: Path | None) -> None:
    from mantlet.base.errors import Location, UsageError
    from mantlet.base.files import write_atomic
    from mantlet.privacy.plan import write_plan
    from mantlet.privacy.profile import profile
    from mantlet.privacy.suggest import suggest_plan

    if target is not None and target.is_file():
        raise UsageError(
            "is there already",
            where=Location(str(target)),
            mend="somebody may have reviewed it: name another file with --plan, or remove it first",
        )
    text = write_plan(*suggest_plan(profile(table)))
    if target is None:
        plain.write_bytes([text.encode()])
        return
    write_atomic(target, text.encode())
    plain.say(f"{target} written: review it, then run with --plan {target} -o OUT", aside=True)


def _key(plan: Plan, file: Path | None) -> Key | None:
    from mantlet.privacy.keys import find_key

    return find_key(plan.key, file) if plan.needs_key() else None


def _preview(table: Table, plan: Plan, key: Key | None) -> None:
    from mantlet.cli.terminal import console
    from mantlet.privacy.mask import preview

    before, after = preview(table, plan, key=key)
    console().print(common.frame_table(before, "before"))
    console().print(common.frame_table(after, "\nafter"))


def _run(
    table: Table,
    plan: Plan,
    output: Path,
    key: Key | None,
    vault: Path | None,
    memory: str,
    lineage: Path | None,
    *,
    verify: bool,
) -> Masked:
    import msgspec

    from mantlet.base.files import write_atomic
    from mantlet.privacy.mask import lineage as facet
    from mantlet.privacy.mask import mask as run

    masked = run(table, plan, output, key=key, vault=vault, memory=common.read_size(memory))
    plain.say(f"{output} written: {masked.rows:,} rows", aside=True)
    if lineage is not None:
        write_atomic(lineage, msgspec.json.format(msgspec.json.encode(facet(masked, table.name))) + b"\n")
    if verify:
        _verify(table, masked)
    return masked


def _verify(table: Table, masked: Masked) -> None:
    from mantlet.privacy.mask import verify

    left = verify(table, masked)
    for one in left:
        plain.say(f"column {one.column}: {one.what} ({one.rows:,} rows)")
    if left:
        raise typer.Exit(1)
    plain.say("verified: nothing that the plan lists is left", aside=True)


def unmask(
    data: common.OneTable,
    *,
    plan: PlanFile = None,
    vault: VaultFile = None,
    output: Out = None,
) -> None:
    """Put the values back for the tokens of a masked table, from the vault that holds them."""
    common.need_extra()
    from mantlet.base.errors import UsageError
    from mantlet.privacy.mask import restore
    from mantlet.privacy.plan import read_plan
    from mantlet.privacy.tables import open_table

    if plan is None or vault is None or output is None:
        raise UsageError("unmask needs the plan, the vault and an output", mend="give --plan, --vault and -o")
    rows = restore(open_table(data), read_plan(plan), vault, output)
    plain.say(f"{output} written: {rows:,} rows", aside=True)
