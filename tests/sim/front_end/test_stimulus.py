"""From recordings of all kinds to codes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.recordings import Recording, RecordingError
from earloop.sim import convert
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.synth_data import synthesise


@pytest.fixture(scope="module")
def codes_10s(design) -> Recording:
    """Ten synthetic seconds behind the front end."""
    return convert(synthesise(design, duration_s=10.0, seed=4), design, seed=4)


def sine_uv(rate_hz, channels, seconds=4.0):
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    data = np.stack([50 * np.sin(2 * np.pi * (5 + i) * t) + 300 for i in range(len(channels))], axis=1)
    return Recording(data, "uV", rate_hz, channels)


def test_uv_are_resampled_and_divided_by_the_size_of_a_code(design):
    stimulus = to_stimulus(sine_uv(256.0, design.channels), design)
    assert stimulus.codes.shape == (4000, 4)
    assert stimulus.sources == design.channels
    t = np.arange(4000) / 1000
    wanted = (50 * np.sin(2 * np.pi * 5 * t) + 300) / design.converter.lsb_uv
    middle = slice(500, 3500)
    np.testing.assert_allclose(stimulus.codes[middle, 0], wanted[middle], atol=3)


def test_channels_of_the_designs_names_are_taken_by_name(design):
    recording = sine_uv(1000.0, ("T10", "EXG", "T7", "T9", "T8"))
    stimulus = to_stimulus(recording, design)
    assert stimulus.sources == design.channels
    np.testing.assert_array_equal(stimulus.codes[:, 3], np.rint(recording.data[:, 0] / design.converter.lsb_uv))


def test_renamed_channels_are_taken_as_electrodes_and_keep_the_names_of_the_file(design):
    recording = sine_uv(1000.0, ("EarR2", "EarL1", "EarL2", "EarR1"))
    named = recording.renamed({"EarL1": "T7", "EarL2": "T9", "EarR1": "T8", "EarR2": "T10"})
    stimulus = to_stimulus(named, design)
    assert stimulus.sources == ("EarL1", "EarL2", "EarR1", "EarR2")
    np.testing.assert_array_equal(stimulus.codes[:, 3], np.rint(recording.data[:, 0] / design.converter.lsb_uv))


@pytest.mark.parametrize("names", [("EarL1", "EarL2", "EarR1", "EarR2"), ("T7", "T9", "T8", "Cz"), ("A", "B")])
def test_a_recording_without_the_designs_names_is_refused_never_taken_by_position(design, names):
    with pytest.raises(
        RecordingError, match=f"has {len(names)} channels .*the design has 4 channels .T7, T9, T8, T10."
    ):
        to_stimulus(sine_uv(1000.0, names), design)


def test_codes_pass_as_they_are_or_not_at_all(design, codes_10s):
    np.testing.assert_array_equal(to_stimulus(codes_10s, design).codes, codes_10s.data)
    with pytest.raises(RecordingError, match="codes at 500 Hz"):
        to_stimulus(replace(codes_10s, sfreq=500.0), design)
    with pytest.raises(RecordingError, match="codes of design abcdef"):
        to_stimulus(replace(codes_10s, meta={"design_hash": "abcdef"}), design)
    with pytest.raises(RecordingError, match="beyond 24 bits"):
        to_stimulus(replace(codes_10s, data=codes_10s.data + 2**24), design)


def test_samples_at_the_rails_are_counted(design, codes_10s):
    data = codes_10s.data.copy()
    data[100:110, 2] = 2**23 - 1
    data[5, 0] = -(2**23)
    assert to_stimulus(replace(codes_10s, data=data), design).clipped == 11
