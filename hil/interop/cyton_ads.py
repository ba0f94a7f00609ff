"""The ADS1299 of a Cyton, driven as by the board's firmware: registers, test signals, lead-off, samples.

The register accesses of each command are those of OpenBCI_32bit_Library.cpp of firmware v3.1.2 (the repository
OpenBCI/OpenBCI_Cyton_Library). The registers and their effects are those of `earloop.sim.ads1299`.

    electrode, uV at 250 SPS ------------ / size of a code ----+--> codes
    test signal, shorted inputs, supply, --- earloop.sim.ads1299 ------+
    temperature, bias, lead-off current

The chip is ideal and without noise, because a recording contains noise. It is not simulated while it would add nothing.
It does not filter an electrode's samples again, so a recording passes unchanged.

Wiring: the electrodes are at INxN, the lower row, and the reference is at SRB2, as the default settings require. INxP,
the upper row, is not connected. A real Cyton therefore inverts the signal; here it keeps its sign.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from earloop.sim.ads1299 import OPEN, Ads1299, ChipErrors, ChipRegister, FunctionInputs, Mux, Opcode, SourceImpedance

CHANNELS = 8
VREF_V = 4.5
FULL_SCALE = 2**23 - 1
DEFAULT_GAIN = 24
SERIES_OHM = 2200.0  # in each electrode's line, docs.openbci.com and the GUI's BoardCytonConstants
CONTACT = SourceImpedance(SERIES_OHM, 51e3, 47e-9)  # in series with the electrode of SBAS499C's lead-off figures
BYTE_S = 2e-6  # the firmware's SPI clock of 4 MHz
RATE_250 = 6
CONFIG1_ALONE, CONFIG2_TEST, CONFIG3_ON, SRB1_CLOSED = 0x90, 0xD0, 0xEC, 0x20
LOFF_6NA_31HZ = 0x02
UNCHANGED = None


def uv_per_code(gain: int = DEFAULT_GAIN) -> float:
    """Return the size of one code in uV: VREF / (2^23 - 1) / gain ("Cyton Data Format")."""
    return VREF_V / FULL_SCALE / gain * 1e6


@dataclass(frozen=True, kw_only=True)
class ChannelSettings:
    """The six numbers of `x..X`, as stored by the firmware, which does not check their range."""

    power_down: int = 0
    gain: int = 6
    source: int = 0
    bias: int = 1
    srb2: int = 1
    srb1: int = 0


class CytonAds:
    """The chip, and the firmware's state of it. Channels count from 0; there is no Daisy.

    Parameters
    ----------
    electrodes : number of channels with an electrode, from the first on
    """

    def __init__(self, electrodes: int = CHANNELS) -> None:
        sources = {"SRB2": CONTACT, "BIASOUT": CONTACT}
        for channel in range(CHANNELS):
            sources |= {f"IN{channel + 1}P": OPEN, f"IN{channel + 1}N": CONTACT if channel < electrodes else OPEN}
        self._chip = Ads1299(FunctionInputs(sources=sources), part=ChipErrors.ideal(), rng=np.random.default_rng(0))
        self._chip.advance(0.2)  # the firmware waits for tPOR
        self._settings = [ChannelSettings()] * CHANNELS
        self._lead_off = [(0, 0)] * CHANNELS
        self.initialize(RATE_250)

    def initialize(self, rate_code: int) -> None:
        """Reset the chip and write the default settings; other registers have their reset values."""
        self._chip.set_reset(False)
        self._chip.advance(4e-6)
        self._chip.set_reset(True)
        self._chip.advance(0.04)
        self._command(Opcode.SDATAC)
        self._write(ChipRegister.CONFIG1, CONFIG1_ALONE | rate_code)
        self._forget()
        self._write_all()
        self._write(ChipRegister.CONFIG3, CONFIG3_ON)

    def configure_lead_off(self) -> None:
        """Set the lead-off current to 6 nA at 31.2 Hz, for channels on which it is switched on."""
        self._chip.advance(0.5)
        self._write(ChipRegister.LOFF, self.read(ChipRegister.LOFF) & 0xF0 | LOFF_6NA_31HZ)

    def set_defaults(self) -> None:
        """Execute `d`: reset the settings of every channel, but not the test signal."""
        self._forget()
        self._write_all()
        self._write_lead_off(range(CHANNELS))
        self._write(ChipRegister.MISC1, 0)

    def set_channel(self, channel: int, settings: ChannelSettings) -> None:
        """Execute `x..X`. SRB1 is closed or open for all channels.

        For a number other than 0 and 1, the firmware writes to MISC1 the value that it has just written to BIAS_SENSN.
        """
        if channel >= CHANNELS:
            return
        self._settings[channel] = settings
        self._write_channel(channel)
        misc1 = {0: 0, 1: SRB1_CLOSED}.get(settings.srb1, self.read(ChipRegister.BIAS_SENSN))
        if settings.srb1 in (0, 1):
            self._srb1 = bool(settings.srb1)
        self._write(ChipRegister.MISC1, misc1)

    def deactivate(self, channel: int) -> None:
        """Execute `1` to `8`: switch off, open SRB2, no bias and lead-off; settings of `x..X` remain for `activate`."""
        if channel >= CHANNELS:
            return
        register = ChipRegister.CH1SET + channel
        self._write(register, (self.read(register) | 0x80) & ~0x08)
        self._write_bias(channel, False)
        self._lead_off[channel] = (0, 0)
        self._write_lead_off([channel])

    def activate(self, channel: int) -> None:
        """Execute `!` to `*`: switch a channel on again."""
        if channel >= CHANNELS:
            return
        settings = self._settings[channel]
        self._write(ChipRegister.CH1SET + channel, settings.gain << 4 | settings.source | (settings.srb2 == 1) << 3)
        self._write_bias(channel, settings.bias == 1)
        self._write(ChipRegister.MISC1, SRB1_CLOSED if self._srb1 else 0)

    def set_lead_off(self, channel: int, positive: int, negative: int) -> None:
        """Execute `z..Z`: switch the lead-off current of a channel."""
        if channel < CHANNELS:
            self._lead_off[channel] = (positive, negative)
            self._write_lead_off([channel])

    def set_test_signal(
        self, source: Mux, amplitude: int | None = UNCHANGED, frequency: int | None = UNCHANGED
    ) -> None:
        """Execute `0 - = p [ ]`: connect all channels to one source; those switched off by `1` to `8` are on again."""
        before = self.read(ChipRegister.CONFIG2)
        amplitude = before & 0x04 if amplitude is None else amplitude
        frequency = before & 0x03 if frequency is None else frequency
        self._write(ChipRegister.CONFIG2, CONFIG2_TEST | amplitude | frequency)
        self._settings = [replace(settings, source=source) for settings in self._settings]
        self._write_all()

    def start(self) -> None:
        """Start conversions with continuous reading."""
        self._command(Opcode.RDATAC)
        self._command(Opcode.START)

    def stop(self) -> None:
        """Stop conversions, and return to command mode."""
        self._command(Opcode.STOP)
        self._command(Opcode.SDATAC)

    def read(self, register: int) -> int:
        """Read a register; 0 during continuous reading."""
        return self._chip.transfer(bytes([Opcode.RREG | register, 0, 0]), byte_s=BYTE_S)[2]

    @property
    def mistakes(self) -> int:
        """Number of protocol errors on the chip's bus; the firmware makes none."""
        return sum(vars(self._chip.counts).values())

    @property
    def gains(self) -> list[int]:
        """Gain of each channel."""
        return list(self._chip.registers.settings().gain)

    def codes(self, uv: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the next samples.

        Parameters
        ----------
        uv : float64 [samples, channels], voltages at the electrodes of the first channels

        Returns
        -------
        int64 [samples, 8]
        """
        settings = self._chip.registers.settings()
        out = np.zeros((len(uv), CHANNELS), np.int64)
        if any(settings.lead_off_p) or any(settings.lead_off_n) or any(mux != Mux.NORMAL for mux in settings.mux):
            out += self._chip.capture(len(uv))
        scale = np.array([uv_per_code(gain) for gain in settings.gain])[: uv.shape[1]]
        connected = np.array(
            [
                not off and not settings.srb1 and mux in (Mux.NORMAL, Mux.BIAS_DRP)
                for off, mux in zip(settings.powered_down, settings.mux, strict=True)
            ]
        )[: uv.shape[1]]
        out[:, : uv.shape[1]] += np.where(connected, np.rint(uv / scale), 0).astype(np.int64)
        return np.clip(out, -FULL_SCALE - 1, FULL_SCALE)

    def _forget(self) -> None:
        self._settings = [ChannelSettings()] * CHANNELS
        self._lead_off = [(0, 0)] * CHANNELS
        self._srb1 = False

    def _write_all(self) -> None:
        for channel in range(CHANNELS):
            self._write_channel(channel)

    def _write_channel(self, channel: int) -> None:
        s = self._settings[channel]
        self._write(
            ChipRegister.CH1SET + channel, (s.power_down == 1) << 7 | s.gain << 4 | s.source | (s.srb2 == 1) << 3
        )
        self._write_bias(channel, s.bias == 1)

    def _write_bias(self, channel: int, on: bool) -> None:
        for register in (ChipRegister.BIAS_SENSP, ChipRegister.BIAS_SENSN):
            self._write(register, self.read(register) & ~(1 << channel) | on << channel)

    def _write_lead_off(self, channels: range | list[int]) -> None:
        for side, register in enumerate((ChipRegister.LOFF_SENSP, ChipRegister.LOFF_SENSN)):
            value = self.read(register)
            for channel in channels:
                value = value & ~(1 << channel) | (self._lead_off[channel][side] == 1) << channel
            self._write(register, value)

    def _write(self, register: int, value: int) -> None:
        self._chip.transfer(bytes([Opcode.WREG | register, 0, value & 0xFF]), byte_s=BYTE_S)

    def _command(self, opcode: Opcode) -> None:
        self._chip.transfer(bytes([opcode]), byte_s=BYTE_S)
        self._chip.advance(1e-3)
