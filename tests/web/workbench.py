"""A workbench on a small project, without a browser: what the tests of the server share."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from mantlet.web.app import create_app
from mantlet.web.security import Access, local_hosts
from mantlet.web.server import Server
from mantlet.web.session import Session

TODAY = date(2026, 11, 24)
PORT = 8451
SMALL = """\
# what we run
mantlet: 1
system: {name: Churn predictor}
data:
  customers: {name: Customer records, classification: confidential, personal: [name, email]}
  weights: {type: model, derived_from: {customers: train}}
  scores: {type: prediction}
boundaries:
  internet: {type: network}
  vpc: {type: network, name: Private network}  # ours
elements:
  # people
  app: {type: user, in: [internet]}
  api:
    type: inference-service
    in: [vpc]   # behind the gateway
    facts:
      rate_limited: "no"
  model: {type: model-artifact, in: [vpc], holds: [weights]}

  store: {type: database, in: [vpc], holds: {customers: {retention: P1Y}}}
flows:
  predict: {from: app, to: api, data: [customers], returns: [scores], facts: {protocol: https}}
  # at start
  load: {from: model, to: api, data: [weights], opened_by: api}
  read: {from: store, to: api, data: [customers]}
"""
INCLUDING = "mantlet: 1\ninclude: [shared.yaml]\nelements:\n  web: {type: web-app}\nflows:\n  ask: {from: web, to: hub}\n"
SHARED = "mantlet: 1\nelements:\n  hub: {type: llm-service}  # shared by all\n"


def finished(work: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine gives, run on a thread of its own: a browser of other tests keeps a loop on this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def write(folder: Path, text: str = SMALL, name: str = "threatmodel.yaml") -> Path:
    """Write a model file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


class Bench:
    """A client that is let in, and the session behind it."""

    def __init__(self, client: TestClient, session: Session, access: Access) -> None:
        self.client = client
        self.session = session
        self.access = access

    @property
    def path(self) -> Path:
        return self.session.path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def revision(self) -> str:
        return self.get("project")["revision"]

    def get(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = self.client.get(f"/api/{path}", params=params)
        assert answer.status_code == status, answer.text[:600]
        return answer.json()

    def post(self, path: str, body: Any, status: int = 200, client: str = "") -> Any:
        headers = {"X-Mantlet": "1", **({"X-Client": client} if client else {})}
        answer = self.client.post(f"/api/{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text[:600]
        return answer.json()

    def change(
        self, *changes: dict[str, Any], base: str | None = None, status: int = 200, **more: Any
    ) -> Any:
        known = self.revision if base is None else base
        return self.post("changes", {"base": known, "changes": list(changes), **more}, status)


@contextmanager
def bench(
    path: Path, *, read_only: bool = False, today: date | None = TODAY, watching: bool = False
) -> Iterator[Bench]:
    """Open a workbench on a model file."""
    session = Session(path, read_only=read_only, today=today)
    access = Access(hosts=local_hosts(PORT))
    app = create_app(session, access, watching=watching)
    headers = {"Authorization": f"Bearer {access.token}"}
    with TestClient(
        app, base_url=f"http://127.0.0.1:{PORT}", headers=headers, raise_server_exceptions=False
    ) as client:
        yield Bench(client, session, access)


def put(*path: str | int, value: Any) -> dict[str, Any]:
    """Return an operation that sets something."""
    return {"op": "set", "path": list(path), "value": value}


def drop(*path: str | int) -> dict[str, Any]:
    """Return an operation that takes something out."""
    return {"op": "remove", "path": list(path)}


def rename(section: str, old: str, new: str) -> dict[str, Any]:
    """Return an operation that renames."""
    return {"op": "rename", "section": section, "old": old, "new": new}


@contextmanager
def served(path: Path, **options: Any) -> Iterator[Server]:
    """Serve a model file for real, in a thread, until the block ends."""
    server = Server(path, **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        for _ in range(500):
            if server.started:
                break
            thread.join(0.02)
        assert server.started
        yield server
    finally:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()


def news(server: Server, client: httpx.Client, *, want: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield that many events, each with its data."""
    event = ""
    with client.stream("GET", "/api/events", timeout=20) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield event, json.loads(line.removeprefix("data: "))
                want -= 1
                if not want:
                    return


def client_of(server: Server) -> httpx.Client:
    """Return a client that is let in."""
    headers = {"Authorization": f"Bearer {server.access.token}", "X-Mantlet": "1"}
    return httpx.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=30)
