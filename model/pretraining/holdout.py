"""The choice of streams that a run never learns from, on which its held-out loss is measured."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from earloop.model.tokens.token_stream import TokenStream

Streams = tuple[TokenStream, ...]

# The first level at which the streams differ is used: sessions of one person, and runs of one session, are too similar.
_LEVELS: tuple[Callable[[TokenStream], str], ...] = (
    lambda stream: stream.subject,
    lambda stream: f"{stream.subject}/{stream.session}",
    lambda stream: f"{stream.subject}/{stream.session}/{stream.run}/{stream.name}",
)


def hold_out(streams: Streams, share: float) -> tuple[Streams, Streams]:
    """Divide streams into those to learn from and those to validate on.

    Whole subjects are held out; with one subject whole sessions; with one session recordings. `share` of them are held
    out, at least one and never all. The choice depends only on their names, so that a larger corpus holds out much the
    same. Nothing is held out of a single recording, or where `share` is 0.
    """
    for level in _LEVELS:
        groups = sorted({level(stream) for stream in streams}, key=lambda name: hashlib.sha256(name.encode()).digest())
        if len(groups) > 1 and share > 0:
            chosen = set(groups[: min(max(1, round(share * len(groups))), len(groups) - 1)])
            held = tuple(stream for stream in streams if level(stream) in chosen)
            return tuple(stream for stream in streams if level(stream) not in chosen), held
    return streams, ()
