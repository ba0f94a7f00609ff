"""Which streams a run never learns from, so that its loss can be taken on them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from earloop.model.tokens.token_stream import TokenStream

Streams = tuple[TokenStream, ...]

# The first that sets streams apart is held out whole: a person looks alike in all sessions, a session in all runs.
_LEVELS: tuple[Callable[[TokenStream], str], ...] = (
    lambda stream: stream.subject,
    lambda stream: f"{stream.subject}/{stream.session}",
    lambda stream: f"{stream.subject}/{stream.session}/{stream.run}/{stream.name}",
)


def hold_out(streams: Streams, share: float) -> tuple[Streams, Streams]:
    """Streams to learn from, and streams to validate on.

    Whole subjects are held out, or of one subject whole sessions, or of one session recordings: `share` of them, at
    least one, and never all. Which, their names alone decide, so that a larger corpus holds out much the same. Nothing
    is held out of a single recording, or where `share` is 0.
    """
    for level in _LEVELS:
        groups = sorted({level(stream) for stream in streams}, key=lambda name: hashlib.sha256(name.encode()).digest())
        if len(groups) > 1 and share > 0:
            chosen = set(groups[: min(max(1, round(share * len(groups))), len(groups) - 1)])
            held = tuple(stream for stream in streams if level(stream) in chosen)
            return tuple(stream for stream in streams if level(stream) not in chosen), held
    return streams, ()
