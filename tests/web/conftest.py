from __future__ import annotations

import pytest

from tests.web.browser import start
from tests.web.workbench import Bench, bench, write


@pytest.fixture
def work(tmp_path) -> Bench:
    with bench(write(tmp_path)) as opened:
        yield opened


@pytest.fixture(scope="session")
def chromium():
    yield from start()
