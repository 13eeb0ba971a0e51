"""A project's own rule files: read with the package's catalogue, every mistake with its place."""

import pytest

from mantlet.base.errors import InputError, InputErrors, LimitError, UsageError
from mantlet.catalogue.compile import build
from mantlet.catalogue.folders import data_files, installed_packs
from mantlet.catalogue.load import _shipped, load_catalogue
from mantlet.catalogue.source import read_folders
from mantlet.rules.parse import parse


def errors_of(folder):
    with pytest.raises((InputError, InputErrors)) as caught:
        load_catalogue([folder])
    return str(caught.value)


def test_a_projects_own_threat_and_control(rules, sample):
    catalogue = load_catalogue([rules(sample)])
    threat = catalogue.threats["SAMPLE-THREAT"]
    assert threat.applies == parse("source is 'model-artifact' and target is 'process'")
    assert threat.mitigated == parse("flow.verifies_signature is 'yes'")
    assert threat.pack == "project"
    assert threat.references == {"cwe": ["502"]}
    assert threat in catalogue.active([])
    assert catalogue.controls["sample-control"].lowers == {"EE": 4}


def test_without_mitigated_nothing_mitigates(rules, sample):
    lines = [line for line in sample.splitlines() if "mitigated" not in line]
    catalogue = load_catalogue([rules("\n".join(lines))])
    assert catalogue.threats["SAMPLE-THREAT"].mitigated == parse("no")


def test_own_types_and_facts_are_words_of_own_rules(rules, sample):
    folder = rules(
        """
        types:
          turbine-controller: {is: process, title: Turbine controller, facts: {overspeed_guard: no}}
        facts:
          overspeed_guard: {on: [element], title: Overspeed guard, question: "Does {at} trip by itself?"}
        """,
        "words.yaml",
    )
    rules(sample.replace("'process'", "'turbine-controller' and target.overspeed_guard is 'no'"))
    catalogue = load_catalogue([folder])
    assert catalogue.vocabulary.is_a("turbine-controller", "process")
    assert catalogue.vocabulary.default_facts("turbine-controller")["overspeed_guard"] == "no"


def test_data_and_boundary_types_need_their_realm(rules):
    folder = rules("realm: data\ntypes:\n  voiceprint: {is: audio, title: Voiceprints}\n", "data.yaml")
    rules("realm: boundary\ntypes:\n  ward: {is: private-network, title: Ward}\n", "zones.yaml")
    vocabulary = load_catalogue([folder]).vocabulary
    assert vocabulary.is_a("voiceprint", "data", "data")
    assert vocabulary.dimension("ward") == "network"


def test_packs_switch_on_and_off(rules, sample):
    catalogue = load_catalogue([rules("pack: acme\n" + sample)])
    assert "acme" in catalogue.packs
    assert any(item.id == "SAMPLE-THREAT" for item in catalogue.active())
    assert any(item.id == "SAMPLE-THREAT" for item in catalogue.active(["acme"]))
    assert not any(item.id == "SAMPLE-THREAT" for item in catalogue.active(["ml"]))
    with pytest.raises(UsageError) as caught:
        catalogue.active(["acmee"])
    assert caught.value.mend == "did you mean 'acme'?"
    assert list(load_catalogue([rules("pack: acme\n" + sample)], ["acme"]).threats) == ["SAMPLE-THREAT"]


MISTAKES = [
    (
        "'process'",
        "'proces'",
        "6:56: SAMPLE-THREAT applies: unknown element type 'proces'",
        "did you mean 'process'?",
    ),
    (
        "flow.verifies",
        "flow.verify",
        "7:21: SAMPLE-THREAT mitigated: unknown fact 'verify_signature'",
        "verifies_signature",
    ),
    ("and target", "and targt", "6:45: unexpected 'targt'", "did you mean 'target'?"),
    ("    at: flow.target\n", "", "2:3: 'at' is missing", ""),
    ("title: Some", "tittle: Some", "3:5: unknown key 'tittle'", "did you mean 'title'?"),
    ("[tampering]", "[tampring]", "8:14: expected one of spoofing, tampering, ", "did you mean 'tampering'?"),
    (
        "at {target}",
        "at {element}",
        "3:12: SAMPLE-THREAT: {element} has no meaning at 'flow.target'",
        "there are: data",
    ),
    (
        "[sample-control]",
        "[sampl-control]",
        "12:16: SAMPLE-THREAT: unknown control 'sampl-control'",
        "did you mean",
    ),
    ("[sample-control]", "[]", "2:3: SAMPLE-THREAT: no control helps against it", ""),
    (
        "{cwe: [502]}",
        "{atlass: [502]}",
        "11:12: SAMPLE-THREAT: unknown framework 'atlass'",
        "did you mean 'atlas'?",
    ),
    ("{cwe: [502]}", "{owasp-ml: [ML99]}", "has no entry 'ML99'", ""),
    ("{cwe: [502]}", "{cwe: [x1]}", "CWE has no entry 'x1'", ""),
    ("[502]}", "[502]}\n    silences: [NOBODY]", "12:16: SAMPLE-THREAT: unknown threat type 'NOBODY'", ""),
    ("[502]}", "[502]}\n    silences: [SAMPLE-THREAT]", "silence each other", ""),
    ("[502]}", "[502]}\n    asset: weights", "unknown data type or word 'weights'", ""),
    ("[502]}", "[502]}\n    linddun: [X.1]", "LINDDUN threat trees has no entry 'X.1'", ""),
    (
        "[502]}",
        "[502]}\n    vulnerability: {exploit: 10}",
        "12:30: expected a number from 0 to 9, found '10'",
        "",
    ),
    ("SAMPLE-THREAT", "sample", "2:3: sample: a threat type's id is upper-case", ""),
    ("sample-control:", "Sample Control:", "a control's id is lower-case", ""),
    (
        "flow.verifies_signature: yes}",
        "flow.verifies_signature: perhaps}",
        "'verifies_signature' is never 'perhaps'",
        "",
    ),
    ("sets: {flow.", "sets: {element.", "'verifies_signature' is a fact of flow, not of element", ""),
    ("sets: {flow.", "sets: {", "'verifies_signature' is no subject.fact", ""),
    ("sets: {flow.verifies_signature: yes}", "sets: {element.exposure: none}", "'exposure' is derived", ""),
    ("    why: It is harder then.\n", "", "without saying why", ""),
    ("{EE: 4}", "{EX: 4}", ":19:14: unknown key 'EX'", "known here: SL, M, O, S, ED, EE, "),
    ("\ncontrols:", "\ncontrol:", "13:1: unknown section 'control'", "did you mean 'controls'?"),
    ("threats:", "threats: []\nx:", "1:10: 'threats' is no mapping", ""),
]


@pytest.mark.parametrize(("old", "new", "what", "mend"), MISTAKES)
def test_mistakes_have_a_place_and_a_mend(rules, sample, old, new, what, mend):
    text = sample.lstrip().replace(old, new, 1)
    assert text != sample.lstrip()
    message = errors_of(rules(text))
    assert what in message
    assert mend in message
    assert "rules.yaml" in message


def test_all_mistakes_come_at_once(rules, sample):
    folder = rules(sample.replace("'process'", "'proces'").replace("[tampering]", "[tampering, x]"))
    rules("controls:\n  a: {title: A}\nfacts: 7\n", "second.yaml")
    rules("a: [", "third.yaml")
    message = errors_of(folder)
    assert message.count("rules.yaml:") == 1
    assert message.count("second.yaml:") == 3
    assert message.count("third.yaml:") == 1


def test_nothing_of_the_catalogue_can_be_replaced(rules, sample):
    folder = rules(sample)
    rules(sample, "again.yaml")
    assert "'SAMPLE-THREAT' is already in" in errors_of(folder)
    (folder / "again.yaml").unlink()
    rules("facts:\n  encrypted: {on: [flow], title: A, question: 'B?'}\n")
    assert "rules.yaml:2:3: 'encrypted' is already in the catalogue" in errors_of(folder)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "types:\n  aa: {is: bb, title: A}\n  bb: {is: aa, title: B}\n",
            ":2:12: the type 'aa' is-a itself, by aa → bb → aa",
        ),
        (
            "types:\n  aa: {is: proces, title: A}\n",
            ":2:12: the type 'aa' is-a 'proces', which does not exist",
        ),
        ("types:\n  aa: {title: A}\n", ":2:7: the element type 'aa' is-a nothing that is known"),
        ("types:\n  aa: {is: model, title: A}\n", ":2:12: the element type 'aa' is-a nothing that is known"),
        (
            "realm: data\ntypes:\n  aa: {is: process, title: A}\n",
            ":3:12: the data type 'aa' is-a nothing that is known",
        ),
        (
            "realm: dta\ntypes:\n  aa: {is: data, title: A}\n",
            ":1:8: expected one of element, data, boundary, found 'dta'",
        ),
        ("types:\n  aa: {is: process, title: A, facts: {loged: no}}\n", ":2:39: aa: unknown fact 'loged'"),
        ("types:\n  aa: {is: process, title: A, facts: {logged: nope}}\n", "'logged' is never 'nope'"),
        ("types:\n  aa: {is: process, title: A, asks: [loged]}\n", ":2:38: aa: unknown fact 'loged'"),
        ("types:\n  aa: {is: process, title: A, holds: [modl]}\n", ":2:39: aa: unknown data type 'modl'"),
        (
            "types:\n  aa: {is: process, title: A, aliases: [api]}\n",
            ":2:41: aa: 'api' means two element types",
        ),
        ("types:\n  aa: {is: process, title: A, aliases: [process]}\n", "'process' means two element types"),
        ("types:\n  A A: {is: process, title: A}\n", "a type's id is lower-case"),
        ("types:\n  aa: {is: process, title: A, id: bb}\n", ":2:31: the id is the key above"),
        ("facts:\n  Aa: {on: [element], title: A, question: B?}\n", "a fact's id is lower-case"),
        ("facts:\n  aa: {on: [element], title: A, question: B}\n", ":2:43: aa: the question is no question"),
        (
            "facts:\n  aa: {on: [elements], title: A, question: B?}\n",
            ":2:13: expected one of element, flow, boundary, data, copy, system, found 'elements'",
        ),
        (
            "facts:\n  aa: {on: [flow], title: A, question: B?, implies: {often: {encrypted: yes}}}\n",
            "'aa' is never 'often'",
        ),
        (
            "facts:\n  aa: {on: [flow], title: A, question: B?, implies: {yes: {encrypted: maybe}}}\n",
            "'encrypted' is never 'maybe'",
        ),
        ("- a\n", ":1:1: the file is no mapping of sections"),
        ("threats:\n  A: text\n", ":2:3: 'A' has no fields"),
    ],
)
def test_mistakes_in_types_and_facts(rules, text, what):
    assert what in errors_of(rules(text))


def test_foreign_packs_are_told_about_not_refused(rules):
    folder = rules(
        """
        pack: sdl
        packs:
          sdl: {title: SDL, closed: true}
        threats:
          S-1:
            title: Spoofing
            text: x
            at: flow.source
            applies: source is 'GE.P' and flow crosses 'GE.TB.L' and not flow.authenticatesSource is 'Yes'
            controls: [c]
        controls:
          c: {title: c, text: c, effort: low}
        """
    )
    catalogue = load_catalogue([folder])
    assert catalogue.packs["sdl"].closed
    result = build(read_folders([folder]), _shipped(), list(catalogue.frameworks.values()))
    assert [item.what for item in result.warnings][:3] == [
        "S-1 applies: unknown element type 'GE.P'",
        "S-1 applies: unknown boundary type 'GE.TB.L'",
        "S-1 applies: unknown fact 'authenticatesSource'",
    ]


def test_silencing_in_a_circle(rules, sample):
    second = (
        sample.replace("SAMPLE-THREAT", "OTHER-THREAT")
        .split("controls:\n")[0]
        .replace("Something happens", "Other")
    )
    folder = rules(sample.replace("agents:", "silences: [OTHER-THREAT]\n    agents:"))
    rules(second.replace("agents:", "silences: [SAMPLE-THREAT]\n    agents:"), "second.yaml")
    assert errors_of(folder).count("silence each other") == 2


def test_unfinished_records_are_warnings(rules, sample):
    text = sample.replace("    cia: [integrity]\n", "").replace("    verify: Look.\n", "")
    frameworks = list(load_catalogue().frameworks.values())
    result = build(read_folders([rules(text)]), _shipped(), frameworks)
    assert result.errors == []
    assert sorted(item.what.split(": ")[1] for item in result.warnings) == [
        "nothing says how to see that it works",
        "nothing says what is lost",
    ]


def test_an_empty_folder_changes_nothing(tmp_path):
    assert list(load_catalogue([tmp_path]).threats) == list(load_catalogue().threats)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    for name in ("none", "file", "x" * 5000):
        with pytest.raises(InputError, match="is no folder of rules"):
            load_catalogue([tmp_path / name])


def test_hidden_folders_and_scenarios_are_no_rules(rules, sample):
    folder = rules(sample)
    for name in (".git", "tests", "more"):
        (folder / name).mkdir()
        (folder / name / "x.yaml").write_text("", encoding="utf-8")
    assert [path.relative_to(folder).as_posix() for path in data_files(folder)] == [
        "rules.yaml",
        "more/x.yaml",
    ]


def test_links_out_of_the_folder_are_refused(rules, sample, tmp_path):
    folder = rules(sample)
    (tmp_path / "secret").write_text("token: 123", encoding="utf-8")
    (folder / "x.yaml").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="outside"):
        load_catalogue([folder])


def test_too_many_files(tmp_path):
    for number in range(501):
        (tmp_path / f"{number}.yaml").touch()
    with pytest.raises(LimitError):
        data_files(tmp_path)


def install(tmp_path, monkeypatch, sample, value):
    package = tmp_path / "acme_threats"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('a pack must never be run')", encoding="utf-8")
    (package / "data" / "acme.yaml").write_text("pack: acme\n" + sample, encoding="utf-8")
    info = tmp_path / "acme_threats-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-threats\nVersion: 1.0\n", encoding="utf-8"
    )
    (info / "entry_points.txt").write_text(f"[mantlet.packs]\nacme = {value}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_installed_packs_are_found_and_never_run(tmp_path, monkeypatch, sample):
    install(tmp_path, monkeypatch, sample, "acme_threats.data")
    assert installed_packs() == [tmp_path / "acme_threats" / "data"]
    assert load_catalogue().threats["SAMPLE-THREAT"].pack == "acme"


@pytest.mark.parametrize(
    "value", ["acme_threats.nothing", "no_such_package", "../../etc", "acme_threats:run", "sys"]
)
def test_a_pack_that_leads_nowhere(tmp_path, monkeypatch, sample, value):
    install(tmp_path, monkeypatch, sample, value)
    with pytest.raises(InputError, match="acme"):
        load_catalogue()
