"""The command among other processes: readers that leave, full disks, signals; and what it never does by itself."""

import json
import os
import subprocess
import sys

import pytest

from mantlet.project.demo import write_example
from tests.security.hostile import hostile_model

LOUD = [
    ["risks", "m.yaml"],
    ["risks", "m.yaml", "--all"],
    ["risks", "m.yaml", "--json"],
    ["threats", "m.yaml"],
    ["threats", "m.yaml", "--json"],
    ["threats", "m.yaml", "--considered"],
    ["diagram", "m.yaml"],
    ["schema"],
    ["catalogue", "list"],
    ["catalogue", "list", "--json"],
]


def start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "mantlet", *arguments], **{"stderr": subprocess.PIPE, **options}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("process")
    write_example("churn", folder / "demo").rename(folder / "m.yaml")
    (folder / "hostile.json").write_text(json.dumps(hostile_model()), encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", LOUD, ids=" ".join)
def test_a_reader_that_leaves_is_no_failure(folder, command):
    process = start(*command, cwd=folder, stdout=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0


@pytest.mark.parametrize("command", [LOUD[0], LOUD[2], LOUD[6]], ids=" ".join)
def test_output_to_a_full_disk_is_told(folder, command):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = start(*command, cwd=folder, stdout=full)
    assert process.stderr.read() == b"the output cannot be written: No space left on device\n"
    assert process.wait() == 2


@pytest.mark.parametrize("command", [LOUD[0], LOUD[2], ["risks", "gone.yaml"]], ids=" ".join)
def test_closed_streams(folder, command):
    line = f"{sys.executable} -m mantlet {' '.join(command)}"
    for closed in (">&-", "2>&-", ">&- 2>&- <&-"):
        done = subprocess.run(["sh", "-c", f"{line} {closed}"], cwd=folder, capture_output=True, check=False)
        assert done.returncode == (2 if "gone.yaml" in command else 0)
        assert b"Traceback" not in done.stderr
        assert b"bug" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_terminals_of_any_encoding(folder, encoding):
    for command in (
        ["risks", "hostile.json", "--all"],
        ["risks", "hostile.json", "--json"],
        ["ask", "hostile.json", "--json"],
        ["risks", "gone.yaml"],
    ):
        process = start(
            *command, cwd=folder, stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": encoding}
        )
        out, err = process.communicate()
        assert process.returncode == (2 if "gone.yaml" in command else 0)
        assert b"Traceback" not in err
        if "--json" in command:
            json.loads(out)


INTERRUPTED = """
import os, signal, sys
import {module} as place
real = place.{function}
def interrupted(*arguments, **options):
    os.kill(os.getpid(), signal.SIGINT)
    return real(*arguments, **options)
place.{function} = interrupted
sys.argv[1:] = {arguments}
from mantlet.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("module", "function", "arguments"),
    [
        ("mantlet.project.api", "analyse", ["risks", "m.yaml"]),
        ("mantlet.project.api", "analyse", ["risks", "m.yaml", "--json"]),
        ("mantlet.report.html", "render", ["report", "m.yaml", "-o", "out.html"]),
        ("os", "fsync", ["report", "m.yaml", "-o", "out.html"]),
        ("os", "fsync", ["decide", "T1@e1", "avoid", "m.yaml"]),
        ("mantlet.project.demo", "_copy", ["demo", "churn", "out"]),
    ],
)
def test_an_interrupt_ends_at_once_and_leaves_nothing(tmp_path, module, function, arguments):
    model = json.dumps(hostile_model())
    (tmp_path / "m.yaml").write_text(model, encoding="utf-8")
    program = INTERRUPTED.format(module=module, function=function, arguments=arguments)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 130
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["m.yaml"]
    assert (tmp_path / "m.yaml").read_text(encoding="utf-8") == model


WATCHED = """
import os, sys
allowed = tuple(map(os.path.realpath, sys.argv[1:3]))
seen = []
def watch(event, arguments):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "ctypes.dlopen") or event.startswith("urllib"):
        seen.append(f"{event} {arguments!r}"[:300])
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        path = os.path.realpath(os.fsdecode(arguments[0])) if not isinstance(arguments[0], int) else ""
        if path and not path.startswith(allowed) and path != os.devnull:
            seen.append(f"writes {path}")
    if event in ("os.remove", "os.rename", "os.mkdir", "shutil.rmtree", "os.chmod"):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if not path.startswith(allowed):
            seen.append(f"{event} {path}")
    if event == "compile" and "mantlet-rules" in str(arguments[1]):
        seen.append(event)
import wasmtime, numpy, rustworkx, msgspec
try:
    import typst, resvg_py
except ImportError:
    pass
sys.addaudithook(watch)
from mantlet.__main__ import run
for line in COMMANDS:
    sys.argv = ["mantlet", *line]
    code = run()
    if code:
        seen.append(f"{line} ended with {code}")
print("\\n".join(seen), file=sys.stderr)
"""


def test_nothing_is_asked_of_the_network_no_program_is_run_and_nothing_else_written(tmp_path):
    pytest.importorskip("typst")
    model = write_example("churn", tmp_path / "demo")
    (tmp_path / "demo/hostile.json").write_text(json.dumps(hostile_model()), encoding="utf-8")
    (tmp_path / "demo/mantlet-rules").mkdir()
    (tmp_path / "demo/mantlet-rules/run.py").write_text("raise SystemExit('never run')", encoding="utf-8")
    outputs = [part for name in ("html", "pdf", "md", "xlsx", "csv", "json") for part in ("-o", f"r.{name}")]
    commands = [
        ["validate", "hostile.json"],
        ["risks", "hostile.json"],
        ["threats", "hostile.json", "--json"],
        ["report", "hostile.json", *outputs],
        *[["diagram", model.name, "-o", f"d.{name}"] for name in ("svg", "png", "dot", "mmd", "puml")],
        ["threats", model.name, "--considered"],
        ["ask", model.name, "--list"],
        ["catalogue", "coverage"],
        ["catalogue", "search", "https://example.org"],
        ["schema", "-o", "schema.json"],
        ["init", "new.yaml", "--from", "rag-assistant", "--yes"],
        ["demo", "churn", "another"],
    ]
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    done = subprocess.run(
        [sys.executable, "-c", f"COMMANDS = {commands!r}\n{WATCHED}", str(tmp_path / "demo"), str(cache)],
        cwd=tmp_path / "demo",
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == ""
