"""The page's traces: a canvas that receives only new columns, and the data from a bench's ring.

A charting library redraws all points at each change: some 16 000 points for 16 traces, ten times a second. Here a
change is some five columns.
"""

from __future__ import annotations

from math import isnan

import numpy as np
from nicegui import ui

from earloop.hil.live.bench import LiveBench
from earloop.hil.live.snapshot import Trace

COLUMNS = 500  # over the whole width, each some two pixels wide


class Traces(ui.element, component="traces.js"):
    """Stacked traces of some columns of a bench's ring.

    Parameters
    ----------
    name : description for screen readers; may change with each start
    labels : labels of the lanes
    """

    def __init__(self, name: str, labels: tuple[str, ...]) -> None:
        super().__init__()
        self.name = name
        self._props["name"], self._props["labels"], self._props["columns"] = name, list(labels), COLUMNS
        self._next = 0

    def start(self, window_s: float) -> None:
        """Clear the traces; the whole width then shows `window_s` seconds."""
        self._next = 0
        self.run_method("start", COLUMNS / window_s, self.name)

    def feed(self, bench: LiveBench, trace: Trace, columns: slice, window_s: float) -> None:
        """Draw new columns.

        The newest column of the raw trace is at the right edge, so that traces of different delay are aligned.
        """
        per_ticks = round(window_s * bench.fixed.design.token_rate_hz / COLUMNS)
        first, envelopes = bench.envelope(trace, self._next, per_ticks, COLUMNS)
        latest = bench.newest(per_ticks)
        if not len(envelopes):
            return
        self._next = first + len(envelopes)
        values: list[float] = np.round(envelopes[:, :, columns].astype(float), 3).ravel().tolist()
        self.run_method("push", first, [None if isnan(value) else value for value in values], latest)
