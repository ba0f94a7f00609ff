"""Real ears through the simulated front end: the way by which recordings reach a device under test."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt, welch

from recordings import read_recording, resample
from sim import codes_to_uv, convert
from spec.design import Design, load_design

WHOLE = load_design().model_dump()
DESIGN = Design.model_validate(WHOLE | {"electrodes": {"left": ["TP9"], "right": ["TP10"], "reference": ["Fpz"]}})


@pytest.mark.realdata
def test_a_recording_from_behind_the_ears_survives_resampling_and_conversion(real_data):
    path = sorted((real_data / "muse").glob("*SSVEP*.csv.gz"))[0]
    recording = read_recording(path, rate_hz=256, channels=DESIGN.channels)
    faster = resample(recording, DESIGN.converter.rate_hz)
    codes = convert(faster, DESIGN)
    assert codes.annotations == recording.annotations
    assert codes.meta["front_end"]["clipped"] == {"TP9": 0, "TP10": 0}
    band = butter(4, [2, 30], "bandpass", fs=1000, output="sos")
    out = sosfiltfilt(band, codes_to_uv(codes.data, DESIGN.converter), axis=0)
    source = sosfiltfilt(band, faster.data, axis=0)
    for channel in range(2):
        assert np.corrcoef(out[:, channel], source[:, channel])[0, 1] > 0.95


@pytest.mark.realdata
def test_resampling_keeps_the_spectrum_of_a_real_ear(real_data):
    path = sorted((real_data / "muse").glob("*SSVEP*.csv.gz"))[0]
    recording = read_recording(path, rate_hz=256, channels=["TP9"])
    f, before = welch(recording.data[:, 0], 256, nperseg=512)
    _, after = welch(resample(recording, 1000).data[:, 0], 1000, nperseg=2000)
    pass_band = (f > 1) & (f < 100)
    np.testing.assert_allclose(10 * np.log10(after[: len(f)][pass_band] / before[pass_band]), 0, atol=0.5)
