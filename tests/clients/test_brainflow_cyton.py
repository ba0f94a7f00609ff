"""BrainFlow's Cyton driver, which knows nothing of us, at the simulated board's port."""

from __future__ import annotations

import contextlib
import threading
import time

import numpy as np
import pytest

from earloop.hil.interop.cyton_ads import uv_per_code
from earloop.hil.interop.cyton_port import CytonSignal
from tests.cyton import PATIENCE_S, serving

pytestmark = pytest.mark.client


@pytest.fixture
def signal():
    """Forty seconds of values that are all different."""
    uv = np.random.default_rng(0).normal([15_000, -9_000, 0, 170_000], 100, (10_000, 4))
    return CytonSignal(uv, 0)


@pytest.fixture
def brainflow():
    """BrainFlow's board module, silent."""
    module = pytest.importorskip("brainflow.board_shim")
    module.BoardShim.disable_board_logger()
    return module


@pytest.fixture
def prepared(brainflow, signal):
    """BrainFlow with a session on the simulated board."""
    with serving(signal) as port:
        parameters = brainflow.BrainFlowInputParams()
        parameters.serial_port = port.name
        board = brainflow.BoardShim(brainflow.BoardIds.CYTON_BOARD, parameters)
        board.prepare_session()
        yield board
        board.release_session()


def collect(board, packets):
    """Everything that comes until there are so many packets, [rows, packets]."""
    deadline = time.monotonic() + PATIENCE_S
    board.start_stream()
    while board.get_board_data_count() < packets:
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    board.stop_stream()
    return board.get_board_data()


def test_brainflow_reads_the_earbud_as_a_cyton_twice(brainflow, prepared, signal):
    rows = brainflow.BoardShim.get_eeg_channels(brainflow.BoardIds.CYTON_BOARD)
    number = brainflow.BoardShim.get_package_num_channel(brainflow.BoardIds.CYTON_BOARD)
    for _ in range(2):
        data = collect(prepared, 1000)
        count = data.shape[1]
        assert count >= 1000
        np.testing.assert_array_equal(data[number], np.arange(count) % 256, "no packet lost")
        np.testing.assert_allclose(data[rows[:4]].T, signal.uv[:count], atol=uv_per_code(), rtol=0)
        assert not data[rows[4:]].any()
        # What came after BrainFlow stopped reading stays on the line, as with a real board; a question clears it.
        with contextlib.suppress(UnicodeDecodeError):
            prepared.config_board("V")


def test_brainflow_sets_gains_and_reads_the_same_microvolts(brainflow, prepared, signal):
    """A gain of 12 halves the codes and doubles the scale; BrainFlow keeps book of it."""
    assert prepared.config_board("x1050110X") == "Success: Channel set for 1$$$"
    rows = brainflow.BoardShim.get_eeg_channels(brainflow.BoardIds.CYTON_BOARD)
    data = collect(prepared, 300)
    count = data.shape[1]
    np.testing.assert_allclose(data[rows[0]], signal.uv[:count, 0], atol=uv_per_code(12), rtol=0)
    np.testing.assert_allclose(data[rows[1]], signal.uv[:count, 1], atol=uv_per_code(), rtol=0)


def other_rows(brainflow):
    """End byte, then the six auxiliary bytes as they came."""
    return brainflow.BoardShim.get_other_channels(brainflow.BoardIds.CYTON_BOARD)[:7]


def collect_while(board, packets, commands):
    """As `collect`, with each command said to the board once so many packets have come."""
    deadline = time.monotonic() + PATIENCE_S
    board.start_stream()
    for command in [*commands, None]:
        wanted = board.get_board_data_count() + packets
        while board.get_board_data_count() < wanted:
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        if command is not None:
            board.config_board(command)
    board.stop_stream()
    return board.get_board_data()


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("x1060110X", "Success: Channel set for 1$$$"),
        ("x8130000X", "Success: Channel set for 8$$$"),
        ("z401Z", "Success: Lead off set for 4$$$"),
        ("/4", "Success: marker$$$"),
        ("//", "Success: default$$$"),
        ("~~", "Success: Sample rate is 250Hz$$$"),
        ("V", "v3.1.2$$$"),
        ("D", "060110$$$"),
        ("C", "no daisy to attach!8$$$"),
        ("-", "Success: Configured internal test signal.$$$"),
    ],
)
def test_brainflow_gets_the_reply_to_a_command(prepared, command, reply):
    assert prepared.config_board(command) == reply


def test_brainflow_gets_the_whole_register_dump(prepared):
    dump = prepared.config_board("?")
    assert dump.startswith("\nBoard ADS Registers\nADS_ID, 00, 3E, ")
    assert dump.endswith("0x3D 00\n$$$")


def test_brainflow_reads_markers_out_of_the_stream(brainflow, prepared, signal):
    """Characters that are commands elsewhere: the stream goes on, with the gains as they were."""
    assert prepared.config_board("/4") == "Success: marker$$$"
    data = collect_while(prepared, 100, ["`s", "`d", "`1", "`v"])
    rows = other_rows(brainflow)
    assert set(data[rows[0]]) == {0xC1}
    words = 256 * data[rows[1]] + data[rows[2]]
    assert "".join(chr(int(word)) for word in words[words > 0]) == "sd1v"
    assert not data[rows[3:]].any()
    count = data.shape[1]
    number = brainflow.BoardShim.get_package_num_channel(brainflow.BoardIds.CYTON_BOARD)
    np.testing.assert_array_equal(data[number], np.arange(count) % 256)
    eeg = brainflow.BoardShim.get_eeg_channels(brainflow.BoardIds.CYTON_BOARD)
    np.testing.assert_allclose(data[eeg[:4]].T, signal.uv[:count], atol=uv_per_code(), rtol=0)


def test_a_marker_of_brainflows_own_stands_beside_the_data_and_reaches_no_board(brainflow, prepared):
    deadline = time.monotonic() + PATIENCE_S
    prepared.start_stream()
    for wanted in (50, 150):
        while prepared.get_board_data_count() < wanted:
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        if wanted == 50:
            prepared.insert_marker(7.5)
    prepared.stop_stream()
    data = prepared.get_board_data()
    marked = data[brainflow.BoardShim.get_marker_channel(brainflow.BoardIds.CYTON_BOARD)]
    assert marked[marked != 0].tolist() == [7.5]
    assert set(data[other_rows(brainflow)[0]]) == {0xC0}


def test_brainflow_sees_the_test_signal(brainflow, prepared):
    """1.875 mV, as at a gain of 24, so at 6."""
    prepared.config_board("]")
    prepared.config_board("x2035110X")
    data = collect(prepared, 500)[:, 20:]
    rows = brainflow.BoardShim.get_eeg_channels(brainflow.BoardIds.CYTON_BOARD)
    for row in rows:
        high, low = np.percentile(data[row], [90, 10])
        assert (high, low) == pytest.approx((3750, -3750), abs=1)


def test_a_channel_that_brainflow_switches_off_while_data_stream_reads_zero(brainflow, prepared, signal):
    data = collect_while(prepared, 100, ["1"])
    rows = brainflow.BoardShim.get_eeg_channels(brainflow.BoardIds.CYTON_BOARD)
    (off,) = np.flatnonzero(np.diff(data[rows[0]] == 0))
    count = data.shape[1]
    assert not data[rows[0], off + 1 :].any()
    np.testing.assert_allclose(data[rows[1]], signal.uv[:count, 1], atol=uv_per_code(), rtol=0)
    number = brainflow.BoardShim.get_package_num_channel(brainflow.BoardIds.CYTON_BOARD)
    restarted = np.flatnonzero(np.diff(data[number]) % 256 != 1)
    assert restarted.tolist() == [off]  # the firmware counts anew
    assert data[number, off + 1] == 0
