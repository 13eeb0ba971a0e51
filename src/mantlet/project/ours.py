"""Telling model files of ours from those of other tools, without what it takes to read the latter."""

from __future__ import annotations

import re
from pathlib import Path

from mantlet.base.limits import is_file

OURS = "mantlet"
"""What our own format is called beside the ids of others."""
HEAD = 65_536
"""Bytes at a file's beginning that tell."""
_OWN = re.compile(rb"""(?:^|[{,])\s*(?:mantlet|"mantlet"|'mantlet')\s*:""", re.MULTILINE)


def is_ours(head: bytes) -> bool:
    """Tell from a file's beginning whether it is a model file of ours."""
    return _OWN.search(head) is not None and not head.lstrip().startswith(b"<")


def may_be_foreign(path: Path) -> bool:
    """Tell whether a file could be another tool's; what is no file (a pipe might never end) is never opened here."""
    if not is_file(path):
        return False
    try:
        with path.open("rb") as file:
            return not is_ours(file.read(HEAD))
    except OSError:
        return False
