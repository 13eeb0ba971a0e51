"""How far a model file is followed; beyond that it is *incomplete*, never a hang."""

from __future__ import annotations

MAX_DEPTH = 8
"""Archives inside archives, pickles inside pickles."""
MAX_MEMBERS = 20_000
MAX_EXPANDED = 512 * 2**20
"""Bytes that all that is packed in one file may grow to; tensors that lie in a file unpacked don't count."""
MAX_OPCODES = 12_000_000
MAX_TEXT = 32 * 2**20
"""A JSON or template inside a model."""
MAX_SECONDS = 30.0
"""For one file, in all."""
