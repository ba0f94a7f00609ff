"""What a `Recording` refuses to be."""

import fractions

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.recordings import Annotation, Recording, RecordingError

ZEROS = np.zeros((5, 1))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((np.zeros(5), "uV", 1.0, ("a",)), r"wanted \[samples, channels\]"),
        ((np.zeros((5, 2)), "uV", 1.0, ("a",)), "does not fit 1 channels"),
        ((np.zeros((0, 1)), "uV", 1.0, ("a",)), "no samples"),
        ((ZEROS, "uV", 0.0, ("a",)), "must be positive"),
        ((np.zeros((5, 2)), "uV", 1.0, ("a", "a")), "occurs twice"),
        ((ZEROS, "codes", 1.0, ("a",)), "codes must be integers"),
        ((np.array([[0.0], [np.inf]]), "uV", 10.0, ("a",)), r"inf at sample 1 \(0\.100 s\) of channel a"),
        ((ZEROS, "V", 1.0, ("a",)), "unit 'V': wanted uV or codes"),
        ((ZEROS, "uV", "250", ("a",)), "sampling rate '250': wanted a number"),
        ((ZEROS, "uV", 5e-324, ("a",)), "would last for ever"),
        ((ZEROS, "uV", 1.0, "a"), "channels are 'a'; wanted a tuple of names"),
        ((ZEROS, "uV", 1.0, (3,)), "channel name 3: wanted text"),
        ((ZEROS, "uV", 1.0, (" ",)), "channel name ' ': wanted at least one character"),
        ((ZEROS, "uV", 1.0, ("T7\n",)), "no control characters"),
        ((ZEROS, "uV", 1.0, ("\ud800",)), "no control characters"),
        ((ZEROS.tolist(), "uV", 1.0, ("a",)), "data are a list"),
        ((np.ma.array(ZEROS, mask=True), "uV", 1.0, ("a",)), "data are a MaskedArray"),
        ((ZEROS, "uV", 1.0, ("a",), (), [1]), "meta is a list"),
        ((ZEROS, "uV", 1.0, ("a",), (), {1: 2}), "meta is a dict; wanted a dict with names as keys"),
        ((ZEROS, "uV", 1.0, ("a",), ("blink",)), "annotation 0 is a str"),
        ((ZEROS, "uV", 1.0, ("a",), [Annotation(0.0, 0.0, "blink")]), "annotations are a list"),
    ],
)
def test_a_recording_that_makes_no_sense_is_refused(arguments, complaint):
    with pytest.raises(RecordingError, match=complaint):
        Recording(*arguments)


# The micro sign, the Greek letter, other steps, other case, white space: what is not a known unit, letter for letter.
ODD_UNITS = ("µV", "μV", "uv", "UV", "mV", "nV", " uV", "code", "Codes", "")


@given(st.one_of(st.sampled_from(ODD_UNITS), st.text(), st.none()))
def test_every_other_unit_is_refused(unit):
    if unit not in ("uV", "codes"):
        with pytest.raises(RecordingError, match="wanted uV or codes"):
            Recording(np.zeros((5, 1), np.int32), unit, 1.0, ("a",))


@pytest.mark.parametrize("kind", ["?", "F", "D", "O", "U3", "S3", "M8[s]", "m8[s]", "e", "g"])
@pytest.mark.parametrize("unit", ["uV", "codes"])
def test_data_that_are_no_real_numbers_of_a_file_are_refused(unit, kind):
    with pytest.raises(RecordingError, match="must be"):
        Recording(np.zeros((5, 1), kind), unit, 1.0, ("a",))


@pytest.mark.parametrize("kind", ["f", "d", "b", "h", "i", "q", "H"])
def test_data_that_are_real_numbers_are_taken(kind):
    assert Recording(np.zeros((5, 1), kind), "uV", 1, ("a",)).duration_s == 5


NO_RATES = st.one_of(
    st.floats(max_value=0), st.just(np.nan), st.just(np.inf), st.text(), st.none(), st.booleans(), st.complex_numbers()
)


@given(st.one_of(NO_RATES, st.just(10**400), st.lists(st.floats())))
def test_a_rate_that_is_no_positive_number_is_refused(sfreq):
    with pytest.raises(RecordingError, match="sampling rate"):
        Recording(ZEROS, "uV", sfreq, ("a",))


@pytest.mark.parametrize("sfreq", [1, 0.5, np.float32(250), np.int64(250), fractions.Fraction(1, 3)])
def test_a_rate_of_any_kind_of_number_is_taken(sfreq):
    assert Recording(ZEROS, "uV", sfreq, ("a",)).sfreq == sfreq


NO_TIMES = st.one_of(st.floats(max_value=-1e-9), st.just(np.nan), st.just(np.inf), st.text(), st.none(), st.booleans())


@given(NO_TIMES, st.sampled_from(["onset_s", "duration_s"]))
def test_an_event_at_no_time_is_refused(value, name):
    note = Annotation(**{"onset_s": 0.0, "duration_s": 0.0, "label": "blink", name: value})
    with pytest.raises(RecordingError, match=f"annotation 0 .blink.: {name}"):
        Recording(ZEROS, "uV", 1.0, ("a",), (note,))


@pytest.mark.parametrize("facts", [{"label": 3}, {"source": None}, {"label": "\udfff"}, {"amplitude": np.inf}])
def test_an_event_of_wrong_facts_is_refused(facts):
    with pytest.raises(RecordingError, match="annotation 0"):
        Recording(ZEROS, "uV", 1.0, ("a",), (Annotation(**{"onset_s": 0.0, "duration_s": 0.0, "label": "x"} | facts),))


@pytest.mark.parametrize("meta", [{}, {"front_end": 3}, {"front_end": []}, {"front_end": {"fit": {}}}])
def test_a_fact_that_is_not_there_is_none(meta):
    assert Recording(ZEROS, "uV", 1.0, ("a",), (), meta).fact("front_end", "fit", "name") is None


def test_a_recording_is_shown_as_one_line_of_facts():
    names = tuple(f"C{number}" for number in range(1, 11))
    notes = (Annotation(0.0, 1.0, "closed"), Annotation(1.0, 1.0, "open"), Annotation(2.0, 1.0, "open"))
    shown = repr(Recording(np.zeros((1000, 10)), "uV", 250.0, names, notes))
    assert shown == (
        "<Recording: 4.000 s at 250 Hz in uV; 10 channels: C1, C2, C3, C4, C5, C6, C7, C8, ...; "
        "events: 2 x open, 1 x closed; 0 gaps>"
    )
