"""Discovery beside bandit on the same tree, in one run: first look, second look, a look after one changed file.

    python bench/discovery.py TREE [--edit FILE]...

A copy of the tree is made and edited; processor time counts every process. Nothing of the tree is run.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument(
        "--edit", action="append", default=[], help="a file below the tree; default: three of its larger ones"
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree, home = Path(folder, "tree"), Path(folder, "cache")
        shutil.copytree(wanted.tree, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        home.mkdir(mode=0o700)
        os.environ["XDG_CACHE_HOME"] = str(home)
        report(tree, [tree / name for name in wanted.edit] or larger(tree))
    return 0


def larger(tree: Path) -> list[Path]:
    """Return three of the larger Python files that are no tests, apart from each other."""
    files = sorted(
        path for path in tree.rglob("*.py") if path.stat().st_size > 6_000 and not any("test" in part for part in path.relative_to(tree).parts)
    )  # fmt: skip
    return [files[len(files) * part // 4] for part in (1, 2, 3)] if len(files) > 3 else files


def report(tree: Path, edits: list[Path]) -> None:
    lines = sum(path.read_bytes().count(b"\n") for path in tree.rglob("*.py") if path.is_file())
    print(f"{lines:,} lines of Python\n")
    print("| what | wall | processor | of the first look | most memory of a process |\n|---|---|---|---|---|")
    look = [sys.executable, "-m", "mantlet", "discover", str(tree), "--json"]
    bandit = timed([sys.executable, "-m", "bandit", "-q", "-r", str(tree), "-f", "json"], codes=(0, 1))
    row("bandit -r", bandit, None)
    first = timed(look)
    row("mantlet discover", first, first)
    row("again, nothing changed", timed(look), first)
    for path in edits:
        path.write_bytes(b"import os\n\n" + path.read_bytes())
        row(f"again, `{path.relative_to(tree)}` changed", timed(look), first)
    print(
        f"\nbandit needs {bandit[1] / first[1]:.2f} × the processor time of the first look, {bandit[0] / first[0]:.2f} × its wall time."
    )


def timed(command: list[str], codes: tuple[int, ...] = (0,)) -> tuple[float, float, int]:
    """Run a command; return its wall time, the processor time of it and its children, and the most memory of one, in MiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in codes:
        raise SystemExit(done.stderr.decode()[-2000:])
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, used, after.ru_maxrss // 1024


def row(name: str, figures: tuple[float, float, int], first: tuple[float, float, int] | None) -> None:
    share = f"{figures[1] / first[1]:.0%} (wall {figures[0] / first[0]:.0%})" if first else ""
    print(f"| {name} | {figures[0]:.1f} s | {figures[1]:.1f} s | {share} | {figures[2]} MiB |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
