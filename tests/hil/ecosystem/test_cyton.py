"""The simulated Cyton: its protocol as documented, and BrainFlow as a client that knows nothing of us."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import serial

from hil.ecosystem.cyton_board import PACKET_BYTES, CytonBoard, uv_per_code
from hil.ecosystem.cyton_port import BACKLOG_S, CytonPort, CytonSignal, cyton_signal
from recordings import Recording, RecordingError

PATIENCE_S = 60.0  # of the tests, on a machine that is busy
SPEED = 20
DEFAULTS = b"updating channel settings to default$$$"


class FastClock:
    """The machine's clock, so many times as fast that tests need not wait for 250 SPS."""

    def now(self):
        return SPEED * time.monotonic()

    def wait(self, seconds):
        raise AssertionError("a board waits for its line, not for a clock")


def say(board, text, now=0.0):
    return b"".join(board.receive(byte, now) for byte in (text if isinstance(text, bytes) else text.encode()))


def codes_of(packet):
    assert len(packet) == PACKET_BYTES
    assert packet[0] == 0xA0
    assert packet[26:32] == bytes(6)
    return [int.from_bytes(packet[i : i + 3], "big", signed=True) for i in range(2, 26, 3)]


@pytest.fixture
def board():
    return CytonBoard()


def test_a_soft_reset_is_answered_with_a_banner_that_ends_in_three_dollars(board):
    banner = say(board, "v").decode()
    assert banner.startswith("OpenBCI V3 8-16 channel\r\nADS1299 Device ID: 0x3E\r\n")
    assert banner.endswith("$$$")
    assert banner.count("$") == 3
    assert len(banner) < 500, "BrainFlow gives up after 500 bytes"


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("V", "v3.1.2$$$"),
        ("d", DEFAULTS.decode()),
        ("D", "060110$$$"),
        ("~~", "Success: Sample rate is 250Hz$$$"),
        ("~6", "Success: Sample rate is 250Hz$$$"),
        ("~4", "Failure: the line carries no more than 250Hz$$$"),
        ("x3020000X", "Success: Channel set for 3$$$"),
        ("x1060110Xx2060110X", "Success: Channel set for 1$$$Success: Channel set for 2$$$"),
        ("x1020000V", "Failure: 9th char not X$$$"),
        ("x9060110X", "Failure: Err: too many chars$$$"),
        ("x1070110X", "Failure: Err: too many chars$$$"),
        ("z410Z", "Success: Lead off set for 4$$$"),
        ("z410X", "Failure: 5th char not Z$$$"),
        ("//", "Board mode is default$$$"),
        ("/2", "Board mode set to analog$$$"),
        ("/9", "Failure: board mode is 0 to 4$$$"),
        ("C", "no daisy to attach!8$$$"),
        ("[", "Failure: test signals are not simulated$$$"),
        ("1!bs", ""),
        ("9 \n", ""),
        (b"\xf0\x07", "Success: System is Up$$$"),
        (b"\xf0\x01\x07V", "Failure: the radio is not simulated$$$v3.1.2$$$"),
    ],
)
def test_commands_are_answered_as_documented(board, command, reply):
    assert say(board, command).decode("latin-1") == reply


def test_while_data_streams_nothing_is_answered_but_a_soft_reset(board):
    assert say(board, "bVdx1060110X~~") == b""
    assert board.streaming
    assert say(board, "v").endswith(b"$$$")
    assert not board.streaming


def test_a_command_that_is_not_gone_on_with_times_out(board):
    assert say(board, "x10", now=1.0) == b""
    assert board.expire(2.0) == b""
    assert board.expire(2.1).startswith(b"Timeout processing multi byte message")
    assert say(board, "V", now=2.2) == b"v3.1.2$$$", "and what comes next is a command again"


def test_a_packet_holds_24_bit_samples_at_a_gain_of_24(board):
    assert uv_per_code() == pytest.approx(0.02235174, rel=1e-6)  # the data format's own figure
    say(board, "b")
    packet = board.packet(np.array([1.0, -1.0, 0.02235, -187500.0]))
    assert codes_of(packet) == [45, -45, 1, -8388607, 0, 0, 0, 0]
    assert packet[-1] == 0xC0


def test_a_signal_beyond_the_range_clips(board):
    assert codes_of(board.packet(np.array([1e6, -1e6])))[:2] == [8388607, -8388608]


def test_packets_are_numbered_from_0_and_wrap_at_256(board):
    say(board, "b")
    assert [board.packet(np.zeros(4))[1] for _ in range(300)] == [i % 256 for i in range(300)]
    say(board, "sb")
    assert board.packet(np.zeros(4))[1] == 0


def test_channel_settings_act_on_the_samples(board):
    """Gain 1 on channel 1, channel 2 off by `x`, 3 by `3`, 4 shorted; `d` undoes it all, `#` a `3`."""
    say(board, "x1000000Xx2160110X3x4061110X")
    uv = np.full(4, 1000.0)
    assert codes_of(board.packet(uv))[:4] == [1864, 0, 0, 0]  # 1000 / (4.5e6 / (2^23 - 1))
    say(board, "d")
    assert codes_of(board.packet(uv))[:4] == [44739] * 4
    say(board, "30")
    assert codes_of(board.packet(uv))[:4] == [0] * 4
    say(board, "d3#")
    assert codes_of(board.packet(uv))[:4] == [44739] * 4


def test_the_end_byte_tells_the_board_mode(board):
    ends = []
    for mode in range(5):
        say(board, f"/{mode}")
        ends.append(board.packet(np.zeros(4))[-1])
    assert ends == [0xC0, 0xC0, 0xC1, 0xC1, 0xC1]


def test_the_signal_is_the_converters_codes_at_250_samples_a_second(design):
    """A sine of 20 Hz on an electrode's offset: its samples are known at any time."""
    t = np.arange(5000) / 1000
    uv = 12_000 + 80 * np.sin(2 * np.pi * 20 * t)[:, None] * [1, 2, 3, 4]
    signal = cyton_signal(Recording(uv, "uV", 1000.0, design.channels), design)
    assert signal.clipped == 0
    wanted = 12_000 + 80 * np.sin(2 * np.pi * 20 * np.arange(1250) / 250)[:, None] * [1, 2, 3, 4]
    np.testing.assert_allclose(signal.uv[50:-50], wanted[50:-50], atol=2 * design.converter.lsb_uv)


def test_what_the_cytons_narrower_range_clips_is_counted(design):
    uv = np.full((2000, 4), 200_000.0)  # within 375 mV at a gain of 12, beyond 187.5 mV at 24
    assert cyton_signal(Recording(uv, "uV", 1000.0, design.channels), design).clipped == 4 * 500


def test_a_recording_that_does_not_fit_is_refused(codes_10s, design):
    with pytest.raises(RecordingError, match="codes at 500 Hz"):
        cyton_signal(replace(codes_10s, sfreq=500.0), design)


@contextlib.contextmanager
def serving(signal):
    """A board on a port that answers in a thread of its own."""
    stop = threading.Event()
    with CytonPort(signal, FastClock()) as port:
        thread = threading.Thread(target=port.serve, args=(stop,))
        thread.start()
        try:
            yield port
        finally:
            stop.set()
            thread.join()


@pytest.fixture
def signal():
    """Forty seconds of values that are all different."""
    uv = np.random.default_rng(0).normal([15_000, -9_000, 0, 170_000], 100, (10_000, 4))
    return CytonSignal(uv, 0)


def read_until(line, end):
    line.timeout = PATIENCE_S
    said = line.read_until(end)
    assert said.endswith(end)
    return said


def test_the_line_carries_packets_back_to_back_from_the_first_sample_on(signal):
    with serving(signal) as port, serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
        for _ in range(2):
            line.write(b"v")
            read_until(line, b"$$$")
            line.write(b"b")
            data = line.read(600 * PACKET_BYTES)
            packets = [data[i : i + PACKET_BYTES] for i in range(0, len(data), PACKET_BYTES)]
            assert [packet[1] for packet in packets] == [i % 256 for i in range(600)]
            found = np.array([codes_of(packet)[:4] for packet in packets]) * uv_per_code()
            np.testing.assert_allclose(found, signal.uv[:600], atol=0.51 * uv_per_code())


def test_a_stop_ends_with_a_whole_packet_and_a_start_begins_with_the_first_sample(signal):
    with serving(signal) as port, serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
        line.write(b"b")
        line.read(5 * PACKET_BYTES + 7)
        line.write(b"sV")
        rest = read_until(line, b"v3.1.2$$$").removesuffix(b"v3.1.2$$$")
        assert (len(rest) + 7) % PACKET_BYTES == 0
        line.write(b"b")
        first = line.read(PACKET_BYTES)
    assert first[1] == 0
    np.testing.assert_allclose(np.array(codes_of(first)[:4]) * uv_per_code(), signal.uv[0], atol=uv_per_code())


def test_a_signal_that_ends_begins_again(signal):
    short = CytonSignal(signal.uv[:100], 0)
    with serving(short) as port, serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
        line.write(b"b")
        data = line.read(250 * PACKET_BYTES)
    first = [codes_of(data[i * PACKET_BYTES : (i + 1) * PACKET_BYTES]) for i in (0, 100, 200)]
    assert first[0] == first[1] == first[2]


def test_what_a_slow_reader_misses_is_missing_as_whole_packets(signal):
    with serving(signal) as port, serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
        line.write(b"b")
        deadline = time.monotonic() + PATIENCE_S
        while not port.lost and time.monotonic() < deadline:
            os.sched_yield()
        assert port.lost
        numbers = []
        while not numbers or (numbers[-1] - numbers[-2] if len(numbers) > 1 else 1) % 256 == 1:
            packet = line.read(PACKET_BYTES)
            codes_of(packet)
            numbers.append(packet[1])
    assert len(numbers) > BACKLOG_S * 250


def test_a_host_that_comes_after_another_gets_its_answer_behind_whole_packets(signal):
    with serving(signal) as port:
        with serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
            line.write(b"b")
            line.read(100)  # the first byte of the fourth packet is the last
        with serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
            line.write(b"v")
            found = read_until(line, b"$$$")
            # Before it may stand what left while the command was on its way. The serial library empties the port when
            # it opens it, and may do so while a packet is arriving: the first may lack its head, the others are whole.
            begins = found.index(b"OpenBCI V3")
            for packet in range(begins % PACKET_BYTES, begins, PACKET_BYTES):
                codes_of(found[packet : packet + PACKET_BYTES])
            line.write(b"V")
            assert read_until(line, b"$$$") == b"v3.1.2$$$"  # and nothing stands between two answers


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
