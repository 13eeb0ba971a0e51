"""A long session leaks nothing: memory, threads, files and listeners are as many after thousands of edits as after a few hundred."""

from __future__ import annotations

import asyncio
import gc
import os
import threading

import pytest

from mantlet.changes.operations import Remove, Set
from mantlet.web import memory
from mantlet.web.session import Session
from tests.web.workbench import SMALL, TODAY, client_of, finished, news, served, write

pytestmark = pytest.mark.slow


def edit(session, number):
    """Draw something, give it a fact, move it, and take back what was drawn a while ago."""
    name = f"n{number}"
    layout = {"elements": {name: {"x": number, "y": 1}, f"n{number - 20}": None}}
    changes = [
        Set(("elements", name), {"type": "cache", "name": f"Number {number}"}),
        Set(("flows", f"f{number}"), {"from": "api", "to": name}),
    ]
    if f"n{number - 20}" in session.known.raw["elements"]:
        changes += [Remove(("flows", f"f{number - 20}")), Remove(("elements", f"n{number - 20}"))]
    return session.change(changes, base=session.known.revision, layout=layout)


def weight():
    gc.collect()
    return len(gc.get_objects())


def test_hundreds_of_edits_take_no_more_memory_than_sixty(tmp_path, monkeypatch):
    """`bench/workbench.py` does ten thousand."""
    monkeypatch.setattr(memory, "KEPT", 40)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # what is tested is memory, not the disk
    session = Session(write(tmp_path), today=TODAY)
    for number in range(60):
        edit(session, number)
    first = weight()
    for number in range(60, 360):
        edit(session, number)
    assert weight() < first * 1.02 + 2000
    assert len(session.known.raw["elements"]) < 30
    gone = [Remove(("flows", f"f{number}")) for number in range(340, 360)] + [
        Remove(("elements", f"n{number}")) for number in range(340, 360)
    ]
    session.change(gone, base=session.known.revision)
    assert session.known.raw["elements"].keys() == {"app", "api", "model", "store"}
    assert session.path.read_text(encoding="utf-8") == SMALL


def test_listeners_that_come_and_go_leave_nothing_behind(tmp_path):
    with served(write(tmp_path), today=TODAY) as server:
        threads = threading.active_count()
        for _ in range(60):
            with client_of(server) as client:
                next(news(server, client, want=1))
        with client_of(server) as client:
            for _ in range(100):
                if client.get("/api/project").json()["client_count"] == 0:
                    break
            assert client.get("/api/project").json()["client_count"] == 0
        assert threading.active_count() <= threads + 45  # what the framework keeps for its calls

    async def tasks() -> int:
        return len(asyncio.all_tasks())

    assert finished(tasks()) == 1
