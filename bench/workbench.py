"""Times the workbench's server on 500 elements, 700 flows and 90 boundaries, over HTTP as a browser asks.

    python bench/workbench.py [edit|soak]

`edit` (the default) prints what an edit takes until the new threats are there and the file is on disk, and how long a
change on disk takes to reach who listens. `soak` makes ten thousand edits with two windows open and prints what they leave
behind: memory, threads, open files.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from mantlet.store.document import Document  # noqa: E402
from mantlet.web.server import Server  # noqa: E402
from tests.web.large import large_model  # noqa: E402

EDITS, WARM, SOAK, WINDOWS = 200, 20, 10_000, 2


def model_file(folder: Path) -> Path:
    path = folder / "threatmodel.yaml"
    document = Document("mantlet: 1\n", str(path))
    for section, value in large_model().items():
        document.set((section,), value)
    path.write_text(document.text, encoding="utf-8")
    return path


@contextmanager
def serving(path: Path) -> Iterator[tuple[Server, httpx.Client]]:
    server = Server(path)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    headers = {"Authorization": f"Bearer {server.access.token}", "X-Mantlet": "1"}
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=60) as client:
        yield server, client
    server.stop()
    thread.join()


def operation(dice: random.Random, number: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return an edit as people make them: mostly facts, names and places; now and then something is drawn."""
    system = dice.randrange(50)
    kind = dice.random()
    api = ["elements", f"s{system}-api"]
    if kind < 0.4:
        return [
            {"op": "set", "path": [*api, "facts", "rate_limited"], "value": dice.choice(["yes", "no"])}
        ], {}
    if kind < 0.6:
        return [{"op": "set", "path": [*api, "name"], "value": f"Scorer {number % 97}"}], {}
    if kind < 0.8:
        return [], {
            "set": {"elements": {f"s{system}-api": {"x": dice.randrange(3000), "y": dice.randrange(3000)}}}
        }
    drawn = f"drawn-{system}"
    if kind < 0.9:
        return [
            {"op": "set", "path": ["elements", drawn], "value": {"type": "cache", "in": ["s0-zone"]}},
            {"op": "set", "path": ["flows", f"to-{drawn}"], "value": {"from": f"s{system}-api", "to": drawn}},
        ], {}
    return [
        {"op": "remove", "path": ["flows", f"to-{drawn}"]},
        {"op": "remove", "path": ["elements", drawn]},
    ], {}


def send(client: httpx.Client, base: str, changes: list[dict[str, Any]], layout: dict[str, Any]) -> str:
    body = {"base": base, "changes": changes, **({"layout": layout} if layout else {})}
    answer = client.post("/api/changes", json=body)
    answer.raise_for_status()
    return str(answer.json()["revision"])


def edits() -> dict[str, Any]:
    dice, taken, processor = random.Random(1), [], []
    with tempfile.TemporaryDirectory() as folder, serving(model_file(Path(folder))) as (server, client):
        revision = client.get("/api/project").json()["revision"]
        start = time.perf_counter()
        size = len(client.get("/api/register").content)
        first = time.perf_counter() - start
        for number in range(EDITS + WARM):
            changes, layout = operation(dice, number)
            start, cpu = time.perf_counter(), time.process_time()
            revision = send(client, revision, changes, layout)
            if number >= WARM:
                taken.append(time.perf_counter() - start)
                processor.append(time.process_time() - cpu)
        disk = list(from_disk(server, client))
    return {
        "edit_p50": statistics.median(taken),
        "edit_p95": statistics.quantiles(taken, n=20)[-1],
        "edit_p95_processor": statistics.quantiles(processor, n=20)[-1],
        "edit_max": max(taken),
        "register_seconds": first,
        "register_bytes": size,
        "disk_to_listener_p50": statistics.median(disk),
        "disk_to_listener_max": max(disk),
    }


def from_disk(server: Server, client: httpx.Client) -> Iterator[float]:
    """Yield how long a save in an editor takes to reach a window."""
    path = server.file
    with client.stream("GET", "/api/events") as answer:
        lines = answer.iter_lines()
        until(lines, "event: hello")
        for number in range(10):
            text = path.read_text(encoding="utf-8").replace(
                "Scoring platform", f"Scoring platform {number}", 1
            )
            time.sleep(0.3)
            start = time.perf_counter()
            path.write_text(text, encoding="utf-8")
            until(lines, "event: changed")
            yield time.perf_counter() - start


def until(lines: Iterator[str], wanted: str) -> None:
    for line in lines:
        if line == wanted:
            return


def state() -> dict[str, int]:
    gc.collect()
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return {
        "mib": pages * os.sysconf("SC_PAGE_SIZE") >> 20,
        "threads": threading.active_count(),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "objects": len(gc.get_objects()),
    }


def soak() -> dict[str, Any]:
    dice = random.Random(2)
    marks = {}
    with tempfile.TemporaryDirectory() as folder, serving(model_file(Path(folder))) as (server, client):
        for _ in range(WINDOWS):
            threading.Thread(target=listening, args=(server,), daemon=True).start()
        revision = client.get("/api/project").json()["revision"]
        start = time.perf_counter()
        for number in range(SOAK + 1):
            if number in {SOAK // 10, SOAK // 2, SOAK}:
                marks[number] = state() | {"listeners": len(server.session.events)}
            revision = send(client, revision, *operation(dice, number))
        seconds = time.perf_counter() - start
    return {"edits": SOAK, "seconds": seconds, "after": marks}


def listening(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.access.token}"}
    with httpx.stream(
        "GET", f"http://127.0.0.1:{server.port}/api/events", headers=headers, timeout=None
    ) as answer:
        for _ in answer.iter_lines():
            pass


if __name__ == "__main__":
    print(json.dumps(soak() if "soak" in sys.argv[1:] else edits(), indent=2))
