"""EDF+ annotations: lists of events in a special signal, and the time at which each record begins.

A time-stamped annotation list (TAL) is `+onset[\\x15duration]\\x14text\\x14...text\\x14\\0`, in UTF-8. The first TAL of
a record, in the first signal of annotations, has an empty first text, and its onset is the beginning of the record
(Kemp and Olivan 2003, sections 2.2.2 and 2.2.4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ONSET = re.compile(rb"([+-]\d{1,18}(?:\.\d{0,18})?)(?:\x15(\d{1,18}(?:\.\d{0,18})?))?")


@dataclass(frozen=True, kw_only=True)
class TimedText:
    """An annotation; `onset_s` is on the clock of the file's time stamps; `record` is the record that has it."""

    onset_s: float
    duration_s: float
    text: str
    record: int


@dataclass
class Annotations:
    """The annotations of the records so far.

    starts_s : beginning of each record, by its time stamp; None without one
    texts : the annotations, in the file's order
    damaged : number of pieces that are not an annotation list
    """

    starts_s: list[float | None] = field(default_factory=list)
    texts: list[TimedText] = field(default_factory=list)
    damaged: int = 0

    def add(self, record: int, raw: list[NDArray[np.uint8]]) -> None:
        """Add a block of records: uint8 [records, bytes] for each signal of annotations, in the file's order."""
        for i in range(len(raw[0])):
            start_s = None
            for number, signal in enumerate(raw):
                for j, piece in enumerate(signal[i].tobytes().strip(b"\0").split(b"\0")):
                    stamp_s = self._add_list(piece, record + i) if piece else None
                    if number == j == 0:
                        start_s = stamp_s
            self.starts_s.append(start_s)

    def _add_list(self, piece: bytes, record: int) -> float | None:
        """Add one TAL; returns its onset if it can be a record's time stamp."""
        times, *texts, end = piece.split(b"\x14") if b"\x14" in piece else (piece, b"?")
        stamp = ONSET.fullmatch(times)
        if stamp is None or end or not texts:
            self.damaged += 1
            return None
        onset_s, duration_s = float(stamp[1]), float(stamp[2] or 0)
        self.texts += [
            TimedText(onset_s=onset_s, duration_s=duration_s, text=_text(text), record=record) for text in texts if text
        ]
        return None if texts[0] else onset_s


def _text(raw: bytes) -> str:
    """Decode UTF-8, as the specification says, or Latin-1, which some writers use."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
