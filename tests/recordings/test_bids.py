"""A corpus as BIDS, read back by MNE-BIDS."""

from __future__ import annotations

import csv
import errno
import json

import mne_bids
import numpy as np
import pytest

from recordings import CorpusError, bids
from recordings.bids import export_bids
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
