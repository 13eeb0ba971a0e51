"""Errors, limits, files: what everything else stands on."""
