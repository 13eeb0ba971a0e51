from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import wasmtime
from samples import vocabulary, written

from mantlet.base import private
from mantlet.base.errors import MissingToolError, UsageError
from mantlet.diagram import compiled, draw
from mantlet.diagram.engines import LayoutEngine, LayoutError, SystemDot, default_engine, engine
from mantlet.diagram.wasm import WasmGraphviz
from mantlet.model.model import Model

GRAPH = "digraph{node[shape=box,fixedsize=true];a->b}"
TINY = b"\0asm\1\0\0\0"


def test_the_engine_gives_coordinates(engine: LayoutEngine):
    graph = engine.layout(GRAPH)
    assert {item["name"] for item in graph["objects"]} == {"a", "b"}


def test_broken_graphs_are_refused(engine: LayoutEngine):
    for text in ("digraph{ a -> ", "", "no graph"):
        with pytest.raises(LayoutError):
            engine.layout(text)
    assert engine.layout(GRAPH)


def test_a_layout_ends_at_the_deadline(engine: LayoutEngine):
    knot = (
        "digraph{" + "".join(f"n{i}->n{(i * 7919) % 997};n{i}->n{(i * 31) % 991};" for i in range(3000)) + "}"
    )
    with pytest.raises(LayoutError, match=r"longer than 0\.3 s"):
        engine.layout(knot, deadline=0.3)
    assert engine.layout(GRAPH)


def test_the_guest_sees_no_files(engine: LayoutEngine, tmp_path: Path):
    (tmp_path / "secret.ps").write_text("secret")
    graph = engine.layout(f'digraph{{imagepath="{tmp_path}";a[image="secret.ps",shape=none]}}')
    assert "secret" not in str(graph.get("objects", [{}])[0].get("width"))


def _module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    made = wasmtime.Engine()
    compiled.load_module(made, TINY)
    return folder / "mantlet"


def test_a_compiled_module_is_kept_for_the_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tmp_path.chmod(0o700)
    kept = _module(tmp_path, monkeypatch)
    files = list(kept.iterdir())
    assert len(files) == 1
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    before = files[0].stat().st_mtime_ns
    _module(tmp_path, monkeypatch)
    assert files[0].stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, b"\x7fELF" + b"x" * 5000])
def test_a_damaged_module_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes):
    kept = next(_module(tmp_path, monkeypatch).iterdir())
    good = kept.read_bytes()
    kept.write_bytes(damage or good[:-1])
    _module(tmp_path, monkeypatch)
    assert kept.read_bytes() == good


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes are a POSIX matter")
def test_a_folder_that_others_can_write_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "mantlet"
    folder.mkdir(mode=0o700)
    folder.chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert private.trusted_folder() is None
    _module(tmp_path, monkeypatch)
    assert list(folder.iterdir()) == []
    folder.chmod(0o700)
    assert private.trusted_folder() == folder
    tmp_path.chmod(0o777)
    assert private.trusted_folder() is None
    tmp_path.chmod(0o700)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="links are a POSIX matter")
def test_a_link_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    (tmp_path / "mantlet").symlink_to(real)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert private.trusted_folder() is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes are a POSIX matter")
def test_a_module_that_others_can_write_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    kept = next(_module(tmp_path, monkeypatch).iterdir())
    kept.chmod(0o666)
    assert private.kept(kept) is None
    _module(tmp_path, monkeypatch)
    assert private.kept(kept) is not None


def test_a_cache_that_cannot_be_made_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mantlet").write_text("a file is in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert private.trusted_folder() is None
    assert compiled.load_module(wasmtime.Engine(), TINY)


def test_engines_by_name(monkeypatch: pytest.MonkeyPatch):
    assert isinstance(engine("wasm"), WasmGraphviz)
    assert default_engine() is default_engine()
    with pytest.raises(UsageError):
        engine("neato")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingToolError):
        engine("dot")


def _program(folder: Path, body: str) -> SystemDot:
    path = folder / "dot"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return SystemDot(str(path))


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
def test_the_system_program(tmp_path: Path, engine: LayoutEngine):
    model = Model("Tiny")
    model.element("a", "user")
    assert _program(tmp_path, """echo '{"objects": []}'""").layout(GRAPH) == {"objects": []}
    with pytest.raises(LayoutError, match="dot failed: oops"):
        _program(tmp_path, "echo oops >&2; exit 3").layout(GRAPH)
    with pytest.raises(LayoutError, match="not JSON"):
        _program(tmp_path, "echo hello").layout(GRAPH)
    with pytest.raises(LayoutError, match="no graph"):
        _program(tmp_path, "echo 7").layout(GRAPH)
    with pytest.raises(LayoutError, match="longer"):
        _program(tmp_path, "exec sleep 5").layout(GRAPH, deadline=0.2)
    with pytest.raises(LayoutError, match="cannot be run"):
        SystemDot(str(tmp_path / "nothing")).layout(GRAPH)


class Spy:
    name = "spy"

    def __init__(self, real: LayoutEngine) -> None:
        self.real = real
        self.seen: list[str] = []

    def layout(self, dot: str, *, deadline: float = 20.0) -> dict[str, object]:
        self.seen.append(dot)
        return self.real.layout(dot, deadline=deadline)


def test_no_name_reaches_the_engine(engine: LayoutEngine):
    spy = Spy(engine)
    model = Model('"];evil[')
    model.boundary("zone", "cloud-network", name='"];evil[')
    model.element("evil", "user", name='"];evil[')
    model.element("b", "agent", within=["zone"], name="evil\\N")
    model.flow("evil", "b", name='evil"')
    draw(model, vocabulary(), engine=spy)
    assert spy.seen
    assert not any("evil" in text for text in spy.seen)


def test_what_the_engine_gets_wrong_is_an_error():
    class Wrong:
        name = "wrong"

        def layout(self, dot: str, *, deadline: float = 20.0) -> dict[str, object]:
            return {"objects": []}

    with pytest.raises(LayoutError):
        draw(written()["assistant"], vocabulary(), engine=Wrong())
