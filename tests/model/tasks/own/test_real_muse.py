"""Real recordings with markers, taken as a user takes their own, are the built-in task of them."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.model.tasks.own.labelled_epochs import labelled_epochs
from earloop.model.tasks.own.left_out import BadFiles
from earloop.model.tasks.own.own_file import own_files, read_all
from earloop.model.tasks.own.question import Question
from earloop.model.tasks.real_muse import SSVEP, behind_the_ears, load_muse
from earloop.recordings.reading.options import ReadOptions


@pytest.mark.realdata
def test_flicker_recordings_as_ones_own_give_the_epochs_of_the_built_in_task(real_data):
    design = behind_the_ears(SSVEP.mains_hz)
    paths = sorted((real_data / "muse").glob("visual_SSVEP_*"))
    pattern = "visual_SSVEP_subject{subject}_session{session}_{run}.csv.gz"
    files = own_files(paths, ReadOptions(rate_hz=256.0, channels=design.channels), BadFiles(), pattern=pattern)
    question = Question(window_s=(0.3, 2.8), events=("2", "1"), class_names={"1": "30 Hz", "2": "20 Hz"})
    own, left = labelled_epochs(read_all(files, design, BadFiles(), None), question, design)
    built_in = load_muse(SSVEP, real_data)
    assert own.classes == built_in.classes
    for name in ("stream", "start", "target", "subject", "session", "run"):
        np.testing.assert_array_equal(getattr(own, name), getattr(built_in, name))
    which = np.arange(len(own))
    np.testing.assert_array_equal(own.tokens(which), built_in.tokens(which))
    assert left.by_reason == {"too close to the end": 3}
