"""The demo projects: whole, readable, worth learning from, and written all or not at all."""

from __future__ import annotations

import ast
import csv
from importlib.resources import files
from pathlib import Path, PurePosixPath

import pytest
from reading import read

from mantlet.base.errors import InputError, UsageError
from mantlet.project.demo import list_examples, write_example

EXAMPLES = [example.id for example in list_examples()]


def folder(name: str) -> Path:
    return Path(str(files("mantlet.project").joinpath("examples", name)))


def model(name: str):
    return read(folder(name).joinpath("threatmodel.yaml").read_text("utf-8"))


def sources(name: str) -> list[PurePosixPath]:
    root = folder(name)
    paths = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return [PurePosixPath(path.relative_to(root).as_posix()) for path in paths]


def test_the_four_demos_are_listed():
    assert {"churn", "factory-vision", "rag-chatbot", "federated-health"} <= set(EXAMPLES)
    assert all(example.title and example.summary for example in list_examples())


@pytest.mark.parametrize("name", EXAMPLES)
class TestEach:
    def test_is_a_diagram_people_can_read(self, name):
        demo = model(name)
        assert 20 <= len(demo.elements) <= 30
        assert 25 <= len(demo.flows) <= 40

    def test_every_part_is_used(self, name):
        demo = model(name)
        assert set(demo.elements) == {end for flow in demo.flows.values() for end in (flow.from_, flow.to)}
        moved = {data for flow in demo.flows.values() for data in [*(flow.data or ()), *(flow.returns or ())]}
        kept = {data for element in demo.elements.values() for data in element.copies}
        assert set(demo.data) == moved | kept
        inner = {boundary for element in demo.elements.values() for boundary in element.within}
        outer = {boundary.in_ for boundary in demo.boundaries.values()}
        assert set(demo.boundaries) <= inner | outer

    def test_code_globs_match_the_files(self, name):
        there = sources(name)
        for element in demo_code(name):
            assert any(
                path.match(element) or path.is_relative_to(element.removesuffix("/**")) for path in there
            ), element

    def test_has_six_to_sixteen_files_that_parse(self, name):
        code = [path for path in sources(name) if path.name != "threatmodel.yaml"]
        assert 6 <= len(code) <= 16
        for path in code:
            text = folder(name).joinpath(path).read_text("utf-8")
            if path.suffix == ".py":
                ast.parse(text, str(path))
            if path.suffix == ".csv":
                assert len({len(row) for row in csv.reader(text.splitlines())}) == 1

    def test_tells_what_the_format_can(self, name):
        demo = model(name)
        assert demo.sequences
        assert demo.parties
        assert any(asset.personal for asset in demo.data.values())
        assert any(asset.derived_from for asset in demo.data.values())

    def test_is_written_whole(self, name, tmp_path):
        written = write_example(name, tmp_path / "new" / "demo")
        assert written == tmp_path / "new" / "demo" / "threatmodel.yaml"
        found = {
            PurePosixPath(path.relative_to(written.parent).as_posix())
            for path in written.parent.rglob("*")
            if path.is_file()
        }
        assert found == set(sources(name))
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["demo"]


def demo_code(name: str) -> list[str]:
    return [glob for element in model(name).elements.values() for glob in element.code]


def test_an_empty_folder_may_be_filled(tmp_path):
    assert write_example("churn", tmp_path).is_file()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    tmp_path.joinpath("mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder"):
        write_example("churn", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_no_folder(tmp_path):
    tmp_path.joinpath("file").write_text("")
    with pytest.raises(UsageError):
        write_example("churn", tmp_path / "file")


def test_an_unknown_demo_gets_a_suggestion(tmp_path):
    with pytest.raises(UsageError) as caught:
        write_example("chrun", tmp_path / "demo")
    assert "did you mean 'churn'?" in str(caught.value)
    assert not (tmp_path / "demo").exists()


def test_nothing_is_left_when_writing_fails(tmp_path, monkeypatch):
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left"):
        write_example("churn", tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []
