"""Which channel is which electrode: what is taken, what is refused, and what the refusal proposes."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.recordings import ReadOptions, Recording, RecordingError
from earloop.recordings.reading.electrode_names import match_channels, name_in_order
from earloop.spec.variants import vary_reference

TWO = vary_reference(electrodes={"left": ["T7"], "right": ["T8"], "reference": ["Cz"]})
NAMES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=6)


def recording(*channels):
    return Recording(np.arange(2.0 * len(channels)).reshape(2, -1), "uV", 250.0, channels)


@pytest.mark.parametrize(
    ("channels", "taken"),
    [
        (("T8", "X", "T7"), ("T7", "T8")),
        (("EEG T7", "EEG T8"), ("EEG T7", "EEG T8")),
        (("t7", "eeg t8"), ("t7", "eeg t8")),
        (("T7..", "T8."), ("T7..", "T8.")),
        (("T7", "EEG T7", "T8"), ("T7", "T8")),
        (("EEG T7-Cz", "T8-CZ"), ("EEG T7-Cz", "T8-CZ")),
    ],
)
def test_a_name_that_can_mean_one_electrode_alone_is_taken(channels, taken):
    assert match_channels(channels, TWO) == taken


@pytest.mark.parametrize(
    ("channels", "proposed"),
    [
        (("EarL1", "EarR1"), "NAME=T7,NAME=T8"),
        (("T3", "T4"), "T3=T7,T4=T8"),
        (("T7-A1", "T8-A2"), "T7-A1=T7,T8-A2=T8"),
        (("RAW_T7", "RAW_T8"), "RAW_T7=T7,RAW_T8=T8"),
        (("T7", "Right"), "NAME=T8"),
        (("EEG T7", "T7.", "T8"), "NAME=T7"),
        (("EEG T3", "EEG T4"), '"EEG T3=T7,EEG T4=T8"'),
    ],
)
def test_another_name_is_refused_with_an_option_to_paste(channels, proposed):
    with pytest.raises(RecordingError) as refusal:
        match_channels(channels, TWO)
    message = str(refusal.value)
    assert f"--map {proposed}, or" in message
    assert (
        f"the recording has {len(channels)} channels ({', '.join(channels)}); the design has 2 channels (T7, T8)"
        in (message)
    )
    assert "--channels NAME,NAME" in message
    assert "earloop spec from-recording FILE" in message
    assert "\n" not in message


def test_too_few_channels_are_sent_to_a_design_of_their_own():
    with pytest.raises(RecordingError, match=r"1 channel \(T7\); the design has 2 .*from-recording FILE") as refusal:
        match_channels(["T7"], TWO)
    assert "--map" not in str(refusal.value)


def test_another_reference_is_never_taken_for_the_designs():
    mastoids = vary_reference(electrodes={"left": ["T7"], "right": ["T8"], "reference": ["TP9", "TP10"]})
    for names in (("T7-Cz", "T8-Cz"), ("T7-TP9", "T8-TP10")):
        with pytest.raises(RecordingError, match="the design has 2 channels"):
            match_channels(names, mastoids)


@given(st.lists(NAMES, min_size=2, max_size=6, unique_by=str.casefold), st.randoms())
def test_the_order_of_the_channels_never_matters(names, rng):
    shuffled = rng.sample(names, len(names))
    try:
        taken = match_channels(names, TWO)
    except RecordingError:
        with pytest.raises(RecordingError, match="the design has 2 channels"):
            match_channels(shuffled, TWO)
    else:
        assert match_channels(shuffled, TWO) == taken


def test_a_list_of_as_many_channels_as_electrodes_says_which_is_which():
    named = name_in_order(recording("B", "A"), ReadOptions(channels=("B", "A")), TWO)
    assert named.channels == ("T7", "T8")
    assert named.file_names == ("B", "A")


def test_a_list_of_the_designs_own_names_is_taken_by_name_in_any_order():
    assert name_in_order(recording("T8", "T7"), ReadOptions(channels=("T8", "T7")), TWO).channels == ("T8", "T7")


def test_a_listed_electrode_in_the_place_of_another_is_refused():
    message = "channel T8 is in the place of electrode T7, but has the name of electrode T8.*--map NAME=T7"
    with pytest.raises(RecordingError, match=message):
        name_in_order(recording("T8", "A"), ReadOptions(channels=("T8", "A")), TWO)


def test_channels_without_a_list_keep_their_names():
    for options in (ReadOptions(), ReadOptions(channels=("A",)), ReadOptions(renames=(("A", "T7"),))):
        assert name_in_order(recording("A", "B"), options, TWO).channels == ("A", "B")


def test_renaming_keeps_the_samples_and_the_other_channels_and_the_first_names():
    ears = recording("EarL1", "EarR1", "Chin")
    once = ears.renamed({"EarL1": "L", "EarR1": "R"})
    twice = once.renamed({"L": "T7"})
    assert twice.channels == ("T7", "R", "Chin")
    assert twice.file_names == ("EarL1", "EarR1", "Chin")
    assert twice.renamed({"T7": "EarL1", "R": "EarR1"}).meta == {}
    np.testing.assert_array_equal(twice.data, ears.data)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"EarX": "T7"}, "no channel EarX to rename; there are: EarL1, EarR1"),
        ({"EarL1": "EarR1"}, "EarL1 and EarR1 would both have the name EarR1"),
        ({"EarL1": "T7", "EarR1": "T7"}, "EarL1 and EarR1 would both have the name T7"),
    ],
)
def test_a_renaming_that_cannot_be_is_refused(names, message):
    with pytest.raises(RecordingError, match=re.escape(message)):
        recording("EarL1", "EarR1").renamed(names)
