"""Real ears through every device that runs here: dry electrodes behind the ears, 256 Hz, uV."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earloop.hil.devices.open_device import open_device
from earloop.hil.judging.judge import judge
from earloop.recordings import read_recording

SECONDS = 10
CHANNELS = ("TP9", "TP10", "AF7", "AF8")
FILES = (
    "visual_SSVEP_subject1_session1_2017-09-14-21.20.04.csv.gz",
    "visual_P300_subject1_session1_2017-02-04-15_47_49.csv.gz",  # 100 uV of mains hum
)


@pytest.mark.realdata
@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", ["golden", "rtl", "firmware"])
def test_a_real_recording_passes(kind, file, fixed, real_data):
    names = dict(zip(CHANNELS, fixed.design.channels, strict=True))
    whole = read_recording(real_data / "muse" / file, rate_hz=256.0, channels=CHANNELS, renames=names)
    recording = replace(whole, data=whole.data[: SECONDS * 256], annotations=())
    with open_device(kind, fixed) as device:
        verdict = judge(device, recording, fixed)
    assert verdict.passed, verdict.reasons
    assert verdict.mismatches == 0
    assert verdict.stimulus.sources == CHANNELS
