"""Times the layout of a drawing of 100 elements and 132 flows with the engine warm; prints the median in seconds of processor time.

The picture is made of tiles of 25 elements in nested zones, each a life cycle of its own with a few lanes back, and one lane
from tile to tile: what large real models look like, where random flows would only measure a tangle.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from typing import Any

from mantlet.catalogue.load import load_catalogue
from mantlet.diagram import draw
from mantlet.diagram.options import Options
from mantlet.model.model import Model
from mantlet.store.convert import from_raw

RUNS = 7
TILES, SIDE, LANES = 4, 25, 33
TYPES = (
    "user",
    "api-gateway",
    "inference-service",
    "training-job",
    "dataset-store",
    "model-registry",
    "database",
)


def tiled(tiles: int = TILES, seed: int = 5) -> dict[str, Any]:
    """Return the model as plain data."""
    rng = random.Random(seed)
    boundaries: dict[str, Any] = {}
    elements: dict[str, Any] = {}
    flows: dict[str, Any] = {}
    for tile in range(tiles):
        boundaries[f"z{tile}"] = {"type": "network", "name": f"Account {tile}"}
        for part in "abc":
            boundaries[f"z{tile}{part}"] = {
                "type": "network",
                "name": f"Network {tile}{part}",
                "in": f"z{tile}",
            }
        for number in range(SIDE):
            kind = TYPES[number % len(TYPES)]
            zone = f"z{tile}{'abc'[number * 3 // SIDE]}"
            elements[f"e{tile}-{number}"] = {"type": kind, "name": f"{kind} {number}", "in": [zone]}
        ends = [(number, number + 1) for number in range(SIDE - 1)]
        while len(ends) < LANES - 1:
            first = rng.randrange(SIDE - 6)
            ends.append((first + rng.randrange(2, 6), first))
        for row, (source, target) in enumerate(ends):
            flows[f"f{tile}-{row}"] = {"from": f"e{tile}-{source}", "to": f"e{tile}-{target}"}
        flows[f"f{tile}-over"] = {"from": f"e{tile}-{SIDE - 1}", "to": f"e{(tile + 1) % tiles}-3"}
    return {"mantlet": 1, "boundaries": boundaries, "elements": elements, "flows": flows}


def main() -> None:
    model, vocabulary = Model(from_raw(tiled())), load_catalogue().vocabulary
    seconds = []
    for _ in range(RUNS + 1):
        start = time.process_time()
        drawn = draw(model, vocabulary, Options(detail=True))
        seconds.append(time.process_time() - start)
    print(
        json.dumps(
            {"seconds": statistics.median(seconds[1:]), "nodes": len(drawn.nodes), "lanes": len(drawn.lanes)}
        )
    )


if __name__ == "__main__":
    main()
