"""News reach everybody who listens: what another window does, what an editor saves, what does not read."""

from __future__ import annotations

import asyncio

import pytest

from mantlet.web import events
from mantlet.web.errors import BusyError
from mantlet.web.events import Broadcaster
from tests.web.workbench import SMALL, TODAY, client_of, finished, news, put, served, write


def test_changes_in_a_window_and_on_disk_reach_all_who_listen(tmp_path):
    path = write(tmp_path)
    with served(path, today=TODAY) as server, client_of(server) as client, client_of(server) as other:
        stream = news(server, client, want=5)
        name, hello = next(stream)
        assert (name, hello["broken"]) == ("hello", False)
        done = other.post(
            "/api/changes",
            json={"base": hello["revision"], "changes": [put("system", "name", value="Two")]},
            headers={"X-Client": "b"},
        ).json()
        assert next(stream) == ("changed", {"revision": done["revision"], "client": "b", "cause": "edit"})
        path.write_text(SMALL.replace("Churn predictor", "Three"))
        name, news_of = next(stream)
        assert (name, news_of["cause"], news_of["client"]) == ("changed", "disk", "")
        assert other.get("/api/model").json()["raw"]["system"]["name"] == "Three"
        fresh = tmp_path / "fresh.yaml"
        fresh.write_text("elements: [")
        fresh.replace(path)  # as editors do it
        name, broken = next(stream)
        assert name == "broken"
        assert broken["problems"][0]["message"]
        path.write_text(SMALL)
        assert next(stream)[0] == "changed"
        assert other.get("/api/project").json()["client_count"] == 1


def test_a_file_that_comes_to_be_included_is_watched_too(tmp_path):
    (tmp_path / "parts").mkdir()
    part = write(tmp_path / "parts", "mantlet: 1\nelements:\n  hub: {type: cache}\n", "part.yaml")
    path = write(tmp_path)
    with served(path, today=TODAY) as server, client_of(server) as client, client_of(server) as other:
        stream = news(server, client, want=3)
        _, hello = next(stream)
        change = put("include", value=["parts/part.yaml"])
        answer = other.post("/api/changes", json={"base": hello["revision"], "changes": [change]})
        assert answer.status_code == 200, answer.text[:300]
        next(stream)
        part.write_text("mantlet: 1\nelements:\n  hub: {type: queue}\n")
        assert next(stream)[1]["cause"] == "disk"
        assert other.get("/api/model").json()["raw"]["elements"]["hub"] == {"type": "queue"}


def test_evidence_and_rules_beside_the_model_count_as_soon_as_they_are_there(tmp_path):
    rules = """
threats:
  CACHE-COLD:
    title: "{element} is cold"
    text: Nobody warmed it up, so that the first callers wait.
    at: element
    applies: element is 'database'
    stride: [denial-of-service]
    cia: [availability]
    controls: [tried-backups]
"""
    with (
        served(write(tmp_path), today=TODAY) as server,
        client_of(server) as client,
        client_of(server) as other,
    ):
        stream = news(server, client, want=2)
        next(stream)
        (tmp_path / "mantlet-rules").mkdir()
        write(tmp_path / "mantlet-rules", rules, "own.yaml")
        name, news_of = next(stream)
        assert (name, news_of["cause"]) == ("changed", "evidence")
        risks = other.get("/api/register").json()["risks"]
        assert "CACHE-COLD@store" in {risk["id"] for risk in risks}


def listen(send: Broadcaster, **first: object):
    return send.listen(first)


def test_listeners_are_bounded_and_go_when_they_stop(monkeypatch):
    monkeypatch.setattr(events, "MAX_LISTENERS", 2)

    async def run() -> None:
        send = Broadcaster()
        send.bind(asyncio.get_running_loop())
        one, two = listen(send), listen(send)
        with pytest.raises(BusyError):
            listen(send)
        await anext(one)
        await one.aclose()
        assert len(send) == 1
        three = listen(send)
        for stream in (two, three):
            await anext(stream)
            await stream.aclose()
        assert len(send) == 0

    finished(run())


def test_whoever_does_not_keep_up_is_let_go(monkeypatch):
    monkeypatch.setattr(events, "MAX_WAITING", 3)

    async def run() -> None:
        send = Broadcaster()
        send.bind(asyncio.get_running_loop())
        slow = listen(send)
        await anext(slow)
        for number in range(10):
            send.send("changed", {"number": number})
        await asyncio.sleep(0)
        assert len(send) == 0
        assert [item async for item in slow][-1:] != []

    finished(run())


def test_silence_is_broken_by_a_comment(monkeypatch):
    monkeypatch.setattr(events, "KEEP_ALIVE", 0.01)

    async def run() -> None:
        send = Broadcaster()
        send.bind(asyncio.get_running_loop())
        stream = listen(send)
        await anext(stream)
        assert (await anext(stream)).startswith(b":")
        await stream.aclose()

    finished(run())


def test_a_server_that_stops_lets_listeners_go_at_once(tmp_path):
    with served(write(tmp_path), today=TODAY) as server, client_of(server) as client:
        stream = news(server, client, want=2)
        next(stream)
        server.stop()
        assert list(stream) == []
