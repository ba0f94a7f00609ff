"""Epochs of a researcher's own recordings: where they begin, their classes, what is left out or refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.tasks.own.labelled_epochs import labelled_epochs
from earloop.model.tasks.own.left_out import BadFiles
from earloop.model.tasks.own.question import Question
from earloop.model.tasks.splits import leave_one_subject_out, own_folds
from earloop.model.tokens.clock import time_of
from earloop.recordings import Annotation, Recording
from tests.own_recordings import EAR, SFREQ, in_turn, labelled

TWO_S = Question(window_s=(0.0, 2.0), events=("closed", "open"))


def starts_s(epochs):
    return [float(time_of(EAR, int(tick))) for tick in epochs.start]


def test_an_epoch_begins_at_each_event_and_has_its_class():
    epochs, left = labelled_epochs([labelled()], TWO_S, EAR)
    assert epochs.classes == ("closed", "open")
    assert epochs.patches == 8
    np.testing.assert_allclose(starts_s(epochs), [2 + 4 * i for i in range(24)], atol=0.5 / EAR.token_rate_hz)
    np.testing.assert_array_equal(epochs.target, np.arange(24) % 2)
    assert left.by_reason == {}
    assert left.lines() == ["an epoch lasts 2 s: 8 patches of 0.25 s"]


def test_an_epoch_holds_the_signal_of_its_event():
    epochs, _ = labelled_epochs([labelled()], TWO_S, EAR)
    alpha = epochs.tokens(np.arange(24))[:, EAR.band_names.index("eeg_alpha")]
    power = (alpha[:, :, 2:] ** 2).mean(axis=(1, 2, 3))  # after the filter's rise
    assert power[epochs.target == 0].min() > 20 * power[epochs.target == 1].max()


def test_a_window_may_begin_before_or_after_its_event_and_an_offset_moves_all():
    question = Question(window_s=(-0.5, 0.6), events=("closed", "open"), offset_s=0.25)
    epochs, left = labelled_epochs([labelled()], question, EAR)
    assert starts_s(epochs)[0] == pytest.approx(2 + 0.25 - 0.5, abs=0.5 / EAR.token_rate_hz)
    assert left.notes == ("an epoch lasts 1 s, cut from 1.1 s: 4 patches of 0.25 s",)


def test_labels_get_the_names_of_classes_and_may_share_one():
    recording = labelled(events=in_turn(24, labels=("1", "2", "3")))
    question = Question(window_s=(0, 2), events=("1", "2", "3"), class_names={"1": "move", "2": "move", "3": "rest"})
    epochs, _ = labelled_epochs([recording], question, EAR)
    assert epochs.classes == ("move", "rest")
    np.testing.assert_array_equal(epochs.target, [0, 0, 1] * 8)


def test_a_label_is_known_by_its_end_after_a_slash():
    recordings = [labelled(), labelled("b.vhdr", in_turn(24, labels=("Comment/closed", "Comment/open")))]
    epochs, left = labelled_epochs(recordings, TWO_S, EAR)
    assert epochs.classes == ("closed", "open")
    assert len(epochs) == 48
    assert left.notes[1:] == ("Comment/closed is taken as closed", "Comment/open is taken as open")


def test_without_names_each_frequent_label_is_a_class_and_the_rare_ones_are_said():
    events = (*in_turn(22), Annotation(91.0, 0.0, "pause"))
    epochs, left = labelled_epochs([labelled(events=events)], Question(window_s=(0, 2)), EAR)
    assert epochs.classes == ("closed", "open")
    assert left.by_reason == {"other label": 1}
    assert left.notes[1] == (
        "classes are the labels of the events: closed, open; too rare, with fewer than 5 events: pause (1)"
    )


@pytest.mark.parametrize(
    "named", [("Stimulus/S  1", "Stimulus/S  2"), ("S  1", "S  2"), ("S 1", "S 2"), ("Stimulus/S 1", "Stimulus/S 2")]
)
def test_a_marker_is_found_as_a_message_prints_it_with_single_spaces(named):
    recording = labelled(events=in_turn(24, labels=("Stimulus/S  1", "Stimulus/S  2")))
    question = Question(window_s=(0, 2), events=named, class_names=dict(zip(named, ("open", "closed"), strict=True)))
    epochs, _ = labelled_epochs([recording], question, EAR)
    assert epochs.classes == ("open", "closed")
    np.testing.assert_array_equal(epochs.target, [0, 1] * 12)


def test_a_marker_is_not_found_by_a_part_of_its_name():
    recording = labelled(events=in_turn(24, labels=("Stimulus/S 11", "Stimulus/S 2")))
    with pytest.raises(ModelError, match=r"no event 1 in a\.edf"):
        labelled_epochs([recording], Question(window_s=(0, 2), events=("1", "S 2")), EAR)


def test_recordings_of_nobody_cannot_be_split_by_person_and_the_message_says_what_to_do():
    epochs, _ = labelled_epochs([labelled("a.edf"), labelled("b.edf")], TWO_S, EAR)
    with pytest.raises(
        ModelError, match="only one subject, without a name; wanted 2 or more: name the subject of each"
    ):
        leave_one_subject_out(epochs)


def test_long_events_give_window_after_window_as_long_as_they_last():
    events = (Annotation(10.0, 9.0, "closed"), Annotation(30.0, 5.0, "open"), Annotation(50.0, 1.0, "open"))
    question = replace(TWO_S, window_s=(1.0, 3.0), every_s=1.5)
    epochs, left = labelled_epochs([labelled(events=events)], question, EAR)
    # 11, 12.5, 14, 15.5, 17 end at 19 or before; 31, 32.5 end at 35 or before
    wanted = [11, 12.5, 14, 15.5, 17, 31, 32.5]
    np.testing.assert_allclose(starts_s(epochs), wanted, atol=0.5 / EAR.token_rate_hz)
    assert left.by_reason == {"event shorter than the window": 1}


def test_an_event_may_last_until_the_next():
    events = (Annotation(10.0, 0.0, "closed"), Annotation(20.0, 0.0, "open"), Annotation(25.0, 0.0, "end"))
    question = replace(TWO_S, every_s=2.0, until_next=True)
    epochs, left = labelled_epochs([labelled(events=events)], question, EAR)
    np.testing.assert_allclose(starts_s(epochs), [10, 12, 14, 16, 18, 20, 22], atol=0.5 / EAR.token_rate_hz)
    assert left.by_reason == {"other label": 1}


@pytest.mark.parametrize("lasts_s", [30.0, 1e4, 1e9, 1e300])
@pytest.mark.parametrize("every_s", [0.25, 2.0, 50.0])
def test_an_event_that_outlasts_the_recording_has_the_windows_until_its_end(lasts_s, every_s):
    events = (Annotation(10.0, lasts_s, "closed"), Annotation(2.0, 2.0, "open"))
    question = replace(TWO_S, every_s=every_s, allow_overlap=True)
    epochs, left = labelled_epochs([labelled(events=events, seconds=20.0)], question, EAR)
    starts = starts_s(epochs.only(np.flatnonzero(epochs.target == 0)))
    expected = [start for start in 10 + every_s * np.arange(100) if start + 2 + 0.125 <= 20]
    np.testing.assert_allclose(starts, expected, atol=0.5 / EAR.token_rate_hz)
    assert left.by_reason.get("too close to the end", 0) <= 10 / every_s + 1


@pytest.mark.parametrize("every_s", [1e-300, 1e-6, 0.9 / EAR.token_rate_hz])
def test_windows_faster_than_the_samples_of_the_tokens_are_refused(every_s):
    with pytest.raises(ModelError, match=r"every .* s: shorter than a sample of the tokens.*; wanted at least"):
        labelled_epochs([labelled()], replace(TWO_S, every_s=every_s), EAR)


def test_windows_at_the_ends_are_left_out_and_counted():
    events = (Annotation(0.2, 0.0, "open"), *in_turn(6), Annotation(99.0, 0.0, "open"))
    epochs, left = labelled_epochs([labelled(events=events)], replace(TWO_S, window_s=(-1.0, 1.5)), EAR)
    assert len(epochs) == 6
    assert left.counts == {("a.edf", "before the start"): 1, ("a.edf", "too close to the end"): 1}


def test_windows_that_reach_into_a_gap_are_left_out_and_each_part_is_a_stream():
    gap = (round(17.0 * SFREQ), round(21.0 * SFREQ))  # the events at 14 s and 22 s are whole; 18 s lies in it
    recording = labelled(gaps=(gap,), events=(*in_turn(24), Annotation(15.5, 0.0, "open")))
    recording = replace(
        recording,
        recording=replace(
            recording.recording, annotations=tuple(sorted(recording.recording.annotations, key=lambda n: n.onset_s))
        ),
    )
    epochs, left = labelled_epochs([recording], replace(TWO_S, allow_overlap=True), EAR)
    assert left.counts == {("a.edf", "in a gap"): 2}
    assert len(epochs.streams) == 2
    assert set(epochs.run) == {"a.edf"}
    first_s = [float(time_of(EAR, int(epochs.start[epochs.stream == 1][0]))) + 21.0]
    np.testing.assert_allclose(first_s, [22.0], atol=0.5 / EAR.token_rate_hz)


def test_epochs_with_large_amplitude_are_rejected():
    recording = labelled()
    recording.recording.data[round(7.0 * SFREQ) : round(7.1 * SFREQ), 1] += 2000.0  # in the second event, at 6 s
    epochs, left = labelled_epochs([recording], replace(TWO_S, reject_uv=500.0), EAR)
    assert left.counts == {("a.edf", "rejected by amplitude"): 1}
    assert 6 not in np.round(starts_s(epochs))
    assert len(epochs) == 23


def test_the_number_of_an_event_is_the_value_of_its_epoch():
    events = tuple(replace(note, amplitude=float(i)) for i, note in enumerate(in_turn(24)))
    epochs, _ = labelled_epochs([labelled(events=events)], Question(window_s=(0, 1), values="amplitude"), EAR)
    assert epochs.outputs == ("amplitude",)
    assert epochs.target.shape == (24, 4, 1)
    np.testing.assert_array_equal(epochs.target[:, :, 0], np.repeat(np.arange(24.0)[:, None], 4, axis=1))


def test_a_channel_gives_the_mean_of_each_patch_over_the_whole_recording():
    made = labelled()
    ramp = np.arange(len(made.recording.data)) / SFREQ  # its value is the time in seconds
    recording = replace(
        made.recording, data=np.column_stack([made.recording.data, ramp]), channels=(*EAR.channels, "force")
    )
    question = Question(window_s=(0, 4), value_channel="force")
    epochs, _ = labelled_epochs([replace(made, recording=recording)], question, EAR)
    assert epochs.outputs == ("force",)
    np.testing.assert_allclose(starts_s(epochs), np.arange(len(epochs)) * 4.0, atol=0.5 / EAR.token_rate_hz)
    # the mean of a ramp over a patch is its middle; a sample lasts until the next, hence half a sample
    middle_s = np.array(starts_s(epochs))[:, None] + 0.25 * np.arange(16) + 0.125 - 0.5 / SFREQ
    np.testing.assert_allclose(epochs.target[:, :, 0], middle_s, atol=1e-3)


def test_who_a_recording_is_of_reaches_the_splits():
    people = [
        labelled(f"{p}.edf", subject=p, session="1", fold=fold, seed=i)
        for i, (p, fold) in enumerate(zip("abc", ("x", "y", "x"), strict=True))
    ]
    epochs, _ = labelled_epochs(people, TWO_S, EAR)
    assert list(np.unique(epochs.subject)) == ["a", "b", "c"]
    splits = own_folds(epochs)
    assert [split.name for split in splits] == ["fold x", "fold y"]
    assert set(epochs.run[splits[0].test]) == {"a.edf", "c.edf"}
    without, _ = labelled_epochs([*people, labelled("d.edf")], TWO_S, EAR)
    with pytest.raises(ModelError, match=r"d\.edf has no fold; wanted one for each recording"):
        own_folds(without)


@pytest.mark.parametrize(
    ("recordings", "question", "said"),
    [
        (
            [labelled()],
            replace(TWO_S, events=("closed", "opne")),
            r"no event opne in a\.edf; there are closed \(12\)",
        ),
        ([labelled()], replace(TWO_S, events=("closed",)), r"one class only, closed, with 12 events; .* open \(12\)"),
        (
            [labelled(events=in_turn(6, labels=("closed",)))],
            replace(TWO_S, events=("closed",)),
            "one class only, closed, with 6 events; .* no other label occurs: add recordings",
        ),
        ([labelled(events=())], TWO_S, r"no events in a\.edf: if they are in another file, name it with --events-file"),
        ([labelled()], replace(TWO_S, window_s=(0, 200.0)), r"no epoch: 24 too close to the end in all recordings"),
        ([labelled()], replace(TWO_S, window_s=(0, 0.2)), r"window of 0\.2 s: shorter than a patch of 0\.25 s"),
        (
            [labelled(), labelled("b.edf", sfreq=500.0)],
            TWO_S,
            r"b\.edf: 500 Hz, but a\.edf has 250 Hz: .*\(--mixed-rates\)",
        ),
        (
            [labelled()],
            replace(TWO_S, window_s=(0, 5.0)),
            r"a\.edf: the windows of closed at 2\.000 s and of open at 6\.000 s overlap: .* most 4\.000 s",
        ),
        (
            [labelled(), labelled("b.edf", events=(Annotation(1.0, 0.0, "pause"),))],
            TWO_S,
            r"b\.edf: no event closed or open; there are pause \(1\): .* with --skip-bad",
        ),
        ([labelled(), labelled()], TWO_S, r"a\.edf: two recordings have this name"),
        (
            [labelled()],
            Question(window_s=(0, 1), values="force"),
            r"a\.edf: the event closed at 2\.000 s has no",
        ),
        ([labelled()], Question(window_s=(0, 1), value_channel="force"), r"a\.edf: no channel force .* it has T7, T8"),
        ([], TWO_S, "no recordings are given"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_cure(recordings, question, said):
    with pytest.raises(ModelError, match=said):
        labelled_epochs(recordings, question, EAR)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"window_s": (2.0, 0.0)}, "window from 2 s to 0 s: wanted a beginning before the end"),
        ({"every_s": 0.0}, "every 0: wanted a number above 0"),
        ({"reject_uv": float("nan")}, "reject nan: wanted a number above 0"),
        ({"offset_s": float("inf")}, "offset inf s: wanted a finite number"),
        ({"values": "a", "value_channel": "b"}, "choose one"),
        ({"events": ("a", "b", "a")}, "event a is named twice"),
        ({"values": "a", "class_names": {"1": "x"}}, "leave out the names"),
        ({"until_next": True}, "give --every too"),
    ],
)
def test_a_question_that_is_none(fields, said):
    with pytest.raises(ModelError, match=said):
        Question(**{"window_s": (0.0, 2.0), **fields})


def test_only_usable_recordings_are_used_if_bad_ones_are_skipped_and_these_are_named():
    bad = BadFiles(skip=True)
    other = labelled("c.edf")
    named = Recording(other.recording.data[:, :1], "uV", SFREQ, ("T7",), other.recording.annotations)
    recordings = [
        labelled(),
        labelled("b.edf", sfreq=500.0),
        replace(other, recording=named),
        labelled("d.edf", events=(Annotation(1.0, 0.0, "pause"),)),
    ]
    epochs, left = labelled_epochs(recordings, TWO_S, EAR, bad)
    assert set(epochs.run) == {"a.edf"}
    assert [file.name for file in left.files] == ["b.edf", "c.edf", "d.edf"]
    assert left.lines()[-1].startswith("not used: d.edf: no event closed or open")


def test_mixed_rates_are_resampled_if_they_are_accepted():
    recordings = [labelled(), labelled("b.edf", sfreq=500.0)]
    epochs, _ = labelled_epochs(recordings, replace(TWO_S, mixed_rates=True), EAR)
    np.testing.assert_array_equal(epochs.start[epochs.stream == 0], epochs.start[epochs.stream == 1])


def test_epochs_and_their_streams_are_shown_as_one_line_of_facts():
    epochs, _ = labelled_epochs([labelled(events=in_turn(11))], TWO_S, EAR)
    assert repr(epochs) == (
        "<Epochs of own recordings, closed or open: 11 of 8 patches in 1 recordings; 6 x closed, 5 x open>"
    )
    assert repr(epochs.streams[0]) == "<TokenStream a.edf: 20000 ticks at 200 Hz, 2 channels, 3 bands, golden>"


def test_two_recordings_with_the_same_samples_are_refused_whatever_their_names_and_people():
    recordings = [labelled("a.edf", subject="a", seed=1), labelled("copy.edf", subject="b", seed=1)]
    with pytest.raises(ModelError, match=r"copy\.edf: has the same samples as a\.edf"):
        labelled_epochs(recordings, Question(window_s=(0, 2), events=("closed", "open")), EAR)
