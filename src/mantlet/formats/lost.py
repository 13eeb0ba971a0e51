"""What a format cannot hold, section by section."""

from __future__ import annotations

from mantlet.formats.interface import Note, note
from mantlet.model.entries import Sections

_WORDS = {
    "data": "data assets and what flows carry",
    "parties": "parties",
    "agents": "agents",
    "controls": "controls in place",
    "environments": "environments",
    "sequences": "sequences",
    "assumptions": "assumptions",
    "boundaries": "boundaries",
    "decisions": "decisions",
    "threats": "threats that people found",
}


def tell_lost(sections: Sections, notes: list[Note], *names: str) -> None:
    """Note the sections of a model that a format has no place for, with what is in them."""
    for name in names:
        held = list(getattr(sections, name))
        if held:
            note(notes, "lost", _WORDS[name], *held)
