"""Tables of programs and devices that are known: OpenBCI, Mind Monitor, OpenEarable, BrainFlow."""

from __future__ import annotations

import builtins
from datetime import datetime, timedelta

import numpy as np
import pytest
from brainflow.board_shim import BoardIds, BoardShim
from brainflow.data_filter import DataFilter

from earloop.recordings import RecordingError, read_recording
from earloop.recordings.reading.assemble import NOTES
from earloop.spec.errors import MissingExtraError

N = 600
SIGNAL = (np.random.default_rng(4).normal(0, 20, (N, 16)) + 60_000).round(2)
BEGIN = datetime(2024, 1, 1, 23, 59, 59)


def stamp(i, rate_hz, form):
    return (BEGIN + timedelta(seconds=i / rate_hz)).strftime(form)[:-3]


def save(tmp_path, lines, name="a.txt"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n")
    return path


def open_bci(rate="250 Hz", channels=8, unit_s=1.0, lost=0):
    """As OpenBCI GUI 5 writes it: DataWriterODF.pde."""
    head = ["%OpenBCI Raw EXG Data", f"%Number of channels = {channels}", f"%Sample Rate = {rate}",
            "%Board = OpenBCI_GUI$BoardCytonSerial"]  # fmt: skip
    names = ["Sample Index", *(f"EXG Channel {i}" for i in range(channels)), *(f"Accel Channel {i}" for i in range(3)),
             "Not Used", "Digital Channel 0 (D11)", "Not Used", "Analog Channel 0", "Timestamp", "Marker Channel",
             "Timestamp (Formatted)"]  # fmt: skip
    rows = []
    for i in range(N):
        at = i + lost * (i >= 300)
        cells = [
            f"{float(at % 256)}",
            *map(str, SIGNAL[i, :channels]),
            "0.1",
            "0.2",
            "0.9",
            "0.0",
            "0.0",
            "192.0",
            "0.0",
        ]
        cells += [f"{(1.7e9 + at / 250) / unit_s:.6f}", "1.0" if i == 100 else "0.0"]
        rows.append(", ".join([*cells, stamp(at, 250, "%Y-%m-%d %H:%M:%S.%f")]))
    return [*head, ", ".join(names), *rows]


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
@pytest.mark.parametrize("unit_s", [1.0, 1e-3])
def test_an_openbci_table_knows_its_rate_and_its_channels(tmp_path, name, unit_s):
    found = read_recording(save(tmp_path, open_bci(unit_s=unit_s), name))
    assert (found.sfreq, found.unit) == (250.0, "uV")
    assert found.channels == tuple(f"EXG Channel {i}" for i in range(8))
    np.testing.assert_array_equal(found.data, SIGNAL[:, :8])
    assert [(note.onset_s, note.label) for note in found.annotations] == [(0.4, "1")]
    assert NOTES not in found.meta


def test_lost_packets_of_an_openbci_board_are_a_gap(tmp_path):
    path = save(tmp_path, open_bci(lost=4))
    with pytest.raises(RecordingError, match=r"has a gap of 0.016 s, 1.200 s .*, before line 306"):
        read_recording(path)


def test_a_rate_that_the_file_or_its_stamps_contradict_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="the file says 250 Hz, not 256 Hz"):
        read_recording(save(tmp_path, open_bci()), rate_hz=256)
    with pytest.raises(RecordingError, match=r"not 200 Hz; say which is right: --rate 200, as .*, or --rate 250"):
        read_recording(save(tmp_path, open_bci("200 Hz")))
    found = read_recording(save(tmp_path, open_bci("200 Hz")), rate_hz=200)
    assert found.sfreq == 200
    assert found.meta[NOTES] == ["the stamps of column Timestamp say 250 Hz, not 200 Hz"]
    found = read_recording(save(tmp_path, open_bci("200 Hz")), rate_hz=250)
    assert found.sfreq == 250
    assert found.meta[NOTES] == ["the file says 200 Hz, but the stamps of column Timestamp say 250 Hz"]


@pytest.mark.parametrize("rate", ["0 Hz", "1.2.3 Hz", ". Hz"])
def test_a_rate_that_is_none_is_refused(tmp_path, rate):
    with pytest.raises(RecordingError, match=r"Sample Rate = .*: wanted a .*; correct that line"):
        read_recording(save(tmp_path, open_bci(rate)))


OLD = [
    "%OpenBCI Raw EEG Data",
    "%",
    "%Sample Rate = 250.0 Hz",
    "%First Column = SampleIndex",
    "%Last Column = Timestamp",
    "%Other Columns = EEG data in microvolts followed by Accel Data (in G) interleaved with Aux Data",
]


def old_rows(channels, epoch=False, axes=3):
    for i in range(N):
        cells = [str(i % 256), *(f"{value:.2f}" for value in SIGNAL[i, :channels]), *["0.000"] * axes]
        yield ", ".join([*cells, stamp(i, 250, "%H:%M:%S.%f"), *([str(1_700_000_000_000 + 4 * i)] if epoch else [])])


@pytest.mark.parametrize("channels", [4, 8, 16])
@pytest.mark.parametrize("epoch", [False, True])
def test_an_openbci_table_of_before_version_5_is_read_by_its_width(tmp_path, channels, epoch):
    found = read_recording(save(tmp_path, [*OLD, *old_rows(channels, epoch)]))
    assert (found.sfreq, found.channels) == (250.0, tuple(f"EXG Channel {i}" for i in range(channels)))
    np.testing.assert_array_equal(found.data, SIGNAL[:, :channels])


def test_an_old_openbci_table_that_says_its_channels_is_read_and_another_refused(tmp_path):
    said = [OLD[0], "%Number of channels = 6", *OLD[2:]]
    assert len(read_recording(save(tmp_path, [*said, *old_rows(6)])).channels) == 6
    with pytest.raises(RecordingError, match="does not say which of them are its channels; add a line"):
        read_recording(save(tmp_path, [*OLD, *old_rows(6)]))


MIND = ["TimeStamp", "Delta_TP9", "Alpha_TP9", "RAW_TP9", "RAW_AF7", "RAW_AF8", "RAW_TP10", "AUX_RIGHT",
        "Accelerometer_X", "Gyro_X", "HeadBandOn", "HSI_TP9", "Battery", "Elements"]  # fmt: skip
DATE = "%Y-%m-%d %H:%M:%S.%f"


def mind_monitor(rate_hz=256, more=0):
    """As Mind Monitor writes it; the rows of events have some commas more or less."""
    lines = [",".join(MIND)]
    for i in range(N):
        if i in (0, 300):
            label = "connected Muse-0000" if i == 0 else "blink"
            lines.append(stamp(i, rate_hz, DATE) + "," * (13 + more) + f"/muse/{label}")
        raw = map(str, SIGNAL[i, :4])
        cells = [stamp(i, rate_hz, DATE), "0.5", "0.1", *raw, "880.0", "0.1", "3.2", "1", "1.0", "80", ""]
        lines.append(",".join(cells))
    return lines


@pytest.mark.parametrize("more", [0, -1, 1])
def test_a_mind_monitor_table_is_four_electrodes_and_events(tmp_path, more):
    found = read_recording(save(tmp_path, mind_monitor(more=more), "a.csv"))
    assert (found.sfreq, found.channels) == (256.0, ("RAW_TP9", "RAW_AF7", "RAW_AF8", "RAW_TP10"))
    np.testing.assert_array_equal(found.data, SIGNAL[:, :4])
    (first, second) = found.annotations
    assert (first.onset_s, first.label) == (0.0, "/muse/connected Muse-0000")
    assert second.label == "/muse/blink"
    assert second.onset_s == pytest.approx(300 / 256, abs=1e-3)
    assert found.meta[NOTES] == ["sampled at 256 Hz, the device's rate; its stamps say 256.09 Hz"]


def test_a_mind_monitor_table_of_another_interval_wants_its_rate(tmp_path):
    with pytest.raises(RecordingError, match="the stamps of TimeStamp say 10 Hz: --rate 10"):
        read_recording(save(tmp_path, mind_monitor(10), "a.csv"))
    assert read_recording(save(tmp_path, mind_monitor(10), "a.csv"), rate_hz=10).sfreq == 10


def test_an_openearable_exg_table_is_its_raw_signal_and_marks(tmp_path):
    lines = ["time,raw_data,filtered_data"]
    for i in range(N):
        lines.append(f"{stamp(i, 256, '%H:%M:%S.%f')},{SIGNAL[i, 0]},{SIGNAL[i, 1]}")
        if i == 200:
            lines.append(f"{stamp(i, 256, '%H:%M:%S.%f')},1000000,1000000")
    found = read_recording(save(tmp_path, lines, "a.csv"))
    assert (found.sfreq, found.channels) == (256.0, ("raw_data",))
    np.testing.assert_array_equal(found.data[:, 0], SIGNAL[:, 0])
    assert [(round(note.onset_s, 2), note.label) for note in found.annotations] == [(0.78, "mark")]


def test_a_two_channel_openearable_exg_table_has_its_unit_in_its_names(tmp_path):
    rows = [f"{i * 8000},{SIGNAL[i, 0]},{SIGNAL[i, 1]},0,0" for i in range(N)]
    lines = ["timestamp_us,ch0_raw_uV,ch1_raw_uV,ch0_filtered_uV,ch1_filtered_uV", *rows]
    with pytest.raises(RecordingError, match="say 125 Hz: --rate 125"):
        read_recording(save(tmp_path, lines, "a.csv"))
    found = read_recording(save(tmp_path, lines, "a.csv"), rate_hz=125)
    assert found.channels == ("ch0_raw", "ch1_raw")
    np.testing.assert_array_equal(found.data, SIGNAL[:, :2])


def brainflow(tmp_path, board=BoardIds.CYTON_BOARD, lost=0):
    """As BrainFlow itself writes it."""
    described = BoardShim.get_board_descr(board.value)
    data = np.zeros((described["num_rows"], N))
    at = np.arange(N) + lost * (np.arange(N) >= 300)
    data[described["package_num_channel"]] = at % 256
    channels = BoardShim.get_exg_channels(board.value)
    data[channels] = SIGNAL[:, : len(channels)].T
    data[described["timestamp_channel"]] = 1.7e9 + at / described["sampling_rate"]
    data[described["marker_channel"], 50] = 3
    path = tmp_path / "a.csv"
    DataFilter.write_file(data, str(path), "w")
    return path


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("board", ["cyton", "CYTON_BOARD", "0", "Cyton"])
def test_a_brainflow_table_is_read_by_its_board(tmp_path, board):
    found = read_recording(brainflow(tmp_path), board=board)
    assert (found.sfreq, found.channels) == (250.0, ("Fp1", "Fp2", "C3", "C4", "P7", "P8", "O1", "O2"))
    np.testing.assert_allclose(found.data, SIGNAL[:, :8], atol=1e-6)
    assert [(note.onset_s, note.label) for note in found.annotations] == [(0.2, "3")]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_a_brainflow_table_has_gaps_by_its_packages_and_names_where_there_are_none(tmp_path):
    found = read_recording(brainflow(tmp_path, BoardIds.GANGLION_BOARD), board="ganglion", channels=["ExG 1"])
    np.testing.assert_allclose(found.data[:, 0], SIGNAL[:, 0], atol=1e-6)
    with pytest.raises(RecordingError, match=r"has a gap of 0.040 s, 1.200 s .*, before line 301"):
        read_recording(brainflow(tmp_path, lost=10), board="cyton")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, r"tab-separated, without a header row .*--board NAME\); 24 columns: CYTON_BOARD"),
        ({"board": "ganglion"}, r"BrainFlow writes 15 columns for it, but the table has 24; 24 columns: CYTON_BOARD"),
        ({"board": "citon"}, "BrainFlow has no board of this name; similar: .*CYTON_BOARD"),
        ({"board": "cyton", "rate_hz": 256}, "the file says 250 Hz, not 256 Hz"),
    ],
)
def test_a_brainflow_table_that_cannot_be_read_says_what_it_wants(tmp_path, options, complaint):
    with pytest.raises(RecordingError, match=complaint):
        read_recording(brainflow(tmp_path), **options)


def test_a_board_for_a_table_that_names_its_columns_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="this table has names for its columns; omit the board"):
        read_recording(save(tmp_path, ["T7,T8", "1,2"]), rate_hz=1, board="cyton")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_without_brainflow_a_board_says_which_package_it_wants(tmp_path, monkeypatch):
    path, own = brainflow(tmp_path), builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("brainflow"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return own(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    for options, wanted in (({}, RecordingError), ({"board": "cyton"}, MissingExtraError)):
        with pytest.raises(wanted, match=r"BrainFlow is not installed: pip install 'earloop\[brainflow\]'"):
            read_recording(path, **options)
