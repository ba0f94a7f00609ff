"""Sleep-EDF, from files in its layout: each 30 s where its stage is, on the night and half an hour around it."""

from __future__ import annotations

import edfio
import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.tasks.datasets import load_sleep_edf
from earloop.spec.variants import vary_reference

CHANNELS = {"EEG Fpz-Cz": 100, "EEG Pz-Oz": 100, "EOG horizontal": 100, "Temp rectal": 1}
HOUR = 3600
# Stage, seconds; the cassettes run for a day, this one for less.
NIGHT = (
    ("Sleep stage W", HOUR // 2 + 300),
    ("Sleep stage 1", 60),
    ("Sleep stage 2", 90),
    ("Sleep stage 3", 30),
    ("Sleep stage 4", 60),
    ("Movement time", 30),
    ("Sleep stage R", 60),
    ("Sleep stage W", HOUR // 2 + 600),
    ("Sleep stage ?", 300),
)
LENGTH_S = sum(seconds for _, seconds in NIGHT)
TONE_UV = {"Sleep stage 1": 10.0, "Sleep stage 2": 20.0, "Sleep stage 3": 40.0, "Sleep stage 4": 40.0}


def write_psg(path):
    """A tone of 6 Hz at Fpz-Cz, as high as the stage is deep."""
    t = np.arange(LENGTH_S * 100) / 100
    height = np.concatenate([np.full(seconds * 100, TONE_UV.get(stage, 5.0)) for stage, seconds in NIGHT])
    tone = height * np.sin(2 * np.pi * 6 * t)
    samples = [tone, 0.1 * tone, np.zeros(len(t)), np.full(LENGTH_S, 37.0)]
    signals = []
    for (name, rate), values in zip(CHANNELS.items(), samples, strict=True):
        unit, top = ("uV", 200.0) if rate == 100 else ("DegC", 40.0)
        signals.append(signal(values, rate, name, unit, top))
    edfio.Edf(signals).write(path)


def signal(values, rate, name, unit="uV", top=1.0):
    return edfio.EdfSignal(
        values,
        rate,
        label=name,
        physical_dimension=unit,
        physical_range=(-top, top),
        digital_range=(-2048, 2047),
    )


def write_hypnogram(path, night=NIGHT):
    notes, at_s = [], 0
    for stage, seconds in night:
        notes.append(edfio.EdfAnnotation(at_s, seconds, stage))
        at_s += seconds
    edfio.Edf([signal(np.zeros(10), 1, "unused")], annotations=notes).write(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sleep") / "sleep-cassette"
    folder.mkdir()
    write_psg(folder / "SC4001E0-PSG.edf")
    write_hypnogram(folder / "SC4001EC-Hypnogram.edf")
    return folder


@pytest.fixture(scope="module")
def night(folder):
    return load_sleep_edf(folder.parent)


def test_every_thirty_seconds_of_the_night_have_their_stage(night):
    assert night.classes == ("W", "N1", "N2", "N3", "R")
    assert night.patches == 120
    counts = np.bincount(night.target)
    np.testing.assert_array_equal(counts[1:], [2, 3, 3, 2])  # stages 3 and 4 are one, movement is none
    assert counts[0] in (119, 120)  # half an hour before and after; the last one loses the decimator's delay


def test_stages_stand_where_the_tone_is_as_high(night):
    rms = night.notched_uv(np.arange(len(night)))[:, 0].std(axis=1) * np.sqrt(2)
    for i, uv in enumerate((5.0, 10.0, 20.0, 40.0, 5.0)):
        np.testing.assert_allclose(rms[night.target == i], uv, rtol=0.15)


def test_subject_and_night_stand_in_the_file_name(night):
    assert set(night.session) == {"00/1"}
    assert night.format.channels == ("Fpz_Cz", "Pz_Oz", "EOG")


def test_some_of_the_channels_by_a_design_of_ones_own(folder):
    ours = vary_reference(electrodes={"left": ["EOG"], "right": [], "reference": ["bipolar"]})
    assert load_sleep_edf(folder, ours, subjects=["00"]).format.channels == ("EOG",)


def test_a_kept_night_is_the_same(folder, night, tmp_path):
    load_sleep_edf(folder, cache=tmp_path)
    kept = load_sleep_edf(folder, cache=tmp_path)
    assert isinstance(kept.streams[0].samples, np.memmap)
    np.testing.assert_array_equal(kept.streams[0].samples, night.streams[0].samples)
    np.testing.assert_array_equal(kept.start, night.start)


def test_what_is_missing_is_one_line(folder, tmp_path):
    with pytest.raises(ModelError, match=r"no SC4ssNEO-PSG\.edf"):
        load_sleep_edf(tmp_path)
    with pytest.raises(ModelError, match="no file of subject 07; valid: 00"):
        load_sleep_edf(folder, subjects=["07"])
    (tmp_path / "SC4011E0-PSG.edf").write_bytes((folder / "SC4001E0-PSG.edf").read_bytes())
    with pytest.raises(
        ModelError, match=r"SC4011E0-PSG\.edf: 0 files SC4011\*-Hypnogram\.edf are in its folder; wanted one"
    ):
        load_sleep_edf(tmp_path)
    (tmp_path / "SC4011EC-Hypnogram.edf").write_bytes(b"+0\x1530\x14\xff\xfe\x14\x00" * 20)
    with pytest.raises(ModelError, match=r"SC4011EC-Hypnogram\.edf: not a readable hypnogram"):
        load_sleep_edf(tmp_path)
    write_hypnogram(tmp_path / "SC4011EC-Hypnogram.edf", (("Sleep stage W", 3600),))
    with pytest.raises(ModelError, match="its hypnogram has no sleep"):
        load_sleep_edf(tmp_path)
