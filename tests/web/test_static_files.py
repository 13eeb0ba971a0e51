"""What the browser is given: the library as it came, texts for everything, the report's colours, no markup from data."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from mantlet.diagram.theme import DARK, LIGHT

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/mantlet/web/static"
MODULES = sorted((STATIC / "js").rglob("*.js"))
IMPORT = re.compile(r"(?:from|import\()\s*'(\.[^']+)'")


def words() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((STATIC / "words").glob("en*.json")):
        found |= json.loads(path.read_text("utf-8"))
    return found


def test_the_library_is_as_it_came():
    found = importlib.util.spec_from_file_location("vendor", ROOT / "tools/vendor.py")
    vendor = importlib.util.module_from_spec(found)
    found.loader.exec_module(vendor)
    assert vendor.problems() == []


def test_the_manifest_tells_version_licence_and_checksums():
    manifest = json.loads((STATIC / "vendor/manifest.json").read_text("utf-8"))
    assert manifest["version"] in (STATIC / "vendor/joint.js").read_text("utf-8")[:80]
    assert manifest["licence"] == "MPL-2.0"
    assert "Mozilla Public License" in (STATIC / "vendor/LICENSE").read_text("utf-8")
    assert all(item["checksum"].startswith("sha512-") for item in manifest["files"].values())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(STATIC / "js")))
def test_modules_are_short_and_find_each_other(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    for name in IMPORT.findall(text):
        assert (path.parent / name).resolve().exists(), name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(STATIC / "js")))
def test_no_module_writes_markup_or_style_attributes(path):
    text = path.read_text("utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "setAttribute('style'",
    ):
        assert word not in text, word


def test_every_text_that_is_asked_for_is_there():
    known = words()
    asked = {
        (path.name, key)
        for path in MODULES
        for key in re.findall(r"\bt\('([^'$]+)'", path.read_text("utf-8"))
        if key not in known
    }
    assert asked == set()


def test_only_the_canvas_knows_the_library():
    knowing = {path.parent.name for path in MODULES if "globalThis).joint" in path.read_text("utf-8")}
    assert knowing == {"canvas"}


def test_the_page_names_only_files_that_are_there():
    page = (STATIC / "index.html").read_text("utf-8")
    for name in re.findall(r'(?:href|src)="/static/([^"]+)"', page):
        assert (STATIC / name).exists() or name.startswith("diagram/"), name
    assert "<style" not in page
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize(("palette", "at"), [(LIGHT, 0), (DARK, 1), (DARK, 2)])
def test_the_canvas_has_the_reports_colours(palette, at):
    blocks = re.split(r"\n +color-scheme:", (STATIC / "css/theme.css").read_text("utf-8"))[1:]
    found = dict(re.findall(r"--mt-([a-z0-9-]+):\s*([^;]+);", blocks[at]))
    assert found == palette
