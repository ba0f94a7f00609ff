"""An OpenBCI Cyton as its serial line shows it: commands in, replies and packets out. No port, no clock of its own.

Most commands are one character; `x..X`, `z..Z`, `~.`, `/.` and the marker, a backquote and any character, go on, and
must be whole within a second. Replies end in `$$$`. While data streams, what only confirms a setting is not sent; what
was asked for (`V`, `D`, `//`, `~~`) is, between two packets. A setting that is made meanwhile stops the converter and
starts it again, and the packets' numbers begin anew.

Sources: `processChar` and what it calls in OpenBCI_32bit_Library.cpp of firmware v3.1.2, and its DefaultBoard.ino (the
repository OpenBCI/OpenBCI_Cyton_Library); docs.openbci.com, "Cyton Board SDK", whose replies to `/.` and `~.` are not
what the firmware sends. What BrainFlow sends and waits for is in its `openbci_serial_board.cpp`.

The ADS1299 is that of `cyton_ads.py`, the packets are those of `cyton_packet.py`, the radio's dongle that of
`cyton_dongle.py`. Not there are a Daisy, an SD card, a
WiFi shield and a second serial port, and commands to them are answered as by a board without. Three things differ from
the firmware: a rate above 250 SPS that is set while data streams is taken back at once, as `b` does; in BLE mode, in
which a real board speaks at 9600 baud and is not understood by its radio, it sends no packets but hears commands; and a
marker's character is not read as a command to the SD card too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from earloop.hil.interop.cyton_ads import CHANNELS, RATE_250, ChannelSettings, CytonAds
from earloop.hil.interop.cyton_dongle import KEY, CytonDongle
from earloop.hil.interop.cyton_packet import BLE, MODES, PacketWriter
from earloop.hil.interop.cyton_registers import register_dump
from earloop.sim.ads1299 import Mux, Register

RATE_HZ = 250
VERSION = "v3.1.2"
COMMAND_S = 1.0  # within which a command of several characters must be whole
TIMED_OUT = "Timeout processing multi byte message - please send all commands at once as of v2$$$"
RATES_HZ = (16000, 8000, 4000, 2000, 1000, 500, 250)
CHANNEL_KEYS = "12345678QWERTYUI"  # in `x` and `z`; the second half are a Daisy's
OFF_KEYS, ON_KEYS = "12345678qwertyui", "!@#$%^&*QWERTYUI"
LATCHES = {"x": ("X", 8), "z": ("Z", 4)}  # the last character and how many follow the first
SLOW, FAST, STILL = 0, 1, 3  # CAL_FREQ of the test signal
SINGLE, DOUBLE = 0, 4  # CAL_AMP
TEST_SIGNALS: dict[str, tuple[Mux, int | None, int | None]] = {
    "0": (Mux.SHORTED, None, None),
    "-": (Mux.TEST, SINGLE, SLOW),
    "=": (Mux.TEST, SINGLE, FAST),
    "p": (Mux.TEST, DOUBLE, STILL),
    "[": (Mux.TEST, DOUBLE, SLOW),
    "]": (Mux.TEST, DOUBLE, FAST),
}
SD_KEYS = "ASFGHJKLa"
NO_SD_CARD = (
    "initialization failed. Things to check:\r\n* is a card is inserted?\r\n"
    "Could not find FAT16/FAT32 partition. Make sure you've formatted the card\r\n$$$"
)
ANSWERS = {  # also while data streams
    "V": f"{VERSION}$$$",
    "D": "060110$$$",
    "{": "Failure: Wifi not attached$$$",
    "}": "Failure: Wifi not removed$$$",
    ":": "Wifi not present, send { to attach the shield$$$",
    ";": "Wifi soft reset$$$",
}


class CytonBoard:
    """The board's state.

    Parameters
    ----------
    electrodes : how many channels have one
    now : when it is powered, s

    Attributes
    ----------
    streaming : whether packets are due
    resets : soft resets, the one at power-on among them
    """

    def __init__(self, electrodes: int = CHANNELS, now: float = 0.0) -> None:
        self._commands: dict[str, Callable[[], str]] = {
            "b": self._start,
            "s": self._stop,
            "v": self._reset,
            "d": self._defaults,
            "?": lambda: "" if self.streaming else register_dump(self._ads),
            "C": lambda: ("" if self.streaming else "no daisy to attach!") + "8$$$",
            "<": lambda: "," + self._stamp(True),  # the comma is the dongle's
            ">": lambda: self._stamp(False),
        }
        self._begun: str = ""  # a command of several characters, as far as it has come
        self._dongle = CytonDongle()
        self._since = 0.0
        self._power_on = now
        self._ads = CytonAds(electrodes)
        self._packets = PacketWriter()
        self._rate = RATE_250
        self.streaming = False
        self.resets = 0
        self._reset()

    @property
    def gains(self) -> list[int]:
        """Of each channel."""
        return self._ads.gains

    def receive(self, byte: int, now: float) -> bytes:
        """Take a byte from the host at a time in seconds; returns what the board says."""
        late = self.expire(now)
        character = chr(byte)
        if self._dongle.listens(now) or (byte == KEY and not self._begun):
            return late + self._dongle.receive(byte, now)
        if self._begun:
            self._begun += character
            reply = self._go_on()
        elif character in "xz~/`":
            self._begun, self._since = character, now
            reply = ""
        else:
            reply = self._obey(character)
        return late + reply.encode("latin-1")

    def expire(self, now: float) -> bytes:
        """What it says to a command that was begun and not gone on with."""
        if not self._begun or now - self._since < COMMAND_S:
            return b""
        self._begun = ""
        return TIMED_OUT.encode()

    def packets(self, uv: NDArray[np.float64], times_s: Iterable[float]) -> list[bytes]:
        """The next packets, 33 bytes each; none in BLE mode.

        Parameters
        ----------
        uv : [samples, channels], at the electrodes of the first channels; what is beyond a channel's range clips
        times_s : of each sample, on the clock of `receive`
        """
        codes = self._ads.codes(uv).tolist()
        if self._packets.mode == BLE:
            return []
        rows = zip(codes, times_s, strict=True)
        return [self._packets.packet(row, time_s - self._power_on) for row, time_s in rows]

    def _obey(self, character: str) -> str:
        if character in SD_KEYS:
            return "" if self.streaming else NO_SD_CARD
        if character in ANSWERS:
            return ANSWERS[character]
        if character in TEST_SIGNALS:
            self._set(lambda: self._ads.set_test_signal(*TEST_SIGNALS[character]))
            return self._confirm("Success: Configured internal test signal.$$$")
        if character in OFF_KEYS:
            self._set(lambda: self._ads.deactivate(OFF_KEYS.index(character)))
        elif character in ON_KEYS:
            self._set(lambda: self._ads.activate(ON_KEYS.index(character)))
        return self._commands[character]() if character in self._commands else ""

    def _go_on(self) -> str:
        """The reply to the command of several characters if it is over, well or badly."""
        name, told = self._begun[0], self._begun[1:]
        if name in LATCHES:
            latch, length = LATCHES[name]
            if len(told) < length and told[-1] != latch:
                return ""
            self._begun = ""
            if len(told) < length:
                return self._confirm("Failure: too few chars$$$")
            if told[-1] != latch:
                return self._confirm(f"Failure: Err: {length + 1}th char not {latch}$$$")
            return self._set_channel(told) if name == "x" else self._set_lead_off(told)
        self._begun = ""
        if name == "`":
            self._packets.insert_marker(ord(told))
            return ""
        return self._set_mode(told) if name == "/" else self._set_rate(told)

    def _set(self, change: Callable[[], None]) -> None:
        """Change the converter's settings, for which it stops if it converts."""
        if self.streaming:
            self._ads.stop()
        change()
        if self.streaming:
            self._convert()

    def _convert(self) -> None:
        self._packets.number = 0
        self._ads.start()

    def _confirm(self, reply: str) -> str:
        return "" if self.streaming else reply

    def _reset(self) -> str:
        """Converter and accelerometer begin anew; rate, board mode, time stamps and a waiting marker stay."""
        if self.streaming:
            self._ads.stop()
        self.streaming = False
        self.resets += 1
        self._ads.initialize(self._rate)
        self._ads.configure_lead_off()
        device = f"On Board ADS1299 Device ID: 0x{self._ads.read(Register.ID):02X}"
        return f"OpenBCI V3 8-16 channel\n{device}\nLIS3DH Device ID: 0x33\nFirmware: {VERSION}\n$$$"

    def _start(self) -> str:
        if self._rate != RATE_250:
            self._initialize(RATE_250)
        self.streaming = True
        self._convert()
        return ""

    def _stop(self) -> str:
        self.streaming = False
        self._ads.stop()
        return ""

    def _defaults(self) -> str:
        self._set(self._ads.set_defaults)
        return self._confirm("updating channel settings to default$$$")

    def _stamp(self, on: bool) -> str:
        self._packets.set_stamps(on)
        return self._confirm(f"Time stamp {'ON' if on else 'OFF'}$$$")

    def _set_channel(self, told: str) -> str:
        """Channel, power down, gain, input, bias, SRB2, SRB1. Nothing is refused: an unknown channel counts as 1, a
        gain out of range as 24, and what is no digit as 0.
        """
        channel = max(0, CHANNEL_KEYS.find(told[0]))
        power_down, _, source, bias, srb2, srb1 = (int(c) if "0" <= c <= "9" else 0 for c in told[1:7])
        settings = ChannelSettings(
            power_down=power_down,
            gain=int(told[2]) if "0" <= told[2] <= "6" else 6,
            source=source,
            bias=bias,
            srb2=srb2,
            srb1=srb1,
        )
        self._set(lambda: self._ads.set_channel(channel, settings))
        return self._confirm(f"Success: Channel set for {channel + 1}$$$")

    def _set_lead_off(self, told: str) -> str:
        channel = max(0, CHANNEL_KEYS.find(told[0]))
        positive, negative = (int(c == "1") for c in told[1:3])
        self._set(lambda: self._ads.set_lead_off(channel, positive, negative))
        return self._confirm(f"Success: Lead off set for {channel + 1}$$$")

    def _set_mode(self, told: str) -> str:
        if told != "/" and not "0" <= told <= "9":
            return "Failure: invalid board mode value.$$$"
        if told != "/" and int(told) >= len(MODES):
            return "Failure: board mode value out of bounds.$$$"
        if told != "/":
            self._packets.set_mode(int(told))
        return f"Success: {MODES[self._packets.mode]}$$$"

    def _set_rate(self, told: str) -> str:
        if told == "~":
            return self._rate_reply()
        if not "0" <= told <= "9":
            return self._confirm("Failure: invalid sample value$$$")
        if int(told) >= len(RATES_HZ):
            return self._confirm("Failure: sample value out of bounds$$$")
        self._set(lambda: self._initialize(RATE_250 if self.streaming else int(told)))
        return self._confirm(self._rate_reply())

    def _rate_reply(self) -> str:
        return f"Success: Sample rate is {RATES_HZ[self._rate]}Hz$$$"

    def _initialize(self, rate: int) -> None:
        self._rate = rate
        self._ads.initialize(rate)
