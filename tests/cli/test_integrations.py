"""The scripts for GitHub, GitLab and pre-commit, run as those run them."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.test_diff import MODEL, git

HERE = Path(__file__).parents[2] / "integrations"
pytestmark = pytest.mark.skipif(not HERE.is_dir(), reason="only in the repository")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A clone with a change on a branch, and its origin."""
    origin = tmp_path / "origin"
    origin.mkdir()
    monkeypatch.chdir(origin)
    git("init", "-q", "-b", "main")
    Path("threatmodel.yaml").write_text(MODEL, encoding="utf-8")
    Path("mantlet.toml").write_text('[check]\nfail_at = "never"\nnew_at = "note"\n', encoding="utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    monkeypatch.chdir(tmp_path)
    git("clone", "-q", str(origin), "work")
    monkeypatch.chdir(tmp_path / "work")
    git("checkout", "-q", "-b", "topic")
    return tmp_path / "work"


def commit(old, new):
    path = Path("threatmodel.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    git("commit", "-q", "-a", "-m", "edit")


def script(text, **environment):
    """Run a step's script with the `mantlet` of this Python on PATH."""
    folder = Path(sys.executable).parent
    return subprocess.run(
        ["bash", "-e", "-c", text],
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def action(**environment):
    steps = yaml.safe_load((HERE / "github/action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    inputs = {"MODEL": ".", "POLICY": "", "AGAINST": "", "SARIF": "mantlet.sarif", **environment}
    assert set(steps[1]["env"]) <= set(inputs)
    return script(steps[1]["run"], GITHUB_BASE_REF="main", GITHUB_STEP_SUMMARY="summary.md", **inputs)


def test_the_action_passes_and_fails_with_the_change(project):
    done = action()
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("summary.md").read_text(encoding="utf-8").startswith("## mantlet check: passed")
    commit("protocol: https", "protocol: http")
    done = action()
    assert done.returncode == 1
    assert "::error file=threatmodel.yaml,line=" in done.stdout
    assert "failed" in Path("summary.md").read_text(encoding="utf-8")
    assert Path("mantlet.sarif").exists()


def test_inputs_of_the_action_are_no_commands(project):
    done = action(POLICY='"; touch pwned; "', MODEL=".")
    assert done.returncode == 2
    assert not Path("pwned").exists()


def test_the_gitlab_job(project):
    job = yaml.safe_load((HERE / "gitlab/mantlet.gitlab-ci.yml").read_text(encoding="utf-8"))["mantlet"]
    base = git("rev-parse", "HEAD").strip()
    commit("protocol: https", "protocol: http")
    run = "\n".join(job["script"])
    done = script(run, MANTLET_MODEL=job["variables"]["MANTLET_MODEL"], CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert done.returncode == 1, done.stderr
    for name in (*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]):
        assert Path(name).stat().st_size
    assert script(run, MANTLET_MODEL=".").returncode == 0


def test_the_hooks(project):
    config = yaml.safe_load((HERE / "pre-commit/pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = {hook["id"]: shlex.split(hook["entry"]) for hook in config["repos"][0]["hooks"]}
    assert script(shlex.join(hooks["mantlet-validate"])).returncode == 0
    assert script(shlex.join(hooks["mantlet-check"])).returncode == 0
    path = Path("threatmodel.yaml")
    path.write_text(MODEL.replace("protocol: https", "protocol: http"), encoding="utf-8")
    assert script(shlex.join(hooks["mantlet-check"])).returncode == 1
    path.write_text(MODEL.replace("type: user", "type: usr"), encoding="utf-8")
    assert script(shlex.join(hooks["mantlet-validate"])).returncode == 2
