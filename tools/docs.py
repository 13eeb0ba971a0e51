"""Writes what the documentation has from the program: tables between markers, outputs of commands, JSON Schemas.

    python tools/docs.py [--check]

`--check` changes nothing and tells which pages are stale. Nothing here needs the network.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import reference
import schemas
import sessions

ROOT = Path(__file__).parents[1]
RUN = (
    "README.md",
    "docs/tutorial.md",
    "docs/discovery.md",
    "docs/python.md",
    "docs/rating.md",
    "docs/cards.md",
    "docs/compliance.md",
    "docs/extend.md",
    "docs/privacy.md",
    "docs/scan.md",
    "docs/formats.md",
    "docs/keeping-it-true.md",
)
"""Pages whose commands and Python are run."""
START, END = "<!-- generated: {} -->", "<!-- end: {} -->"


def main() -> int:
    check = "--check" in sys.argv[1:]
    try:
        wanted = pages()
    except sessions.PageError as error:
        print(error)
        return 1
    stale = [name for name, text in wanted.items() if _read(name) != text]
    stale += [str(path.relative_to(ROOT)) for path in _schemas() if str(path.relative_to(ROOT)) not in wanted]
    if not check:
        for name in stale:
            if name in wanted:
                (ROOT / name).write_text(wanted[name], encoding="utf-8")
                print(f"wrote {name}")
            else:
                (ROOT / name).unlink()
    elif stale:
        print(f"stale: {', '.join(stale)}; run python tools/docs.py")
    return 1 if check and stale else 0


def pages() -> dict[str, str]:
    """Return every file with generated content as it should be, by path below the project."""
    wanted = {
        f"docs/schema/{name}.schema.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        for name, schema in schemas.schemas().items()
    }
    for name, parts in reference.everything().items():
        text = _read(name)
        for part, content in parts.items():
            text = put(text, part, content, name)
        wanted[name] = text
    for name in RUN:
        wanted[name] = sessions.refreshed(wanted.get(name) or _read(name), name)
    return wanted


def put(page: str, part: str, content: str, name: str) -> str:
    """Replace what stands between a part's markers."""
    start, end = START.format(part), END.format(part)
    if start not in page or end not in page:
        raise SystemExit(f"{name} has no markers for '{part}'")
    head, rest = page.split(start, 1)
    return f"{head}{start}\n\n{content.strip()}\n\n{end}{rest.split(end, 1)[1]}"


def _read(name: str) -> str:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _schemas() -> list[Path]:
    return sorted((ROOT / "docs/schema").glob("*.json"))


if __name__ == "__main__":
    sys.exit(main())
