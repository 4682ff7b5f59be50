"""Seeds: one number for each purpose, derived from the purpose's name."""

import hashlib


def seed_for(*purpose: str | int) -> int:
    """A seed below 2**63 that depends on every part of `purpose` and on nothing else.

    Two purposes, such as ``("stsb", "original", 0, "weights")`` and the same with ``"order"``, give
    unrelated random streams.
    """
    text = "\x1f".join(str(part) for part in purpose)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
