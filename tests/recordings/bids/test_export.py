"""A corpus as BIDS, read back by MNE-BIDS."""

from __future__ import annotations

import csv
import errno
import json
from importlib.metadata import version

import mne_bids
import numpy as np
import pytest

from earloop.recordings import Annotation, CorpusError, Recording, create_corpus, write_session
from earloop.recordings.bids import export as bids
from earloop.recordings.bids.events import EVENTS, SOURCES, UNITS, amplitude_unit
from earloop.recordings.bids.export import export_bids
from earloop.recordings.bids.sidecars import NO_LICENSE, SINC3_3DB, reference_of
from earloop.synth_data import load_scenario, synthesise
from tests.bdf import bdf_codes
from tests.corpora import NOTES, noise, tiny_plan, tree, write_one, write_tiny


@pytest.fixture(scope="module")
def exported(design, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bids")
    corpus = write_tiny(folder / "a.zarr", tiny_plan(design))
    for index in (0, 1):
        write_one(corpus, index, noise(corpus.plan, index) // 4)  # within the range where potentials are exact
    told = []
    export_bids(corpus, folder / "bids", told.append)
    assert told == [0, 12, 24, 36, 48]
    return corpus, folder / "bids"


def place(folder, planned):
    return mne_bids.BIDSPath(
        subject=planned.subject, session=f"{planned.number:03}", task="freeliving", datatype="eeg", root=folder
    )


def sidecar(folder, planned, suffix):
    return json.loads(place(folder, planned).update(suffix=suffix, extension=".json").fpath.read_text())


def table(path):
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_codes_are_in_the_bdf_bit_for_bit(exported):
    corpus, folder = exported
    for planned in corpus.finished:
        path = place(folder, planned).update(suffix="eeg", extension=".bdf").fpath
        np.testing.assert_array_equal(bdf_codes(path), corpus.open(planned).read())


def test_mne_bids_reads_the_same_potentials(exported):
    corpus, folder = exported
    for planned in corpus.finished[:2]:
        raw = mne_bids.read_raw_bids(place(folder, planned), verbose="error")
        assert tuple(raw.ch_names) == corpus.plan.design.channels
        assert raw.info["sfreq"] == 1000
        uv = corpus.open(planned).read() * corpus.plan.design.converter.lsb_uv
        np.testing.assert_allclose(1e6 * raw.get_data().T, uv, atol=corpus.plan.design.converter.lsb_uv / 2, rtol=0)


def test_mne_bids_reads_the_same_events_to_half_a_sample(exported):
    corpus, folder = exported
    found = mne_bids.read_raw_bids(place(folder, corpus.plan.sessions[3]), verbose="error").annotations
    assert list(found.description) == [note.label for note in NOTES]
    np.testing.assert_allclose(found.onset, [note.onset_s for note in NOTES], atol=0.5e-3)
    np.testing.assert_allclose(found.duration, [note.duration_s for note in NOTES], atol=1e-9)
    assert [extra["source"] for extra in found.extras] == [note.source for note in NOTES]
    assert [extra["amplitude"] for extra in found.extras] == ["n/a", "131.25", "n/a", "30.5"]


def test_people_and_the_data_set_are_described(exported):
    corpus, folder = exported
    people = {row["participant_id"]: (row["age"], row["sex"]) for row in table(folder / "participants.tsv")}
    assert people == {"sub-01": ("30", "F"), "sub-02": ("31", "M")}
    description = json.loads((folder / "dataset_description.json").read_text())
    assert corpus.plan.design.design_hash in json.dumps(description)
    channels = table(place(folder, corpus.plan.sessions[0]).update(suffix="channels", extension=".tsv").fpath)
    assert [row["name"] for row in channels] == list(corpus.plan.design.channels)
    assert {row["units"] for row in channels} == {"µV"}
    assert {(row["low_cutoff"], row["high_cutoff"]) for row in channels} == {("n/a", "262")}
    assert {row["reference"] for row in channels} == {"TP9 and TP10, wired together"}


def test_the_device_is_the_simulated_one_and_not_the_inventor_of_the_container(exported):
    corpus, folder = exported
    for planned in corpus.finished:
        eeg = sidecar(folder, planned, "eeg")
        assert "biosemi" not in json.dumps(eeg).lower()
        assert eeg["Manufacturer"] == "none: simulated by earloop"
        assert eeg["RecordingDuration"] == 12
        assert eeg["SoftwareVersions"] == f"earloop {version('earloop')}"
        assert eeg["EEGReference"] == "TP9 and TP10, wired together"
        assert eeg["HardwareFilters"]["sinc3 of the converter"]["Half power cutoff (Hz)"] == 262


def test_the_stated_half_power_cutoff_is_that_of_sinc3():
    assert np.abs(np.sinc(SINC3_3DB)) ** 6 == pytest.approx(0.5, abs=0.003)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (("Fpz",), "Fpz, wired together"),
        ("cross-ear", "each electrode against the mean of the other ear's electrodes"),
        ("within-ear", "each electrode against the mean of the other electrodes of its ear"),
    ],
)
def test_the_reference_is_that_of_the_design(design, reference, said):
    electrodes = design.electrodes.model_copy(update={"reference": reference})
    assert reference_of(design.model_copy(update={"electrodes": electrodes})) == said


def test_every_column_of_the_events_is_described(exported):
    corpus, folder = exported
    planned = corpus.plan.sessions[0]
    rows = table(place(folder, planned).update(suffix="events", extension=".tsv").fpath)
    described = sidecar(folder, planned, "events")
    assert set(described) - {"StimulusPresentation"} == set(rows[0])
    assert all(described[column]["Units"] == "s" for column in ("onset", "duration"))
    for row in rows:
        for column in ("trial_type", "value", "amplitude_unit", "source"):
            assert row[column] == "n/a" or row[column] in described[column]["Levels"], column
        assert described["value"]["Levels"][row["value"]] == row["trial_type"]
    units = {row["trial_type"]: row["amplitude_unit"] for row in rows}
    assert units == {"sitting": "n/a", "blink": "uV", "odour": "n/a", "r_peak": "uV"}


def test_no_event_lies_beyond_the_data(design, tmp_path):
    corpus = create_corpus(tmp_path / "a.zarr", tiny_plan(design, seconds=12, subjects=1))
    late = (Annotation(11.5, 3.0, "sitting"), Annotation(12.0, 0.0, "r_peak", 3.0, "ecg"), Annotation(99.0, 1.0, "x"))
    meta = {"subject": {"sex": "f", "age_years": 30}}
    recording = Recording(noise(corpus.plan, 0), "codes", 1000.0, design.channels, late, meta)
    write_session(recording, corpus.path_of(corpus.plan.sessions[0]))
    export_bids(corpus, tmp_path / "bids")
    rows = table(place(tmp_path / "bids", corpus.plan.sessions[0]).update(suffix="events", extension=".tsv").fpath)
    assert [(row["trial_type"], float(row["onset"]), float(row["duration"])) for row in rows] == [
        ("sitting", 11.5, 0.5)
    ]


def test_a_session_without_events_is_exported(design, tmp_path):
    corpus = create_corpus(tmp_path / "a.zarr", tiny_plan(design, seconds=12, subjects=1))
    meta = {"subject": {"sex": "f", "age_years": 30}}
    recording = Recording(noise(corpus.plan, 0), "codes", 1000.0, design.channels, (), meta)
    write_session(recording, corpus.path_of(corpus.plan.sessions[0]))
    export_bids(corpus, tmp_path / "bids")
    assert (
        len(mne_bids.read_raw_bids(place(tmp_path / "bids", corpus.plan.sessions[0]), verbose="error").annotations) == 0
    )


def test_who_publishes_it_and_under_what_is_said(exported, tmp_path):
    corpus, folder = exported
    description = json.loads((folder / "dataset_description.json").read_text())
    assert description["Authors"] == [f"earloop {version('earloop')} (a program)"]
    assert description["License"] == NO_LICENSE
    export_bids(corpus, tmp_path / "bids", authors=["Ada", "Bert"], license_name="CC0-1.0")
    description = json.loads((tmp_path / "bids" / "dataset_description.json").read_text())
    assert (description["Authors"], description["License"]) == (["Ada", "Bert"], "CC0-1.0")


def test_the_readme_says_that_nobody_was_recorded(exported):
    corpus, folder = exported
    readme = (folder / "README").read_text()
    assert "no person was recorded" in readme
    assert corpus.plan.design.design_hash in readme


@pytest.mark.parametrize("name", ["free-living", "running", "n170", "night", "gaze", "ssvep"])
def test_every_event_that_is_synthesised_is_described_with_its_unit(design, name):
    session = synthesise(design, scenario=load_scenario(name), duration_s=40.0, seed=1)
    notes = [note for note in session.recording.annotations if note.source != "scenario"]
    assert notes
    for note in notes:
        assert note.label.partition("/")[0] in EVENTS, note
        assert amplitude_unit(note) in UNITS, note
        assert note.source in SOURCES, note


def test_a_folder_that_is_taken_is_left_alone(exported, tmp_path):
    (tmp_path / "mine").write_text("mine")
    for taken in (tmp_path, tmp_path / "mine"):
        with pytest.raises(CorpusError, match="exists and is not an empty folder"):
            export_bids(exported[0], taken)
    assert tree(tmp_path) == {"mine": b"mine"}


def test_potentials_are_not_rounded_into_a_bdf(design, tmp_path):
    corpus = write_tiny(tmp_path / "a.zarr", tiny_plan(design))
    with pytest.raises(CorpusError, match="holds uV; only converter codes"):
        export_bids(type(corpus)(corpus.path, tiny_plan(design, unit="uV")), tmp_path / "bids")


def test_a_full_disk_is_one_line_and_leaves_nothing(exported, tmp_path, monkeypatch):
    write, calls = bids.write_bdf, []

    def full(*arguments):
        calls.append(arguments)
        write(*arguments)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bids, "write_bdf", full)
    with pytest.raises(CorpusError, match=r"bids: cannot be written \(No space left on device\)"):
        export_bids(exported[0], tmp_path / "bids")
    assert list(tmp_path.iterdir()) == []
