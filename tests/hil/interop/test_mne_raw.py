"""A run as an MNE `Raw`: the same values, in volts, through a file and back."""

from __future__ import annotations

from dataclasses import replace

import mne
import numpy as np
import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.replayed import replay
from earloop.hil.interop.mne_raw import raw_of
from earloop.hil.run.device import DeviceRun
from earloop.recordings import Annotation, Recording
from earloop.sim import uv_to_codes
from earloop.spec.errors import EarloopError

NOTES = (Annotation(0.002, 0.1, "blink"), Annotation(2.5, 0.4, "chew"))


def test_codes_come_back_from_a_file_bit_for_bit(replayed, design, tmp_path):
    path = tmp_path / "codes_raw.fif"
    raw_of(replayed, design).save(path, fmt="double", verbose="error")
    raw = mne.io.read_raw_fif(path, preload=True, verbose="error")
    assert raw.ch_names == list(design.channels)
    assert raw.info["sfreq"] == 1000
    assert raw.info["line_freq"] == 50
    assert design.design_hash in raw.info["description"]
    uv = raw.get_data(units="uV").T
    np.testing.assert_array_equal(uv_to_codes(uv, design.converter), replayed.stimulus.codes)


@pytest.mark.parametrize(("tap", "guard_bits"), [("decimated", 8), ("notched", 8), ("bands", 12)])
def test_every_tap_comes_back_from_a_file_bit_for_bit(replayed, design, tmp_path, tap, guard_bits):
    path = tmp_path / "tap_raw.fif"
    raw_of(replayed, design, tap).save(path, fmt="double", verbose="error")
    raw = mne.io.read_raw_fif(path, preload=True, verbose="error")
    assert raw.info["sfreq"] == 200
    step_uv = 4.5e6 / 12 / 2**23 / 2**guard_bits
    found = np.rint(1e6 * raw.get_data().T / step_uv)
    np.testing.assert_array_equal(found.reshape(replayed.run.taps[tap].shape), replayed.run.taps[tap])


def test_a_sine_of_known_volts_has_them_at_every_tap(fixed):
    """100 uV at 10 Hz, which lies within the alpha band and far from the notch."""
    design = fixed.design
    t = np.arange(10_000) / 1000
    uv = np.tile(100 * np.sin(2 * np.pi * 10 * t)[:, None], (1, 4))
    replayed = replay(GoldenDevice(fixed), Recording(uv, "uV", 1000.0, design.channels), fixed)
    for tap, channel in (("codes", "T7"), ("decimated", "T7"), ("notched", "T7"), ("bands", "T7/eeg_alpha")):
        settled = raw_of(replayed, design, tap).get_data(picks=[channel], tmin=5.0)[0]
        assert np.sqrt(2) * settled.std() == pytest.approx(100e-6, rel=0.02), tap


def test_bands_are_of_the_type_of_what_they_hold(replayed, design):
    raw = raw_of(replayed, design, "bands")
    types = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    assert len(types) == 48
    wanted = {"T7/eeg_alpha": "eeg", "T9/emg_mid": "emg", "T8/eog": "eog", "T10/ecg_qrs": "ecg"}
    assert wanted.items() <= types.items()


def test_annotations_keep_their_place_in_the_signal(replayed, design):
    """A tap's first row is 4 ms after the first converter sample; what began before it begins with it."""
    at_codes = raw_of(replayed, design, "codes", NOTES).annotations
    np.testing.assert_allclose(at_codes.onset, [0.002, 2.5])
    at_bands = raw_of(replayed, design, "bands", NOTES).annotations
    np.testing.assert_allclose(at_bands.onset, [0.0, 2.496])
    assert list(at_bands.description) == ["blink", "chew"]
    np.testing.assert_allclose(at_bands.duration, [0.1, 0.4])


def test_a_tap_that_is_not_emitted_lists_those_that_are(replayed, design):
    with pytest.raises(EarloopError, match="golden: no tap tokens; available: codes, decimated, notched, bands"):
        raw_of(replayed, design, "tokens")
    bare = replace(replayed, run=DeviceRun(tokens=replayed.run.tokens))
    with pytest.raises(EarloopError, match=r"golden: no tap bands; available: codes$"):
        raw_of(bare, design, "bands")
