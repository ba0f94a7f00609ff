"""Parameters that make no sense are refused in one line that names them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earloop.sim.timeline import (
    LIPO_75_MAH,
    NRF52840_EARBUD,
    BleLink,
    Fading,
    TimelineError,
    UartLink,
    ads1299_for,
    simulate,
    stream_of,
)
from tests.sim.timeline.timeline_runs import ONE_PACKET

AFE, CORE = NRF52840_EARBUD.afe, NRF52840_EARBUD.controller


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: BleLink(interval_s=5e-3), "connection interval = 5 ms: must be 7.5 to 4000 ms"),
        (lambda: BleLink(phy_mbit=3), "PHY = 3 Mbit/s: must be 1 or 2"),
        (lambda: BleLink(data_bytes=300), "data packet = 300 bytes: must be 8 to 251"),
        (lambda: BleLink(max_attempts=0), "attempts at a packet = 0: must be a number of 1 or more"),
        (lambda: BleLink(packets_per_event=0), "packets in a connection event = 0"),
        (lambda: Fading(bad_error=1.5), "packet error rate, bad state = 1.5: must be between 0 and 1"),
        (lambda: Fading(good_s=0), "mean duration of the good state, s = 0: must be a number above 0"),
        (lambda: UartLink(0), "baud = 0"),
        (lambda: replace(LIPO_75_MAH, capacity_mah=-1), "battery capacity, mAh = -1"),
        (lambda: replace(NRF52840_EARBUD, efficiency=1.1), "regulator efficiency = 1.1: must be above 0"),
        (lambda: replace(NRF52840_EARBUD, buffer_bytes=0), "buffer, bytes = 0"),
        (lambda: replace(CORE, core_hz=float("nan")), "core clock, Hz = nan"),
        (lambda: replace(ONE_PACKET, frame_bytes=0), "bytes in a frame = 0"),
        (lambda: ads1299_for(9), "channels = 9: an ADS1299 has up to 8"),
    ],
)
def test_a_part_that_cannot_be(make, complaint):
    with pytest.raises(TimelineError) as caught:
        make()
    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize("duration_s", [0.0, -1.0, float("inf"), float("nan")])
def test_a_duration_that_is_none(duration_s):
    with pytest.raises(TimelineError, match="duration, s"):
        simulate(NRF52840_EARBUD, ONE_PACKET, UartLink(921600), duration_s=duration_s)


def test_more_channels_than_the_converter_has():
    with pytest.raises(TimelineError, match="channels = 6: ADS1299-4 has 4"):
        simulate(NRF52840_EARBUD, replace(ONE_PACKET, channels=6), UartLink(921600), duration_s=1.0)


def test_an_spi_too_slow_for_the_converter():
    earbud = replace(NRF52840_EARBUD, afe=replace(AFE, spi_hz=100e3))
    with pytest.raises(TimelineError, match="reading a sample takes 1200 us, but the next one comes after 1000 us"):
        simulate(earbud, ONE_PACKET, UartLink(921600), duration_s=1.0)


def test_a_mode_that_is_not_known(design):
    with pytest.raises(TimelineError, match="mode fancy: valid: raw, bands, tokens"):
        stream_of(design, "fancy")
