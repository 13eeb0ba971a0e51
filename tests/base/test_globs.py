"""Globs as `code:` has them."""

import time

import pytest

from mantlet.base.globs import matches


@pytest.mark.parametrize(
    ("glob", "path", "wanted"),
    [
        ("src/api/**", "src/api/a/b.py", True),
        ("src/api/**", "src/api/b.py", True),
        ("src/api/**", "src/apis/b.py", False),
        ("src/api", "src/api/a/b.py", True),
        ("src/api/", "src/api/a.py", True),
        ("*.py", "a.py", True),
        ("*.py", "src/a.py", False),
        ("**/*.py", "a.py", True),
        ("**/*.py", "x/y/a.py", True),
        ("**/*.py", "x/y/a.txt", False),
        ("a/**/z.py", "a/z.py", True),
        ("a/**/z.py", "a/b/c/z.py", True),
        ("a/**/z.py", "a/b/c/y.py", False),
        ("Dockerfile", "Dockerfile", True),
        ("Dockerfile", "x/Dockerfile", False),
        ("data/[[]0].csv", "data/[0].csv", True),
        ("./src/*.py", "src/a.py", True),
        ("", "a.py", False),
        ("**", "any/thing", True),
        ("src/api/b.py", "src/api", False),
    ],
)
def test_what_a_glob_means(glob, path, wanted):
    assert matches(glob, path) is wanted


def test_a_hostile_glob_takes_no_time():
    start = time.process_time()
    assert not matches("*a" * 60 + "/" + "**/" * 60 + "z", "/".join(["a" * 200] * 60))
    assert time.process_time() - start < 1
