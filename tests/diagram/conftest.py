from __future__ import annotations

import pytest

from mantlet.diagram.engines import LayoutEngine, default_engine


@pytest.fixture(scope="session")
def engine() -> LayoutEngine:
    return default_engine()
