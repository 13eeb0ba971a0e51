"""The catalogue as shipped: sound, up to date, quick to load, searchable."""

import subprocess
import sys

import msgspec
import pytest

from mantlet.catalogue import compile as compiler
from mantlet.catalogue import load
from mantlet.catalogue.compile import build_shipped, encode
from mantlet.catalogue.coverage import coverage
from mantlet.catalogue.load import Catalogue, load_catalogue
from mantlet.catalogue.schema import Compiled, Framework, FrameworkEntry
from mantlet.rules.tree import SCOPES, Const
from mantlet.rules.write import unparse

BUILD = build_shipped()


def test_the_shipped_data_is_sound():
    assert [item.diagnostics() for item in BUILD.errors] == []


def test_the_shipped_data_is_finished():
    assert [item.diagnostics() for item in BUILD.warnings] == []


@pytest.mark.parametrize("name", compiler.contents(BUILD))
def test_the_compiled_files_are_up_to_date(name):
    path = compiler.HERE / name
    assert path.exists(), "run python -m mantlet.catalogue.compile"
    assert path.read_bytes() == compiler.contents(BUILD)[name], "run python -m mantlet.catalogue.compile"


def test_what_is_compiled_reads_back_equal():
    again = msgspec.json.decode(encode(BUILD.compiled), type=Compiled)
    assert again == BUILD.compiled
    assert encode(again) == encode(BUILD.compiled)


def test_without_compiled_files_a_checkout_compiles_in_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(load, "_HERE", tmp_path)
    caches = (load._shipped, load._shipped_frameworks, load._shipped_cards)
    for cached in caches:
        cached.cache_clear()
    try:
        assert load_catalogue().threats == {item.id: item for item in BUILD.compiled.threats}
        assert list(load_catalogue().frameworks.values()) == BUILD.frameworks
        assert list(load_catalogue().cards.values()) == BUILD.cards
    finally:
        for cached in caches:
            cached.cache_clear()


def test_loading_needs_neither_yaml_nor_the_parser():
    if not (compiler.HERE / compiler.COMPILED).exists():
        pytest.skip("not compiled yet")
    program = (
        "import sys; from mantlet.catalogue.load import load_catalogue; load_catalogue().active(); "
        "print([name for name in ('yaml', 'lark', 'importlib.metadata') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_compiling_writes_checks_and_refuses(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(compiler, "HERE", tmp_path)
    monkeypatch.setattr(compiler, "build_shipped", lambda: BUILD)
    assert compiler.main(["--check"]) == 1
    assert "out of date: compiled.json, frameworks.json, cards.json" in capsys.readouterr().err
    assert compiler.main([]) == 0
    assert "threat types" in capsys.readouterr().out
    assert compiler.main(["--check"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cards.json",
        "compiled.json",
        "frameworks.json",
    ]


def test_every_rule_reads_back_from_its_text():
    from mantlet.rules.parse import parse

    for item in BUILD.compiled.threats:
        assert parse(unparse(item.applies)) == item.applies
        assert parse(unparse(item.mitigated)) == item.mitigated
        assert item.applies != Const(0)
        assert item.at in SCOPES


def test_types_hold_what_they_hold_by_nature():
    vocabulary = load_catalogue().vocabulary
    assert vocabulary.held_by("model-registry") == ["model"]
    assert vocabulary.held_by("label-store") == ["label"]
    assert vocabulary.held_by("audit-log") == ["log"]
    assert vocabulary.held_by("web-service") == []
    for name in vocabulary.of_realm("element"):
        assert all(vocabulary.knows(held, "data") for held in vocabulary.held_by(name))


def test_every_type_that_the_issue_names_is_there():
    vocabulary = load_catalogue().vocabulary
    assert len(vocabulary.of_realm("element")) >= 70
    for word in [
        "labelling-service",
        "feature-store",
        "vector-index",
        "model-registry",
        "training-job",
        "fine-tuning-job",
        "evaluation-job",
        "inference-service",
        "retriever",
        "agent",
        "tool",
        "federated-server",
        "federated-client",
        "notebook",
        "experiment-tracker",
        "model-hub",
        "package-index",
        "prompt-store",
    ]:
        assert vocabulary.knows(word, "element")


def test_search_puts_ids_before_titles_before_texts(sample, rules):
    text = sample.replace("SAMPLE-", "ZYZZYVA-").replace("title: Do something", "title: Do the zyzzyva")
    catalogue = load_catalogue([rules(text.replace("Look.", "See quagga."))])
    hits = catalogue.search("zyzzyva")
    assert [(hit.kind, hit.id) for hit in hits] == [
        ("threat", "ZYZZYVA-THREAT"),
        ("control", "sample-control"),
    ]
    assert [hit.id for hit in catalogue.search("Quagga zyzzyva")] == ["sample-control"]
    assert catalogue.search("zyzzyva xyzzy") == []
    assert catalogue.search("") == []
    assert any(hit.kind == "entry" and "ML02" in hit.id for hit in catalogue.search("data poisoning attack"))
    assert any(hit.id == "model_format" for hit in catalogue.search("pickle"))
    assert any(hit.id == "pipeline-orchestrator" for hit in catalogue.search("scheduler airflow"))


def test_published_lists_have_the_sizes_that_coverage_divides_by():
    totals = {item.id: item.total for item in coverage(load_catalogue())}
    assert totals == {
        "atlas": 170,
        "atlas-mitigation": 35,
        "nist-aml": 25,
        "ms-aiml": 15,
        "ms-aiml-questions": 33,
        "ms-fm": 17,
        "tmt-sdl": 41,
        "owasp-ml": 10,
        "owasp-llm": 20,
        "agentic": 17,
        "owasp-agentic-top10": 10,
        "owasp-mcp": 10,
        "ai-exchange": 32,
        "linddun": 65,
        "linddun-go": 33,
        "trim": 46,
        "cosai": 36,
        "cosai-control": 35,
        "elevation-of-privilege": 72,
        "elevation-of-mlsec": 48,
        "plot4ai": 138,
        "stride-ai": 18,
        "pytm": 114,
        "threagile": 42,
        "gdpr": 39,
        "eu-ai-act": 126,
        "openssf-python": 48,
        "asvs": 80,
        "aisvs": 44,
        "nist-800-53": 51,
        "iso-27701": 31,
    }


def test_coverage_says_where_each_entry_went(sample, rules):
    text = sample.replace("{cwe: [502]}", "{cwe: [502], list: [A.1.2]}") + (
        "    refs: {helps: [H1]}\n"
        "frameworks:\n"
        "  list:\n"
        "    title: A list\n"
        '    version: "1"\n'
        "    source: somewhere\n"
        "    licence: CC0-1.0\n"
        "    tree: true\n"
        "    entries:\n"
        "      A: {title: Top, counted: false}\n"
        "      A.1: Middle\n"
        "      A.1.2: Leaf\n"
        "      A.12: {title: Other, disposition: out-of-scope, reason: attacker-side}\n"
        "      B: {title: Nobody}\n"
        '  helps: {title: Help, version: "2", source: x, licence: y, of: controls, entries: {H1: One, H2: Two}}\n'
    )
    catalogue = load_catalogue([rules(text)])
    found = {item.id: item for item in coverage(catalogue, fired={"SAMPLE-THREAT"})}
    entries = {entry.id: entry for entry in found["list"].entries}
    assert {name: entry.disposition for name, entry in entries.items()} == {
        "A": "threat",
        "A.1": "threat",
        "A.1.2": "threat",
        "A.12": "out-of-scope",
        "B": "open",
    }
    assert entries["A.1"].types == ["SAMPLE-THREAT"]
    assert entries["A.1"].reachable
    assert not entries["B"].reachable
    assert entries["A.12"].reason == "attacker-side"
    assert found["list"].total == 4
    assert found["list"].counts == {"threat": 2, "out-of-scope": 1, "open": 1}
    assert [entry.id for entry in found["list"].gaps] == ["B"]
    assert found["helps"].counts == {"control": 1, "open": 1}
    assert "cwe" not in found


def test_coverage_json_has_the_agreed_shape():
    raw = msgspec.json.decode(msgspec.json.encode({"frameworks": coverage(load_catalogue())}))
    for framework in raw["frameworks"]:
        assert {"id", "version", "entries"} <= set(framework)
        for entry in framework["entries"]:
            assert {"id", "title", "disposition", "types", "reason"} <= set(entry)


def test_a_closed_list_of_reasons():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"title": "x", "reason": "no time"}, FrameworkEntry)


def test_a_catalogue_of_given_records():
    framework = Framework(id="own", title="Own", version="1", source="x", licence="y")
    catalogue = Catalogue(Compiled(types=[], facts=[], threats=[], controls=[], packs=[]), [framework])
    assert list(catalogue.frameworks) == ["own"]
    assert catalogue.active() == []
