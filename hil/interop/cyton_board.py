"""The protocol of an OpenBCI Cyton on its serial line: commands in, replies and packets out, without port and clock.

Most commands are one character. `x..X`, `z..Z`, `~.`, `/.` and the marker (a backquote and any character) are longer,
and must be complete within a second. Replies end in `$$$`. During streaming, replies that only confirm a setting are
not sent; replies to queries (`V`, `D`, `//`, `~~`) are sent between two packets. A setting during streaming stops the
converter and starts it again, and the packet numbers restart.

Sources: `processChar` and the functions that it calls in OpenBCI_32bit_Library.cpp of firmware v3.1.2, and its
DefaultBoard.ino (the repository OpenBCI/OpenBCI_Cyton_Library); docs.openbci.com, "Cyton Board SDK", whose replies to
`/.` and `~.` differ from the firmware's. BrainFlow's commands and expected replies are in its
`openbci_serial_board.cpp`.

`cyton_ads.py` has the ADS1299, `cyton_packet.py` the packets, and `cyton_dongle.py` the radio's dongle. A Daisy, an SD
card, a WiFi shield and a second serial port are not simulated; commands to them get the replies of a board without
them. Three things differ from the firmware. A rate above 250 SPS that is set during streaming is reset at once, as by
`b`. In BLE mode, in which a real board uses 9600 baud and its radio does not understand it, the simulated board sends
no packets but accepts commands. And the character of a marker is not also a command to the SD card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from earloop.hil.interop.cyton_ads import CHANNELS, RATE_250, ChannelSettings, CytonAds
from earloop.hil.interop.cyton_dongle import KEY, CytonDongle
from earloop.hil.interop.cyton_packet import BLE, MODES, PacketWriter
from earloop.hil.interop.cyton_registers import register_dump
from earloop.sim.ads1299 import ChipRegister, Mux

RATE_HZ = 250
VERSION = "v3.1.2"
COMMAND_S = 1.0  # within which a command of several characters must be complete
TIMED_OUT = "Timeout processing multi byte message - please send all commands at once as of v2$$$"
RATES_HZ = (16000, 8000, 4000, 2000, 1000, 500, 250)
CHANNEL_KEYS = "12345678QWERTYUI"  # in `x` and `z`; the second half is for a Daisy
OFF_KEYS, ON_KEYS = "12345678qwertyui", "!@#$%^&*QWERTYUI"
LATCHES = {"x": ("X", 8), "z": ("Z", 4)}  # the last character, and how many characters follow the first
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
ANSWERS = {  # also during streaming
    "V": f"{VERSION}$$$",
    "D": "060110$$$",
    "{": "Failure: Wifi not attached$$$",
    "}": "Failure: Wifi not removed$$$",
    ":": "Wifi not present, send { to attach the shield$$$",
    ";": "Wifi soft reset$$$",
}


class CytonBoard:
    """The board, with its state.

    Parameters
    ----------
    electrodes : number of channels with an electrode
    now : time of power-on, s

    Attributes
    ----------
    streaming : whether the board streams packets
    resets : number of soft resets, including the one at power-on
    """

    def __init__(self, electrodes: int = CHANNELS, now: float = 0.0) -> None:
        self._commands: dict[str, Callable[[], str]] = {
            "b": self._start,
            "s": self._stop,
            "v": self._reset,
            "d": self._defaults,
            "?": lambda: "" if self.streaming else register_dump(self._ads),
            "C": lambda: ("" if self.streaming else "no daisy to attach!") + "8$$$",
            "<": lambda: "," + self._stamp(True),  # the dongle sends the comma
            ">": lambda: self._stamp(False),
        }
        self._partial: str = ""  # the characters received of a longer command
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
        """Gain of each channel."""
        return self._ads.gains

    def receive(self, byte: int, now: float) -> bytes:
        """Process a byte from the host at time `now` in s; return the board's reply."""
        late = self.expire(now)
        character = chr(byte)
        if self._dongle.listens(now) or (byte == KEY and not self._partial):
            return late + self._dongle.receive(byte, now)
        if self._partial:
            self._partial += character
            reply = self._continue_command()
        elif character in "xz~/`":
            self._partial, self._since = character, now
            reply = ""
        else:
            reply = self._obey(character)
        return late + reply.encode("latin-1")

    def expire(self, now: float) -> bytes:
        """Return the reply to an incomplete command whose time is over; nothing otherwise."""
        if not self._partial or now - self._since < COMMAND_S:
            return b""
        self._partial = ""
        return TIMED_OUT.encode()

    def packets(self, uv: NDArray[np.float64], times_s: Iterable[float]) -> list[bytes]:
        """Return the next packets, 33 bytes each; none in BLE mode.

        Parameters
        ----------
        uv : float64 [samples, channels], voltages at the electrodes of the first channels; values beyond the range clip
        times_s : time of each sample, by the clock of `receive`
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

    def _continue_command(self) -> str:
        """Return the reply to a longer command once it is complete or invalid; nothing before."""
        name, argument = self._partial[0], self._partial[1:]
        if name in LATCHES:
            latch, length = LATCHES[name]
            if len(argument) < length and argument[-1] != latch:
                return ""
            self._partial = ""
            if len(argument) < length:
                return self._confirm("Failure: too few chars$$$")
            if argument[-1] != latch:
                return self._confirm(f"Failure: Err: {length + 1}th char not {latch}$$$")
            return self._set_channel(argument) if name == "x" else self._set_lead_off(argument)
        self._partial = ""
        if name == "`":
            self._packets.insert_marker(ord(argument))
            return ""
        return self._set_mode(argument) if name == "/" else self._set_rate(argument)

    def _set(self, change: Callable[[], None]) -> None:
        """Change the converter's settings; a running converter is stopped for that, and started again."""
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
        """Reset converter and accelerometer; rate, board mode, time stamps and a waiting marker remain."""
        if self.streaming:
            self._ads.stop()
        self.streaming = False
        self.resets += 1
        self._ads.initialize(self._rate)
        self._ads.configure_lead_off()
        device = f"On Board ADS1299 Device ID: 0x{self._ads.read(ChipRegister.ID):02X}"
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

    def _set_channel(self, argument: str) -> str:
        """Set channel, power down, gain, input, bias, SRB2, SRB1.

        No value is refused: an unknown channel counts as 1, a gain out of range as 24, and other non-digits as 0.
        """
        channel = max(0, CHANNEL_KEYS.find(argument[0]))
        power_down, _, source, bias, srb2, srb1 = (int(c) if "0" <= c <= "9" else 0 for c in argument[1:7])
        settings = ChannelSettings(
            power_down=power_down,
            gain=int(argument[2]) if "0" <= argument[2] <= "6" else 6,
            source=source,
            bias=bias,
            srb2=srb2,
            srb1=srb1,
        )
        self._set(lambda: self._ads.set_channel(channel, settings))
        return self._confirm(f"Success: Channel set for {channel + 1}$$$")

    def _set_lead_off(self, argument: str) -> str:
        channel = max(0, CHANNEL_KEYS.find(argument[0]))
        positive, negative = (int(c == "1") for c in argument[1:3])
        self._set(lambda: self._ads.set_lead_off(channel, positive, negative))
        return self._confirm(f"Success: Lead off set for {channel + 1}$$$")

    def _set_mode(self, argument: str) -> str:
        if argument != "/" and not "0" <= argument <= "9":
            return "Failure: invalid board mode value.$$$"
        if argument != "/" and int(argument) >= len(MODES):
            return "Failure: board mode value out of bounds.$$$"
        if argument != "/":
            self._packets.set_mode(int(argument))
        return f"Success: {MODES[self._packets.mode]}$$$"

    def _set_rate(self, argument: str) -> str:
        if argument == "~":
            return self._rate_reply()
        if not "0" <= argument <= "9":
            return self._confirm("Failure: invalid sample value$$$")
        if int(argument) >= len(RATES_HZ):
            return self._confirm("Failure: sample value out of bounds$$$")
        self._set(lambda: self._initialize(RATE_250 if self.streaming else int(argument)))
        return self._confirm(self._rate_reply())

    def _rate_reply(self) -> str:
        return f"Success: Sample rate is {RATES_HZ[self._rate]}Hz$$$"

    def _initialize(self, rate: int) -> None:
        self._rate = rate
        self._ads.initialize(rate)
