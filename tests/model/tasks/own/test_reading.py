"""Files that a researcher names: their people by pattern, their events in tables, manifests and BIDS folders."""

from __future__ import annotations

from pathlib import Path

import mne
import mne_bids
import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.tasks.own.bids_folder import bids_files
from earloop.model.tasks.own.by_mne import read_by_mne
from earloop.model.tasks.own.events_file import EventsFile, EventsForm
from earloop.model.tasks.own.file_names import fields_of
from earloop.model.tasks.own.labelled_epochs import labelled_epochs
from earloop.model.tasks.own.left_out import BadFiles
from earloop.model.tasks.own.manifest import manifest_files
from earloop.model.tasks.own.own_file import OwnFile, own_files, read_all
from earloop.model.tasks.own.people import with_every_class
from earloop.model.tasks.own.question import Question
from earloop.recordings import Annotation, Recording, RecordingError
from earloop.recordings.reading.options import READ_ALL, ReadOptions
from tests.own_recordings import EAR, SFREQ, in_turn, labelled, write_brainvision, write_edf

FORM = EventsForm()


def recording(seconds=20.0):
    return Recording(np.zeros((round(seconds * SFREQ), 2)), "uV", SFREQ, EAR.channels)


@pytest.mark.parametrize(
    ("path", "pattern", "found"),
    [
        ("d/sub-03_ses-2_task-rest.edf", "sub-{subject}_ses-{session}_*.edf", {"subject": "03", "session": "2"}),
        ("anna/night1/r2.bdf", "{subject}/{session}/{run}.bdf", {"subject": "anna", "session": "night1", "run": "r2"}),
        ("P7.EDF", "?{subject}.*", {"subject": "7"}),
        ("x_a_b.csv", "{fold}_{subject}.csv", {"fold": "x", "subject": "a_b"}),
        ("a+b (1).edf", "{subject}+* (1).edf", {"subject": "a"}),
    ],
)
def test_a_pattern_finds_the_people_in_the_names_of_files(path, pattern, found):
    assert fields_of(Path(path), pattern) == found


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("sub-{subject}.edf", r"a\.edf does not match --subject-from 'sub-\{subject\}\.edf'"),
        ("{person}.edf", r"names person; wanted some of \{subject\}, \{session\}, \{run\}, \{fold\}"),
        ("*.edf", "names no field"),
        ("{subject}{subject}.edf", "names a field twice"),
    ],
)
def test_a_pattern_that_does_not_fit_is_refused(pattern, said):
    with pytest.raises(ModelError, match=said):
        fields_of(Path("a.edf"), pattern)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("onset,duration,label\n1.5,2,go\n4.0,,stop\n", FORM),
        ("onset\tduration\ttrial_type\tvalue\n1.5\t2\tgo\t1\n4.0\tn/a\tstop\t2\n", FORM),
        ("onset;description\n4.0;stop\n1.5;go\n\n", FORM),
        ("onset,label\n1500,go\n4000,stop\n", EventsForm("ms")),
        ("onset,label\n375,go\n1000,stop\n", EventsForm("samples")),
        ("onset,label,what\n1.5,x,go\n4.0,x,stop\n", EventsForm(label="what")),
    ],
)
def test_events_are_read_from_the_tables_that_people_have(tmp_path, text, form):
    (tmp_path / "e.csv").write_text(text)
    notes = EventsFile(tmp_path / "e.csv", form).read(recording(), "a.edf", None)
    assert [(note.onset_s, note.label) for note in notes] == [(1.5, "go"), (4.0, "stop")]


def test_a_column_of_values_is_the_amplitude_of_each_event_and_may_be_empty(tmp_path):
    (tmp_path / "e.csv").write_text("onset,label,force\n1,go,2.5\n2,go,-1\n3,stop,NaN\n4,stop,n/a\n")
    notes = EventsFile(tmp_path / "e.csv").read(recording(), "a.edf", "force")
    assert [note.amplitude for note in notes] == [2.5, -1.0, None, None]


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        (None, None, "e.csv: no such file"),
        ("", None, "e.csv: is empty"),
        ("onset,label\n1," + "x" * 200_000, None, "e.csv: is no table of text"),
        ('onset\tlabel\n1\t"' + "go\n" * 100_000, None, "e.csv: is no table of text"),
        ("time,label\n1,go\n", None, "e.csv: no column onset; it has time, label"),
        ("onset,what\n1,go\n", None, r"e.csv: no column of labels among onset, what; .* \(--label-column\)"),
        ("onset,label\n1,go\n", "force", "e.csv: no column force; it has onset, label"),
        ("onset,label\nsoon,go\n", None, "e.csv: line 2: onset is soon; wanted a number"),
        ("onset,label,force\n1,go,strong\n", "force", "e.csv: line 2: force is strong; wanted a number"),
        ("onset,label\n1,go,3\n", None, "e.csv: line 2 has 3 cells; wanted 2"),
        ("onset,label,label\n1,go,3\n", None, "e.csv: two columns are called label"),
        ('onset,label\n1,"a,b\n2,c\n', None, "e.csv: is no table of text .* closed quotes"),
        ("onset,label\n1,go\n-2,go\n", None, "e.csv: line 3: the event is at -2 s, before the first sample of a.edf"),
        (
            "onset,label\n1,go\n2500,go\n",
            None,
            r"e.csv: line 3: the event is at 2500 s, but a.edf lasts 20 s: if its onsets are in ms or samples",
        ),
    ],
)
def test_a_table_of_events_that_does_not_fit_is_named_with_its_line(tmp_path, text, values, said):
    if text is not None:
        (tmp_path / "e.csv").write_text(text)
    with pytest.raises(RecordingError, match=said):
        EventsFile(tmp_path / "e.csv").read(recording(), "a.edf", values)


def test_files_are_read_with_their_people_and_events(tmp_path):
    events = in_turn(4)
    for person in ("anna", "bert"):
        write_edf(tmp_path / person / "eyes.edf", events)
    (tmp_path / "one.csv").write_text("onset,label\n1,go\n")
    (tmp_path / "two.csv").write_text("onset,label\n2,go\n")
    paths = [tmp_path / "anna" / "eyes.edf", tmp_path / "bert"]  # a folder stands for its recordings
    files = own_files(paths, READ_ALL, BadFiles(), pattern="{subject}/*.edf")
    found = list(read_all(files, EAR, BadFiles(), None))
    assert [one.subject for one in found] == ["anna", "bert"]
    assert [note.label for note in found[0].recording.annotations] == [note.label for note in events]
    assert found[0].name != found[1].name
    tables = [EventsFile(tmp_path / "one.csv"), EventsFile(tmp_path / "two.csv")]
    files = own_files(paths, READ_ALL, BadFiles(), events=tables)
    onsets = [one.recording.annotations for one in read_all(files, EAR, BadFiles(), None)]
    assert onsets == [(Annotation(1.0, 0.0, "go"),), (Annotation(2.0, 0.0, "go"),)]
    with pytest.raises(RecordingError, match="1 files of events for 2 recordings; wanted one for each"):
        own_files(paths, READ_ALL, BadFiles(), events=tables[:1])
    with pytest.raises(RecordingError, match=r"its own events have no force, only an amplitude"):
        list(read_all(own_files(paths, READ_ALL, BadFiles()), EAR, BadFiles(), "force"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordingError, match="empty: no recording in this folder"):
        own_files([tmp_path / "empty"], READ_ALL, BadFiles())


def test_one_recording_in_two_formats_is_not_two_recordings(tmp_path):
    for name in ("a.edf", "b.edf"):
        write_edf(tmp_path / name, in_turn(4))
    (tmp_path / "b.csv").write_text("T7,T8\n0,0\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.csv").write_text("T7,T8\n0,0\n")
    assert len(own_files([tmp_path / "a.edf", tmp_path / "other" / "a.csv"], READ_ALL, BadFiles())) == 2
    with pytest.raises(RecordingError, match=r"b\.csv and b\.edf: one recording in two formats, by their names"):
        own_files([tmp_path], READ_ALL, BadFiles())


def test_a_file_that_cannot_be_read_is_skipped_and_named(tmp_path):
    good = write_edf(tmp_path / "good.edf", in_turn(4))
    (tmp_path / "bad.edf").write_text("no EDF")
    bad = BadFiles(skip=True)
    files = own_files([tmp_path], READ_ALL, bad)
    assert [one.name for one in read_all(files, EAR, bad, None)] == [good.name]
    assert [file.name for file in bad.files] == ["bad.edf"]
    with pytest.raises(RecordingError, match=r"bad\.edf"):
        list(read_all(files, EAR, BadFiles(), None))


def test_a_manifest_says_everything_of_each_recording(tmp_path):
    write_edf(tmp_path / "data" / "1.edf", in_turn(4), channels=("left ear", "right ear"))
    np.savetxt(tmp_path / "data" / "2.csv", np.zeros((500, 3)), delimiter=",", header="T8,x,T7", comments="")
    (tmp_path / "data" / "2.tsv").write_text("onset\tlabel\n250\tgo\n")
    (tmp_path / "all.csv").write_text(
        "path,subject,session,run,fold,events,events_unit,channels,rate,map\n"
        "data/1.edf,anna,1,a,x,,,,,left ear=T7;right ear=T8\n"
        "data/2.csv,bert,2,b,y,data/2.tsv,samples,T7;T8,100,\n"
    )
    files = manifest_files(tmp_path / "all.csv", READ_ALL, BadFiles(), FORM)
    first, second = read_all(files, EAR, BadFiles(), None)
    assert (first.subject, first.session, first.run, first.fold) == ("anna", "1", "a", "x")
    assert first.recording.channels == second.recording.channels == ("T7", "T8")
    assert len(first.recording.annotations) == 4
    assert (second.name, second.subject, second.recording.sfreq) == ("data/2.csv", "bert", 100.0)
    assert second.recording.annotations == (Annotation(2.5, 0.0, "go"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,person\n1.edf,a\n", "all.csv: no such column as person; valid: path, subject"),
        ("subject\na\n", "all.csv: no column path; it has subject"),
        ("path\n1.edf\n1.edf\n", r"all.csv: line 3 lists 1\.edf, as line 2 does"),
        ("path\n1.edf\nmissing.edf\n", r"all.csv: line 3: missing\.edf is not there; wanted a file relative to"),
        ("path,events\n1.edf,e.csv\n", r"all.csv: line 2: events e\.csv is not there"),
        ("path,rate\n1.edf,fast\n", "all.csv: line 2: rate fast: wanted a number above 0"),
        ("path,events,events_unit\n1.edf,all.csv,h\n", "all.csv: line 2: events_unit h: wanted s, ms, samples"),
        ("path,map\n1.edf,T7\n", "all.csv: line 2: map T7: wanted NAME=ELECTRODE"),
        ("path\n", "all.csv: lists no recording"),
    ],
)
def test_a_manifest_that_is_wrong_is_named_with_its_line(tmp_path, text, said):
    write_edf(tmp_path / "1.edf")
    (tmp_path / "all.csv").write_text(text)
    with pytest.raises(ModelError, match=said):
        manifest_files(tmp_path / "all.csv", READ_ALL, BadFiles(), FORM)


def test_a_channel_that_is_not_there_cannot_be_renamed(tmp_path):
    file = OwnFile(path=write_edf(tmp_path / "1.edf"), name="1.edf", options=ReadOptions(renames=(("EarL", "T7"),)))
    with pytest.raises(RecordingError, match="no channel EarL to rename; there are: T7, T8"):
        file.read(EAR)


@pytest.fixture
def bids(tmp_path):
    """Two people, one with two sessions, written by MNE-BIDS from what MNE reads of our EDF files."""
    for person, session in (("01", "a"), ("01", "b"), ("02", "a")):
        raw = mne.io.read_raw_edf(write_edf(tmp_path / "raw.edf", in_turn(4)), verbose="error")
        raw.info["line_freq"] = 50
        place = mne_bids.BIDSPath(subject=person, session=session, task="eyes", datatype="eeg", root=tmp_path / "bids")
        mne_bids.write_raw_bids(raw, place, overwrite=True, verbose="error")
    return tmp_path / "bids"


def test_a_bids_folder_gives_people_sessions_and_events(bids):
    found = list(read_all(bids_files(bids, "eyes", READ_ALL, BadFiles(), FORM), EAR, BadFiles(), None))
    assert [(one.subject, one.session) for one in found] == [("01", "a"), ("01", "b"), ("02", "a")]
    for one in found:
        assert [(note.onset_s, note.label) for note in one.recording.annotations] == [
            (note.onset_s, note.label) for note in in_turn(4)
        ]
        assert one.recording.channels == EAR.channels


def test_what_a_bids_folder_lacks_is_said(bids, tmp_path):
    with pytest.raises(ModelError, match="bids: no task jaw; it has eyes"):
        bids_files(bids, "jaw", READ_ALL, BadFiles(), FORM)
    with pytest.raises(ModelError, match="nowhere: no such folder"):
        bids_files(tmp_path / "nowhere", None, READ_ALL, BadFiles(), FORM)
    (tmp_path / "other").mkdir()
    with pytest.raises(ModelError, match="other: no EEG recording as BIDS names it"):
        bids_files(tmp_path / "other", None, READ_ALL, BadFiles(), FORM)
    first, *others = sorted(bids.rglob("*_events.tsv"))
    first.unlink()
    with pytest.raises(ModelError, match=r"sub-01_ses-a_task-eyes_eeg.edf: no events.tsv beside it"):
        bids_files(bids, None, READ_ALL, BadFiles(), FORM)
    bad = BadFiles(skip=True)
    assert len(bids_files(bids, None, READ_ALL, bad, FORM)) == 2
    assert [file.name for file in bad.files] == ["sub-01_ses-a_task-eyes_eeg.edf"]
    for other in others:
        other.unlink()
    with pytest.raises(ModelError, match=r"bids: no events.tsv of the 3 recordings in it: add"):
        bids_files(bids, None, READ_ALL, BadFiles(skip=True), FORM)


def test_a_format_of_others_is_read_by_mne(tmp_path):
    write_edf(tmp_path / "a.edf", in_turn(4))
    raw = mne.io.read_raw_edf(tmp_path / "a.edf", preload=True, verbose="error")
    raw.save(tmp_path / "a_raw.fif", verbose="error")
    theirs = read_by_mne(tmp_path / "a_raw.fif", READ_ALL)
    ours = OwnFile(path=tmp_path / "a.edf", name="a.edf").read(EAR).recording
    assert (theirs.channels, theirs.sfreq, theirs.unit) == (ours.channels, ours.sfreq, "uV")
    np.testing.assert_allclose(theirs.data, ours.data, atol=1e-3)
    assert [note.label for note in theirs.annotations] == [note.label for note in ours.annotations]


def test_a_format_that_nobody_reads_is_said(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK")
    with pytest.raises(RecordingError, match=r"a\.npz: neither a format of this program \(\.zarr, .*\) nor one "):
        OwnFile(path=tmp_path / "a.npz", name="a.npz").read(EAR)


@pytest.mark.parametrize("suffix", [".eeg", ".vmrk"])
def test_of_a_brainvision_recording_the_header_is_wanted(tmp_path, suffix):
    path = write_brainvision(tmp_path / "a.vhdr", in_turn(4)).with_suffix(suffix)
    with pytest.raises(RecordingError, match=r"a part of a BrainVision recording; name its header, a\.vhdr"):
        OwnFile(path=path, name=path.name).read(EAR)


def test_a_person_with_one_class_is_refused_or_left_out_where_people_are_tested_alone():
    only_open = labelled("c.edf", in_turn(24, labels=("open",)), subject="c")
    recordings = [labelled("a.edf", subject="a"), labelled("b.edf", subject="b"), only_open]
    epochs, _ = labelled_epochs(recordings, Question(window_s=(0, 2), events=("closed", "open")), EAR)
    with pytest.raises(
        ModelError, match=r"subject c \(c\.edf\): no epoch of closed, and --split leave-one-subject-out tests each"
    ):
        with_every_class(epochs, "leave-one-subject-out", BadFiles())
    bad = BadFiles(skip=True)
    kept = with_every_class(epochs, "leave-one-subject-out", bad)
    assert set(kept.subject) == {"a", "b"}
    assert [file.name for file in bad.files] == ["subject c (c.edf)"]
    assert with_every_class(epochs, "subject-folds", BadFiles()) is epochs
