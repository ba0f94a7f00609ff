"""One person, and one class, written in two ways: never taken for two in silence."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.tasks.own.labelled_epochs import labelled_epochs
from earloop.model.tasks.own.left_out import BadFiles
from earloop.model.tasks.own.question import Question
from earloop.recordings import Annotation
from tests.own_recordings import EAR, in_turn, labelled

TWO_S = Question(window_s=(0.0, 2.0), events=("closed", "open"))
DECOMPOSED, COMPOSED = (unicodedata.normalize(form, "Zoë") for form in ("NFD", "NFC"))


@pytest.mark.parametrize("name", [DECOMPOSED, f" {COMPOSED} ", f"{COMPOSED}\t"])
@pytest.mark.parametrize("field", ["subject", "session", "run", "fold"])
def test_forms_of_unicode_and_spaces_at_the_ends_are_no_other_name(name, field):
    who = {"subject": "a", "session": "1", field: COMPOSED}
    again = who | {field: name}
    epochs, _ = labelled_epochs([labelled(**who), labelled("b.edf", **again)], TWO_S, EAR)
    assert {getattr(stream, field) for stream in epochs.streams} == {COMPOSED}


@pytest.mark.parametrize(
    ("one", "other"), [("ana", "Ana"), ("ana b", "ana  b"), ("STRASSE", "straße"), ("a1", "a\N{SUPERSCRIPT ONE}")]
)
@pytest.mark.parametrize("field", ["subject", "fold"])
def test_a_name_in_two_spellings_is_refused(one, other, field):
    people = [labelled(**{field: one}), labelled("b.edf", **{field: other})]
    with pytest.raises(ModelError) as refused:
        labelled_epochs(people, TWO_S, EAR)
    assert str(refused.value).startswith(f"b.edf: {field} {other!r}, but a.edf has {one!r}: write one name in one way")


def test_a_session_in_two_spellings_is_refused_within_a_person_and_not_between_two():
    one = labelled(subject="a", session="Pre")
    with pytest.raises(ModelError, match=r"session 'pre', but a\.edf has 'Pre'"):
        labelled_epochs([one, labelled("b.edf", subject="a", session="pre")], TWO_S, EAR)
    epochs, _ = labelled_epochs([one, labelled("b.edf", subject="b", session="pre")], TWO_S, EAR)
    assert len(epochs) == 48


def test_a_person_in_another_spelling_is_left_out_where_bad_files_are_skipped():
    bad = BadFiles(skip=True)
    epochs, left = labelled_epochs([labelled(subject="a"), labelled("b.edf", subject="A")], TWO_S, EAR, bad)
    assert set(epochs.run) == {"a.edf"}
    assert [file.name for file in left.files] == ["b.edf"]


def test_labels_in_other_forms_of_unicode_are_one_class():
    events = [Annotation(2.0 + 4 * i, 2.0, (COMPOSED, f"{DECOMPOSED} ", "other")[i % 3]) for i in range(24)]
    epochs, _ = labelled_epochs([labelled(events=tuple(events))], Question(window_s=(0, 2)), EAR)
    assert epochs.classes == (COMPOSED, "other")
    assert list(np.bincount(epochs.target)) == [16, 8]


def test_two_labels_that_look_alike_are_no_two_classes_unless_named():
    events = in_turn(24, labels=("open", "Open", "closed"))
    with pytest.raises(
        ModelError, match=r"labels 'Open' \(8\) and 'open' \(8\) differ only in case or spaces: .*--events"
    ):
        labelled_epochs([labelled(events=events)], Question(window_s=(0, 2)), EAR)
    joined = Question(window_s=(0, 2), events=("open", "Open", "closed"), class_names={"Open": "open"})
    epochs, _ = labelled_epochs([labelled(events=events)], joined, EAR)
    assert epochs.classes == ("open", "closed")
    assert list(np.bincount(epochs.target)) == [16, 8]


@pytest.mark.parametrize("nothing", ["", "  ", "n/a", "N/A"])
def test_an_event_without_a_label_is_no_class_and_is_counted(nothing):
    events = in_turn(24, labels=("open", "closed", nothing))
    epochs, left = labelled_epochs([labelled(events=events)], Question(window_s=(0, 2)), EAR)
    assert epochs.classes == ("closed", "open")
    assert len(epochs) == 16
    assert "left out: 8 no label" in left.lines()


def test_a_number_needs_no_label():
    events = tuple(replace(event, label="", amplitude=float(i)) for i, event in enumerate(in_turn(12)))
    epochs, left = labelled_epochs([labelled(events=events)], Question(window_s=(0, 2), values="force"), EAR)
    assert list(epochs.target[:, 0, 0]) == [float(i) for i in range(12)]
    assert left.by_reason == {}
