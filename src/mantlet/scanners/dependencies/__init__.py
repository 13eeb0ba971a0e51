"""Dependencies: what a project installs, how firmly it is pinned, and which advisories speak of it."""
