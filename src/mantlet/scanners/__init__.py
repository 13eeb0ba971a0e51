"""Scanners: one file per check. Each looks at a project or an address and returns findings; none changes anything."""
