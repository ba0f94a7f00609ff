"""A table without clock and counter breaks off where something stands between two of its samples."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.recordings import RecordingError, read_recording

ROWS = [f"{i % 7}.5,{i % 5}.25" for i in range(200)]


def written(tmp_path, lines):
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["T7,T9", *lines]) + "\n")
    return path


@pytest.mark.parametrize("between", ["", "# paused", "# a\n\n# b"])
def test_what_stands_between_two_samples_is_a_break_of_unknown_length(tmp_path, between):
    path = written(tmp_path, [*ROWS[:120], between, *ROWS[120:]])
    with pytest.raises(RecordingError, match=r"has a gap of unknown duration, 1\.200 s after its beginning"):
        read_recording(path, rate_hz=100)
    assert len(read_recording(path, rate_hz=100, part=2).data) == 80


def test_a_table_written_with_every_other_line_blank_is_whole(tmp_path):
    path = written(tmp_path, [line for row in ROWS for line in (row, "")])
    assert len(read_recording(path, rate_hz=100).data) == 200


def test_a_clock_that_goes_on_says_that_nothing_is_missing(tmp_path):
    rows = [f"{i / 100:.2f},{row}" for i, row in enumerate(ROWS)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["time,T7,T9", *rows[:120], "", "# a note", *rows[120:]]) + "\n")
    found = read_recording(path, rate_hz=100)
    np.testing.assert_array_equal(found.data[120], [120 % 7 + 0.5, 120 % 5 + 0.25])


def test_blank_lines_at_the_end_are_nothing(tmp_path):
    assert len(read_recording(written(tmp_path, [*ROWS, "", ""]), rate_hz=100).data) == 200
