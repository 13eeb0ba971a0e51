"""Every command of the tutorial works, in its order, in an empty folder."""

import re
import shlex
import sys
from pathlib import Path

from mantlet.__main__ import run

PAGE = Path(__file__).parents[2] / "docs/tutorial.md"


def test_the_tutorial_works_as_written(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    commands = [
        line
        for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(commands) >= 10
    printed = {}
    for command in commands:
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        assert run() == 0, (command, capfd.readouterr().err)
        printed.setdefault(command, []).append(capfd.readouterr().out)
    first, second = printed["mantlet risks"]
    assert "MODEL-DESERIALISE@service" in first
    assert "MODEL-DESERIALISE@service" not in second
    assert all(
        Path(name).stat().st_size > 1000
        for name in ("report.html", "report.md", "register.xlsx", "diagram.svg")
    )
    assert "accept" in printed["mantlet risks --all"][0]
