"""What a `Recording` refuses to be."""

import numpy as np
import pytest

from recordings import Recording, RecordingError


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((np.zeros(5), "uV", 1.0, ("a",)), r"wanted \[samples, channels\]"),
        ((np.zeros((5, 2)), "uV", 1.0, ("a",)), "does not fit 1 channels"),
        ((np.zeros((0, 1)), "uV", 1.0, ("a",)), "no samples"),
        ((np.zeros((5, 1)), "uV", 0.0, ("a",)), "must be positive"),
        ((np.zeros((5, 2)), "uV", 1.0, ("a", "a")), "stands twice"),
        ((np.zeros((5, 1)), "codes", 1.0, ("a",)), "codes must be integers"),
        ((np.array([[0.0], [np.inf]]), "uV", 10.0, ("a",)), r"inf at sample 1 \(0\.100 s\) of channel a"),
    ],
)
def test_a_recording_that_makes_no_sense_is_refused(arguments, complaint):
    with pytest.raises(RecordingError, match=complaint):
        Recording(*arguments)
