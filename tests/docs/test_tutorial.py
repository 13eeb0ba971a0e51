"""The tutorial goes the way it says: what tools/docs.py cannot see for itself."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sessions():
    sys.path.insert(0, str(ROOT / "tools"))
    import sessions

    yield sessions
    sys.path.remove(str(ROOT / "tools"))


def test_it_takes_half_an_hour_by_its_own_word():
    minutes = [int(number) for number in re.findall(r"^## \d\. .*\((\d+) minutes\)$", PAGE, re.MULTILINE)]
    assert len(minutes) == 9
    assert 25 <= sum(minutes) <= 35


def test_it_uses_every_step_of_the_method():
    used = set(re.findall(r"^\$ mantlet (\w+)", PAGE, re.MULTILINE))
    assert used >= {"init", "validate", "diagram", "risks", "explain", "ask", "decide", "report"}


def test_a_decision_settles_and_a_change_reopens():
    settled = PAGE.index("accept, active")
    assert settled < PAGE.index("decision changed: CALLER-SPOOFED@gateway")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("```console\n$ mantlet validate\n```\n", "exit code 2"),
        ("```console exit=2\n$ mantlet rate SL:1\n$ mantlet demo --list\n```\n", "exit code 0"),
        ("```yaml a.yaml\nx: 1\n```\n```diff a.yaml\n-x: 2\n+x: 3\n```\n", "0 times"),
    ],
)
def test_a_page_that_does_not_work_is_refused(sessions, page, said):
    with pytest.raises(sessions.PageError, match=said):
        sessions.refreshed(page, "page.md")


def test_output_is_put_under_its_command(sessions):
    page = sessions.refreshed(
        "```console head=1\n$ mantlet --help\nold\n```\n```python\nprint(1)\n```\n\n```text\n```\n", "page.md"
    )
    assert "old" not in page
    assert "Usage: mantlet" in page
    assert page.endswith("```text\n1\n```\n")


def test_the_answers_that_it_types_fit_the_questions():
    assert "is no answer here" not in PAGE
    assert "invalid input" not in PAGE
