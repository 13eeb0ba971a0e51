"""Whenever the server is killed, the file is whole and has the last change that was acknowledged."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest

from mantlet.store.document import Document
from tests.web.workbench import put, write

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 on this system")
ROUNDS = 6


def start(path):
    process = subprocess.Popen(
        [sys.executable, "-m", "mantlet", "serve", str(path), "--port", "0", "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    address = process.stdout.readline().split()[-1]
    base, _, token = address.partition("/?token=")
    return process, base, {"Authorization": f"Bearer {token}", "X-Mantlet": "1"}


def save(base, headers, acknowledged, number):
    """Change things as fast as the server answers, and note what it answered, until it is gone."""
    with httpx.Client(base_url=base, headers=headers, timeout=10) as client:
        revision = client.get("/api/project").json()["revision"]
        while True:
            number += 1
            changes = [
                put("elements", "api", "name", value=f"Scorer {number}"),
                put("elements", f"e{number % 7}", value={"type": "cache", "name": f"n{number}"}),
            ]
            layout = {"set": {"elements": {"api": {"x": number, "y": 0}}}}
            try:
                answer = client.post(
                    "/api/changes", json={"base": revision, "changes": changes, "layout": layout}
                )
            except httpx.TransportError:
                return
            assert answer.status_code == 200, answer.text[:300]
            revision = answer.json()["revision"]
            acknowledged.append(number)


@pytest.mark.slow
def test_killed_in_a_loop_while_saving_it_loses_nothing_that_was_acknowledged(tmp_path):
    path = write(tmp_path)
    dice = random.Random(7)  # noqa: S311  (when to kill, not a secret)
    last = 0
    for _ in range(ROUNDS):
        process, base, headers = start(path)
        acknowledged: list[int] = [last]
        writer = threading.Thread(target=save, args=(base, headers, acknowledged, last))
        writer.start()
        deadline = time.monotonic() + 20
        while len(acknowledged) < 3 and time.monotonic() < deadline:
            writer.join(0.01)
        writer.join(dice.uniform(0.01, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        writer.join(20)
        assert len(acknowledged) >= 3
        raw = Document.load(path).raw
        kept = int(raw["elements"]["api"]["name"].split()[1])
        assert kept - acknowledged[-1] in {0, 1}, (
            "the last acknowledged change, or the one that was under way"
        )
        assert raw["elements"][f"e{kept % 7}"]["name"] == f"n{kept}"
        places = json.loads(path.with_name("threatmodel.layout.json").read_text())
        assert places["elements"]["api"]["x"] - acknowledged[-1] in {0, 1}
        last = kept
    process, base, headers = start(path)
    try:
        assert httpx.get(f"{base}/api/model", headers=headers).json()["broken"] is False
        left = sorted(item.name for item in tmp_path.iterdir())
        assert left == ["threatmodel.layout.json", "threatmodel.yaml"], (
            "what was half written goes when the next server starts"
        )
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
