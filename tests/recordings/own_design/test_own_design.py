"""A design for a recording: electrodes, sides, reference, rates, bands and mains, each with its reason."""

from __future__ import annotations

import json

import numpy as np
import pytest

from earloop.recordings import ReadOptions, Recording, RecordingError
from earloop.recordings.own_design.electrodes import split_by_ear
from earloop.recordings.own_design.mains import line_height_db
from earloop.recordings.own_design.rates import choose_bands, choose_rates
from earloop.recordings.own_design.write import design_for
from earloop.spec.fixed import compile_design
from tests.brainvision import write_brainvision
from tests.edf import EdfSignal, edf_bytes

RATE = 250


@pytest.fixture
def edf(tmp_path):
    """Writes noise, with a hum if asked for, in channels of these names."""

    def write(*names, hum_hz=0.0, rate=RATE, seconds=20):
        rng, t = np.random.default_rng(2), np.arange(seconds * rate) / rate
        hum = 100 * np.sin(2 * np.pi * hum_hz * t)[:, np.newaxis]
        codes = (rng.standard_normal((len(t), len(names))) * 40 + hum).astype(int).reshape(seconds, rate, -1)
        signals = [EdfSignal(label=name, codes=codes[..., i]) for i, name in enumerate(names)]
        path = tmp_path / "a.edf"
        path.write_bytes(edf_bytes(signals))
        return path

    return write


def said(own, word):
    return next(line for line in own.said if line.startswith(word))


def test_eeg_channels_become_electrodes_and_the_others_are_named(edf):
    others = ("ECG", "Resp chest", "EMG chin", "Right AUX", "ref")
    own = design_for(edf("EEG T7", "t8", "Fz..", *others), ReadOptions(), "mine")
    assert own.design.channels == ("T7", "Fz", "t8")
    assert said(own, "electrodes") == "electrodes: T7, t8, Fz (T7 = EEG T7, Fz = Fz..)"
    assert said(own, "left out") == "left out: ECG, Resp chest, EMG chin, Right AUX, ref; --channels chooses others"
    assert own.renames == ()


def test_a_shipped_design_of_the_same_electrodes_is_named(edf):
    own = design_for(edf("TP9", "AF7", "AF8", "TP10"), ReadOptions(), "mine")
    assert said(own, "shipped") == "shipped: the design muse has these electrodes, too: --design muse"


def test_names_that_no_design_can_have_are_changed_and_mapped(edf):
    own = design_for(edf("EXG Channel 0", "2nd"), ReadOptions(), "mine")
    assert own.design.channels == ("EXG_Channel_0", "E2nd")
    assert own.renames == (("EXG Channel 0", "EXG_Channel_0"), ("2nd", "E2nd"))


def test_the_user_chooses_and_names_electrodes(edf):
    options = ReadOptions(channels=("EarR", "EarL"), renames=(("EarL", "T9"), ("EarR", "T10")))
    own = design_for(edf("EarL", "EarR", "Other"), options, "mine")
    assert (own.design.electrodes.left, own.design.electrodes.right) == (("T9",), ("T10",))
    assert own.renames == (("EarR", "T10"), ("EarL", "T9"))


@pytest.mark.parametrize(
    ("names", "left", "right", "how"),
    [
        (["T7", "T8", "FT9", "P10"], ["T7", "FT9"], ["T8", "P10"], "by the names"),
        (["EarL1", "EarL2", "EarR1"], ["EarL1", "EarL2"], ["EarR1"], "by the names"),
        (["L1", "L4b", "R2"], ["L1", "L4b"], ["R2"], "by the names"),
        (["T8", "Cz"], ["Cz"], ["T8"], "Cz in the middle counts as left"),
        (["ch1", "ch2", "ch3"], ["ch1", "ch2"], ["ch3"], "the side of ch1, ch2, ch3 is unknown: check it"),
    ],
)
def test_sides_are_told_by_parity_or_names_else_halved_and_said(names, left, right, how):
    assert split_by_ear(names)[:2] == (left, right)
    assert how in split_by_ear(names)[2]


def test_more_than_eight_electrodes_are_refused_with_those_near_the_ears(edf):
    names = ("Fp1", "F3", "C3", "P3", "O1", "Fz", "T7", "EEG T8", "TP9")
    with pytest.raises(RecordingError, match=r'9 channels; a design has at most 8 .*--channels "T7,EEG T8,TP9"'):
        design_for(edf(*names), ReadOptions(), "mine")


def test_two_channels_of_one_electrode_are_refused(edf):
    with pytest.raises(RecordingError, match="several channels would be the electrode T7"):
        design_for(edf("T7-Cz", "T7-A1"), ReadOptions(), "mine")


def test_codes_of_an_earbud_have_their_design_already(tmp_path, design):
    from earloop.recordings import write_session

    codes = Recording(np.ones((500, 4), np.int32), "codes", 1000.0, design.channels, meta={"lsb_uv": 0.04})
    write_session(codes, tmp_path / "codes.zarr")
    with pytest.raises(RecordingError, match="holds codes of an earbud"):
        design_for(tmp_path / "codes.zarr", ReadOptions(), "mine")


def test_the_reference_of_all_labels_is_taken(edf):
    own = design_for(edf("EEG T7-Cz", "EEG T8-Cz"), ReadOptions(), "mine")
    assert own.design.electrodes.reference == ("Cz",)
    assert said(own, "reference") == "reference: Cz, as the file's channels say"
    assert own.renames == (), "the same reference needs no map"


def test_labels_of_different_references_give_none(edf):
    own = design_for(edf("T7-A1", "T8-A2"), ReadOptions(), "mine")
    assert own.design.electrodes.reference == ("unknown",)
    assert own.renames == (("T7-A1", "T7"), ("T8-A2", "T8"))


def test_a_reference_that_names_no_electrode_is_a_question(edf):
    own = design_for(edf("T7-REF", "T8-REF"), ReadOptions(), "mine")
    assert own.design.electrodes.reference == ("unknown",)
    assert "'REF', which names no electrode. Question: against which" in said(own, "reference")


def test_the_reference_of_brainvision_is_taken(tmp_path):
    noise = np.random.default_rng(0).integers(-99, 99, (3000, 2), np.int16)
    path = write_brainvision(tmp_path, noise, ("T7,FCz,0.5,uV", "T8,FCz,0.5,uV"))
    assert design_for(path, ReadOptions(), "mine").design.electrodes.reference == ("FCz",)


def test_the_reference_of_a_bids_sidecar_is_taken(edf, tmp_path):
    path = edf("T7", "T8")
    (tmp_path / "a.json").write_text(json.dumps({"EEGReference": "TP9 and TP10"}))
    own = design_for(path, ReadOptions(), "mine")
    assert own.design.electrodes.reference == ("TP9", "TP10")
    assert said(own, "reference") == "reference: TP9, TP10, as a.json says"


@pytest.mark.parametrize(("given", "held"), [("M1,M2", ("M1", "M2")), ("cross-ear", "cross-ear")])
def test_the_users_reference_comes_first(edf, given, held):
    assert design_for(edf("T7-Cz", "T8-Cz"), ReadOptions(), "a", reference=given).design.electrodes.reference == held


def test_a_reference_that_is_no_name_is_refused(edf):
    with pytest.raises(RecordingError, match="'left ear' is no name of an electrode"):
        design_for(edf("T7", "T8"), ReadOptions(), "mine", reference="left ear")


@pytest.mark.parametrize(
    ("rate_hz", "token_rate_hz", "highest_hz"),
    [(50, 50, 20.0), (128, 125, 51.2), (200, 200, 80.0), (250.03, 200, 100.0), (256, 200, 100.0), (4000, 200, 100.0)],
)
def test_no_band_lies_where_the_recording_carries_nothing(design, rate_hz, token_rate_hz, highest_hz):
    rates, _ = choose_rates(rate_hz)
    bands, lines = choose_bands(rates, design)
    assert rates.token_rate_hz == token_rate_hz <= rate_hz
    assert max(band["high_hz"] for band in bands) == pytest.approx(highest_hz)
    assert all(band["high_hz"] <= 0.4 * rate_hz for band in bands)
    named = " ".join(lines)
    assert all(band.name in named for band in design.bands), "each band is kept, cut or left out, and said"


def test_a_recording_slower_than_every_tokenizer_is_refused():
    with pytest.raises(RecordingError, match="40 Hz: a design needs a recording of 50 Hz or more"):
        choose_rates(40.0)


@pytest.mark.parametrize("hum_hz", [50, 60])
def test_a_hum_in_the_recording_chooses_the_notch(edf, hum_hz):
    own = design_for(edf("T7", "T8", hum_hz=hum_hz), ReadOptions(), "mine")
    assert own.design.notch.mains_hz == hum_hz
    assert "because its line is" in said(own, "mains")


def test_without_a_hum_the_notch_is_the_usual_and_the_user_may_choose(edf):
    own = design_for(edf("T7", "T8"), ReadOptions(), "mine")
    assert (own.design.notch.mains_hz, "no clear line" in said(own, "mains")) == (50, True)
    assert design_for(edf("T7", "T8", hum_hz=50), ReadOptions(), "mine", mains_hz=0).design.notch.mains_hz == 0


def test_a_notch_above_nyquist_is_left_out_and_said(edf):
    own = design_for(edf("T7", "T8", rate=100, seconds=50), ReadOptions(), "mine")
    assert own.design.notch.mains_hz == 0
    assert "Nyquist frequency is 50 Hz" in said(own, "mains")


def test_the_height_of_a_line_is_that_of_its_closed_form():
    """A sine's power a^2 / 2 in a Hann window's width of 1.5 / 4 s, over the density 2 s^2 / rate of white noise."""
    rate, seconds, a, s = 500.0, 400, 10.0, 2.0
    t = np.arange(seconds * rate) / rate
    noise = np.random.default_rng(1).standard_normal((len(t), 1)) * s
    uv = a * np.sin(2 * np.pi * 50 * t)[:, np.newaxis] + noise
    wanted_db = 10 * np.log10((a**2 / 2) / (1.5 / 4.0) / (2 * s**2 / rate))
    assert line_height_db(Recording(uv, "uV", rate, ("T7",)), 50) == pytest.approx(wanted_db, abs=0.3)
    assert abs(line_height_db(Recording(uv, "uV", rate, ("T7",)), 60)) < 2


@pytest.mark.parametrize("rate", [50, 100, 128, 160, 200, 250, 256, 300, 500, 512, 1000])
def test_every_such_design_compiles(edf, rate):
    compile_design(design_for(edf("T7", "T8", rate=rate, seconds=8), ReadOptions(), "mine").design)
