from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import SOURCE

from mantlet.diagram.text import clean, fit, width, wrap

FONTS = SOURCE / "diagram/fonts"
ROOT = SOURCE.parent.parent


@given(st.text())
def test_clean_text_has_nothing_that_moves_or_breaks_lines(text: str):
    shown = clean(text)
    assert len(shown) <= 500
    assert not re.search(
        r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", shown
    )
    assert shown == shown.strip()


def test_clean_keeps_ordinary_names():
    for name in ("Données — café №5", "Ελληνικά", "кириллица", "日本語", "עברית", "50 % & <more>"):
        assert clean(name) == name


def test_clean_cuts_long_and_stacked_text():
    assert len(clean("x" * 10_000)) == 500
    assert clean("a" + "\u0301" * 50).count("\u0301") <= 2
    assert clean("two\nlines\tand\u202eturned") == "two lines andturned"


@given(st.text(max_size=300), st.floats(40, 300), st.integers(1, 4))
def test_wrapped_lines_fit(text: str, room: float, lines: int):
    made = wrap(text, room, 12.5, "semibold", lines)
    assert len(made) <= lines
    for line in made:
        assert width(line, 12.5, "semibold") <= room + 12.5 or len(line) <= 2


@given(st.text(max_size=60))
def test_wrapping_loses_nothing_when_there_is_room(text: str):
    made = wrap(text, 4000, 11, "regular", 3)
    assert " ".join(made) == clean(text)


def test_wrapping_balances_lines_and_breaks_at_signs():
    assert wrap("Pseudonymised vital signs", 100, 11) == ["Pseudonymised", "vital signs"]
    assert wrap("training_data-warehouse/eu-west", 90, 11, "regular", 4)[0].endswith(("_", "-", "/"))
    assert wrap("", 100, 11) == []


def test_cut_text_says_so():
    assert fit("a long name that does not fit", 60, 11).endswith("…")
    assert width(fit("W" * 500, 60, 11), 11) <= 60


def test_foreign_characters_have_a_width():
    assert width("日本", 10) == pytest.approx(20)
    assert width("\U0001f600", 10) > 0
    assert width("e\u0301", 10) == pytest.approx(width("e", 10), abs=1)


@given(st.text(st.characters(codec="utf-8")))
def test_width_is_a_plain_number(text: str):
    assert 0 <= width(text, 12) < 1e6
    assert unicodedata.normalize("NFC", text) is not None


def test_the_width_table_is_fresh():
    assert (
        subprocess.run([sys.executable, "tools/font_table.py", "--check"], cwd=ROOT, check=False).returncode
        == 0
    )


def test_the_fonts_are_those_of_the_notice():
    notice = (FONTS / "NOTICE.md").read_text(encoding="utf-8")
    for path in FONTS.glob("*.ttf"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in notice
    assert sum(path.stat().st_size for path in FONTS.glob("*.ttf")) < 2**20
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
