"""A whole look: the same however it is done, little the second time, and never a traceback."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mantlet.discovery import cache as caching
from mantlet.discovery import parallel, run
from mantlet.discovery.cache import Cache, named
from mantlet.discovery.islands import UNITS, imports_of, islands, units
from mantlet.discovery.python.modules import Project

SERVICE = """\
import joblib
from fastapi import FastAPI
from shared.paths import MODEL

app = FastAPI()
model = joblib.load(MODEL)


@app.post("/predict")
def predict(features: dict):
    return {"score": model.predict([features])}
"""
TRAIN = """\
import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from shared.paths import MODEL

rows = pd.read_csv("data/rows.csv")
model = LogisticRegression().fit(rows[["a"]], rows["b"])
joblib.dump(model, MODEL)
"""
FILES = {
    "service/api.py": SERVICE,
    "jobs/train.py": TRAIN,
    "shared/__init__.py": "",
    "shared/paths.py": 'MODEL = "models/model.joblib"\n',
    "report/plot.py": 'import pandas as pd\n\npd.read_parquet("out/scores.parquet").to_csv("out/scores.csv")\n',
    "docker-compose.yml": "services:\n  api:\n    build: .\n    ports: ['8000:8000']\n",
    "requirements.txt": "joblib==1.4.2\npandas\n",
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    home = tmp_path / "cache"
    home.mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    folder = tmp_path / "repo"
    write(folder, FILES)
    return folder


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def told(draft):
    return msgspec.json.encode(draft)


def kept(root):
    return sorted((root.parent / "cache" / "mantlet").glob("discovery-*.bin"))


def test_what_it_finds(root):
    draft = run.discover(root)
    names = {item.name for item in draft.elements}
    assert any("model.joblib" in name for name in names)
    assert any("rows.csv" in name for name in names)
    model = next(item for item in draft.elements if "model.joblib" in item.name)
    assert model.facts["model_format"][0] == "joblib"
    assert draft.files == len(FILES)


def test_remembered_is_the_same_as_new(root):
    first = told(run.discover(root))
    assert len(kept(root)) == 1
    assert told(run.discover(root)) == first
    assert told(run.discover(root, cached=False)) == first


def test_nothing_is_read_again_that_did_not_change(root, monkeypatch):
    run.discover(root)
    read = []
    real = run._Looking._file
    monkeypatch.setattr(run._Looking, "_file", lambda self, path: read.append(path) or real(self, path))
    run.discover(root)
    assert read == []
    write(root, {"jobs/train.py": "import os\n" + TRAIN})
    changed = told(run.discover(root))
    assert read == ["jobs/train.py"]
    assert told(run.discover(root, cached=False)) == changed


def test_a_file_that_others_import_counts_for_them(root):
    run.discover(root)
    write(root, {"shared/paths.py": 'MODEL = "models/other.joblib"\n'})
    draft = run.discover(root)
    assert any("other.joblib" in item.name for item in draft.elements)
    assert told(run.discover(root, cached=False)) == told(draft)


def test_a_settings_file_that_code_reads_counts_too(root):
    files = {"shared/paths.py": 'import yaml\nMODEL = yaml.safe_load(open("conf.yaml"))["model"]\n', "conf.yaml": "model: models/one.joblib\n"}  # fmt: skip
    write(root, files)
    run.discover(root)
    write(root, {"conf.yaml": "model: models/two.joblib\n"})
    assert told(run.discover(root)) == told(run.discover(root, cached=False))


def test_islands_and_processes_change_nothing_for_files_that_share_nothing(root, monkeypatch):
    monkeypatch.setattr(run, "ONE_PROGRAM", 0)
    serial = told(run.discover(root, cached=False))
    monkeypatch.setattr(run, "WORTH_FILES", 0)
    monkeypatch.setattr(run, "WORTH_PARTS", 0)
    monkeypatch.setattr(parallel, "_processors", lambda: 2)
    assert told(run.discover(root, cached=False)) == serial


def test_only_the_island_of_a_change_is_looked_at_again(root, monkeypatch):
    monkeypatch.setattr(run, "ONE_PROGRAM", 0)
    run.discover(root)
    looked = []
    real = run._see
    monkeypatch.setattr(
        run, "_see", lambda python, *rest: looked.append(sorted(python)) or real(python, *rest)
    )
    write(root, {"report/plot.py": FILES["report/plot.py"] + "\n# more\n"})
    run.discover(root)
    assert looked == [["report/plot.py"]]


def test_islands():
    import ast

    files = {
        "a/__init__.py": "from .x import f",
        "a/x.py": "",
        "b.py": "import a.x",
        "c.py": "import os",
        "d/e.py": "from d import g",
        "d/g.py": "",
        "h.py": "from d.g import z",
    }
    wanted = {
        path: imports_of(
            [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
        )
        for path, text in files.items()
    }
    assert islands(wanted, Project(files, frozenset())) == [
        ["a/__init__.py", "a/x.py", "b.py"],
        ["c.py"],
        ["d/e.py", "d/g.py", "h.py"],
    ]


# -- the cache


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes are a POSIX matter")
def test_a_cache_that_others_can_write_is_not_used(root):
    run.discover(root)
    (file,) = kept(root)
    file.chmod(0o666)
    assert Cache(root)._entries == {}
    file.chmod(0o600)
    assert Cache(root)._entries != {}
    file.parent.chmod(0o777)
    assert Cache(root)._entries == {}
    file.parent.chmod(0o700)


def test_a_damaged_cache_is_made_again(root):
    first = told(run.discover(root))
    (file,) = kept(root)
    file.write_bytes(file.read_bytes()[:-3] + b"xyz")
    assert told(run.discover(root)) == first


def test_nothing_is_written_into_the_repository(root):
    before = sorted(path for path in root.rglob("*"))
    run.discover(root)
    assert sorted(path for path in root.rglob("*")) == before


def test_no_file_s_text_is_kept(root):
    write(root, {"service/keys.py": 'API_KEY = "q8Zr7TtX2kd91pLm"\n'})
    run.discover(root)
    (file,) = kept(root)
    assert b"q8Zr7TtX2kd91pLm" not in file.read_bytes()


def test_repositories_looked_at_long_ago_go(root, monkeypatch):
    monkeypatch.setattr(caching, "MAX_REPOSITORIES", 2)
    for number in range(4):
        folder = root.parent / f"r{number}"
        write(folder, {"a.py": "import os\n"})
        run.discover(folder)
    assert len(kept(root)) == 2


def test_names_of_entries_depend_on_every_part():
    assert len({named("a", "b"), named("ab"), named("ab", ""), named("b", "a"), named(["a", "b"])}) == 5


# -- strange trees


def strange(seed):
    """Return files that nobody would write, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    noise = bytes(chance.randrange(256) for _ in range(400))
    deep = "(" * 3000 + ")" * 3000
    whole = [
        SERVICE,
        TRAIN,
        FILES["docker-compose.yml"],
        '{"cells": [{"cell_type": "code", "source": ["import os\\n"]}]}',
    ]
    cut = [text[: chance.randrange(len(text))] for text in whole]
    return {
        "noise.py": noise,
        "noise.yml": noise,
        "docker-compose.yml": cut[2],
        "cut.py": cut[0],
        "cut2.py": cut[1],
        "book.ipynb": cut[3],
        "odd.ipynb": '{"cells": [{"cell_type": "code", "source": [1, null, {"a": []}]}, 7, null], "metadata": []}',
        "deep.py": f"x = {deep}\n",
        "deep2.py": "if x:\n" + "".join(" " * level + "if x:\n" for level in range(1, 90)) + " " * 90 + "pass\n",
        "deep.json": "[" * 5000,
        "deep.yaml": "a: " + "[" * 2000 + "]" * 2000,
        "bomb.yaml": "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)},*{chr(97 + n)},*{chr(97 + n)},*{chr(97 + n)},*{chr(97 + n)},*{chr(97 + n)},*{chr(97 + n)},*{chr(97 + n)}]\n" for n in range(9)),
        "old.py": 'print "python 2"\nexec code in space\n',
        "utf16.py": "import os\n".encode("utf-16"),
        "nul.py": b"import os\0\n",
        "main.tf": cut[0] + "resource {",
        "Dockerfile": "FROM \\\n\\\n" + noise.decode("latin-1"),
        "schema.sql": "create table (((" + "select " * 300,
        "requirements.txt": noise,
        "loop.py": "from loop import *\nimport loop\ndef f(x=f): return f(f)\nclass A(A): pass\nf(f(f))\n",
        "long.py": "x = " + " + ".join(["'a'"] * 5000) + "\n",
        "dvc.yaml": "stages: [1, {a: null}]\n",
        ".github/workflows/ci.yml": "on: {}\njobs: {a: [], b: {steps: {x: 1}}}\n",
        "api.json": '{"openapi": 3, "paths": {"/x": []}}',
        "package.json": '{"dependencies": []}',
        "app.js": "fetch(`" + "${" * 500,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_strange_files_are_told_or_passed_over(root, seed):
    write(root, strange(seed))
    (root / "link").symlink_to(root)
    (root / "out").symlink_to("/etc")
    (root / "sub").mkdir()
    (root / "sub/up").symlink_to("..")
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "pipe.py")
    draft = run.discover(root)
    assert {item.path for item in draft.skipped} >= {"link", "out", "sub/up"}
    assert any("model.joblib" in item.name for item in draft.elements), "what is sound is found all the same"
    assert not any("/etc" in place for item in draft.elements for place in item.evidence)


def test_a_huge_file_is_skipped_with_its_reason(root):
    write(root, {"huge.py": "x = 1\n" * 400_000})
    assert any(item.path == "huge.py" and "huge" in item.reason for item in run.discover(root).skipped)


def test_huge_files_are_told_of_where_somebody_would_read_them(root):
    write(root, {"load.sh": "echo x\n" * 300_000, "rows.csv": "1,2\n" * 400_000})
    assert [item.path for item in run.discover(root).skipped] == ["load.sh"]


def test_a_place_is_told_once(root):
    write(
        root,
        {
            "load.py": "import pickle, s3fs, sys\n\nwith s3fs.S3FileSystem().open(sys.argv[1]) as file:\n    model = pickle.load(file)\n"
        },
    )
    said = [(item.at.line, item.what) for item in run.discover(root).not_understood]
    assert (4, "pickle.load runs code that the file holds") in said
    assert len(said) == len(set(said))


def test_a_scope_that_is_there_in_part_says_what_is_not(root):
    draft = run.discover(root, ["service", "servcie"])
    assert [(item.path, item.reason) for item in draft.skipped] == [("servcie", "not there")]
    assert draft.elements


def test_what_breaks_a_reader_is_told(root, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(run, "detect", broken)
    draft = run.discover(root, cached=False)
    assert {"service/api.py", "jobs/train.py"} <= {item.at.path for item in draft.not_understood}


def test_what_breaks_the_whole_is_read_file_by_file(root, monkeypatch):
    real = run.see

    def see(python, *rest):
        if "report/plot.py" in python:
            raise ZeroDivisionError
        return real(python, *rest)

    monkeypatch.setattr(run, "see", see)
    draft = run.discover(root, cached=False)
    assert any(item.at.path == "report/plot.py" and "strange" in item.what for item in draft.not_understood)
    assert any("rows.csv" in item.name for item in draft.elements)


lines = st.sampled_from([line for text in FILES.values() for line in text.splitlines()] + ["def f(:", "\t", "x = [", "'''", "return", "import a.b as c", "yield", "lambda: (yield)", "@", "class C(C, metaclass=C): x: C = C()", "f'{f'", "global x", "del x", "match x:", "    case _:", "with a as b, c:", "async def g():", "    await g()"])  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(lines, max_size=25),
    st.sampled_from(
        [
            "a.py",
            "docker-compose.yml",
            "dvc.yaml",
            "main.tf",
            "a.ipynb",
            "x.sql",
            "app.ts",
            ".env.example",
            "pyproject.toml",
        ]
    ),
)
def test_shuffled_lines_never_break_it(tmp_path, shuffled, name):
    write(tmp_path / "shuffled", {name: "\n".join(shuffled)})
    run.discover(tmp_path / "shuffled", cached=False)
    for path in (tmp_path / "shuffled").iterdir():
        path.unlink()


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"([a-c]/){0,3}[a-d]\.py", fullmatch=True), st.integers(0, 40), min_size=1, max_size=20
    ),
    st.integers(1, 60),
)
def test_a_large_island_is_cut_into_units_that_leave_nothing_out(sizes, most):
    wanted = {path: [] for path in sizes}
    made = units(sorted(sizes), wanted, Project(dict.fromkeys(sizes, ""), frozenset()), sizes, most * UNITS)
    assert sorted(path for unit in made for path in unit.files) == sorted(sizes)
    if sum(sizes.values()) > most * UNITS:
        assert all(len(unit.files) == 1 or sum(sizes[path] for path in unit.files) <= most for unit in made)


def test_a_unit_sees_what_its_files_import(root, monkeypatch):
    monkeypatch.setattr(run, "ONE_PROGRAM", 0)
    monkeypatch.setattr(run, "ONE_ISLAND", 5)
    draft = run.discover(root, cached=False)
    assert any("models/model.joblib" in item.name for item in draft.elements), (
        "named in a file that others import"
    )
    looked = []
    run.discover(root)
    real = run._see
    monkeypatch.setattr(
        run, "_see", lambda python, *rest: looked.append(sorted(python)) or real(python, *rest)
    )
    write(root, {"jobs/train.py": "import os\n" + TRAIN})
    assert told(run.discover(root)) == told(run.discover(root, cached=False))
    assert ["jobs/train.py", "shared/paths.py"] in [
        [path for path in paths if not path.endswith("__init__.py")] for paths in looked[:1]
    ]


STREAMS = """\
import cv2, numpy as np

CAMERAS = ["rtsp://10.0.0.1/a", "rtsp://10.0.0.2/b", "rtsp://10.0.0.3/c"]


def main():
    streams = [cv2.VideoCapture(url) for url in CAMERAS]
    for stream in streams:
        ok, frame = stream.read()
        np.save("out.npy", frame)


main()
"""


def test_same_bytes_in_every_process(root):
    write(root, {"watch.py": STREAMS})
    code = "import sys, msgspec; from pathlib import Path; from mantlet.discovery.run import discover; sys.stdout.buffer.write(msgspec.json.encode(discover(Path(sys.argv[1]), cached=False)))"
    made = {
        subprocess.run(
            [sys.executable, "-c", code, root],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (1, 2, 3)
    }
    assert len(made) == 1
