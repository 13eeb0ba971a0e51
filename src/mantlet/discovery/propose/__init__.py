"""From what was found to a threat model: ids, data assets, boundaries, and children under their parents."""

from mantlet.discovery.propose.build import propose as propose

__all__ = ["propose"]
