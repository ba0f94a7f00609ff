"""Earbuds and streams whose timelines have closed forms: no tolerance, no lag, round numbers."""

from __future__ import annotations

from dataclasses import replace

from earloop.sim.timeline import NO_FADING, NRF52840_EARBUD, Afe, BleLink, BlockStream, Fading

EXACT_AFE = Afe(name="exact", chip_channels=4, power_w=22e-3, oscillator_tolerance=0.0)
EXACT_EARBUD = replace(NRF52840_EARBUD, afe=EXACT_AFE)

# A frame that fills one packet, from 20 samples of 4 channels at 1 kSPS.
ONE_PACKET = BlockStream(mode="raw", channels=4, rate_hz=1000.0, tick_samples=5, block_ticks=4, frame_bytes=244)


def clean_link(**changes) -> BleLink:
    """BLE without errors, and a host without lag."""
    return BleLink(**({"fading": NO_FADING, "host_lag_max_s": 0.0} | changes))


def even_errors(rate) -> Fading:
    """The same packet error rate in both states."""
    return Fading(good_error=rate, bad_error=rate)
