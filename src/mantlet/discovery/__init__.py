"""Read a repository, without running any of it, and propose its entities and flows with the line that shows each."""

from mantlet.discovery.discover import discover as discover
from mantlet.discovery.draft import Draft as Draft

__all__ = ["Draft", "discover"]
