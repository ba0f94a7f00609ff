"""The last seconds of some signals: the newest rows, numbered from the beginning.

Missing values are NaN, and appear as a gap. Rows are read as envelopes, the least and the greatest value of each `per`
rows, so that a spike is visible even if a pixel covers much time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Ring:
    """The newest `capacity` rows of `width` signals, float32.

    Attributes
    ----------
    settled : rows before this one no longer change
    """

    def __init__(self, capacity: int, width: int) -> None:
        self._rows = np.full((capacity, width), np.nan, np.float32)
        self._end = 0
        self.settled = 0

    def write(self, first: int, values: NDArray[np.floating], columns: slice = slice(None)) -> None:
        """Write values, [rows, columns], from row `first` on; at most `capacity` rows, none older than those kept."""
        end = first + len(values)
        if end > self._end:
            self._rows[self._places(max(self._end, end - len(self._rows)), end)] = np.nan
            self._end = end
        self._rows[self._places(first, end), columns] = values

    def settle(self, row: int) -> None:
        """Declare that rows before `row` no longer change."""
        self.settled = max(self.settled, row)

    def envelope(self, since: int, per: int, limit: int) -> tuple[int, NDArray[np.float32]]:
        """Return the least and the greatest value of every whole `per` settled rows.

        Parameters
        ----------
        since : number of the first requested envelope; envelope k covers the rows k per to (k + 1) per - 1
        limit : greatest number of envelopes; if there are more, the newest are returned

        Returns
        -------
        first : number of the first envelope; larger than `since` if older ones are gone or too many
        envelopes : float32 [envelopes, 2, width]; NaN if no row of an envelope has a value
        """
        last = self.settled // per
        oldest = -(-max(0, self._end - len(self._rows)) // per)
        first = min(max(since, oldest, last - limit), last)
        rows = self._rows[self._places(first * per, last * per)].reshape(last - first, per, self._rows.shape[1])
        return first, np.stack([np.fmin.reduce(rows, axis=1), np.fmax.reduce(rows, axis=1)], axis=1)

    def _places(self, first: int, end: int) -> NDArray[np.int64]:
        return np.arange(first, end) % len(self._rows)
