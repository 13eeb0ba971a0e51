"""Gives importers damaged files by the thousand: each must become a sound model or one clear error, in bounded time.

    python bench/fuzz_formats.py [FOLDER …] [--count 2000] [--seconds 600] [--seed 1]

Without folders it damages the small files of the tests. What breaks an importer is kept in `.bench/fuzz/` and printed.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
KEPT = ROOT / ".bench" / "fuzz"
SLOW = 20.0
"""Seconds after which an import counts as hanging."""
WORDS = [
    b"null",
    b"-1",
    b"1e999",
    b"{}",
    b"[]",
    b"true",
    b'""',
    b"<a>",
    b"&x;",
    b"\x00",
    b"\xff",
    b"../../x",
    b"x-y",
    b"system",
    b"0" * 400,
]
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")


def damaged(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    """Return a file with a few random wounds."""
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        if not made:
            break
        start = dice.randrange(len(made))
        length = min(dice.choice((1, 1, 2, 8, 64, 512, 4096)), len(made) - start)
        match dice.randrange(8):
            case 0:
                made[start] ^= 1 << dice.randrange(8)
            case 1:
                del made[start : start + length]
            case 2:
                made[start:start] = made[start : start + length]
            case 3:
                made[start : start + length] = dice.choice(WORDS)
            case 4:
                donor = dice.choice(others)
                at = dice.randrange(max(len(donor) - length, 1))
                made[start:start] = donor[at : at + length]
            case 5:
                del made[start:]
            case 6:
                found = NUMBER.search(bytes(made), start)
                if found:
                    made[found.start() : found.end()] = dice.choice(
                        (b"0", b"-7", b"99999999999999999999", b"1e5", b"NaN", b"x")
                    )
            case _:
                stop = min(start + length, len(made))
                piece = bytes(made[start:stop])
                made[start:stop] = piece[::-1]
    return bytes(made)


def sources(folders: list[Path]) -> list[tuple[str, bytes]]:
    """Return names and contents of the files to damage."""
    if folders:
        listed = [
            path
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix not in {".md", ".tsv", ".htm"}
        ]
        return [(path.name[-80:], path.read_bytes()) for path in listed if path.stat().st_size < 3 * 2**20]
    from tests.formats.test_format_laws import FILES

    return list(FILES.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    from mantlet.base.errors import MantletError
    from mantlet.model.validate import check
    from mantlet.project.api import catalogue_for
    from mantlet.project.foreign import export, open_foreign

    dice, files, counts = random.Random(chosen.seed), sources(chosen.folders), Counter[str]()
    contents = [data for _, data in files]
    catalogue, began, slowest = catalogue_for(), time.monotonic(), (0.0, "")
    KEPT.mkdir(parents=True, exist_ok=True)
    for number in range(chosen.count):
        if time.monotonic() - began > chosen.seconds:
            break
        name, data = dice.choice(files)
        path = KEPT / f"now-{name}"
        path.write_bytes(damaged(data, contents, dice))
        start = time.monotonic()
        try:
            model = open_foreign(path, catalogue)
            if model is None:
                counts["not recognised"] += 1
            else:
                found = check(
                    model.sections,
                    catalogue.vocabulary,
                    catalogue.controls,
                    catalogue.threats,
                    catalogue.pack_names,
                )
                if found:
                    raise AssertionError(f"unsound: {found[0].path} {found[0].message}")
                kind = next(iter(model.foreign.bulk), "")
                if kind and kind != "cyclonedx" and number % 4 == 0:
                    export(model, catalogue, kind)
                counts["imported"] += 1
        except MantletError:
            counts["refused"] += 1
        except Exception:  # noqa: BLE001  (whatever an importer throws is what is looked for)
            counts["BROKE"] += 1
            kept = KEPT / f"{number}-{name}"
            kept.write_bytes(path.read_bytes())
            print(f"{kept}\n{traceback.format_exc(limit=-3)}")
        took = time.monotonic() - start
        slowest = max(slowest, (took, name))
        if took > SLOW:
            counts["HUNG"] += 1
        path.unlink()
    print(
        f"{sum(counts.values())} damaged copies of {len(files)} files: {dict(counts)}; slowest {slowest[0]:.1f} s ({slowest[1]})"
    )
    return 1 if counts["BROKE"] or counts["HUNG"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
