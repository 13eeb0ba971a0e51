"""Lines that say something about safety."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.catalogue.load import load_catalogue
from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.sites.attach import attach, attach_downloads, attach_openness, attach_protocols
from mantlet.discovery.sites.detect import Site, detect
from mantlet.discovery.sites.names import Survey
from mantlet.discovery.sites.people import attach_people, people
from mantlet.discovery.sites.rules import rules

WORDS = load_catalogue().vocabulary


def found(code):
    return [(site.line, site.about, site.fact, site.value) for site in sites(code)]


def sites(code):
    return detect(Survey(ast.parse(code)), "a.py")


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import pickle\npickle.load(f)", (2, "flow", "serialisation", "pickle")),
        ("from pickle import loads as l\nl(x)", (2, "flow", "serialisation", "pickle")),
        ("import joblib as j\nj.load('m.joblib')", (2, "store", "model_format", "joblib")),
        ("import torch\ntorch.load(p)", (2, "flow", "serialisation", "pickle")),
        ("import numpy as np\nnp.load(p, allow_pickle=True)", (2, "flow", "serialisation", "pickle")),
        ("import yaml\nyaml.load(f)", (2, "flow", "serialisation", "yaml")),
        ("from safetensors.torch import load_file\nload_file(p)", (2, "store", "model_format", "safetensors")),
        ("from transformers import AutoModel\nAutoModel.from_pretrained('bert-base')", (2, "flow", "pinned", "no")),
        (f"from transformers import AutoModel\nAutoModel.from_pretrained('a/b', revision='{'a' * 40}')", (2, "flow", "pinned", "yes")),
        ("from transformers import pipeline\npipeline('x', trust_remote_code=True)", (2, "process", "remote_code", "yes")),
        ("import flask\napp = flask.Flask('x')\napp.run(debug=True)", (3, "process", "debug", "yes")),
        ("import uvicorn\nuvicorn.run('a:app', reload=True)", (2, "process", "debug", "yes")),
        ("import gradio\ndemo.launch(share=True)", (2, "process", "public_access", "yes")),
        ("import requests\nrequests.get('http://host/a')", (2, "flow", "protocol", "http")),
        ("import requests\nrequests.get(f'https://host/{x}')", (2, "flow", "protocol", "https")),
        ("import requests\nrequests.get(u, verify=False)", (2, "flow", "server_auth", "no")),
        ("import paramiko\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())", (2, "flow", "server_auth", "no")),
        ("import os\nos.system('ls ' + x)", (2, "process", "builds_commands", "yes")),
        ("import subprocess\nsubprocess.run(f'ls {x}', shell=True)", (2, "process", "builds_commands", "yes")),
        ("eval(text)", (1, "process", "builds_commands", "yes")),
        ("cur.execute(f'select * from t where id = {x}')", (1, "process", "queries_parameterised", "no")),
        ("cur.execute('select * from t where id = %s' % x)", (1, "process", "queries_parameterised", "no")),
        ("API_KEY = 'q8Zr7TtX2kd91pLm'", (1, "process", "secrets_managed", "no")),
        ("connect(password='hunter2!x')", (1, "process", "secrets_managed", "no")),
        ("d = {'secret_key': 'A1b2C3d4E5f6'}", (1, "process", "secrets_managed", "no")),
        ("import logging\nlog = logging.getLogger()\n@app.post('/x')\ndef f(body):\n    log.info('got %s', body)", (5, "store", "scrubbed", "no")),
    ],
)  # fmt: skip
def test_told(code, wanted):
    assert wanted in found(code)


@pytest.mark.parametrize(
    "code",
    [
        "import json\njson.load(f)",
        "pickle.load(f)",  # nobody imported it: a name of the file's own
        "import torch\nassert not torch.load(p, weights_only=True) or serialisation",
        "import numpy as np\nnp.load(p)",
        "import yaml\nyaml.load(f, Loader=yaml.SafeLoader)",
        "import yaml\nyaml.load(f, yaml.CSafeLoader)",
        "from transformers import AutoModel\nAutoModel.from_pretrained('./local/dir')",
        "app.run(debug=True)",  # no web framework is imported
        "import flask\napp.run(debug=False)",
        "import requests\nrequests.get('http://localhost:8000/a')",
        "import os\nos.system('ls')",
        "import subprocess\nsubprocess.run(['ls', x])",
        "eval('1 + 1')",
        "cur.execute('select * from t where id = %s', (x,))",
        "API_KEY = os.environ['API_KEY']",
        "API_KEY = 'your-api-key'",
        "password = 'changeme'",
        "token = ''",
        "pad_token = '<pad_token_1>'",
        "max_tokens = 'q8Zr7TtX2kd91pLm'",
        "SECRET = 'MY_SECRET_NAME'",
        "import logging\nlog = logging.getLogger()\ndef f(body):\n    log.info(body)",  # no handler of requests
    ],
)
def test_not_told(code):
    kinds = {
        "serialisation",
        "pinned",
        "debug",
        "protocol",
        "builds_commands",
        "queries_parameterised",
        "secrets_managed",
        "scrubbed",
    }
    assert not {fact for _, _, fact, _ in found(code)} & kinds


def test_a_credential_s_value_is_kept_nowhere():
    for site in sites("API_KEY = 'q8Zr7TtX2kd91pLm'\nconnect(password='hunter2!x')"):
        assert "q8Zr" not in repr(site)
        assert "hunter2" not in repr(site)


def test_every_fact_of_the_rules_is_one_of_the_vocabulary():
    for rule in rules().calls:
        for about, facts in (("flow", rule.flow), ("element", rule.store), ("element", rule.process)):
            for fact, value in facts.items():
                definition = WORDS.facts[fact]
                assert about in definition.on, fact
                assert definition.open or value in definition.values, (fact, value)


def element(id, type, dfd, *evidence, keys=()):
    return DraftElement(id=id, name=id, type=type, kind="", dfd=dfd, evidence=list(evidence), keys=list(keys))


def draft():
    return Draft(
        elements=[
            element("model", "model-artifact", "store", "a.py:5"),
            element("rows", "dataset-store", "store", "a.py:9"),
            element("api", "web-service", "process", "a.py:1", keys=["code:a.py#serve"]),
            element("other", "process", "process", "b.py:1"),
        ],
        flows=[
            DraftFlow(source="model", target="api", evidence=["a.py:5"]),
            DraftFlow(source="rows", target="api", evidence=["a.py:9"]),
        ],
    )


def test_a_fact_goes_to_the_flow_store_and_process_of_its_line():
    made = draft()
    attach(
        made,
        [
            Site("a.py", 5, "flow", "serialisation", "pickle"),
            Site("a.py", 4, "store", "model_format", "pickle", last=6),
            Site("a.py", 9, "store", "model_format", "pickle"),
            Site("a.py", 30, "process", "debug", "yes", scope="serve"),
            Site("b.py", 8, "process", "builds_commands", "yes", scope="f.g"),
        ],
        WORDS,
    )
    facts = {item.id: item.facts for item in made.elements}
    assert made.flows[0].facts == {"serialisation": ("pickle", "a.py:5")}
    assert made.flows[1].facts == {}
    assert facts["model"] == {"model_format": ("pickle", "a.py:4")}
    assert facts["rows"] == {}, "a data set has no model format"
    assert facts["api"] == {"debug": ("yes", "a.py:30")}
    assert facts["other"] == {"builds_commands": ("yes", "b.py:8")}


def test_what_belongs_to_nothing_is_told():
    made = draft()
    attach(made, [Site("c.py", 3, "flow", "serialisation", "pickle", text="pickle.load runs code")], WORDS)
    assert [(str(item.at), item.what) for item in made.not_understood] == [
        ("c.py:3", "pickle.load runs code")
    ]


def test_endpoints_are_open_where_nothing_asks_and_nothing_stands_in_front():
    def endpoint():
        item = element("post", "web-service", "process", "a.py:7")
        item.kind = "endpoint"
        return item

    alone = Draft(elements=[endpoint()])
    attach_openness(alone, asks=False, vocabulary=WORDS)
    assert alone.elements[0].facts == {"authenticated": ("no", "a.py:7")}
    asked = Draft(elements=[endpoint()])
    attach_openness(asked, asks=True, vocabulary=WORDS)
    guarded = Draft(elements=[endpoint(), element("gate", "api-gateway", "process", "c.yml:1")])
    attach_openness(guarded, asks=False, vocabulary=WORDS)
    assert asked.elements[0].facts == guarded.elements[0].facts == {}


def test_protocols_of_addresses():
    made = Draft(
        elements=[
            element("api", "web-service", "process", "a.py:1"),
            element("out", "external-system", "external", "a.py:2", keys=["url:http://shop.example"]),
            element("near", "external-system", "external", "a.py:3", keys=["url:http://localhost:8000"]),
            element("lake", "object-store", "store", "a.py:4", keys=["bucket:s3:lake"]),
        ],
        flows=[DraftFlow(source="api", target=end, evidence=["a.py:9"]) for end in ("out", "near", "lake")],
    )
    attach_protocols(made)
    assert [flow.facts for flow in made.flows] == [
        {"protocol": ("http", "a.py:9")},
        {},
        {"protocol": ("s3", "a.py:9")},
    ]


def test_models_that_are_fetched_unchecked():
    def fetched():
        return Draft(
            elements=[
                element("hub", "model-hub", "external", "a.py:1"),
                element("model", "model-artifact", "store", "a.py:2"),
            ],
            flows=[DraftFlow(source="hub", target="model", evidence=["a.py:2"])],
        )

    blind, careful = fetched(), fetched()
    attach_downloads(blind, (), WORDS)
    attach_downloads(careful, {"a.py"}, WORDS)
    assert blind.flows[0].facts == {"integrity_checked": ("no", "a.py:2")}
    assert careful.flows[0].facts == {}


PEOPLE = """
import pandas as pd
from pydantic import BaseModel

class Applicant(BaseModel):
    first_name: str
    email: str
    score: float

@app.post("/apply")
def apply(body: Applicant) -> Answer:
    pass

def clean():
    rows = pd.read_csv("x.csv")
    return rows[["birth_date", "income"]]
"""


def test_fields_about_people():
    survey = Survey(ast.parse(PEOPLE))
    speaks = people(survey, ["pandas"])
    assert speaks.classes["Applicant"].keys() == {"name", "email"}
    assert speaks.takes["apply"] == ["Applicant"]
    assert "birth-date" in speaks.columns["clean"]
    made = Draft(
        elements=[
            element("who", "user", "external", "a.py:9"),
            element("endpoint", "web-service", "process", "a.py:10", keys=["code:a.py#apply"]),
            element("job", "preprocessing-job", "process", "a.py:13", keys=["code:a.py#clean"]),
            element("rows", "dataset-store", "store", "a.py:14"),
        ],
        flows=[
            DraftFlow(source="who", target="endpoint", evidence=["a.py:9"]),
            DraftFlow(source="rows", target="job", evidence=["a.py:14"]),
        ],
    )
    attach_people(made, {"a.py": speaks})
    assert made.flows[0].personal.keys() == {"name", "email"}
    assert "birth-date" in made.elements[3].personal


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_too_strange(text):
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    survey = Survey(tree)
    detect(survey, "a.py")
    people(survey, ["pandas"])
