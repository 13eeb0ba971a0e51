"""Every example in the page about the rule language is read, checked and, where it says what happens, tried."""

import re
from pathlib import Path

import pytest
import yaml

from mantlet.analysis.scenarios import judge, load_scenarios
from mantlet.base.errors import InputError
from mantlet.catalogue.load import load_catalogue
from mantlet.rules.check import check
from mantlet.rules.evaluate import value
from mantlet.rules.parse import MAX_LENGTH, MAX_NESTING, parse
from mantlet.rules.tree import (
    DATA_WORDS,
    PLACES,
    SCOPES,
    SUBJECTS,
    And,
    Carries,
    FactIn,
    Linked,
    Not,
    Or,
    atoms,
)

PAGE = (Path(__file__).parents[2] / "docs/rule-language.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([a-z-]+)(?: ([\w.-]+))?\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
RULES = [(at, line) for kind, at, text in BLOCKS if kind == "rules" for line in text.splitlines()]
FOREIGN = [(at, line) for kind, at, text in BLOCKS if kind == "foreign-rules" for line in text.splitlines()]
FILES = [text for kind, _, text in BLOCKS if kind == "yaml"]
CATALOGUE = load_catalogue()


def project(folder):
    """Write the page's rule files into a folder."""
    folder.mkdir()
    for number, text in enumerate(FILES):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("at", "rule"), RULES)
def test_rules_on_the_page(at, rule):
    controls = {*CATALOGUE.controls, "rate-limiting"}
    assert check(parse(rule), at, CATALOGUE.vocabulary, controls) == []


@pytest.mark.parametrize(("at", "rule"), FOREIGN)
def test_foreign_rules_on_the_page(at, rule):
    assert not any(item.fatal for item in check(parse(rule), at, CATALOGUE.vocabulary, foreign=True))


def test_rule_files_on_the_page(tmp_path):
    catalogue = load_catalogue([project(tmp_path / "mantlet-rules")])
    assert {"VENDOR-LOGIN", "PREDICTION-DRIVES-TURBINE"} <= set(catalogue.threats)
    assert {item.id for item in catalogue.active(["plant"])} == {"VENDOR-LOGIN", "PREDICTION-DRIVES-TURBINE"}


def test_the_pages_program_finds_the_scenario_fine(tmp_path, monkeypatch, capsys):
    folder = project(tmp_path / "mantlet-rules")
    (folder / "tests").mkdir()
    (scenario,) = (text for kind, _, text in BLOCKS if kind == "scenario")
    (folder / "tests" / "vendors.yaml").write_text(scenario, encoding="utf-8")
    (program,) = (text for kind, _, text in BLOCKS if kind == "python")
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "docs/rule-language.md", "exec"), {})  # noqa: S102  (our own page)
    assert capsys.readouterr().out.startswith("✔ VENDOR-LOGIN")


def test_a_scenario_with_a_case_too_few_is_told(tmp_path):
    folder = project(tmp_path / "mantlet-rules")
    (scenario,) = (text for kind, _, text in BLOCKS if kind == "scenario")
    path = tmp_path / "fewer.yaml"
    path.write_text("\n".join(scenario.splitlines()[:-1]), encoding="utf-8")
    catalogue = load_catalogue([folder])
    outcome = judge(catalogue.threats["VENDOR-LOGIN"], load_scenarios([path])["VENDOR-LOGIN"], catalogue)
    assert outcome.survivors == [
        "applies: target.exposure is 'internet' → yes",
    ]


def test_the_three_valued_table():
    rows = re.findall(
        r"^\| (no|unknown|yes) \| (no|unknown|yes) \| (\w+) \| (\w+) \| (\w+) \|$", PAGE, re.MULTILINE
    )
    assert len(rows) == 9
    a, b = (FactIn("flow", name, ("yes",)) for name in "ab")
    words = ["no", "unknown", "yes"]
    for left, right, both, either, opposite in rows:
        known = {a: words.index(left), b: words.index(right)}
        found = [words[value(tree, known)] for tree in (And((a, b)), Or((a, b)), Not(a))]
        assert found == [both, either, opposite]


def test_every_place_subject_word_and_kind_of_condition_is_on_the_page():
    for at in PLACES:
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{at}` |"))
        if "the same" not in row.split("|")[3]:
            assert [item.strip(" `") for item in row.split("|")[3].split(",")] == list(SUBJECTS[SCOPES[at]])
    shown = [atom for _, rule in RULES for atom in atoms(parse(rule))]
    assert {type(atom).__name__ for atom in shown} == {
        "TypeIs", "FactIn", "FactCompare", "FactKnown", "Crosses", "Within", "Carries", "DataIs", "Lineage",
        "Linked", "ControlOn",
    }  # fmt: skip
    relations = {atom.relation for atom in shown if isinstance(atom, (Carries, Linked))}
    assert relations == {
        "carries",
        "holds",
        "handles",
        "receives-from",
        "sends-to",
        "reached-from",
        "reaches",
    }
    for word in DATA_WORDS:
        assert f"`{word}`" in PAGE
    assert f"{MAX_LENGTH:,} characters" in PAGE
    assert f"{MAX_NESTING} levels" in PAGE


def test_the_mistake_on_the_page_reads_like_that(tmp_path):
    (shown,) = (text for kind, _, text in BLOCKS if kind == "text" and "did you mean" in text)
    folder = tmp_path / "mantlet-rules"
    folder.mkdir()
    raw = FILES[0]
    line = next(item for item in raw.splitlines() if item.strip().startswith("applies:"))
    wrong = "    applies: source is 'labeller' and target is 'labeling-service'"
    (folder / "vendors.yaml").write_text(raw.replace(line, wrong), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_catalogue([folder])
    assert str(caught.value).replace(f"{tmp_path}/", "") == shown.rstrip("\n")


def test_the_toml_and_yaml_examples_are_well_formed():
    import tomllib

    for kind, _, text in BLOCKS:
        if kind == "toml":
            assert tomllib.loads(text)["project"]["entry-points"]["mantlet.packs"]
        if kind in {"yaml", "scenario"}:
            assert yaml.safe_load(text)
