"""Parts of reading: paths, statements of SQL, settings, notebooks, trees, hostile input, and the catalogue of calls."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mantlet.base.errors import InputError
from mantlet.catalogue.load import load_catalogue
from mantlet.discovery import tree
from mantlet.discovery.link.commands import script_of
from mantlet.discovery.link.web import _fits
from mantlet.discovery.python import documents, frameworks, paths, specials, sql
from mantlet.discovery.python.catalogue import FOLDER, Catalogue, catalogue
from mantlet.discovery.python.machine import Settings
from mantlet.discovery.python.modules import Project, parse
from mantlet.discovery.python.notebooks import code_of
from mantlet.discovery.python.values import HOLE, ROOT
from mantlet.discovery.run import discover

VOCABULARY = load_catalogue().vocabulary
PLAIN = Settings(files=["src/train.py", "data/raw.csv", "service/requirements.txt", "service/app/main.py"])


@pytest.mark.parametrize(
    ("text", "script", "key"),
    [
        ("data/raw.csv", "src/train.py", "path:data/raw.csv"),
        ("../data/raw.csv", "src/train.py", "path:data/raw.csv"),
        ("./models/m.pkl", "service/app/main.py", "path:service/models/m.pkl"),
        (f"{ROOT}/docs", "src/train.py", "path:docs"),
        (f"out/{HOLE}.png", "src/train.py", "path:out/*.png"),
        (HOLE, "src/train.py", ""),
        ("s3://bucket/a/b.csv", "src/train.py", "bucket:s3:bucket/a/b.csv"),
        ("postgresql+psycopg2://u:p@db:5432/x", "src/train.py", "host:db:5432"),
        (f"sqlite:///{ROOT}/var/a.db", "src/train.py", "path:var/a.db"),
        ("https://host/a?token=x", "src/train.py", "url:https://host/a"),
    ],
)
def test_what_a_text_names(text: str, script: str, key: str) -> None:
    assert paths.of_path(text, script, PLAIN) == key


def test_a_command_says_where_it_runs() -> None:
    given_folder = Settings(files=PLAIN.files, working={"service/app/main.py": "service/app"})
    assert paths.of_path("m.pkl", "service/app/main.py", given_folder) == "path:service/app/m.pkl"


@pytest.mark.parametrize(
    ("statement", "read", "written"),
    [
        ("SELECT a FROM s.people p JOIN orders o ON o.p = p.id", ["s.people", "orders"], []),
        ("insert into scores (a) select a from raw", ["raw"], ["scores"]),
        ("WITH recent AS (SELECT * FROM log) SELECT * FROM recent", ["log"], []),
        ("DELETE FROM people WHERE id = 1", [], ["people"]),
        ("CREATE TABLE IF NOT EXISTS t (a int)", [], ["t"]),
        ("UPDATE `p`.`d` SET a = 1", [], ["p.d"]),
        ("a letter from somebody", [], []),
    ],
)
def test_tables_of_a_statement(statement: str, read: list[str], written: list[str]) -> None:
    assert sql.tables(statement) == (read, written)


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        ("python src/train.py data/raw.csv", ("src/train.py", ("data/raw.csv",))),
        ("poetry run python -m src.train --lr 1", ("src/train.py", ("--lr", "1"))),
        ("uvicorn app.main:app --port 80", ("service/app/main.py", ())),
        ("celery -A app.main.celery worker", ("service/app/main.py", ())),
        ("echo hello", ("", ())),
    ],
)
def test_which_script_a_command_runs(argv: str, found: tuple[str, tuple[str, ...]]) -> None:
    assert script_of(tuple(argv.split()), "", ["src/train.py", "service/app/main.py"]) == found


@pytest.mark.parametrize(
    ("client", "server", "fits"),
    [
        ("/documents", "/documents", True),
        ("*/documents/*", "/documents/{id}", True),
        ("/predict", "/api/v1/predict", True),
        ("/documents", "/documents/{id}", False),
        ("/other", "/{anything}", False),
        ("/", "/", True),
        ("/predict", "/", False),
    ],
)
def test_routes_that_fit(client: str, server: str, fits: bool) -> None:
    assert bool(_fits(client, server)) is fits


def test_settings_refer_to_each_other(tmp_path: Path) -> None:
    (tmp_path / "conf/model").mkdir(parents=True)
    (tmp_path / "conf/main.yaml").write_text("defaults:\n  - model: big\ndir: data\nraw: ${dir}/raw.csv\n")
    (tmp_path / "conf/model/big.yaml").write_text("file: big.pkl\n")
    (tmp_path / "train.py").write_text(
        "import hydra, joblib\nimport pandas as pd\n\n\n"
        '@hydra.main(config_path="conf", config_name="main")\ndef main(cfg):\n'
        "    rows = pd.read_csv(cfg.raw)\n    rows.describe()\n    joblib.dump(rows, cfg.model.file)\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    )
    flows = {(flow.source, flow.target): flow.evidence[0] for flow in discover(tmp_path, cached=False).flows}
    assert flows[("data-raw-csv", "train")] == "train.py:8"
    assert flows[("train", "big-pkl")] == "train.py:9"


def test_aliases_do_not_blow_up() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(8)
    )
    assert documents.parse("a.yaml", bomb) is None
    assert documents.parse("a.yaml", "a: " + "[" * 5000) is None
    assert documents.parse("a.yaml", "!!python/object/apply:os.system [x]") is None


def test_cells_stand_where_they_are_and_broken_ones_are_told() -> None:
    cells = [["%pip install x\n", "a = 1"], ["b = ("], ["c = 3\n", "!ls"]]
    book = json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}, indent=1)
    found = code_of(book)
    assert found is not None
    code, broken = found
    lines = book.split("\n")
    for number, line in enumerate(code.split("\n")):
        if line and line != "pass":
            assert json.dumps(line) in lines[number] or json.dumps(line + "\n") in lines[number]
    assert [lines[line - 1].strip() for line in broken] == ['"b = ("']
    assert code_of("{}") is None


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    for path in (
        "a.py",
        "node_modules/x.js",
        "tests/test_a.py",
        "test/Dockerfile",
        "test/step.py",
        "b_test.py",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    (tmp_path / "big.py").write_text("#" * (tree.MAX_FILE + 1))
    os.mkfifo(tmp_path / "pipe.py")
    found = tree.walk(tmp_path)
    assert found.readable == ["a.py", "test/Dockerfile", "test/step.py"]
    assert {item.path: item.reason for item in [*found.skipped, *found.huge]} == {
        "big.py": "huge (1.4 MiB)",
        "b_test.py": "a test",
        "link.py": "a link",
        "pipe.py": "a pipe or device",
        "node_modules": "vendored or generated",
        "tests": "tests",
    }


@pytest.mark.parametrize("scope", [["nope"], ["nope", "nada"], ["/etc"], ["../x"]])
def test_a_scope_outside_is_a_mistake(tmp_path: Path, scope: list[str]) -> None:
    with pytest.raises(InputError):
        tree.walk(tmp_path, scope)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = " + "(" * 400 + ")" * 400, "nested too deeply to be read"),
        ('print "hello"\n', "not Python 3"),
        ("x = = 1\n", "syntax error: invalid syntax"),
        ("x = '\\ud800'\x00", "syntax error: null"),
    ],
)
def test_what_is_no_python_is_told(text: str, reason: str) -> None:
    tree_, said, _ = parse(text)
    assert tree_ is None
    assert said.startswith(reason.split(":", maxsplit=1)[0])


def test_libraries_are_no_folders() -> None:
    known = frozenset({"fastapi", "datasets"})
    project = Project(
        {
            "fastapi/app.py": "",
            "api/datasets.py": "",
            "api/main.py": "",
            "src/steps/fit.py": "",
            "src/dags/d.py": "",
        },
        known,
    )
    assert project.find("fastapi", "fastapi/app.py") == ""
    assert project.find("datasets", "api/main.py") == "api/datasets.py"
    assert project.find("steps.fit", "src/dags/d.py") == "src/steps/fit.py"
    assert project.find("pandas", "api/main.py") == ""


CODE = st.lists(
    st.sampled_from(
        ["x = f(x)", "def f(a, *b, c=1, **d):\n    return f(*b, a=a, **d)", "class A(A): pass", "x = A().y.z[x](x)", "from a import *", "import a.b.c as x",
         "for x in x: x += [x]", "with open(x) as x: x.write(x)", "x = lambda *x: (yield)", "try:\n    x = {**x, 'a': x}\nexcept A as e: raise", "x = [y async for y in x]",
         "async def g(): await g()", "match x:\n    case [1, *y]: x = y", "x = f'{x!r:>{x}}'", "del x[x]", "global x", "x: A = (x := x)", "@f(x)\ndef h(x): return h",
         "x.y = x; x[x] = x", "x = x if x else not x", "import pandas as pd; x = pd.read_csv(x); x.to_csv('a' + x)"]
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CODE)
def test_strange_programs_are_read(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "a.py").write_text("\n".join(lines) + "\n")
    assert discover(tmp_path, cached=False) == discover(tmp_path, cached=False)


def test_long_chains_of_calls_end(tmp_path: Path) -> None:
    body = "\n".join(f"def f{n}(x):\n    f{n + 1}(x)\n    return f{n + 1}(x)" for n in range(60))
    (tmp_path / "a.py").write_text(
        body + "\n\n\ndef f60(x):\n    return open(x).read()\n\n\nf0('data/x.csv')\n"
    )
    assert discover(tmp_path, cached=False).files == 1


# the catalogue of calls


def _apis() -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        found += [(prefix, api) for prefix, apis in yaml.safe_load(path.read_text()).items() for api in apis]
    return found


def test_types_and_roles_are_the_vocabularys() -> None:
    extra = {"aggregation"}
    for prefix, api in _apis():
        for name in (api.get("type"), api.get("role")):
            assert not name or name in extra or VOCABULARY.knows(name, "element"), f"{prefix}: {name}"


def test_every_deed_is_understood() -> None:
    known = set(specials.SPECIALS) | set(frameworks.DOES)
    known |= {
        "load",
        "store",
        "send",
        "receive",
        "exchange",
        "delete",
        "connect",
        "source",
        "hub",
        "ignore",
        "pass",
        "",
    }
    known |= {
        "fit",
        "predict",
        "transform",
        "evaluate",
        "aggregate",
        "generate",
        "embed",
        "input",
        "show",
        "track",
    }
    known |= {"route", "task", "flow", "startup", "tool", "command", "serve", "config", "option", "asset"}
    told = {api.get("do", "") for _, api in _apis()}
    assert not told - known


def test_no_prefix_is_written_twice() -> None:
    for path in FOLDER.glob("*.yaml"):
        tops = [line.partition(":")[0] for line in path.read_text().splitlines() if line[:1].isalpha()]
        assert len(tops) == len(set(tops)), path.name


@pytest.mark.parametrize(
    ("name", "deed"),
    [
        ("pandas.io.api.read_csv", "load"),
        ("sklearn.tree.DecisionTreeClassifier.fit", "fit"),
        ("sklearn.preprocessing.StandardScaler.fit", "transform"),
        ("transformers.AutoTokenizer.from_pretrained", "hub"),
        ("transformers.BertModel.from_pretrained", "hub"),
        ("tensorflow.keras.applications.resnet50.ResNet50", "pretrained"),
        ("requests.get().get", None),
        ("numpy.made_up", None),
    ],
)
def test_names_are_found(name: str, deed: str | None) -> None:
    api = catalogue().find(name)
    assert (api.do if api else None) == deed


def test_people_can_add_a_library() -> None:
    from mantlet.discovery.python.catalogue import Api

    own = Catalogue({"ourlib": [Api(call="Store.put", do="store", arg="0")]})
    found = own.find("ourlib.Store.put")
    assert found is not None
    assert found.do == "store"


def test_half_a_character_in_a_literal_is_replaced(tmp_path: Path):
    (tmp_path / "a.py").write_text('open("a\\ud800.csv").read()\n')
    draft = discover(tmp_path, cached=False)
    assert [item.name.encode() for item in draft.elements if item.dfd == "store"] == [b"a?.csv"]
