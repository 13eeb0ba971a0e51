"""Measures mantlet and its peers side by side on generated models, in one run, and holds the figures against the bars.

    python bench/run.py [--peers] [--runs 3] [--largest 100000] [--write]

`--peers` makes two virtual environments with pytm and flowstrider from PyPI (once, under `.bench/`); `--write` puts the
result into `docs/benchmarks.md`. Absolute times mean little on a shared machine: the bars that matter are ratios
within the run, and a run takes peers and mantlet in turns.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from generate import System, flowstrider_json, mantlet_json, pytm_json, system

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENVIRONMENTS = ROOT / ".bench"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PEERS = {"pytm": "pytm==1.4.0", "flowstrider": "flowstrider==1.2.0"}
SIZE = 1_000
"""Elements of the model that the peers are given too; they take minutes and gigabytes for much larger ones."""
MARK = "## The last run"
"""What follows it in the document is written anew by each run with `--write`."""
EXAMPLE = ROOT / "tests" / "models" / "bare-30.yaml"
MANTLET = [sys.executable, "-c", "from mantlet.__main__ import main; main()"]
"""As the installed command starts."""
INSIDE, REGISTERED = "in process: analysis and rating", "in process: up to the finished register"
MAPPED, SERVERS = "pytm, elements by kind", "pytm, all servers"
STRIDER = "flowstrider, all rule sets"


@dataclass(frozen=True)
class Bar:
    """What was measured and what it has to be: a ratio of at least, or a figure of at most; nothing where the limit is 0."""

    what: str
    ours: float
    limit: float
    unit: str = "s"
    peer: str = ""
    theirs: float = 0.0

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours

    @property
    def met(self) -> bool:
        return self.ratio >= self.limit if self.peer else self.ours <= self.limit

    def cells(self) -> list[str]:
        """Return the row of the table."""
        shown = (
            f"{self.ours * 1000:.1f} ms"
            if self.unit == "s" and self.ours < 1
            else f"{self.ours:,.2f} {self.unit}"
        )
        if self.peer:
            bar = f"≥ {self.limit:,.0f} ×" if self.limit else ""
            compared = [f"{self.peer}: {self.theirs:.2f} s", f"{self.ratio:,.0f} ×", bar]
        else:
            compared = ["", "", f"≤ {self.limit:g} {self.unit}"]
        verdict = "met" if self.met else "**missed**"
        return [self.what, shown, *compared, verdict if self.limit else ""]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of our processes: the source tree, with its byte code kept as an installation has it."""
    env = {**os.environ, "NO_COLOR": "1", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "src"), env.get("PYTHONPATH", "")]))
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


def timed(command: list[str], env: dict[str, str]) -> float:
    """Return the seconds of processor time that a whole process takes, with its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.decode()[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_turns(
    commands: dict[str, tuple[list[str], int]], env: dict[str, str], runs: int, inside: Path | None = None
) -> dict[str, list[float]]:
    """Return each command's seconds, in order; each round runs each command as often as its number says.

    ``inside`` is a model on which analysis and rating are timed within one process, in turns with the rest.
    """
    for name, (command, _) in commands.items():
        if name.startswith("mantlet"):
            timed(command, env)  # writes byte code
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, (command, times) in commands.items():
            seconds[name] += [timed(command, env) for _ in range(times)]
            if inside is not None:
                found = within(inside, env)
                seconds.setdefault(INSIDE, []).append(found["seconds"])
                seconds.setdefault(REGISTERED, []).append(found["register"])
    return {name: sorted(found) for name, found in seconds.items()}


def medians(seconds: dict[str, list[float]]) -> dict[str, float]:
    """Return the median of each command's seconds."""
    return {name: statistics.median(found) for name, found in seconds.items()}


def within(model: Path, env: dict[str, str]) -> dict[str, float]:
    """Time analysis and rating inside one process."""
    return told("inprocess.py", env, str(model))


def told(program: str, env: dict[str, str], *words: str) -> dict[str, float]:
    """Return what a program beside this one measured."""
    command = [sys.executable, str(HERE / program), *words]
    return json.loads(subprocess.run(command, capture_output=True, check=True, env=env).stdout)


def peak(command: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Return seconds of processor time and peak MiB of one process."""
    program = (
        "import subprocess,resource,sys;"
        "subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,check=True);"
        "used=resource.getrusage(resource.RUSAGE_CHILDREN);print(used.ru_utime+used.ru_stime,used.ru_maxrss/1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, check=True, env=env
    )
    seconds, mebibytes = map(float, done.stdout.split())
    return seconds, mebibytes


def peer_python(name: str) -> Path:
    """Return the interpreter of a peer's environment, made on first use."""
    home = ENVIRONMENTS / name
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PEERS[name]], check=True)
    return python


def peer_commands(made: System, folder: Path) -> dict[str, tuple[list[str], int]]:
    """Return how each peer judges the same system: pytm in two mappings, flowstrider with all its rule sets."""
    by_kind, servers, strider = (folder / name for name in ("kinds.json", "servers.json", "strider.json"))
    by_kind.write_text(pytm_json(made))
    servers.write_text(pytm_json(made, only="Server"))
    strider.write_text(flowstrider_json(made))
    pytm = [str(peer_python("pytm")), str(HERE / "pytm_json.py")]
    out = str(folder / "out.json")
    flowstrider = [str(peer_python("flowstrider").parent / "flowstrider"), "elicit", str(strider)]
    return {
        MAPPED: ([*pytm, str(by_kind), out], 1),
        SERVERS: ([*pytm, str(servers), out], 1),
        STRIDER: ([*flowstrider, "--management-path", str(folder / "management.json")], 1),
    }


def compared(
    folder: Path, env: dict[str, str], runs: int, *, peers: bool
) -> tuple[list[Bar], str, list[str]]:
    """Measure one model with everybody, and say what was measured."""
    made = system(SIZE)
    ours = folder / "model.json"
    ours.write_text(mantlet_json(made))
    commands = {"mantlet": ([*MANTLET, "threats", str(ours), "--json"], 5)}
    if peers:
        commands |= peer_commands(made, folder)
    measured_all = in_turns(commands, env, runs, inside=ours)
    seconds = medians(measured_all)
    bars = []
    for what, measured, limits in (
        ("analysis and rating in process", seconds[INSIDE], {MAPPED: 1000, SERVERS: 1000}),
        ("… with decisions, grouped and ranked", seconds[REGISTERED], {MAPPED: 0, SERVERS: 0}),
        ("whole process, JSON in, JSON out", seconds["mantlet"], {MAPPED: 30, SERVERS: 30, STRIDER: 10}),
    ):
        bars += [
            Bar(what, measured, limit, "s", peer, seconds[peer])
            for peer, limit in limits.items()
            if peer in seconds
        ]
    size = len(subprocess.run(commands["mantlet"][0], capture_output=True, check=True, env=env).stdout)
    counts = within(ours, env)
    about = (
        f"{SIZE:,} elements, {len(made.flows):,} flows, {counts['types']} threat types, "
        f"{counts['threats']:,} threats, {size / 1e6:.0f} MB of JSON"
    )
    return bars, about, spread(measured_all)


def spread(seconds: dict[str, list[float]]) -> list[str]:
    """Return a row per command: how often it ran, the least, median and most time."""
    rows = []
    for name, found in seconds.items():
        least, middle, most = (
            f"{value * 1000:,.1f} ms" for value in (found[0], statistics.median(found), found[-1])
        )
        shown = "whole process" if name == "mantlet" else name
        rows.append(f"| {shown} | {len(found)} | {least} | {middle} | {most} |")
    return rows


def everyday(env: dict[str, str], runs: int) -> list[Bar]:
    """Measure start-up and a small model."""
    commands = {
        "mantlet --version": ([*MANTLET, "--version"], 5),
        "mantlet risks": ([*MANTLET, "risks", str(EXAMPLE)], 3),
    }
    seconds = medians(in_turns(commands, env, runs))
    return [
        Bar("`mantlet risks`, 30 elements (YAML)", seconds["mantlet risks"], 0.6),
        Bar("`mantlet --version`", seconds["mantlet --version"], 0.06),
        Bar("layout of 100 elements / 132 flows, engine warm", told("layout.py", env)["seconds"], 0.2),
        Bar(
            "edit → new threats, saved and answered, 500 elements / 700 flows: 95th percentile",
            told("workbench.py", env)["edit_p95_processor"],
            0.1,
        ),
    ]


def growth(folder: Path, env: dict[str, str], largest: int) -> tuple[list[Bar], list[str]]:
    """Measure how time and memory grow, up to the largest size."""
    rows, bars, size = [], list[Bar](), SIZE
    while size <= largest:
        model = folder / f"{size}.json"
        model.write_text(mantlet_json(system(size)))
        seconds, mebibytes = peak([*MANTLET, "risks", str(model), "--summary"], env)
        whole, most = peak([*MANTLET, "threats", str(model), "--json"], env)
        rows.append(
            f"| {size:,} | {seconds:.2f} s | {mebibytes:,.0f} MiB | {whole:.2f} s | {most:,.0f} MiB |"
        )
        if size == 100_000:
            what = "`mantlet risks --summary`, 100,000 elements / 300,000 flows"
            bars = [Bar(what, seconds, 10), Bar(f"{what}, memory", mebibytes / 1024, 2, "GiB")]
        size *= 10
    return bars, rows


def document(bars: list[Bar], about: str, spreads: list[str], rows: list[str]) -> str:
    """Return the result as Markdown."""
    lines = ["| what | mantlet | peer | ratio | bar | |", "|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(bar.cells())} |" for bar in bars]
    held = [bar for bar in bars if bar.limit]
    missed = sum(not bar.met for bar in held)
    verdict = (
        f"{len(held) - missed} of {len(held)} bars met, {missed} missed."
        if missed
        else f"All {len(held)} bars met."
    )
    spreading = ["| what ran | runs | least | median | most |", "|---|---|---|---|---|", *spreads]
    grown = [
        "| elements | `risks --summary` | memory | `threats --json` | memory |",
        "|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join([about, "", *lines, "", verdict, "", *spreading, "", *grown]) + "\n"


def machine() -> str:
    """Describe the machine without naming it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.machine()
    peers = ", ".join(name.replace("==", " ") for name in PEERS.values())
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {peers}."


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--largest", type=int, default=100_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = environment(folder)
        bars, about, spreads = compared(folder, env, options.runs, peers=options.peers)
        bars += everyday(env, options.runs)
        more, rows = growth(folder, env, options.largest)
    result = document(bars + more, about, spreads, rows)
    print(result)
    if options.write:
        head = DOCUMENT.read_text(encoding="utf-8").partition(MARK)[0]
        DOCUMENT.write_text(f"{head}{MARK}\n\n{machine()}\n\n{result}", encoding="utf-8")


if __name__ == "__main__":
    main()
