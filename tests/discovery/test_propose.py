"""A draft as a model: what people get to see and correct."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.catalogue.load import load_catalogue
from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.propose import propose
from mantlet.discovery.propose.names import Ids, slug
from mantlet.model.model import Model
from mantlet.model.validate import check
from mantlet.project.api import analyse
from mantlet.store.convert import from_raw

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.vocabulary


def element(id, type, dfd, *keys, **more):
    return DraftElement(
        id=id, name=more.pop("name", id), type=type, kind="", dfd=dfd, keys=list(keys), evidence=more.pop("evidence", ["a.py:1"]), **more
    )  # fmt: skip


def flow(source, target, data="", **more):
    return DraftFlow(
        source=source, target=target, data=data, evidence=more.pop("evidence", ["a.py:1"]), **more
    )


def made(*elements, flows=()):
    proposal = propose(Draft(elements=list(elements), flows=list(flows)), WORDS, "demo")
    sections = from_raw(proposal.raw)
    assert list(check(sections, WORDS, CATALOGUE.controls, CATALOGUE.threats, CATALOGUE.pack_names)) == []
    return proposal


def test_answers_go_back_over_the_same_flow():
    raw = made(
        element("caller", "user", "external", "who:user"),
        element("api", "inference-service", "process", "code:api.py"),
        flows=[flow("caller", "api", "question"), flow("api", "caller", "prediction")],
    ).raw
    assert len(raw["flows"]) == 1
    (only,) = raw["flows"].values()
    assert (only["data"], only["returns"]) == (["question"], ["prediction"])
    assert raw["data"]["prediction"]["type"] == "prediction"
    assert raw["elements"]["caller"]["in"] == ["internet"]


def test_whoever_reads_a_store_opens_the_flow():
    raw = made(
        element("rows", "dataset-store", "store", "path:data/rows.csv"),
        element("train", "training-job", "process", "code:train.py", evidence=["train.py:3"]),
        element("model", "model-artifact", "store", "path:model.pkl"),
        flows=[flow("rows", "train"), flow("train", "model")],
    ).raw
    read, write = raw["flows"].values()
    assert read["opened_by"] == "train"
    assert read["facts"] == {"access": "read"}
    assert "opened_by" not in write
    assert raw["data"]["model-data"]["derived_from"] == {"rows-data": "train"}
    assert raw["elements"]["train"]["code"] == ["train.py"]
    assert raw["elements"]["rows"]["address"] == ["data/rows.csv"]


def test_a_hosted_service_has_a_party_and_lies_outside():
    raw = made(
        element("llm", "llm-service", "process", "saas:openai", name="OpenAI"),
        element("hub", "model-hub", "store", "saas:huggingface", name="Hugging Face"),
        element("app", "llm-app", "process", "code:app.py"),
        flows=[flow("app", "llm", "prompt"), flow("hub", "app", "model weights")],
    ).raw
    assert raw["parties"] == {
        "openai": {"name": "OpenAI", "role": "processor"},
        "huggingface": {"name": "Hugging Face"},
    }
    assert raw["elements"]["llm"]["operated_by"] == "openai"
    assert raw["elements"]["llm"]["in"] == ["internet"]
    assert "in" not in raw["elements"]["app"]


def test_declared_networks_become_boundaries_one_per_dimension():
    raw = made(
        element("api", "web-service", "process", "service:api", facts={"in": ("network:backend,namespace:prod,vpc:main", "c.yml:4"), "port": ("80", "c.yml:5")}),
        element("db", "database", "store", "service:db", facts={"in": ("network:backend", "c.yml:9")}),
    ).raw  # fmt: skip
    assert raw["boundaries"]["backend"]["type"] == "private-network"
    assert raw["boundaries"]["prod"]["type"] == "cluster"
    assert raw["elements"]["api"]["in"] == ["backend", "prod"]
    assert raw["elements"]["db"]["in"] == ["backend"]
    assert "facts" not in raw["elements"]["api"]


def test_words_that_say_little_are_of_their_store_or_service():
    raw = made(
        element("who", "user", "external", "who:user"),
        element("one", "web-service", "process", "route:GET /one"),
        element("two", "inference-service", "process", "route:POST /two"),
        element("lake", "object-store", "store", "bucket:s3:lake"),
        element("db", "database", "store", "table:t"),
        flows=[
            flow("who", "one", "request"),
            flow("who", "two", "request"),
            flow("two", "who", "answer"),
            flow("lake", "one", "files"),
            flow("one", "db", "records"),
        ],
    ).raw
    types = {name: entry["type"] for name, entry in raw["data"].items()}
    assert types == {
        "one-request": "data",
        "two-request": "query",
        "two-answer": "prediction",
        "lake-data": "record",
        "db-data": "record",
    }
    assert raw["elements"]["lake"]["holds"] == ["lake-data"]


def test_personal_data_makes_an_asset_confidential():
    raw = made(
        element(
            "people", "database", "store", "table:people", personal={"email": "a.sql:2", "name": "a.sql:3"}
        ),
        element("job", "preprocessing-job", "process", "code:job.py"),
        flows=[flow("people", "job")],
    ).raw
    asset = raw["data"]["people-data"]
    assert (asset["personal"], asset["classification"]) == (["email", "name"], "confidential")
    assert asset["discovered"]["at"] == ["a.sql:2", "a.sql:3"]


def test_facts_say_where_they_were_seen_and_strange_ones_are_told():
    proposal = made(
        element("api", "web-service", "process", "code:a.py", facts={"debug": ("yes", "a.py:7"), "colour": ("red", "a.py:8"), "encrypted": ("no", "a.py:9")}),
    )  # fmt: skip
    entry = proposal.raw["elements"]["api"]
    assert entry["facts"] == {"debug": "yes"}
    assert entry["discovered"]["facts"] == {"debug": "a.py:7"}
    assert proposal.refused == [("a.py:8", "colour: red"), ("a.py:9", "encrypted: no")]


def test_many_like_things_get_a_parent():
    stores = [
        element(
            f"table-{number}",
            "dataset-store",
            "store",
            f"path:data/raw/{number}.csv",
            evidence=[f"job.py:{number}"],
        )
        for number in range(40)
    ]
    raw = made(
        *stores,
        element("job", "preprocessing-job", "process", "code:job.py"),
        flows=[flow(item.id, "job") for item in stores],
    ).raw
    tops = [name for name, entry in raw["elements"].items() if "parent" not in entry]
    assert len(tops) <= 25
    assert "Data set in data/raw" in {entry.get("name") for entry in raw["elements"].values()}


def test_a_small_system_is_left_as_it_is():
    stores = [element(f"s{number}", "dataset-store", "store", f"path:{number}.csv") for number in range(6)]
    assert all("parent" not in entry for entry in made(*stores).raw["elements"].values())


def test_it_can_be_analysed_and_drawn_at_once():
    proposal = made(
        element("caller", "user", "external", "who:user"),
        element(
            "api", "inference-service", "process", "code:api.py", facts={"authenticated": ("no", "api.py:3")}
        ),
        element(
            "model", "model-artifact", "store", "path:m.pkl", facts={"model_format": ("pickle", "api.py:9")}
        ),
        flows=[flow("caller", "api", "question"), flow("model", "api")],
    )
    result = analyse(Model(from_raw(proposal.raw)), today=date(2026, 1, 1))
    assert any(risk.type.id == "MODEL-DESERIALISE" for risk in result.risks)
    assert result.diagram("mermaid")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("POST /v1/Churn", "post-v1-churn"), ("fooBar", "foo-bar"), ("Größe", "grosse"), ("日本", ""), ("system", "system-"), ("", ""), ("--", "")],
)  # fmt: skip
def test_ids(text, wanted):
    assert slug(text) == (wanted if wanted != "grosse" else slug("Größe"))


def test_ids_are_never_given_twice():
    ids = Ids()
    assert [ids.new("a"), ids.new("a"), ids.new("日本"), ids.new("日本", "a")] == ["a", "a-2", "thing", "a-3"]


names = st.text(max_size=30)
drafts = st.builds(
    Draft,
    elements=st.lists(
        st.builds(
            DraftElement,
            id=names, name=names, type=st.sampled_from(["user", "web-service", "database", "model-hub", "nonsense", ""]), kind=names,
            dfd=st.sampled_from(["external", "process", "store"]), parent=names, evidence=st.lists(names, max_size=3),
            keys=st.lists(st.sampled_from(["saas:x", "host:a:1", "url:http://u:p@h/a", "path:../x", "path:a.csv", "image:b"]) | names, max_size=3),
            facts=st.dictionaries(st.sampled_from(["in", "debug", "authenticated", "x"]), st.tuples(names, names), max_size=2),
            personal=st.dictionaries(names.filter(bool), names, max_size=2),
        ),
        max_size=12,
        unique_by=lambda item: item.id,
    ),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(drafts, st.data())
def test_any_draft_makes_a_sound_model(draft, data):
    ends = st.sampled_from([item.id for item in draft.elements] or [""])
    draft.flows = data.draw(
        st.lists(
            st.builds(DraftFlow, source=ends, target=ends, data=names, evidence=st.lists(names, max_size=2)),
            max_size=8,
        )
    )
    made(*draft.elements, flows=draft.flows)
