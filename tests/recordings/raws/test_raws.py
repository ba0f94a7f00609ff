"""MNE's `Raw` and FIF files, beside what MNE itself says of them."""

from __future__ import annotations

import mne
import numpy as np
import pytest

from earloop.recordings import (
    Annotation,
    Recording,
    RecordingError,
    describe_file,
    from_mne,
    read_recording,
    to_mne,
)

RATE_HZ = 250.0


def raw_of(seconds=8.0, names=("T7", "T8"), types="eeg", seed=0):
    data = np.random.default_rng(seed).normal(size=(len(names), round(seconds * RATE_HZ))) * 20e-6
    return mne.io.RawArray(data, mne.create_info(list(names), RATE_HZ, types), verbose="error")


@pytest.fixture
def fif(tmp_path):
    """Write a Raw and return its path."""

    def write(raw, name="a_raw.fif"):
        raw.save(tmp_path / name, overwrite=True, verbose="error", fmt="double")
        return tmp_path / name

    return write


def test_a_file_has_the_samples_of_mne_in_uv(fif):
    raw = raw_of()
    recording = read_recording(fif(raw))
    np.testing.assert_allclose(recording.data, 1e6 * raw.get_data().T, rtol=1e-12)
    assert (recording.unit, recording.sfreq, recording.channels) == ("uV", RATE_HZ, ("T7", "T8"))


def test_a_cropped_file_with_a_date_has_its_events_where_mne_has_them(fif):
    """A crop makes `first_samp` differ from 0, and a date makes annotations count from the measurement."""
    raw = raw_of()
    raw.set_meas_date(1_700_000_000)
    raw.set_annotations(mne.Annotations([1.0, 3.0, 6.5], [0.5, 0.0, 0.25], ["before", "blink", "clench"]))
    raw.crop(2.0, 8.0 - 1 / RATE_HZ)
    path = fif(raw)
    found = [(note.onset_s, note.duration_s, note.label) for note in read_recording(path).annotations]
    again = mne.io.read_raw_fif(path, verbose="error")
    events, names = mne.events_from_annotations(again, verbose="error")
    wanted = {label: (events[events[:, 2] == code, 0][0] - again.first_samp) / RATE_HZ for label, code in names.items()}
    assert {label: onset for onset, _, label in found} == pytest.approx(wanted)
    assert [duration for _, duration, _ in found] == pytest.approx([0.0, 0.25])


def test_only_potentials_are_read_and_triggers_become_events(fif):
    raw = raw_of(names=("T7", "hEOG", "MEG", "STI"), types=["eeg", "eog", "mag", "stim"])
    stim = np.zeros(raw.n_times)
    stim[500:510], stim[510:520], stim[1000:1001] = 5, 7, 5
    raw._data[3] = stim
    path = fif(raw)
    recording = read_recording(path)
    assert recording.channels == ("T7", "hEOG")
    wanted = mne.find_events(raw, "STI", consecutive=True, shortest_event=1, verbose="error")
    found = [(round(note.onset_s * RATE_HZ), int(note.label)) for note in recording.annotations]
    assert found == [(at, code) for at, _, code in wanted.tolist()] == [(500, 5), (510, 7), (1000, 5)]
    with pytest.raises(RecordingError, match="channel MEG is of MNE's type mag, no potential: leave it out"):
        read_recording(path, channels=["T7", "MEG"])


def test_time_in_which_nothing_was_recorded_is_a_gap(fif):
    raw = raw_of()
    raw.set_annotations(mne.Annotations([3.0], [2.0], ["BAD_ACQ_SKIP"]))
    path = fif(raw)
    with pytest.raises(RecordingError, match=r"has a gap of 2\.000 s, 3\.000 s after its beginning"):
        read_recording(path)
    assert read_recording(path, part=2).duration_s == pytest.approx(3.0)
    filled = read_recording(path, gaps="nan")
    assert filled.gaps == ((750, 1250),)
    np.testing.assert_allclose(filled.data[1250:], 1e6 * raw.get_data(start=1250).T, rtol=1e-12)


def test_where_recordings_were_joined_an_unknown_time_has_passed(fif):
    joined = mne.concatenate_raws([raw_of(3.0), raw_of(4.0, seed=1)], verbose="error")
    path = fif(joined)
    with pytest.raises(RecordingError, match=r"has a gap of unknown duration, 3\.000 s after its beginning"):
        read_recording(path)
    assert [len(read_recording(path, part=part).data) for part in (1, 2)] == [750, 1000]
    with pytest.raises(RecordingError, match="does not say how long its gaps are"):
        read_recording(path, gaps="nan")


def test_bad_channels_and_projections_that_wait_are_noted(fif):
    raw = raw_of(names=("T7", "T8", "TP9"))
    raw.info["bads"] = ["T8"]
    raw.set_eeg_reference(projection=True, verbose="error")
    notes = read_recording(fif(raw)).meta["notes"]
    assert any("marked as bad, and read nevertheless: T8" in note for note in notes)
    assert any("projections are not applied: Average EEG reference" in note for note in notes)


def test_epochs_and_other_files_are_no_recording(tmp_path):
    epochs = mne.make_fixed_length_epochs(raw_of(), duration=1.0, verbose="error")
    epochs.save(tmp_path / "a-epo.fif", verbose="error")
    (tmp_path / "b.fif").write_bytes(b"not a file of that kind" * 20)
    (tmp_path / "empty.fif").write_bytes(b"")
    for name in ("a-epo.fif", "b.fif", "empty.fif"):
        with pytest.raises(RecordingError, match=f"{name}: is no undamaged FIF file of a continuous recording"):
            read_recording(tmp_path / name)


def test_a_cut_file_is_refused_or_read_short_but_never_wrong(fif):
    raw = raw_of()
    path = fif(raw)
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        path.write_bytes(whole[: int(len(whole) * share)])
        try:
            found = read_recording(path).data
        except RecordingError:
            continue
        np.testing.assert_allclose(found, 1e6 * raw.get_data(stop=len(found)).T, rtol=1e-12)


def test_info_describes_a_fif_file(fif):
    info = describe_file(fif(raw_of()))
    assert info.format == "FIF"


def test_a_raw_goes_to_a_recording_and_back():
    raw = raw_of()
    raw.set_annotations(mne.Annotations([3.0], [0.5], ["blink"]))
    recording = from_mne(raw, channels=["T8"])
    back = to_mne(recording)
    np.testing.assert_allclose(back.get_data(), raw.get_data(picks=["T8"]), rtol=1e-12)
    assert back.annotations.description.tolist() == ["blink"]
    assert from_mne(back).annotations == recording.annotations == (Annotation(3.0, 0.5, "blink"),)


def test_a_recording_with_a_gap_comes_back_with_it():
    data = np.random.default_rng(0).normal(size=(1000, 1))
    data[400:500] = np.nan
    recording = Recording(data, "uV", RATE_HZ, ("T7",), gaps=((400, 500),))
    back = from_mne(to_mne(recording), gaps="nan")
    assert back.gaps == recording.gaps
    np.testing.assert_allclose(back.data, recording.data, rtol=1e-12)


def test_codes_become_volts_by_their_size_and_are_refused_without_it():
    codes = np.array([[0], [1000], [-2000]], np.int32)
    recording = Recording(codes, "codes", RATE_HZ, ("T7",), meta={"lsb_uv": 0.05})
    np.testing.assert_allclose(to_mne(recording).get_data()[0], [0, 50e-6, -100e-6])
    with pytest.raises(RecordingError, match="wanted lsb_uv in its meta"):
        to_mne(Recording(codes, "codes", RATE_HZ, ("T7",)))


def test_what_is_no_raw_is_refused_by_its_type():
    with pytest.raises(RecordingError, match=r"from_mne takes an mne\.io\.Raw, found a list"):
        from_mne([1, 2, 3])
