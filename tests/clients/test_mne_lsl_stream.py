"""mne-lsl's StreamLSL hears what `hil stream` sends: its channels are EEG in microvolts, value for value."""

from __future__ import annotations

import time

import numpy as np
import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.replayed import replay
from earloop.hil.interop.lsl_library import LslClock
from earloop.hil.interop.lsl_outlet import LslOutlets
from earloop.hil.interop.tap_streams import tap_streams
from earloop.recordings import Recording
from earloop.sim.front_end.quantise import codes_to_uv

pytestmark = pytest.mark.client
PATIENCE_S = 60.0
SECONDS = 4


@pytest.fixture(scope="module")
def replayed(design, fixed):
    """Four seconds of noise through the golden model."""
    codes = np.random.default_rng(0).integers(-(2**20), 2**20, (SECONDS * design.converter.rate_hz, 4), np.int32)
    signal = Recording(codes, "codes", float(design.converter.rate_hz), design.channels)
    return replay(GoldenDevice(fixed), signal, fixed)


@pytest.fixture
def heard(mne_lsl, design, fixed, replayed):
    """`heard(tap, rows)`: a StreamLSL that holds all rows of a tap, and the time of the run's first sample."""
    opened = []

    def hear(tap, rows):
        with LslOutlets(tap_streams(replayed, fixed), replayed.identity, design) as outlets:
            stream = mne_lsl.StreamLSL(bufsize=10 * SECONDS, name=f"{design.name} {tap}")
            stream.connect(acquisition_delay=None, timeout=PATIENCE_S)
            opened.append(stream)
            assert outlets.wait_for_listener(LslClock(), PATIENCE_S)
            start = outlets.play(LslClock(), speed=2 * SECONDS)
            deadline = time.monotonic() + PATIENCE_S
            while stream.n_new_samples < rows and time.monotonic() < deadline:
                stream.acquire()
        return stream, start

    yield hear
    for stream in opened:
        stream.disconnect()


def test_the_run_is_found_as_eeg_in_microvolts(heard, design, replayed):
    rows = SECONDS * design.converter.rate_hz
    stream, start = heard("uV", rows)
    assert stream.ch_names == list(design.channels)
    assert stream.get_channel_types() == ["eeg"] * len(design.channels)
    assert {channel["unit_mul"] for channel in stream.info["chs"]} == {-6}, "powers of ten of a volt"
    data, stamps = stream.get_data(picks="eeg")
    np.testing.assert_allclose(
        data[:, -rows:].T, codes_to_uv(replayed.stimulus.codes, design.converter), rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(stamps[-rows:], start + np.arange(rows) / design.converter.rate_hz, atol=1e-9)


def test_bands_are_of_the_type_of_what_they_hold(heard, design):
    stream, _ = heard("bands", 1)
    types = dict(zip(stream.ch_names, stream.get_channel_types(), strict=True))
    assert (types["T7/eeg_alpha"], types["T7/emg_low"], types["T8/eog"], types["T8/ecg_qrs"]) == (
        *("eeg", "emg", "eog", "ecg"),
    )
    assert {channel["unit_mul"] for channel in stream.info["chs"]} == {-6}


def test_codes_are_not_taken_for_volts_of_an_eeg(heard, design):
    stream, _ = heard("codes", 1)
    assert set(stream.get_channel_types()) == {"misc"}
