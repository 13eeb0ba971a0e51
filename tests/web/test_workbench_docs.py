"""What the pages about the workbench say holds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mantlet.web.errors import _STATUS
from tests.web.workbench import write

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.slow
def test_the_example_of_the_api_runs_as_it_stands(tmp_path):
    page = (DOCS / "workbench-api.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    write(tmp_path)
    example = example.replace('["mantlet",', f'[{sys.executable!r}, "-m", "mantlet",')
    done = subprocess.run(
        [sys.executable, "-c", example], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "'high':" in done.stdout
    assert "rate_limited: yes" in (tmp_path / "threatmodel.yaml").read_text()


def test_every_code_of_an_error_is_explained():
    page = (DOCS / "workbench-api.md").read_text(encoding="utf-8")
    for _, status, code in _STATUS:
        assert re.search(rf"\| {status} \|[^|]*`{code}`", page), code
