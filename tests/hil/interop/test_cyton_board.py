"""The simulated Cyton's commands, replies and packets, as firmware v3.1.2 has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.hil.interop.cyton_ads import uv_per_code
from earloop.hil.interop.cyton_board import CytonBoard
from tests.cyton import codes_of

DEFAULTS = "updating channel settings to default$$$"
TEST_SIGNAL = "Success: Configured internal test signal.$$$"
NO_CARD = (
    "initialization failed. Things to check:\r\n* is a card is inserted?\r\n"
    "Could not find FAT16/FAT32 partition. Make sure you've formatted the card\r\n$$$"
)
TIMED_OUT = b"Timeout processing multi byte message - please send all commands at once as of v2$$$"
# Replies of OpenBCI_32bit_Library.cpp, v3.1.2, while nothing streams.
REPLIES = {
    "v": "OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\nLIS3DH Device ID: 0x33\nFirmware: v3.1.2\n$$$",
    "V": "v3.1.2$$$",
    "d": DEFAULTS,
    "D": "060110$$$",
    "c": "",
    "C": "no daisy to attach!8$$$",
    **dict.fromkeys("12345678qwertyui!@#$%^&*QWERTYUI", ""),
    **dict.fromkeys("0-=p[]", TEST_SIGNAL),
    **dict.fromkeys("bs", ""),
    **dict.fromkeys("ASFGHJKLa", NO_CARD),
    **dict.fromkeys("j9()_oOfghkl'\"nNM,. \r\n", ""),
    "<": ",Time stamp ON$$$",  # the comma is the dongle's
    ">": "Time stamp OFF$$$",
    "~~": "Success: Sample rate is 250Hz$$$",
    **{f"~{n}": f"Success: Sample rate is {16000 >> n}Hz$$$" for n in range(6)},
    "~6": "Success: Sample rate is 250Hz$$$",
    "~7": "Failure: sample value out of bounds$$$",
    "~9": "Failure: sample value out of bounds$$$",
    "~x": "Failure: invalid sample value$$$",
    "//": "Success: default$$$",
    "/0": "Success: default$$$",
    "/1": "Success: debug$$$",
    "/2": "Success: analog$$$",
    "/3": "Success: digital$$$",
    "/4": "Success: marker$$$",
    "/5": "Success: BLE$$$",
    "/6": "Failure: board mode value out of bounds.$$$",
    "/9": "Failure: board mode value out of bounds.$$$",
    "/b": "Failure: invalid board mode value.$$$",
    "/4//": "Success: marker$$$Success: marker$$$",
    "x3020000X": "Success: Channel set for 3$$$",
    "x1060110Xx2060110X": "Success: Channel set for 1$$$Success: Channel set for 2$$$",
    "xQ060110X": "Success: Channel set for 9$$$",
    "xI060110X": "Success: Channel set for 16$$$",
    "x9060110X": "Success: Channel set for 1$$$",  # what is no channel counts as the first
    "x1990992X": "Success: Channel set for 1$$$",
    "x102000X": "Failure: too few chars$$$",
    "xX": "Failure: too few chars$$$",
    "x1020000V": "Failure: Err: 9th char not X$$$",
    "x1020000xV": "Failure: Err: 9th char not X$$$v3.1.2$$$",
    "z410Z": "Success: Lead off set for 4$$$",
    "zW01Z": "Success: Lead off set for 10$$$",
    "z4Z": "Failure: too few chars$$$",
    "z410X": "Failure: Err: 5th char not Z$$$",
    "`sV": "v3.1.2$$$",
    "{": "Failure: Wifi not attached$$$",
    "}": "Failure: Wifi not removed$$$",
    ":": "Wifi not present, send { to attach the shield$$$",
    ";": "Wifi soft reset$$$",
    "\xf0\x00": "Success: Host and Device on Channel Number: \x07$$$",
    "\xf0\x07": "Success: System is Up$$$",
    "\xf0\x01\x07V": "Failure: the radio is not simulated$$$v3.1.2$$$",
}
# What is answered although data stream: the firmware does not ask whether they do.
STREAMING_TOO = {
    *("v", "V", "D", "~~", "//", *(f"/{n}" for n in range(6)), "/6", "/9", "/b", "/4//", "`sV", "{", "}", ":", ";"),
    *("\xf0\x00", "\xf0\x07", "\xf0\x01\x07V"),
}


def say(board, text, now=0.0):
    data = text if isinstance(text, bytes) else text.encode("latin-1")
    return b"".join(board.receive(byte, now) for byte in data).decode("latin-1")


def packets(board, count=1, uv=(0.0,) * 4, begin_s=0.0):
    return board.packets(np.tile(np.array(uv, float), (count, 1)), begin_s + np.arange(count) / 250)


@pytest.fixture
def board():
    return CytonBoard(4)


@pytest.mark.parametrize("command", REPLIES)
def test_a_command_is_answered_as_by_the_firmware(board, command):
    assert say(board, command) == REPLIES[command]


@pytest.mark.parametrize("command", sorted(REPLIES))
def test_while_data_stream_no_setting_is_confirmed_but_questions_are_answered(board, command):
    say(board, "b")
    wanted = REPLIES[command] if command in STREAMING_TOO else {"C": "8$$$", "<": ","}.get(command, "")
    wanted += "v3.1.2$$$" if command == "x1020000xV" else ""
    assert say(board, command) == wanted
    assert board.streaming == (command not in ("v", "s"))


def test_the_banner_fits_into_what_brainflow_reads(board):
    assert len(say(board, "v")) < 500
    assert say(board, "v").count("$") == 3


@pytest.mark.parametrize("streams", [True, False])
def test_a_markers_character_is_no_command(board, streams):
    """Whatever it is: no reply, no change, and the next character is a command again."""
    before = say(board, "/4?")
    for character in map(chr, range(256)):
        say(board, "b" if streams else "")
        assert say(board, "`" + character) == ""
        assert board.streaming == streams
        assert say(board, "V") == "v3.1.2$$$"
        say(board, "s")
        assert say(board, "/4?") == before


@pytest.mark.parametrize("character", ["1", "s", "\x00", "\x7f"])
def test_a_marker_stands_in_the_first_word_of_the_next_packet_alone(board, character):
    say(board, "/4b")
    assert packets(board)[0][26:] == bytes(6) + b"\xc1"
    say(board, "`" + character)
    marked, after = packets(board, 2)
    assert marked[26:] == bytes([0, ord(character), 0, 0, 0, 0, 0xC1])
    assert after[26:] == bytes(6) + b"\xc1"


def test_of_two_markers_before_a_packet_the_last_counts_and_a_stop_keeps_it(board):
    say(board, "/4`1`2b")
    assert packets(board)[0][26:28] == b"\x002"
    say(board, "`3sb")
    assert [packet[26:28] for packet in packets(board, 2)] == [b"\x003", b"\x00\x00"]


def test_a_marker_waits_for_the_marker_mode(board):
    say(board, "b`7")
    assert packets(board)[0][26:] == bytes(6) + b"\xc0"
    say(board, "/4")
    assert packets(board)[0][26:] == b"\x007" + bytes(4) + b"\xc1"


def test_a_markers_character_has_a_sign_as_in_the_firmware(board):
    say(board, "/4b`\xa0")
    assert packets(board)[0][26:28] == b"\xff\xa0"


@pytest.mark.parametrize(
    ("modes", "end"),
    [("0", 0xC0), ("1", 0xC0), ("2", 0xC1), ("3", 0xC1), ("4", 0xC1), ("41", 0xC1), ("21", 0xC1), ("40", 0xC0)],
)
def test_the_end_byte_tells_whether_the_accelerometer_is_on(board, modes, end):
    """The debug mode leaves it as it was."""
    say(board, "".join(f"/{mode}" for mode in modes) + "b")
    assert packets(board)[0][-1] == end


@pytest.mark.parametrize(("mode", "first", "then"), [("0", 0xC3, 0xC4), ("4", 0xC5, 0xC6)])
def test_time_stamps_follow_their_command(board, mode, first, then):
    """Milliseconds since power-on in the last four auxiliary bytes; the end byte tells the first one."""
    board = CytonBoard(4, now=100.0)
    say(board, f"/{mode}b<", now=101.0)
    stamped = packets(board, 3, begin_s=101.25)
    assert [packet[-1] for packet in stamped] == [first, then, then]
    assert [int.from_bytes(packet[28:32], "big") for packet in stamped] == [1250, 1254, 1258]
    assert stamped[0][26:28] == bytes(2)
    say(board, ">")
    assert packets(board)[0][-1] == (0xC0 if mode == "0" else 0xC1)


def test_a_marker_may_stand_beside_a_time_stamp(board):
    say(board, "/4<b")
    packets(board)
    say(board, "`A")
    marked, after = packets(board, 2, begin_s=1.0)
    assert marked[26:] == b"\x00A\x00\x00\x03\xe8\xc6"
    assert after[26:28] == bytes(2)


def test_a_soft_reset_ends_the_stream_and_keeps_mode_rate_and_time_stamps(board):
    """Only a power cycle brings the default mode back."""
    say(board, "/4~4<b")
    assert say(board, "v").endswith("$$$")
    assert not board.streaming
    assert say(board, "//") == "Success: marker$$$"
    say(board, "b")
    assert packets(board)[0][-1] == 0xC5


def test_streaming_takes_the_rate_back_to_250(board):
    assert say(board, "~4~~") == 2 * "Success: Sample rate is 1000Hz$$$"
    assert say(board, "b~~") == "Success: Sample rate is 250Hz$$$"
    assert say(board, "~4~~") == "Success: Sample rate is 250Hz$$$"


def test_in_ble_mode_no_packets_come_until_another_is_set(board):
    say(board, "b/5")
    assert packets(board, 10) == []
    say(board, "/0")
    assert len(packets(board, 10)) == 10


def test_a_command_that_is_not_gone_on_with_times_out(board):
    assert say(board, "x10", now=1.0) == ""
    assert board.expire(1.999) == b""
    assert board.expire(2.0) == TIMED_OUT
    assert board.expire(9.0) == b""
    assert say(board, "V", now=2.2) == "v3.1.2$$$", "and what comes next is a command again"


def test_who_goes_on_too_late_is_told_and_heard_as_if_anew(board):
    assert say(board, "`", now=1.0) == ""
    assert say(board, "V", now=2.5).encode() == TIMED_OUT + b"v3.1.2$$$"


def test_a_packet_holds_24_bit_samples_at_a_gain_of_24(board):
    assert uv_per_code() == pytest.approx(0.02235174, rel=1e-6)  # the data format's own figure
    say(board, "b")
    (packet,) = packets(board, uv=[1.0, -1.0, 0.02235, -187500.0])
    assert codes_of(packet) == [45, -45, 1, -8388607, 0, 0, 0, 0]
    assert packet[26:] == bytes(6) + b"\xc0"


def test_a_signal_beyond_the_range_clips(board):
    assert codes_of(packets(board, uv=[1e6, -1e6])[0])[:2] == [8388607, -8388608]


def test_packets_are_numbered_from_0_and_wrap_at_256(board):
    say(board, "b")
    assert [packet[1] for packet in packets(board, 300)] == [i % 256 for i in range(300)]
    say(board, "sb")
    assert packets(board)[0][1] == 0


@pytest.mark.parametrize("command", ["1", "!", "q", "d", "0", "x1060110X", "xQ060110X", "z100Z", "~6", "b"])
def test_a_setting_made_while_data_stream_starts_the_numbers_anew(board, command):
    say(board, "b")
    packets(board, 5)
    say(board, command)
    assert board.streaming
    assert packets(board)[0][1] == 0


@pytest.mark.parametrize("command", ["V", "/4", "<", "`1", "x102X", "~~"])
def test_what_touches_no_converter_leaves_the_numbers(board, command):
    say(board, "b")
    packets(board, 5)
    say(board, command)
    assert packets(board)[0][1] == 5


@settings(max_examples=40)
@given(data=st.binary(max_size=120))
def test_whatever_a_host_says_the_board_goes_on(data):
    """Each packet stays whole, and after a pause and a soft reset it is a board again."""
    board = CytonBoard(4)
    for now, byte in enumerate(data):
        board.receive(byte, 0.3 * now)
        for packet in packets(board, 2, uv=[1e3, -1e9, 0.0, 5.0]) if board.streaming else []:
            codes_of(packet)
            assert 0xC0 <= packet[-1] <= 0xC6
    board.expire(1e6)
    assert say(board, "v", now=1e6).endswith(REPLIES["v"])
    assert say(board, "V", now=1e6) == "v3.1.2$$$"
