"""Measures mantlet and its peers side by side on generated models, in one run, and checks the bars.

    python bench/run.py [--sizes 100,1000,10000,100000] [--peers] [--runs 3]

`--peers` makes two virtual environments with pytm and flowstrider from PyPI (once, under `.bench/`). Absolute
times mean little on a shared machine; the bars that matter are ratios within the run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from generate import flowstrider_json, mantlet_json, pytm_json, system

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".bench"
PEERS = {"pytm": "pytm==1.4.0", "flowstrider": "flowstrider==1.2.0"}
PEER_LIMIT = 1_000
"""Largest model the peers are given; they take minutes and gigabytes beyond."""


def timed(command: list[str], runs: int) -> tuple[float, float]:
    """Return (median seconds, peak MiB of the largest child so far) of a whole process."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        seconds.append(time.perf_counter() - start)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.decode()[-2000:]}")
    return statistics.median(seconds), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def peak(command: list[str]) -> float:
    """Return the peak MiB of one process, measured apart from earlier children."""
    program = (
        "import subprocess,resource,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024)"
    )
    return float(
        subprocess.run(
            [sys.executable, "-c", program, *command], capture_output=True, text=True, check=True
        ).stdout
    )


def peer_python(name: str) -> Path:
    """Return the interpreter of a peer's environment, made on first use."""
    home = ENVIRONMENTS / name
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PEERS[name]], check=True)
    return python


def small(folder: Path, runs: int) -> dict[str, object]:
    """Measure start-up and an everyday model."""
    mantlet = [sys.executable, "-m", "mantlet"]
    model = folder / "small.json"
    model.write_text(mantlet_json(system(30)))
    return {
        "bare python": timed([sys.executable, "-c", "pass"], runs)[0],
        "--version": timed([*mantlet, "--version"], runs)[0],
        "risks, 30 elements": timed([*mantlet, "risks", str(model)], runs)[0],
    }


def one_size(size: int, folder: Path, runs: int, *, peers: bool) -> dict[str, object]:
    """Measure one size: ours in process and as a process, and the peers' where they can."""
    made = system(size)
    ours = folder / f"m{size}.json"
    ours.write_text(mantlet_json(made))
    mantlet = [sys.executable, "-m", "mantlet"]
    row: dict[str, object] = {"elements": size, "flows": len(made.flows)}
    inside = json.loads(
        subprocess.run(
            [sys.executable, HERE / "inprocess.py", ours], capture_output=True, text=True, check=True
        ).stdout
    )
    row |= {"in process s": inside["seconds"], "threats": inside["threats"], "types": inside["types"]}
    summary = [*mantlet, "risks", str(ours), "--summary"]
    row["--summary s"] = timed(summary, runs)[0]
    row["--summary MiB"] = peak(summary)
    row["threats --json s"] = timed([*mantlet, "threats", str(ours), "--json"], 1 if size > 10_000 else runs)[
        0
    ]
    if peers and size <= PEER_LIMIT:
        row |= peer_rows(made, size, folder)
        row["in process, times faster than pytm"] = row["pytm s"] / row["in process s"]
        row["process, times faster than pytm"] = row["pytm s"] / row["threats --json s"]
        row["process, times faster than flowstrider"] = row["flowstrider s"] / row["threats --json s"]
    return row


def peer_rows(made: object, size: int, folder: Path) -> dict[str, float]:
    """Measure the peers on the same system."""
    theirs, other = folder / f"p{size}.json", folder / f"f{size}.json"
    theirs.write_text(pytm_json(made))
    other.write_text(flowstrider_json(made))
    pytm = [str(peer_python("pytm")), str(HERE / "pytm_json.py"), str(theirs), str(folder / "pytm-out.json")]
    strider = [
        str(peer_python("flowstrider").parent / "flowstrider"),
        "elicit",
        str(other),
        "--management-path",
        str(folder / f"tm{size}.json"),
    ]
    return {"pytm s": timed(pytm, 1)[0], "flowstrider s": timed(strider, 1)[0]}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="100,1000,10000,100000")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    os.environ.setdefault("NO_COLOR", "1")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = {"small": small(folder, max(options.runs, 5)), "sizes": []}
        for size in (int(text) for text in options.sizes.split(",")):
            result["sizes"].append(one_size(size, folder, options.runs, peers=options.peers))
            print(json.dumps(result["sizes"][-1], indent=1), flush=True)
    print(json.dumps(result["small"], indent=1))


if __name__ == "__main__":
    main()
