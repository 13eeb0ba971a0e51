"""Long work through the API: in a process of its own, watched, stopped, bounded, and held against the model of now."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mantlet.project.discovering import load_state
from mantlet.web.errors import BugError, described
from mantlet.web.jobs import KEPT, Jobs
from tests.web.workbench import TODAY, bench, write

CODE = (
    "import pandas as pd, joblib\nfrom sklearn.svm import SVC\n"
    'rows = pd.read_csv("data/people.csv")\njoblib.dump(SVC().fit(rows, rows), "out/model.joblib")\n'
)
SLEEPER = "import sys, subprocess, time\nsys.stdin.buffer.readline()\nfrom mantlet.web.child import die_with\ndie_with(0)\n"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "train.py").write_text(CODE)
    with bench(
        write(folder, "mantlet: 1\nsystem: {name: Shop}\n# ours\nelements:\n  clerk: {type: user}\n")
    ) as opened:
        yield opened


def ended(work, name, seconds=60):
    """Wait for a job's end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = work.get(f"jobs/{name}")
        if job["state"] not in {"queued", "running"}:
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def start(work, kind, status=202, **options):
    return work.post("jobs", {"kind": kind, "options": options}, status)


def test_what_the_code_shows_is_proposed_and_taken_bit_by_bit(shop):
    job = ended(shop, start(shop, "discover")["id"])
    assert job["state"] == "done", job
    found = job["result"]
    assert found["name"] == "shop"
    assert found["files"] == 1
    by_kind = {item["id"]: item for item in found["proposals"]}
    flow = next(item for item in found["proposals"] if item["section"] == "flows")
    assert flow["needs"]
    assert set(flow["needs"]) <= set(by_kind)
    assert any(place.startswith("train.py:") for item in found["proposals"] for place in item["evidence"])
    assert any(isinstance(item["confidence"], float) for item in found["proposals"])
    done = shop.post("discover/accept", {"base": shop.revision, "job": job["id"], "ids": [flow["id"]]})
    assert {flow["id"], *flow["needs"]} <= set(done["accepted"])
    assert flow["subject"] in shop.text
    assert "# ours" in shop.text
    assert flow["id"] not in {item["id"] for item in shop.get(f"jobs/{job['id']}")["result"]["proposals"]}
    assert not load_state(shop.path).proposal
    undone = shop.post("changes", {"base": shop.revision, "changes": done["inverse"]})
    assert flow["subject"] not in shop.text
    assert undone["revision"]
    assert flow["id"] in {item["id"] for item in shop.get(f"jobs/{job['id']}")["result"]["proposals"]}


def test_what_is_left_when_people_are_done_counts_as_declined(shop):
    job = ended(shop, start(shop, "discover")["id"])
    done = shop.post("discover/accept", {"job": job["id"], "ids": [], "done": True})
    assert done["accepted"] == []
    assert load_state(shop.path).proposal
    again = ended(shop, start(shop, "discover")["id"])["result"]
    assert again["proposals"] == []
    assert again["declined"] > 0
    assert ended(shop, start(shop, "discover", again=True)["id"])["result"]["proposals"]


def test_an_unknown_proposal_changes_nothing(shop):
    job = ended(shop, start(shop, "discover")["id"])
    before = shop.text
    shop.post("discover/accept", {"job": job["id"], "ids": ["new:elements:nothing"]}, 422)
    shop.post("discover/accept", {"job": "nothing", "ids": []}, 404)
    assert shop.text == before


@pytest.mark.parametrize("name", ["../outside", "/etc", "src/../../x", ".git", "a\0b", "//host/x", "x" * 300])
def test_nothing_outside_the_project_is_looked_at(shop, name):
    start(shop, "discover", 422, scope=[name])
    start(shop, "profile", 422, file=name)
    start(shop, "mask", 422, file=name, plan=name, output=name)


def test_links_lead_nowhere(shop, tmp_path):
    (tmp_path / "secret.csv").write_text("name\nann\n")
    (shop.path.parent / "data.csv").symlink_to(tmp_path / "secret.csv")
    (shop.path.parent / "folder").symlink_to(tmp_path)
    start(shop, "profile", 422, file="data.csv")
    start(shop, "profile", 422, file="folder/secret.csv")
    start(shop, "discover", 422, scope=["folder"])


def test_a_job_that_is_stopped_ends_with_all_it_started(shop, monkeypatch, tmp_path):
    script = tmp_path / "sleeper.py"
    script.write_text(
        SLEEPER + "child = subprocess.Popen(['sleep', '60'])\n"
        'print(\'{"message": "%d"}\' % child.pid, flush=True)\ntime.sleep(60)\n'
    )
    jobs = started(monkeypatch, script)
    job = jobs.start("discover", tmp_path, {}, {})
    wait(lambda: job.message)
    child = int(job.message)
    jobs.cancel(job.id)
    wait(lambda: job.state == "cancelled")
    wait(lambda: not alive(child))
    jobs.close()


def test_no_job_outlives_a_server_that_is_killed(tmp_path):
    (tmp_path / "sleeper.py").write_text(
        SLEEPER + "child = subprocess.Popen(['sleep', '60'])\n"
        "open('pid', 'w').write('%d' % child.pid)\nwhile True: pass\n"
    )
    (tmp_path / "server.py").write_text(
        "import subprocess, sys, time\nchild = [sys.executable, 'sleeper.py']\n"
        "process = subprocess.Popen(child, stdin=subprocess.PIPE, start_new_session=True)\n"
        "process.stdin.write(b'go\\n')\nprocess.stdin.flush()\ntime.sleep(60)\n"
    )
    server = subprocess.Popen([sys.executable, "server.py"], cwd=tmp_path)
    wait(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    child = int((tmp_path / "pid").read_text())
    assert alive(child)
    server.send_signal(signal.SIGKILL)
    server.wait()
    wait(lambda: not alive(child))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sys.exit(3)", "without a result"),
        ("print('x' * 100)", "without a result"),
        ('print(\'{"error": {"code": "input", "message": "no such luck"}}\')', "no such luck"),
        ("print('{\"result\": \"' + 'x' * (33 << 20) + '\"}')", "larger than 32 MiB"),
    ],
)
def test_a_job_that_fails_says_so(monkeypatch, tmp_path, code, said):
    script = tmp_path / "bad.py"
    script.write_text(SLEEPER + code + "\n")
    jobs = started(monkeypatch, script)
    job = jobs.start("discover", tmp_path, {}, {})
    wait(lambda: job.ended)
    assert job.state == "failed"
    assert said in job.error["message"]
    jobs.close()


def test_a_bug_in_the_work_names_its_line_and_nothing_that_the_data_says(monkeypatch, tmp_path):
    script = tmp_path / "broken.py"
    script.write_text(
        "from mantlet.web import work\ndef broken(request, told):\n    raise KeyError('ann@example.com')\n"
        "work.KINDS['profile'] = broken\nwork.main()\n"
    )
    jobs = started(monkeypatch, script)
    job = jobs.start("profile", tmp_path, {}, {})
    wait(lambda: job.ended)
    said = "mantlet has a bug: KeyError (broken, line 3)"
    assert job.error == {"code": "bug", "message": said}
    with pytest.raises(BugError) as caught:
        jobs.call("profile", tmp_path, {})
    assert described(caught.value) == (500, {"error": {"code": "bug", "message": said}})
    jobs.close()


def test_a_bug_in_what_follows_a_job_ends_it_and_is_logged(monkeypatch, tmp_path, caplog):
    script = tmp_path / "quick.py"
    script.write_text(SLEEPER + "print('{\"result\": 1}')\n")
    jobs = started(monkeypatch, script)
    job = jobs.start("scan", tmp_path, {}, {}, after=lambda _job: {}["nothing"])
    wait(lambda: job.ended)
    assert (job.state, job.error["code"]) == ("failed", "bug")
    wait(lambda: "KeyError" in caplog.text)
    jobs.close()


def test_jobs_are_bounded_and_the_oldest_forgotten(monkeypatch, tmp_path):
    script = tmp_path / "quick.py"
    script.write_text(SLEEPER + "print('{\"result\": 1}')\n")
    told = []
    jobs = started(monkeypatch, script, told.append)
    first = jobs.start("discover", tmp_path, {}, {})
    wait(lambda: first.ended)
    assert first.result == 1
    script.write_text(SLEEPER + "time.sleep(60)\n")
    for _ in range(KEPT):
        jobs.start("discover", tmp_path, {}, {})
    assert first not in jobs.all()
    with pytest.raises(Exception, match="wait or run already"):
        jobs.start("discover", tmp_path, {}, {})
    assert {job.state for job in told} >= {"running"}
    jobs.close()
    assert all(job.process is None for job in jobs.all())


def test_a_scan_keeps_what_it_found_and_moves_the_threats(shop):
    (shop.path.parent / "notes.txt").write_text("nothing here\n")
    (shop.path.parent / "app.py").write_text("import pickle\nopen_ = pickle.loads(b'')\n")
    pytest.importorskip("bandit")
    job = ended(shop, start(shop, "scan", only=["code"])["id"])
    assert job["state"] == "done", job
    assert job["done"] == job["of"] == 1 or job["of"] == 1
    result = job["result"]
    assert {item["check"] for item in result["checks"]} == {"code"}
    assert any(item["where"].startswith("app.py") for item in result["findings"])
    assert result == shop.get("evidence")
    assert result["on"] == TODAY.isoformat()
    assert list((shop.path.parent / ".mantlet/evidence").glob("*.sarif"))


def test_checks_that_there_are_none_of_are_refused(shop):
    start(shop, "scan", 422, only=["everything"])
    start(shop, "scan", 404, advisories="none")
    start(shop, "scan", 422, advisories="../advisories")
    assert {item["id"] for item in shop.get("checks")} >= {"code", "models", "network"}
    assert all(tool["tool"] for item in shop.get("checks") for tool in item["tools"])


def test_an_unknown_job_and_a_wrong_kind_are_errors_of_the_client(shop):
    shop.get("jobs/none", 404)
    shop.post("jobs", {"kind": "everything", "options": {}}, 422)
    shop.post("jobs", {"kind": "discover", "options": {"scope": "src"}}, 422)
    assert shop.get("jobs") == {"jobs": []}


def test_whoever_may_only_look_starts_nothing_that_writes(tmp_path):
    with bench(write(tmp_path), read_only=True) as work:
        start(work, "scan", 403, only=["code"])
        start(work, "mask", 403, file="a.csv", plan="p.yaml", output="b.csv")


def started(monkeypatch, script, told=lambda _job: None):
    """Return jobs that run a script in place of the work."""
    original = subprocess.Popen

    def popen(arguments, **more):
        if arguments[1:2] == ["-P"]:
            arguments = [sys.executable, str(script)]
        return original(arguments, **more)

    monkeypatch.setattr("mantlet.web.child.subprocess.Popen", popen)
    return Jobs(told)


def wait(condition, seconds=20):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_worker_answers_in_lines_whatever_libraries_print(tmp_path):
    request = json.dumps({"kind": "history", "model": "none.yaml", "last": 1, "today": "2026-11-24"}) + "\n"
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "mantlet.web.work"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        process.stdin.write(request.encode())
        process.stdin.flush()
        said = [json.loads(line) for line in process.stdout]
        assert said[-1]["error"]["code"] in {"usage", "input"}
        assert process.wait() == 0
