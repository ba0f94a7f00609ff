"""The packets of a streaming Cyton: 33 bytes, whose last six data bytes and end byte depend on its mode.

    0xA0 | number | eight samples of 24 bits, most significant byte first | six auxiliary bytes | 0xC0 + type

| type | auxiliary bytes |
|---|---|
| 0 | accelerometer, three axes of 16 bits |
| 1 | three words of 16 bits: the pins, or a marker in the first |
| 3, then 4 | accelerometer's word, time in ms as 32 bits; 3 in the first packet after `<` |
| 5, then 6 | the first of the three words, time |

Sources: docs.openbci.com, "Cyton Data Format"; `setCurPacketType`, `sendChannelData` and `updateChannelData` of
OpenBCI_32bit_Library.cpp, firmware v3.1.2. The accelerometer's axes and the pins read zero: neither is simulated.
"""

from __future__ import annotations

from collections.abc import Iterable

START, END = 0xA0, 0xC0
PACKET_BYTES = 33
MODES = ("default", "debug", "analog", "digital", "marker", "BLE")
DEFAULT, ANALOG, DIGITAL, MARKER, BLE = 0, 2, 3, 4, 5
ACCELEROMETER, RAW, ACCELEROMETER_TIME_SET, ACCELEROMETER_TIME, RAW_TIME_SET, RAW_TIME = 0, 1, 3, 4, 5, 6
AFTER_SET = {ACCELEROMETER_TIME_SET: ACCELEROMETER_TIME, RAW_TIME_SET: RAW_TIME}
TIME_MASK = 0xFFFFFFFF


class PacketWriter:
    """Builds packets.

    Attributes
    ----------
    number : of the next packet, modulo 256
    mode : an index of `MODES`
    """

    def __init__(self) -> None:
        self.number = 0
        self.mode = DEFAULT
        self._accelerometer, self._stamped = True, False
        self._type = ACCELEROMETER
        self._marker: int | None = None
        self._word = 0  # the first auxiliary word

    def set_mode(self, mode: int) -> None:
        """Set the mode; the modes debug and BLE do not change the accelerometer."""
        if mode == self.mode:
            return
        self.mode = mode
        self._accelerometer = mode == DEFAULT or (self._accelerometer and mode not in (ANALOG, DIGITAL, MARKER))
        self._choose_type()

    def set_stamps(self, on: bool) -> None:
        """Switch time stamps on or off."""
        self._stamped = on
        self._choose_type()

    def insert_marker(self, value: int) -> None:
        """Set the marker of the next packet in marker mode; the last one counts."""
        self._marker = value

    def packet(self, codes: Iterable[int], time_s: float) -> bytes:
        """Return the next packet.

        Parameters
        ----------
        codes : the eight codes
        time_s : time since power-on
        """
        if self.mode == MARKER and self._marker is not None:
            self._word = self._marker - 256 if self._marker > 127 else self._marker  # a `char` is signed
            self._marker = None
        kind, time = self._type, int(1000 * time_s + 1e-6) & TIME_MASK  # a rounding error must not lose a millisecond
        if kind == ACCELEROMETER:
            auxiliary = bytes(6)
        elif kind == RAW:
            auxiliary = self._word.to_bytes(2, "big", signed=True) + bytes(4)
        elif kind in (RAW_TIME_SET, RAW_TIME):
            auxiliary = self._word.to_bytes(2, "big", signed=True) + time.to_bytes(4, "big")
        else:
            auxiliary = bytes(2) + time.to_bytes(4, "big")
        if kind in (RAW, RAW_TIME):  # a marker in the packet that sets the time is repeated in the next one
            self._word = 0
        head = bytes([START, self.number])
        self._type, self.number = AFTER_SET.get(kind, kind), (self.number + 1) % 256
        samples = b"".join(code.to_bytes(3, "big", signed=True) for code in codes)
        return head + samples + auxiliary + bytes([END + kind])

    def _choose_type(self) -> None:
        if self._stamped:
            self._type = ACCELEROMETER_TIME_SET if self._accelerometer else RAW_TIME_SET
        else:
            self._type = ACCELEROMETER if self._accelerometer else RAW
