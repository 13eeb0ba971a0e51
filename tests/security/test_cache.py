"""Compiled modules are machine code: they are loaded only from where the user alone can have put them."""

import hashlib
import os
from pathlib import Path

import pytest
import wasmtime

from mantlet.base import private
from mantlet.diagram import compiled

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes are a POSIX matter")
SOURCE = wasmtime.wat2wasm("(module)")
FOREIGN = b"machine code of somebody else"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tmp_path.chmod(0o700)
    folder = tmp_path / "mantlet"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def loaded(monkeypatch):
    """Return the list of what was loaded as machine code."""
    seen = []
    real = wasmtime.Module.deserialize
    monkeypatch.setattr(
        wasmtime.Module, "deserialize", lambda engine, data: seen.append(bytes(data)) or real(engine, data)
    )
    return seen


def planted(folder):
    path = folder / f"layout-{compiled._key(SOURCE)}.bin"
    path.write_bytes(hashlib.sha256(FOREIGN).digest() + FOREIGN)
    path.chmod(0o600)
    return path


def test_what_lies_in_the_user_s_own_folder_is_loaded(cache, loaded):
    planted(cache)
    compiled.load_module(wasmtime.Engine(), SOURCE)
    assert loaded == [FOREIGN]
    compiled.load_module(wasmtime.Engine(), SOURCE)
    assert loaded[1] != FOREIGN, "what could not be loaded was compiled again"


@pytest.mark.parametrize("mode", [0o770, 0o720, 0o702, 0o777, 0o775])
@pytest.mark.parametrize("which", ["folder", "above"])
def test_a_folder_that_others_can_write_is_refused(cache, loaded, mode, which):
    path = planted(cache)
    (cache if which == "folder" else cache.parent).chmod(mode)
    compiled.load_module(wasmtime.Engine(), SOURCE)
    assert loaded == []
    assert path.read_bytes().endswith(FOREIGN), "nor is anything written there"
    cache.parent.chmod(0o700)


def test_a_shared_folder_above_is_fine_when_sticky(cache, loaded):
    planted(cache)
    cache.parent.chmod(0o1777)
    compiled.load_module(wasmtime.Engine(), SOURCE)
    assert loaded == [FOREIGN]
    cache.parent.chmod(0o700)


@pytest.mark.parametrize("owner", ["folder", "file"])
def test_what_belongs_to_somebody_else_is_refused(cache, loaded, owner, monkeypatch):
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    path = planted(cache)
    os.chown(cache if owner == "folder" else path, 4242, 4242)
    compiled.load_module(wasmtime.Engine(), SOURCE)
    assert loaded == []


@pytest.mark.parametrize("mode", [0o660, 0o606, 0o666])
def test_a_file_that_others_can_write_is_refused(cache, loaded, mode):
    planted(cache).chmod(mode)
    compiled.load_module(wasmtime.Engine(), SOURCE)
    assert loaded == []


@pytest.mark.parametrize("what", ["file", "folder"])
def test_links_are_refused(cache, loaded, tmp_path, what):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    path = planted(elsewhere)
    if what == "file":
        (cache / path.name).symlink_to(path)
    else:
        cache.rmdir()
        cache.symlink_to(elsewhere)
    compiled.load_module(wasmtime.Engine(), SOURCE)
    assert loaded == []


def test_a_relative_cache_folder_is_not_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert private.trusted_folder() == tmp_path / "home/.cache/mantlet"
    assert not Path("here").exists()
