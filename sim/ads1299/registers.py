"""The register file (SBAS499C, section 9.6) and the meaning of its bits.

Reserved bits keep the value that the datasheet says to write there: a driver can neither set nor clear them. Of the
codes marked "do not use", a data rate of 111 counts as 250 SPS and a gain of 111 as 24.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from earloop.sim.ads1299.noise_table import GAINS


class ChipRegister(IntEnum):
    """Addresses; CH2SET to CH8SET follow CH1SET."""

    ID = 0x00  # the type of the chip
    CONFIG1 = 0x01  # the data rate, the daisy chain, the clock output
    CONFIG2 = 0x02  # the test signal
    CONFIG3 = 0x03  # the reference and the bias amplifier
    LOFF = 0x04  # lead-off: comparator, current, frequency
    CH1SET = 0x05  # channel 1: power, gain, input
    BIAS_SENSP = 0x0D  # positive inputs that the bias is derived from
    BIAS_SENSN = 0x0E  # negative inputs that the bias is derived from
    LOFF_SENSP = 0x0F  # positive inputs with lead-off excitation
    LOFF_SENSN = 0x10  # negative inputs with lead-off excitation
    LOFF_FLIP = 0x11  # channels whose lead-off current is reversed
    LOFF_STATP = 0x12  # positive inputs without contact, read only
    LOFF_STATN = 0x13  # negative inputs without contact, read only
    GPIO = 0x14  # the four pins for general use
    MISC1 = 0x15  # SRB1 on all negative inputs
    MISC2 = 0x16  # reserved
    CONFIG4 = 0x17  # single shot, and the lead-off comparators


class Mux(IntEnum):
    """Signals that a channel's inputs can be switched to (section 9.6.1.6)."""

    NORMAL = 0  # the electrodes
    SHORTED = 1  # both inputs at mid-supply, for the offset and the noise
    BIAS_MEAS = 2  # the bias input against mid-supply
    SUPPLY = 3  # the supply voltages
    TEMPERATURE = 4  # the sensor of temperature
    TEST = 5  # the test signal
    BIAS_DRP = 6  # the positive electrode is the bias electrode
    BIAS_DRN = 7  # the negative electrode is the bias electrode


COUNT = 0x18
ID = {4: 0x3C, 6: 0x3D, 8: 0x3E}  # revision 001, 1, ADS1299 11, channels 00, 01 or 10 (section 9.6.1.1)
RATES_HZ = (16000, 8000, 4000, 2000, 1000, 500, 250, 250)  # by DR[2:0] (section 9.6.1.2)

_RESET = {ChipRegister.CONFIG1: 0x96, ChipRegister.CONFIG2: 0xC0, ChipRegister.CONFIG3: 0x60, ChipRegister.GPIO: 0x0F}
_CHANNEL_RESET = 0x61
_WRITABLE = {  # table 11, without reserved and read-only bits
    ChipRegister.CONFIG1: 0x67,
    ChipRegister.CONFIG2: 0x17,
    ChipRegister.CONFIG3: 0x9E,
    ChipRegister.LOFF: 0xEF,
    ChipRegister.GPIO: 0xFF,
    ChipRegister.MISC1: 0x20,
    ChipRegister.CONFIG4: 0x0A,
}
_BY_CHANNEL = range(ChipRegister.BIAS_SENSP, ChipRegister.LOFF_FLIP + 1)  # one bit a channel


class Registers:
    """The 24 registers; `write` changes writable bits only, and `read` includes the levels of the pins.

    Parameters
    ----------
    channels : 4, 6 or 8; registers and bits of channels that the chip does not have read 0
    """

    def __init__(self, channels: int) -> None:
        self._channels = channels
        channel_registers = range(ChipRegister.CH1SET, ChipRegister.CH1SET + channels)
        self._mask = [
            0xFF if a in channel_registers else (1 << channels) - 1 if a in _BY_CHANNEL else _WRITABLE.get(a, 0)  # type: ignore[call-overload]
            for a in range(COUNT)
        ]
        self._default = [
            _CHANNEL_RESET if a in channel_registers else _RESET.get(a, 0)  # type: ignore[call-overload]
            for a in range(COUNT)
        ]
        self._default[ChipRegister.ID] = ID[channels]
        self.gpio_pins = 0  # levels that the board drives onto GPIO4..GPIO1; only pins set as inputs read them
        self.reset()

    def reset(self) -> None:
        """Return every register to its default; the pins keep their levels."""
        self._bytes, self._bias_stat = list(self._default), 0

    def read(self, address: int) -> int:
        """Return the value of one register; 0 beyond the last."""
        if address >= COUNT:
            return 0
        value = self._bytes[address]
        if address == ChipRegister.GPIO:
            inputs = value & 0x0F
            value = (value & ~(inputs << 4)) | (self.gpio_pins & inputs) << 4
        return value | self._bias_stat if address == ChipRegister.CONFIG3 else value

    def write(self, address: int, value: int) -> None:
        """Write the writable bits of one register; nothing happens beyond the last."""
        if address < COUNT:
            mask = self._mask[address]
            self._bytes[address] = value & mask | self._default[address] & ~mask

    def set_lead_off(self, positive: int, negative: int, bias: int) -> None:
        """Store the outputs of the comparators: one bit for each channel, and one for the bias electrode."""
        self._bytes[ChipRegister.LOFF_STATP], self._bytes[ChipRegister.LOFF_STATN] = positive, negative
        self._bias_stat = bias

    def settings(self) -> Settings:
        """Return the settings of the analog part."""
        return Settings.of(tuple(self._bytes), self._channels)

    @property
    def rate_hz(self) -> int:
        """Output rate, samples a second."""
        return RATES_HZ[self._bytes[ChipRegister.CONFIG1] & 7]

    @property
    def multiple_readback(self) -> bool:
        """Whether a frame can be read repeatedly (DAISY_EN 1)."""
        return bool(self._bytes[ChipRegister.CONFIG1] & 0x40)

    @property
    def single_shot(self) -> bool:
        """Whether a start converts once (SINGLE_SHOT 1)."""
        return bool(self._bytes[ChipRegister.CONFIG4] & 0x08)

    def status(self) -> bytes:
        """Return the first three bytes of a frame: 1100, LOFF_STATP, LOFF_STATN, GPIO[7:4] (section 9.4.4.2)."""
        lead_off = self._bytes[ChipRegister.LOFF_STATP] << 12 | self._bytes[ChipRegister.LOFF_STATN] << 4
        return (0xC << 20 | lead_off | self.read(ChipRegister.GPIO) >> 4).to_bytes(3, "big")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of the analog part; a tuple has an entry for each channel."""

    rate_hz: int
    gain: tuple[int, ...]
    mux: tuple[Mux, ...]
    powered_down: tuple[bool, ...]
    srb1: bool
    srb2: tuple[bool, ...]
    reference_buffer: bool
    test_internal: bool
    test_double: bool
    test_frequency: int  # CAL_FREQ
    bias_measured: bool
    bias_on: bool
    bias_sensed: bool  # BIAS_LOFF_SENS
    bias_p: tuple[bool, ...]
    bias_n: tuple[bool, ...]
    comparators_on: bool
    comparator_threshold: int  # COMP_TH
    lead_off_current: int  # ILEAD_OFF
    lead_off_frequency: int  # FLEAD_OFF
    lead_off_p: tuple[bool, ...]
    lead_off_n: tuple[bool, ...]
    lead_off_flip: tuple[bool, ...]

    @classmethod
    def of(cls, value: tuple[int, ...], channels: int) -> Settings:
        """Decode register values."""
        channel = value[ChipRegister.CH1SET : ChipRegister.CH1SET + channels]
        config2, config3, loff = value[ChipRegister.CONFIG2], value[ChipRegister.CONFIG3], value[ChipRegister.LOFF]

        def each(address: ChipRegister) -> tuple[bool, ...]:
            return tuple(bool(value[address] >> c & 1) for c in range(channels))

        return cls(
            rate_hz=RATES_HZ[value[ChipRegister.CONFIG1] & 7],
            gain=tuple((*GAINS, GAINS[-1])[c >> 4 & 7] for c in channel),
            mux=tuple(Mux(c & 7) for c in channel),
            powered_down=tuple(bool(c & 0x80) for c in channel),
            srb1=bool(value[ChipRegister.MISC1] & 0x20),
            srb2=tuple(bool(c & 0x08) for c in channel),
            reference_buffer=bool(config3 & 0x80),
            test_internal=bool(config2 & 0x10),
            test_double=bool(config2 & 0x04),
            test_frequency=config2 & 3,
            bias_measured=bool(config3 & 0x10),
            bias_on=bool(config3 & 0x04),
            bias_sensed=bool(config3 & 0x02),
            bias_p=each(ChipRegister.BIAS_SENSP),
            bias_n=each(ChipRegister.BIAS_SENSN),
            comparators_on=bool(value[ChipRegister.CONFIG4] & 0x02),
            comparator_threshold=loff >> 5,
            lead_off_current=loff >> 2 & 3,
            lead_off_frequency=loff & 3,
            lead_off_p=each(ChipRegister.LOFF_SENSP),
            lead_off_n=each(ChipRegister.LOFF_SENSN),
            lead_off_flip=each(ChipRegister.LOFF_FLIP),
        )
