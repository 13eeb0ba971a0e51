"""Times analysis and rating inside one process, on a model that is already read into columns; prints the median of several runs.

Beside it stands the time up to the finished register: decisions applied, threats grouped into risks, both ranked.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import date
from pathlib import Path

from mantlet.analysis.columns import Columns
from mantlet.analysis.engine import Analysis
from mantlet.catalogue.load import load_catalogue
from mantlet.risk.ratings import Ratings
from mantlet.risk.register import Register
from mantlet.store.bulk import read_bulk

RUNS = 25
DAY = date(2026, 1, 1)


def main() -> None:
    sections = read_bulk(Path(sys.argv[1]).read_bytes())
    catalogue = load_catalogue()
    rated, registered = list[float](), list[float]()
    for _ in range(RUNS):
        columns = Columns(sections, catalogue.vocabulary)  # anew: what the analysis works out on them counts
        start = time.process_time()
        Ratings(Analysis(sections, catalogue, columns)).severity.max(
            initial=0
        )  # one per threat, made when asked for
        rated.append(time.process_time() - start)
        columns = Columns(sections, catalogue.vocabulary)
        start = time.process_time()
        register = Register(Analysis(sections, catalogue, columns), today=DAY)
        registered.append(time.process_time() - start)
    print(
        json.dumps(
            {
                "seconds": statistics.median(rated),
                "register": statistics.median(registered),
                "threats": len(register.analysis.threats),
                "types": len(register.analysis.types),
            }
        )
    )


if __name__ == "__main__":
    main()
