"""The signals of a run in uV: the codes sent, and the values that the device computes from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.hil.live.ring import Ring
from earloop.hil.live.snapshot import Trace
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap

KEPT_S = 40.0  # kept length of every trace


class Signals:
    """The newest seconds of every trace, over all passes of a recording."""

    def __init__(self, fixed: FixedDesign) -> None:
        design = fixed.design
        channels, ticks = len(design.channels), int(KEPT_S * design.token_rate_hz)
        self._fixed, self._samples_a_tick = fixed, design.decimator.factor
        self._rings: dict[Trace, Ring] = {
            "raw": Ring(ticks * self._samples_a_tick, channels),
            "decimated": Ring(ticks, channels),
            "bands": Ring(ticks, channels * len(design.bands)),
        }
        self._before = 0  # number of samples of earlier passes

    def begin_pass(self, before: int) -> None:
        """Begin a pass: from now on, indices count after `before` samples of earlier passes."""
        self._before = before
        self._rings["bands"].settle(before // self._samples_a_tick)

    def left(self, first: int, codes: NDArray[np.int32]) -> None:
        """Add sent codes, [samples, channels], from sample `first` on."""
        at = self._before + first
        self._rings["raw"].write(at, codes * self._fixed.design.converter.lsb_uv)
        self._rings["raw"].settle(at + len(codes))

    def received(self, tap: Tap, place: tuple[int, ...], values: NDArray[np.integer]) -> None:
        """Add a row of a tap, see `earloop.hil.link.pace.Observer.filed`; other taps are ignored."""
        if tap is Tap.TOKENS:
            patch, channel, band = place
            self._token(patch, channel, band, values)
        elif tap is Tap.BANDS:
            tick, channel = place
            self._bands(tick, channel, values)
        elif tap is Tap.DECIMATED:
            self._decimated(place[0], values)

    def envelope(self, trace: Trace, since: int, per_ticks: int, limit: int) -> tuple[int, NDArray[np.float32]]:
        """Return least and greatest values in uV of each `per_ticks` ticks of a trace; see `Ring.envelope`.

        Columns are channels; for `bands`, all bands of the first channel, then those of the second.
        """
        per = per_ticks * (self._samples_a_tick if trace == "raw" else 1)
        return self._rings[trace].envelope(since, per, limit)

    def newest(self, per_ticks: int) -> int:
        """Return the number after the last envelope of the raw trace."""
        return self._rings["raw"].settled // (per_ticks * self._samples_a_tick)

    @property
    def _row(self) -> int:
        """Row of this pass's first tick."""
        return self._before // self._samples_a_tick

    def _token(self, patch: int, channel: int, band: int, values: NDArray[np.integer]) -> None:
        first, bands = self._row + patch * len(values), len(self._fixed.design.bands)
        uv = values[:, None] * self._fixed.token_lsb_uv[band]
        self._rings["bands"].write(first, uv, slice(channel * bands + band, channel * bands + band + 1))
        last = (channel + 1) * (band + 1) == len(self._fixed.design.channels) * bands
        self._rings["bands"].settle(first + last * len(values))

    def _bands(self, tick: int, channel: int, values: NDArray[np.integer]) -> None:
        design = self._fixed.design
        row, bands, uv = self._row + tick, len(values), values[None] * design.band_step_uv
        self._rings["bands"].write(row, uv, slice(channel * bands, (channel + 1) * bands))
        self._rings["bands"].settle(row + (channel + 1 == len(design.channels)))

    def _decimated(self, tick: int, values: NDArray[np.integer]) -> None:
        self._rings["decimated"].write(self._row + tick, values[None] * self._fixed.design.input_step_uv)
        self._rings["decimated"].settle(self._row + tick + 1)
