"""Paths that lead astray, files that cannot be read or written, and writes that fail half way."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from mantlet import analyse
from mantlet.base import files
from mantlet.base.errors import InputError, StaleWriteError
from mantlet.base.files import write_atomic
from mantlet.store.document import Document
from mantlet.store.layout import Layout

MODEL = """\
mantlet: 1
elements: {m: {type: model-artifact}, j: {type: training-job}}
flows: {load: {from: m, to: j}}
"""
WRITING = {
    "diagram": ["diagram", "m.yaml", "-o", "out"],
    "report": ["report", "m.yaml", "-o", "out"],
    "schema": ["schema", "-o", "out"],
    "init": ["init", "out"],
    "demo": ["demo", "churn", "out"],
}
SUFFIX = {"diagram": ".svg", "report": ".html", "schema": ".json", "init": ".yaml", "demo": ""}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    inner = tmp_path / "project"
    inner.mkdir()
    monkeypatch.chdir(inner)
    Path("m.yaml").write_text(MODEL, encoding="utf-8")
    return inner


def contents(folder):
    return sorted(
        (str(path.relative_to(folder)), path.is_file() and path.read_bytes()) for path in folder.rglob("*")
    )


def to(command, target):
    return [part if part != "out" else target for part in WRITING[command]]


# -- reading


@pytest.mark.parametrize(
    "where",
    ["missing.yaml", "x" * 300, "a/" * 3000 + "m.yaml", "m.yaml/inner", "\udcff.yaml", "-\x1b[2J.yaml"],
)
def test_a_model_that_is_not_there(folder, call, where):
    for command in (["risks", "--", where], ["risks", "--json", "--", where], ["validate", "--", where]):
        said = call(*command, code=2)
        assert "there is no such file" in said.err
        assert len(said.err.splitlines()) == 2
        assert "\x1b" not in said.err


def test_a_folder_without_a_model(folder, call):
    Path("empty").mkdir()
    assert "there is no threatmodel.yaml here" in call("risks", "empty", code=2).err
    Path("threatmodel.yaml").mkdir()
    assert "there is no threatmodel.yaml here" in call("risks", code=2).err


@pytest.mark.parametrize("special", ["pipe", "device", "loop", "dangling"])
def test_what_is_no_file_is_never_opened(folder, call, special):
    path = Path("odd.yaml")
    if special == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"device": "/dev/zero", "loop": path, "dangling": "gone.yaml"}[special])
    for command in (["risks", path], ["risks", path, "--json"], ["validate", path], ["diagram", path]):
        assert "there is no such file" in call(*command, code=2).err
    Path("m.yaml").write_text("include: [odd.yaml]\n", encoding="utf-8")
    assert call("risks", "m.yaml", code=2).err.startswith("m.yaml:1:11: ")


def refuse(*names):
    """Return a function that opens files as a system does for which some may not be read."""
    opened = Path.open

    def guarded(self, *arguments, **options):
        if self.name in names:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return opened(self, *arguments, **options)

    return guarded


def test_a_file_that_may_not_be_read(folder, call, monkeypatch):
    Path("other.yaml").write_text("mantlet: 1\n", encoding="utf-8")
    Path("all.yaml").write_text("include: [other.yaml]\n", encoding="utf-8")
    Path("mantlet-rules").mkdir()
    monkeypatch.setattr(Path, "open", refuse("m.yaml", "other.yaml", "m.layout.json"))
    for command in (["risks", "m.yaml"], ["risks", "m.yaml", "--json"], ["ask", "m.yaml"]):
        assert call(*command, code=2).err.startswith("m.yaml: cannot be read: Permission denied")
    assert "other.yaml: cannot be read: Permission denied" in call("risks", "all.yaml", code=2).err
    Path("mantlet-rules/other.yaml").touch()
    assert (
        "mantlet-rules/other.yaml: cannot be read: Permission denied" in call("catalogue", "list", code=2).err
    )


def test_a_folder_of_rules_that_may_not_be_read(folder, call, monkeypatch):
    Path("mantlet-rules/more").mkdir(parents=True)
    listed = os.scandir

    def scandir(path):
        if str(path).endswith("more"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "mantlet-rules/more: cannot be read: Permission denied" in call("risks", "m.yaml", code=2).err


# -- out of the project


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_links_of_an_include_stay_in_the_project(folder, call, kind):
    secret = folder.parent / "secret.yaml"
    secret.write_text("password: hunter2\n", encoding="utf-8")
    if kind == "file":
        Path("inc.yaml").symlink_to(secret)
        Path("m.yaml").write_text("include: [inc.yaml]\n", encoding="utf-8")
    else:
        Path("inc").symlink_to(folder.parent)
        Path("m.yaml").write_text("include: [inc/secret.yaml]\n", encoding="utf-8")
    said = call("risks", "m.yaml", code=2).err
    assert "lies outside the project" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("kind", ["folder", "file", "deep file", "up"])
def test_links_of_rules_stay_in_the_project(folder, call, kind):
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("password: hunter2\n", encoding="utf-8")
    if kind == "folder":
        Path("mantlet-rules").symlink_to(outside)
    else:
        Path("mantlet-rules/deep").mkdir(parents=True)
        name = {"file": "x.yaml", "deep file": "deep/x.yaml", "up": "deep/y.yaml"}[kind]
        target = Path("../../../outside/secret.yaml") if kind == "up" else outside / "secret.yaml"
        Path("mantlet-rules", name).symlink_to(target)
    for command in (
        ["risks", "m.yaml"],
        ["validate", "m.yaml"],
        ["catalogue", "list"],
        ["risks", "m.yaml", "--json"],
    ):
        said = call(*command, code=2).err
        assert "lies outside the project" in said
        assert "hunter2" not in said


def test_a_link_of_the_layout_stays_in_the_project(folder, call):
    target = folder.parent / "private.json"
    Path("m.layout.json").symlink_to(target)
    for there in (False, True):
        if there:
            target.write_text('{"password": "hunter2"', encoding="utf-8")
        for command in (
            ["diagram", "m.yaml", "-o", "d.svg"],
            ["diagram", "m.yaml", "--keep-layout", "-o", "d.svg"],
            ["report", "m.yaml"],
        ):
            said = call(*command, code=2).err
            assert "lies outside the project" in said
            assert "hunter2" not in said
        assert target.exists() is there
    assert not Path("d.svg").exists()


@pytest.mark.parametrize("kind", ["file", "missing", "loop"])
def test_rules_that_are_no_folder(folder, call, kind):
    if kind == "file":
        Path("mantlet-rules").touch()
    else:
        Path("mantlet-rules").symlink_to("mantlet-rules" if kind == "loop" else "gone")
    assert "is no folder of rules" in call("risks", "m.yaml", code=2).err
    Path("mantlet-rules").unlink()
    assert "is no folder of rules" in call("risks", "m.yaml", "--rules", "gone", code=2).err
    assert "is no folder of rules" in call("catalogue", "list", "--rules", "m.yaml", code=2).err


def test_a_pipe_among_the_rules_is_not_opened(folder, call):
    Path("mantlet-rules").mkdir()
    os.mkfifo("mantlet-rules/x.yaml")
    assert "x.yaml: there is no such file" in call("risks", "m.yaml", code=2).err


# -- writing


@pytest.mark.parametrize("command", WRITING)
def test_output_onto_a_folder(folder, call, command):
    target = Path("there" + SUFFIX[command])
    target.mkdir()
    (target / "kept").touch()
    before = contents(folder)
    said = call(*to(command, target), code=2).err
    assert said.startswith(f"{target}: ")
    assert contents(folder) == before


@pytest.mark.parametrize("command", WRITING)
@pytest.mark.parametrize("name", ["x" * 300, "m.yaml/inner", "a/" * 3000 + "b"])
def test_output_to_a_path_that_cannot_be(folder, call, command, name):
    before = contents(folder)
    said = call(*to(command, name + SUFFIX[command]), code=2).err
    assert "cannot be written: " in said
    assert contents(folder) == before


@pytest.mark.parametrize("command", WRITING)
def test_output_where_nothing_may_be_written(folder, call, command, monkeypatch):
    def refuse(*_, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(options.get("dir")))

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    before = contents(folder)
    assert "cannot be written: Permission denied" in call(*to(command, "new" + SUFFIX[command]), code=2).err
    assert contents(folder) == before


@pytest.mark.parametrize("failing", ["write", "fsync", "replace", "chmod"])
@pytest.mark.parametrize("command", ["diagram", "report", "schema", "init", "ask", "decide", "keep"])
def test_a_full_disk_leaves_nothing_half_written(folder, call, command, failing, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def opened(handle, *arguments, **options):
        file = real(handle, *arguments, **options)
        file.write(b"half of")
        file.flush()
        os.close(file.fileno())  # what is written later fails
        return file

    real = os.fdopen
    for name in ("out.svg", "out.html", "out.json"):
        Path(name).write_text("as it was", encoding="utf-8")
    before = contents(folder)
    if failing == "write":
        monkeypatch.setattr(files.os, "fdopen", opened)
    elif failing == "fsync":
        monkeypatch.setattr(files.os, "fsync", full)
    else:
        monkeypatch.setattr(Path, failing, full)
    arguments = {
        "ask": ["ask", "m.yaml", "--answer", "model_format@m=safetensors"],
        "decide": ["decide", "MODEL-DESERIALISE@j", "mitigate", "m.yaml"],
        "keep": ["diagram", "m.yaml", "--keep-layout"],
    }
    said = call(*(arguments.get(command) or to(command, "out" + SUFFIX[command])), code=2).err
    assert "cannot be written: " in said
    assert contents(folder) == before


def test_a_demo_on_a_full_disk_leaves_nothing(folder, call, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = contents(folder)
    monkeypatch.setattr(Path, "write_bytes", full)
    assert "out: cannot be written: No space left on device" in call("demo", "churn", "out", code=2).err
    assert contents(folder) == before


def test_several_outputs_are_each_whole(folder, call):
    Path("two.html").mkdir()
    said = call("report", "m.yaml", "-o", "one.csv", "-o", "two.html", "-o", "three.md", code=2).err
    assert said.startswith("two.html: cannot be written")
    assert not Path("three.md").exists()


def test_devices_are_written_to_and_stay(folder, call):
    before = Path("/dev/null").stat()
    for command in (["diagram", "m.yaml", "-o", "/dev/null", "-f", "svg"], ["schema", "-o", "/dev/null"]):
        call(*command)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert Path("/dev/null").stat().st_ino == before.st_ino
    assert "cannot be written: No space left on device" in call("schema", "-o", "/dev/full", code=2).err


def test_a_link_is_written_through_and_its_mode_kept(folder, call):
    Path("real").mkdir()
    Path("real/out.svg").write_text("old", encoding="utf-8")
    Path("real/out.svg").chmod(0o640)
    Path("out.svg").symlink_to("real/out.svg")
    call("diagram", "m.yaml", "-o", "out.svg")
    assert Path("out.svg").is_symlink()
    assert Path("real/out.svg").read_text(encoding="utf-8").startswith("<svg")
    assert stat.S_IMODE(Path("real/out.svg").stat().st_mode) == 0o640


def test_new_files_get_the_mode_of_new_files(folder, call):
    old = os.umask(0o027)
    try:
        call("diagram", "m.yaml", "-o", "out.svg")
    finally:
        os.umask(old)
    assert stat.S_IMODE(Path("out.svg").stat().st_mode) == 0o640


# -- somebody else writes too


def test_a_model_that_changed_meanwhile_is_not_overwritten(folder, call, monkeypatch):
    saved = Document.save

    def save(self, *arguments):
        Path("m.yaml").write_text(MODEL + "# somebody's work\n", encoding="utf-8")
        saved(self, *arguments)

    monkeypatch.setattr(Document, "save", save)
    for command in (
        ["ask", "m.yaml", "--answer", "model_format@m=safetensors"],
        ["decide", "MODEL-DESERIALISE@j", "avoid", "m.yaml"],
    ):
        Path("m.yaml").write_text(MODEL, encoding="utf-8")
        assert "the file changed on disk since it was read" in call(*command, code=2).err
        assert Path("m.yaml").read_text(encoding="utf-8") == MODEL + "# somebody's work\n"


def test_of_several_who_write_at_once_one_wins_and_the_others_are_told(folder):
    def save(document):
        ready.wait()
        try:
            document.save()
        except StaleWriteError:
            refused.append(document)

    for turn in range(20):
        ready, refused = threading.Barrier(4), []
        documents = [Document.load(Path("m.yaml")) for _ in range(4)]
        for row, document in enumerate(documents):
            document.set(("system", "name"), f"turn {turn}, writer {row}")
        threads = [threading.Thread(target=save, args=[document]) for document in documents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = [document for document in documents if document not in refused]
        assert Path("m.yaml").read_bytes() == winner.data


def test_a_model_that_vanished_or_became_a_folder_meanwhile(folder):
    document = Document.load(Path("m.yaml"))
    document.set(("system", "name"), "new")
    Path("m.yaml").unlink()
    with pytest.raises(StaleWriteError):
        document.save()
    Path("m.yaml").mkdir()
    with pytest.raises(InputError, match="cannot be written: Is a directory"):
        document.save()


def test_a_file_that_appears_while_init_asks_is_kept(folder, call, monkeypatch):
    written = files.write_atomic

    def write(path, data, **options):
        Path("new.yaml").write_text("mine", encoding="utf-8")
        written(path, data, **options)

    monkeypatch.setattr(files, "write_atomic", write)
    call("init", "new.yaml", code=2)
    assert Path("new.yaml").read_text(encoding="utf-8") == "mine"


def test_a_layout_that_changed_meanwhile_is_not_overwritten(folder, call, monkeypatch):
    saved = Layout.save

    def save(self, *arguments):
        Path("m.layout.json").write_text("{}", encoding="utf-8")
        saved(self, *arguments)

    monkeypatch.setattr(Layout, "save", save)
    assert "changed on disk" in call("diagram", "m.yaml", "--keep-layout", code=2).err
    assert Path("m.layout.json").read_text(encoding="utf-8") == "{}"


def test_answers_are_judged_by_what_was_read(folder):
    result = analyse("m.yaml")
    Path("m.yaml").write_text("nonsense: [", encoding="utf-8")
    assert result.risks
    assert result.diagram("svg").startswith(b"<svg")


def test_temporary_files_are_private_and_beside_their_target(folder, monkeypatch):
    seen = []
    replaced = Path.replace

    def replace(self, target):
        seen.append((self.parent, stat.S_IMODE(self.stat().st_mode)))
        return replaced(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    Path("kept").touch(mode=0o600)
    write_atomic(Path("kept"), b"data")
    assert seen == [(folder, 0o600)]
