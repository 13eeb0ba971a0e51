"""What the tests of several packages share."""

import sys

import pytest
from hypothesis import settings

from mantlet.__main__ import run

settings.register_profile("unhurried", deadline=None)  # the machine that runs them may be busy
settings.load_profile("unhurried")


@pytest.fixture
def call(monkeypatch, capfd):
    """Return a function that runs a command and returns what it printed; its exit code must be the one given."""

    def call(*arguments, code=0):
        monkeypatch.setattr(sys, "argv", ["mantlet", *map(str, arguments)])
        capfd.readouterr()
        assert run() == code
        return capfd.readouterr()

    return call
