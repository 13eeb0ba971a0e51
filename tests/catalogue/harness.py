# ruff: noqa: E402 (as a script it finds the package by itself)
"""Runs the shipped catalogue's scenarios; as a script it tells authors which cases fail and what nobody notices.

python tests/catalogue/harness.py MODEL-DESERIALISE      # types
python tests/catalogue/harness.py ml-supply.yaml         # all types of a threats or scenarios file
python tests/catalogue/harness.py                        # everything
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1] / "src"))

from mantlet.analysis.scenarios import Scenario, judge, load_scenarios
from mantlet.base.errors import MantletError
from mantlet.catalogue.compile import Build, build_shipped
from mantlet.catalogue.folders import shipped
from mantlet.catalogue.load import Catalogue
from mantlet.store.datafile import DataFile

SCENARIOS = HERE / "scenarios"


@cache
def shipped_catalogue() -> tuple[Catalogue, Build]:
    """Compile the data as it is now, so that authors need no compiled file."""
    build = build_shipped()
    return Catalogue(build.compiled, build.frameworks), build


def shipped_scenarios() -> dict[str, Scenario]:
    return load_scenarios(sorted(SCENARIOS.glob("*.yaml")))


def chosen(arguments: list[str], catalogue: Catalogue, scenarios: dict[str, Scenario]) -> list[str]:
    """Return the types that the arguments name, by id or by a threats or scenarios file."""
    if not arguments:
        return list(dict.fromkeys([*catalogue.threats, *scenarios]))
    names: list[str] = []
    for argument in arguments:
        if not argument.endswith((".yaml", ".yml")):
            names.append(argument)
            continue
        stem = Path(argument).name
        names += [name for name, item in scenarios.items() if Path(item.file).name == stem]
        for path in (shipped() / "threats").rglob(stem):
            names += (DataFile.load(path).raw or {}).get("threats") or {}
    return list(dict.fromkeys(names))


def main(arguments: list[str]) -> int:
    catalogue, build = shipped_catalogue()
    for error in build.errors:
        print(error.diagnostics(), file=sys.stderr)
    try:
        scenarios = shipped_scenarios()
    except MantletError as error:
        print(error, file=sys.stderr)
        return 2
    failed = 0
    names = chosen(arguments, catalogue, scenarios)
    for name in names:
        if name not in catalogue.threats:
            print(f"✘ {name}: there is no such threat type")
        elif name not in scenarios:
            print(f"✘ {name}: it has no scenario")
        else:
            outcome = judge(catalogue.threats[name], scenarios[name], catalogue)
            print(outcome)
            failed += not outcome.fine
            continue
        failed += 1
    print(f"{len(names)} types, {failed} to mend; {len(build.errors)} errors in the data")
    return 1 if failed or build.errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
