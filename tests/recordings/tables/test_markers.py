"""Events of tables: markers beside samples, and in rows of their own."""

from __future__ import annotations

import pytest

from earloop.recordings import RecordingError, read_recording


def events(tmp_path, text, **options):
    path = tmp_path / "a.csv"
    path.write_text(text)
    found = read_recording(path, **{"rate_hz": 10, **options})
    return len(found.data), [(round(note.onset_s, 3), note.label) for note in found.annotations]


@pytest.mark.parametrize(
    "name", ["Marker", "Marker Channel", "Annotations", "annotation", "Elements", "events", "stim 1"]
)
def test_each_change_to_a_value_is_an_event(tmp_path, name):
    cells = ["", "1", "1", "0", "1.0", "2", "nan", "go", "go", " "]
    text = f"T7,{name}\n" + "".join(f"5,{cell}\n" for cell in cells)
    assert events(tmp_path, text) == (10, [(0.1, "1"), (0.4, "1"), (0.5, "2"), (0.7, "go")])


def test_markers_of_several_columns_are_all_events(tmp_path):
    text = "T7,Marker0,Marker1\n1,0,0\n1,7,0\n1,7,8\n1,0,0\n"
    assert events(tmp_path, text) == (4, [(0.1, "7"), (0.2, "8")])


ROWS_OF_EVENTS = "time,T7,T8,event\n0.0,1,2,\n0.1,1,2,\n0.15,,,blink\n0.2,1,2,\n0.2,,,blink\n0.3,1,2,\n"


def test_a_row_without_a_signal_is_an_event_at_its_time_and_no_sample(tmp_path):
    assert events(tmp_path, ROWS_OF_EVENTS) == (4, [(0.15, "blink"), (0.2, "blink")])


def test_a_row_of_an_event_without_a_clock_is_at_the_next_sample(tmp_path):
    text = "T7,T8,event\n,,begin\n1,2,\n1,2,\n,,blink\n1,2,\n"
    assert events(tmp_path, text) == (3, [(0.0, "begin"), (0.2, "blink")])


def test_an_event_in_another_place_of_the_file_is_at_its_time(tmp_path):
    rows = "".join(f"{i / 10},1,2,\n" for i in range(20))
    text = "time,T7,T8,event\n" + rows + "0.35,,,late\n1.5,,,later\n"
    assert events(tmp_path, text) == (20, [(0.35, "late"), (1.5, "later")])


def test_events_keep_their_place_beside_a_gap(tmp_path):
    rows = [f"{i / 10},1,2,{'a' if i == 2 else ''}" for i in range(5)] + [
        f"{2 + i / 10},1,2,{'b' if i == 1 else ''}" for i in range(5)
    ]
    text = "time,T7,T8,event\n" + "\n".join(rows) + "\n2.35,,,c\n"
    assert events(tmp_path, text, gaps="nan") == (25, [(0.2, "a"), (2.1, "b"), (2.35, "c")])
    assert events(tmp_path, text, part=2) == (5, [(0.1, "b"), (0.35, "c")])


@pytest.mark.parametrize("name", ["trig", "STI 014", "event_code", "TriggerValue", "Event Id", "DIN1", "Stimulation"])
def test_other_names_of_markers(tmp_path, name):
    assert events(tmp_path, f"T7,{name}\n5,0\n5,3\n5,0\n") == (3, [(0.1, "3")])


@pytest.mark.parametrize("label", ["12345678", "1048576", "0.5", "-3"])
def test_a_label_keeps_every_digit(tmp_path, label):
    assert events(tmp_path, f"T7,marker\n5,0\n5,{label}\n5,0\n") == (3, [(0.1, label)])


@pytest.mark.parametrize("idle", ["255", "-1", "255.0", "NA", "None", "False", "-", "null"])
def test_what_stands_where_nothing_happens_is_no_event(tmp_path, idle):
    cells = [idle] * 4 + ["7"] + [idle] * 4 + ["8", idle]
    text = "T7,marker\n" + "".join(f"5,{cell}\n" for cell in cells)
    assert events(tmp_path, text) == (11, [(0.4, "7"), (0.9, "8")])


def test_a_value_that_stands_half_of_the_time_beside_0_is_an_event(tmp_path):
    text = "T7,marker\n" + "".join(f"5,{cell}\n" for cell in [0, 255, 255, 255, 0, 255, 255, 255])
    assert events(tmp_path, text) == (8, [(0.1, "255"), (0.5, "255")])


@pytest.mark.parametrize(
    ("values", "idle"), [({5: "3", 30: "12"}, ""), ({5: "3", 30: "12"}, "0"), ({5: "blink", 30: "clench"}, "")]
)
def test_a_column_that_changes_as_triggers_do_is_one_under_any_name_and_it_is_told(tmp_path, values, idle):
    path = tmp_path / "a.csv"
    path.write_text("T7,class\n" + "".join(f"{i * 37 % 11}.5,{values.get(i, idle)}\n" for i in range(60)))
    recording = read_recording(path, rate_hz=10)
    assert recording.channels == ("T7",)
    assert [(note.onset_s, note.label) for note in recording.annotations] == [(i / 10, v) for i, v in values.items()]
    assert recording.meta["notes"] == [
        "column class changes like triggers: it is not read as an electrode (--channels class reads it as one)"
    ]


def test_a_row_that_begins_with_an_error_of_excel_is_no_comment(tmp_path):
    with pytest.raises(RecordingError, match="'#N/A' in line 3, column T7: every cell must be a number"):
        events(tmp_path, "T7,T8\n1,2\n#N/A,2\n1,2\n")


@pytest.mark.parametrize("name", ["T7", "Fpz", "EEG 1", "ch2", "EXG Channel 0", "left"])
def test_an_electrode_that_stands_still_most_of_the_time_stays_one(tmp_path, name):
    path = tmp_path / "a.csv"
    path.write_text(f"{name},x\n" + "".join(f"{3 if i == 30 else 0},{i * 37 % 11}.5\n" for i in range(60)))
    recording = read_recording(path, rate_hz=10)
    assert recording.channels == (name, "x")
    assert recording.annotations == ()
