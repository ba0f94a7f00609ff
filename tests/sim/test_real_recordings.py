"""Real ears through the simulated front end: the way by which recordings reach a device under test."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt, welch

from earloop.recordings import Recording, read_recording, resample
from earloop.sim import GENERIC_FIT, MUSE, codes_to_uv, convert
from earloop.spec.design import Design, load_design

WHOLE = load_design().model_dump()
DESIGN = Design.model_validate(WHOLE | {"electrodes": {"left": ["TP9"], "right": ["TP10"], "reference": ["Fpz"]}})
FIRM = replace(GENERIC_FIT, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0)


@pytest.mark.realdata
def test_a_recording_from_behind_the_ears_survives_resampling_and_conversion(real_data):
    path = sorted((real_data / "muse").glob("*SSVEP*.csv.gz"))[0]
    recording = read_recording(path, rate_hz=256, channels=DESIGN.channels)
    faster = resample(recording, DESIGN.converter.rate_hz)
    codes = convert(faster, DESIGN, fit=FIRM)
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


@pytest.mark.realdata
def test_a_real_headband_has_the_steps_and_the_range_of_the_profile(real_data):
    for path in sorted((real_data / "muse").glob("*.csv.gz")):
        codes = read_recording(path, rate_hz=256, channels=MUSE.headset.channels).data / MUSE.lsb_uv
        assert np.abs(codes - np.rint(codes)).max() < 0.01  # the files hold three decimals of a uV
        assert np.rint(codes.min()) >= -2048
        assert np.rint(codes.max()) <= 2047


@pytest.mark.realdata
def test_a_simulated_headband_on_nobody_is_quieter_than_a_real_one_on_a_head(real_data):
    def gamma_uv(uv: np.ndarray) -> np.ndarray:
        f, density = welch(uv, 256, nperseg=512, axis=0)
        return np.sqrt(15 * density[(f > 30) & (f < 45)].mean(axis=0))

    heads = [
        gamma_uv(read_recording(path, rate_hz=256, channels=MUSE.headset.channels).data)
        for path in sorted((real_data / "muse").glob("*.csv.gz"))
    ]
    nobody = Recording(np.zeros((256 * 60, 4)), "uV", 256.0, MUSE.headset.channels)
    firm = replace(MUSE.fit, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0)
    silences = [gamma_uv(codes_to_uv(convert(nobody, MUSE, seed=seed, fit=firm).data, MUSE)) for seed in range(20)]
    assert 0.25 * np.median(heads) < np.median(silences) < np.median(heads)
