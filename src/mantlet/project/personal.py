"""What a profile of real data says, written into the model file: the asset's personal data and classification."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.project.foreign import refuse_foreign
from mantlet.store.document import Document

if TYPE_CHECKING:
    from mantlet.privacy.profile import Profile


def write_profile(path: Path, profiles: Sequence[Profile], asset: str = "") -> list[str]:
    """Add the personal data that was found to the model's data assets; return the ids of those that changed.

    What people wrote stays: words are added to `personal:`, and a classification is set only where there is none.
    """
    refuse_foreign(path)
    document = Document.load(path)
    raw: Any = document.raw
    data: dict[str, Any] = dict(raw.get("data") or {}) if isinstance(raw, dict) else {}
    if asset and asset not in data:
        raise UsageError(
            f"the model has no data '{asset}'",
            mend=suggest(asset, data) or "add it under `data:`, or leave --as out",
        )
    changed: dict[str, None] = {}
    for profile in profiles:
        key = asset or _id(profile.name)
        entry = data[key] if isinstance(data.get(key), dict) else {}
        known = list(entry.get("personal") or [])
        words = [*known, *(word for word in profile.categories() if word not in known)]
        if key not in data:
            document.set(
                ("data", key),
                {"name": Path(profile.name).name, "personal": words}
                if words
                else {"name": Path(profile.name).name},
            )
            data[key] = {"personal": words}
        elif words != known:
            document.set(("data", key, "personal"), words)
        else:
            continue
        if words and not entry.get("classification"):
            document.set(("data", key, "classification"), "confidential")
        changed[key] = None
    document.save()
    return list(changed)


def _id(name: str) -> str:
    """Return an id for a table: its file's name without the ending."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(name.rpartition(":")[2] or name).stem.lower()).strip("-")
    return stem if stem[:1].isalpha() else f"data-{stem}"
