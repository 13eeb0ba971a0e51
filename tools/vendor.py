"""Take the front end's one library from the npm registry, by version and checksum, or check the copy (`--check`).

The package comes through the npm client. What lands in `web/static/vendor` is the library's own minified file, its
licence and `manifest.json` with what it is, where it is from and what both files' checksums are.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "src/mantlet/web/static/vendor"
PACKAGE, VERSION = "@joint/core", "4.3.3"
PACKED = "sha512-cAOpWbeUZ1le9dIkWCIWNLkzJtCHbhkszJYklytMM1BnuLTVQW9ADuHRRVxT9HZHqye/NRgYtlYDmwgeSiNNFw=="
LICENCE = "MPL-2.0"
FILES = {"package/dist/joint.min.js": "joint.js", "package/LICENSE": "LICENSE"}


def digest(data: bytes) -> str:
    """Return a checksum in the form that package managers and browsers read."""
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def take() -> None:
    """Fetch the package, check it, write its files and the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        client = shutil.which("npm")
        if client is None:
            raise SystemExit("this needs the npm client")
        subprocess.run(
            [client, "pack", f"{PACKAGE}@{VERSION}", "--silent"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        archive = next(Path(folder).glob("*.tgz"))
        if digest(archive.read_bytes()) != PACKED:
            raise SystemExit(f"{PACKAGE} {VERSION} isn't the package that was reviewed")
        with tarfile.open(archive) as packed:
            contents = {name: _read(packed, inside) for inside, name in FILES.items()}
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (VENDOR / name).write_bytes(data)
    (VENDOR / "manifest.json").write_text(_manifest(contents), encoding="utf-8")


def _read(packed: tarfile.TarFile, inside: str) -> bytes:
    member = packed.extractfile(inside)
    if member is None:
        raise SystemExit(f"{PACKAGE} {VERSION} holds no {inside}")
    return member.read()


def _manifest(contents: dict[str, bytes]) -> str:
    manifest = {
        "package": PACKAGE,
        "version": VERSION,
        "licence": LICENCE,
        "packed": PACKED,
        "files": {
            name: {"from": inside.removeprefix("package/"), "checksum": digest(contents[name])}
            for inside, name in FILES.items()
        },
    }
    return json.dumps(manifest, indent=2) + "\n"


def problems() -> list[str]:
    """Return what is wrong with the copy: another version, a missing file, a changed byte."""
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    found = [] if manifest["version"] == VERSION else [f"the copy is {manifest['version']}, not {VERSION}"]
    for name in FILES.values():
        path = VENDOR / name
        if not path.exists():
            found.append(f"{name} is missing")
        elif digest(path.read_bytes()) != manifest["files"][name]["checksum"]:
            found.append(f"{name} was changed")
    return found


if __name__ == "__main__":
    if "--check" in sys.argv:
        wrong = problems()
        print("\n".join(wrong) or f"{PACKAGE} {VERSION} is as it came")
        raise SystemExit(1 if wrong else 0)
    take()
