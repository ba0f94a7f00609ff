"""An OpenBCI Cyton as its serial line shows it: commands in, replies and packets out. No port, no clock of its own.

A packet is 0xA0, the sample's number, eight samples of 24 bits, most significant byte first, six auxiliary bytes and an
end byte: 33 bytes. Most commands are one character; `x..X`, `z..Z`, `~.`, `/.` and 0xF0 go on. Replies end in `$$$`,
and while data streams there are none.

Sources: docs.openbci.com, "Cyton Board SDK" and "Cyton Data Format"; what BrainFlow sends and waits for is in its
`openbci_serial_board.cpp` (`v`, three `$`, `d`, then `b` and `s`) and `openbci_gain_tracker.h`; what the OpenBCI GUI
asks the radio is in its `RadioConfig.pde`.

What is simulated of the board: soft reset, streaming, defaults, gain and power of each channel, board modes as far as
the end byte tells them. A channel whose input is anything but the electrode reads zero. Bias, SRB switches and lead-off
current are accepted and change nothing. The accelerometer, test signals, time stamps, SD card, Daisy and WiFi shield
are not there, and commands to them are answered so.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

CHANNELS = 8
RATE_HZ = 250
VREF_V = 4.5
FULL_SCALE = 2**23 - 1
GAINS = (1, 2, 4, 6, 8, 12, 24)
DEFAULT_GAIN = 24
START, END, END_AUX = 0xA0, 0xC0, 0xC1
PACKET_BYTES = 33
VERSION = "v3.1.2"
BANNER = (
    "OpenBCI V3 8-16 channel\r\nADS1299 Device ID: 0x3E\r\nLIS3DH Device ID: 0x33\r\n"
    f"Firmware: {VERSION}\r\nSimulated by earloop\r\n$$$"
)
COMMAND_S = 1.0  # within which a command of several characters must be whole
TIMED_OUT = "Timeout processing multi byte message - please send all commands at once as of v2$$$"
MODES = ("default", "debug", "analog", "digital", "marker")
RATES_HZ = (16000, 8000, 4000, 2000, 1000, 500, 250)
CHANNEL_SETTING = re.compile(r"x[1-8][01][0-6][0-7][01]{3}X")
LENGTHS = {"x": 9, "z": 5, "~": 2, "/": 2}
OFF, ON = "12345678", "!@#$%^&*"
RADIO = 0xF0
RADIO_LENGTHS = {0x01: 3, 0x02: 3, 0x04: 3}  # of the radio's commands with a payload; the others are of two bytes
ABSENT = {
    **dict.fromkeys("-=p[]", "Failure: test signals are not simulated$$$"),
    **dict.fromkeys("<>", "Failure: time stamps are not simulated$$$"),
    **dict.fromkeys("ASFGHJKLaj", "Failure: there is no SD card$$$"),
    "?": "Failure: registers are not simulated$$$",
    "C": "no daisy to attach!8$$$",
    "{": "Failure: Wifi not attached$$$",
    "}": "Failure: Wifi not removed$$$",
    ":": "Wifi not present, send { to attach the shield$$$",
}


def uv_per_code(gain: int = DEFAULT_GAIN) -> float:
    """Size of one code in uV: VREF / (2^23 - 1) / gain ("Cyton Data Format")."""
    return VREF_V / FULL_SCALE / gain * 1e6


class CytonBoard:
    """The board's state.

    Attributes
    ----------
    streaming : whether packets are due
    resets : soft resets, the one at power-on among them
    gains : of each channel
    """

    def __init__(self) -> None:
        self._commands: dict[str, Callable[[], str]] = {
            "v": self._reset,
            "V": lambda: f"{VERSION}$$$",
            "b": self._start,
            "s": self._stop,
            "d": self._defaults,
            "D": lambda: "060110$$$",
            "0": self._ground,
        }
        self._pending = b""
        self._pending_since = 0.0
        self.resets = 0
        self._number = self._mode = 0
        self._reset()

    def receive(self, byte: int, now: float) -> bytes:
        """Take a byte from the host at a time in seconds; returns the board's reply."""
        late = self.expire(now)
        if not self._pending:
            self._pending_since = now
        self._pending += bytes([byte])
        if len(self._pending) < _length(self._pending):
            return late
        command, self._pending = self._pending, b""
        quiet = self.streaming and command != b"v"  # a soft reset ends the stream, and is answered
        reply = self._obey(command)
        return late if quiet else late + reply

    def expire(self, now: float) -> bytes:
        """The reply to a command that was begun and not gone on with."""
        if not self._pending or now - self._pending_since <= COMMAND_S:
            return b""
        self._pending = b""
        return b"" if self.streaming else TIMED_OUT.encode()

    def packet(self, uv: NDArray[np.float64]) -> bytes:
        """The next packet, 33 bytes.

        Parameters
        ----------
        uv : of the channels in use, from the first on; the others read zero. Beyond the range a channel clips.
        """
        wanted = np.zeros(CHANNELS)
        wanted[: len(uv)] = uv
        scale = np.array([uv_per_code(gain) for gain in self.gains])
        codes = np.clip(np.rint(wanted / scale), -FULL_SCALE - 1, FULL_SCALE).astype(np.int64)
        codes[~(self._powered & self._at_electrode)] = 0
        head = bytes([START, self._number])
        self._number = (self._number + 1) % 256
        samples = b"".join(int(code).to_bytes(3, "big", signed=True) for code in codes)
        return head + samples + bytes(6) + bytes([END if self._mode < 2 else END_AUX])

    def _obey(self, command: bytes) -> bytes:
        if command[0] == RADIO:
            return _radio(command)
        text = command.decode("latin-1")
        name = text[0]
        if name == "x":
            reply = self._set_channel(text)
        elif name == "z":
            reply = _lead_off(text)
        elif name == "~":
            reply = _sample_rate(text[1])
        elif name == "/":
            reply = self._set_mode(text[1])
        elif name in OFF or name in ON:
            self._powered[(OFF if name in OFF else ON).index(name)] = name in ON
            reply = ""
        elif name in self._commands:
            reply = self._commands[name]()
        else:
            reply = ABSENT.get(name, "")
        return reply.encode("latin-1")

    def _reset(self) -> str:
        self.streaming = False
        self.resets += 1
        self._number = self._mode = 0
        self._defaults()
        return BANNER

    def _start(self) -> str:
        if not self.streaming:
            self.streaming, self._number = True, 0
        return ""

    def _stop(self) -> str:
        self.streaming = False
        return ""

    def _defaults(self) -> str:
        self.gains = [DEFAULT_GAIN] * CHANNELS
        self._powered = np.ones(CHANNELS, bool)
        self._at_electrode = np.ones(CHANNELS, bool)
        return "updating channel settings to default$$$"

    def _ground(self) -> str:
        self._at_electrode[:] = False
        return "Success: Configured internal test signal.$$$"

    def _set_channel(self, text: str) -> str:
        """`x`, channel, power down, gain, input, bias, SRB2, SRB1, `X`."""
        if not text.endswith("X"):
            return "Failure: 9th char not X$$$"
        if not CHANNEL_SETTING.fullmatch(text):
            return "Failure: Err: too many chars$$$"
        channel, power_down, gain, source = text[1], text[2], text[3], text[4]
        index = OFF.index(channel)
        self.gains[index] = GAINS[int(gain)]
        self._powered[index] = power_down == "0"
        self._at_electrode[index] = source == "0"
        return f"Success: Channel set for {channel}$$$"

    def _set_mode(self, mode: str) -> str:
        if mode == "/":
            return f"Board mode is {MODES[self._mode]}$$$"
        if mode not in "01234":
            return "Failure: board mode is 0 to 4$$$"
        self._mode = int(mode)
        return f"Board mode set to {MODES[self._mode]}$$$"


def _length(begun: bytes) -> int:
    """Bytes of the command that begins so."""
    if begun[0] == RADIO:
        return RADIO_LENGTHS.get(begun[1], 2) if len(begun) > 1 else 2
    return LENGTHS.get(chr(begun[0]), 1)


def _radio(command: bytes) -> bytes:
    if command[1] == 0x00:
        return b"Success: Host and Device on Channel Number: \x07$$$"
    if command[1] == 0x07:
        return b"Success: System is Up$$$"
    return b"Failure: the radio is not simulated$$$"


def _lead_off(text: str) -> str:
    if text[-1] != "Z":
        return "Failure: 5th char not Z$$$"
    if text[1] not in OFF or not set(text[2:4]) <= set("01"):
        return "Failure: Err: too many chars$$$"
    return f"Success: Lead off set for {text[1]}$$$"


def _sample_rate(choice: str) -> str:
    if choice == "~" or choice == str(RATES_HZ.index(RATE_HZ)):
        return f"Success: Sample rate is {RATE_HZ}Hz$$$"
    return f"Failure: the line carries no more than {RATE_HZ}Hz$$$"
