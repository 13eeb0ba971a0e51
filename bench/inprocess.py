"""Times analysis and rating inside one process, on a model that is already read; prints seconds, best of several."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

import msgspec

from mantlet.analysis.engine import Analysis
from mantlet.catalogue.load import load_catalogue
from mantlet.model.entries import Sections
from mantlet.risk.register import Register

RUNS = 5
DAY = date(2026, 1, 1)


def main() -> None:
    sections = msgspec.convert(
        json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Sections, strict=False
    )
    catalogue = load_catalogue()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        register = Register(Analysis(sections, catalogue), today=DAY)
        times.append(time.perf_counter() - start)
    print(
        json.dumps(
            {
                "seconds": sorted(times)[RUNS // 2],
                "threats": len(register.analysis.threats),
                "types": len(catalogue.threats),
            }
        )
    )


if __name__ == "__main__":
    main()
