"""EDF+ annotations: lists of what happened when, in a signal of their own, and the time at which each record begins.

A time-stamped annotation list (TAL) is `+onset[\\x15duration]\\x14text\\x14...text\\x14\\0`, in UTF-8. The first of a
record, in the first signal of annotations, has an empty first text, and its onset is where the record begins (Kemp and
Olivan 2003, sections 2.2.2 and 2.2.4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ONSET = re.compile(rb"([+-]\d{1,18}(?:\.\d{0,18})?)(?:\x15(\d{1,18}(?:\.\d{0,18})?))?")


@dataclass(frozen=True)
class TimedText:
    """An annotation; `onset_s` on the clock of the file's own time stamps; `record` is where it stands."""

    onset_s: float
    duration_s: float
    text: str
    record: int


@dataclass
class Annotations:
    """Those of the records seen so far.

    starts_s : where each record begins, by its own time stamp; None where it has none
    damaged : pieces that are no annotation list
    """

    starts_s: list[float | None] = field(default_factory=list)
    found: list[TimedText] = field(default_factory=list)
    damaged: int = 0

    def see(self, record: int, raw: list[NDArray[np.uint8]]) -> None:
        """Take in a block of records: uint8 [records, bytes] for each signal of annotations, the first one first."""
        for i in range(len(raw[0])):
            start_s = None
            for number, signal in enumerate(raw):
                for j, piece in enumerate(signal[i].tobytes().strip(b"\0").split(b"\0")):
                    stamp_s = self._see_list(piece, record + i) if piece else None
                    if number == j == 0:
                        start_s = stamp_s
            self.starts_s.append(start_s)

    def _see_list(self, piece: bytes, record: int) -> float | None:
        """Take in one TAL; its onset where it can be a record's time stamp."""
        times, *texts, end = piece.split(b"\x14") if b"\x14" in piece else (piece, b"?")
        stamp = ONSET.fullmatch(times)
        if stamp is None or end or not texts:
            self.damaged += 1
            return None
        onset_s, duration_s = float(stamp[1]), float(stamp[2] or 0)
        self.found += [TimedText(onset_s, duration_s, _text(text), record) for text in texts if text]
        return None if texts[0] else onset_s


def _text(raw: bytes) -> str:
    """UTF-8 by the specification; Latin-1 where it is none, as some writers have it."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
