"""From clues to elements and flows: which keys name one thing, which code is one process, who talks to whom."""
