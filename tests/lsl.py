"""A corner of the network where a test sees no streams of others, and others see none of its."""

from __future__ import annotations

import uuid
from functools import cache


@cache
def private_config() -> str:
    """A configuration of liblsl: this machine only, under a session's name of its own, and silent.

    One a process: liblsl reads its configuration once.
    """
    return (
        f"[lab]\nSessionID = {uuid.uuid4().hex}\n[multicast]\nResolveScope = machine\n[ports]\nIPv6 = disable\n"
        "[log]\nlevel = -3\n"
    )
