"""Small programs as people write them: the elements and flows that are seen in them, each with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mantlet.discovery.draft import Draft
from mantlet.discovery.run import discover

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.txt"))


def unfold(text: str, root: Path) -> list[str]:
    """Write a program's files; return what should be said of it."""
    said: list[str] = []
    for block in text.split("\n=== ")[1:]:
        name, _, content = block.partition("\n")
        if name == "says":
            said = content.strip().splitlines()
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n", encoding="utf-8")
    return said


def says(draft: Draft) -> list[str]:
    lines = [
        f"{item.dfd} {item.kind} {item.id}{f' in {item.parent}' if item.parent else ''} @ {item.evidence[0]}"
        for item in sorted(draft.elements, key=lambda item: (item.dfd, item.id))
    ]
    return lines + [
        f"{flow.source} -> {flow.target} @ {flow.evidence[0]}"
        for flow in sorted(draft.flows, key=lambda flow: (flow.source, flow.target))
    ]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_what_a_program_shows(program: Path, tmp_path: Path) -> None:
    expected = unfold(program.read_text(encoding="utf-8"), tmp_path)
    assert says(discover(tmp_path, cached=False)) == expected


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_every_line_of_evidence_is_there(program: Path, tmp_path: Path) -> None:
    unfold(program.read_text(encoding="utf-8"), tmp_path)
    draft = discover(tmp_path, cached=False)
    ids = {item.id for item in draft.elements}
    assert len(ids) == len(draft.elements)
    for flow in draft.flows:
        assert {flow.source, flow.target} <= ids
        assert flow.source != flow.target
    for place in [place for item in (*draft.elements, *draft.flows) for place in item.evidence]:
        path, _, line = place.rpartition(":")
        count = len((tmp_path / path).read_text(encoding="utf-8").split("\n"))
        assert 1 <= int(line) <= count
