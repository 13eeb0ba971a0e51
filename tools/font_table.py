"""Write the advance widths of the bundled fonts to `fonts/widths.json`, or check that the file is fresh (`--check`).

The widths come from each font's `cmap`, `hhea` and `hmtx` tables; text is measured from them without opening a font.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

FONTS = Path(__file__).parent.parent / "src/mantlet/diagram/fonts"
WEIGHTS = {"regular": "Inter-Regular.ttf", "semibold": "Inter-SemiBold.ttf"}


def tables(data: bytes) -> dict[str, bytes]:
    """Return the font's tables by tag."""
    count = struct.unpack_from(">H", data, 4)[0]
    found = {}
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        found[tag.decode("ascii")] = data[offset : offset + length]
    return found


def characters(cmap: bytes) -> dict[int, int]:
    """Return glyph numbers by code point, from the segmented (4) and grouped (12) subtables."""
    glyphs: dict[int, int] = {}
    for number in range(struct.unpack_from(">H", cmap, 2)[0]):
        offset = struct.unpack_from(">I", cmap, 8 + 8 * number)[0]
        form = struct.unpack_from(">H", cmap, offset)[0]
        if form == 4:
            glyphs.update(_segmented(cmap[offset:]))
        elif form == 12:
            glyphs.update(_grouped(cmap[offset:]))
    return glyphs


def _segmented(table: bytes) -> dict[int, int]:
    count = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 4 * count)
    base = 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", table, base)
    glyphs = {}
    for index, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if offset:
                at = base + 2 * index + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", table, at)[0]
                glyph = (glyph + delta) & 0xFFFF if glyph else 0
            else:
                glyph = (code + delta) & 0xFFFF
            if glyph:
                glyphs[code] = glyph
    return glyphs


def _grouped(table: bytes) -> dict[int, int]:
    glyphs = {}
    for number in range(struct.unpack_from(">I", table, 12)[0]):
        first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * number)
        for code in range(first, last + 1):
            glyphs[code] = glyph + code - first
    return glyphs


def widths(path: Path) -> tuple[int, dict[int, int]]:
    """Return the font's units per em and the advance width of every code point it has."""
    found = tables(path.read_bytes())
    units = struct.unpack_from(">H", found["head"], 18)[0]
    metrics = struct.unpack_from(">H", found["hhea"], 34)[0]
    advances = [struct.unpack_from(">H", found["hmtx"], 4 * number)[0] for number in range(metrics)]
    glyphs = characters(found["cmap"])
    return units, {code: advances[min(glyph, metrics - 1)] for code, glyph in sorted(glyphs.items())}


def runs(advance: dict[int, int]) -> list[list[object]]:
    """Return the widths as runs of neighbouring code points: `[first, [width, …]]`."""
    found: list[list[object]] = []
    row: list[int] = []
    last = -2
    for code, width in advance.items():
        if code != last + 1:
            row = []
            found.append([code, row])
        row.append(width)
        last = code
    return found


def table() -> str:
    """Return the text of `widths.json`."""
    made: dict[str, object] = {}
    for weight, name in WEIGHTS.items():
        made["units"], advance = widths(FONTS / name)
        made[weight] = runs(advance)
    return json.dumps(made, separators=(",", ":")) + "\n"


def main() -> int:
    """Write the table, or with `--check` tell whether it is fresh."""
    path, text = FONTS / "widths.json", table()
    if "--check" in sys.argv[1:]:
        return 0 if path.exists() and path.read_text(encoding="ascii") == text else 1
    path.write_text(text, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
