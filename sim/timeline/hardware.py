"""The parts of an earbud that determine time and energy: converter, controller, radio, supply, battery.

Each figure has its source on its line; `estimate` marks figures that are in no datasheet. Datasheets are
ADS1299 SBAS499C, ADS1298 SBAS459, STM32F405 DS8626, nRF52840 product specification v1.1 (DC/DC regulator, 3 V).
"""

from __future__ import annotations

from dataclasses import dataclass

from earloop.sim.timeline.checks import TimelineError, at_least, positive, share


@dataclass(frozen=True, kw_only=True)
class Afe:
    """An analog front end with its converter, which is read by SPI.

    Parameters
    ----------
    chip_channels : channels in one frame on the SPI, including unused ones
    power_w : power with all channels running
    oscillator_tolerance : relative tolerance of the sampling clock; each run draws an error within it
    """

    name: str
    chip_channels: int
    power_w: float
    oscillator_tolerance: float
    spi_hz: float = 4e6  # as BioGAP's firmware (github.com/pulp-bio/BioGAP); the ADS1299 takes up to 20 MHz, SBAS499C
    status_bytes: int = 3  # SBAS499C, data output: 24 status bits before the channels
    channel_bytes: int = 3  # SBAS499C, the same: 24 bits a channel

    def __post_init__(self) -> None:
        at_least("AFE channels", self.chip_channels, 1)
        positive("SPI clock, Hz", self.spi_hz)
        at_least("AFE power, W", self.power_w, 0)
        at_least("oscillator tolerance", self.oscillator_tolerance, 0)

    @property
    def frame_bytes(self) -> int:
        """Bytes that one sample of all channels takes on the SPI: 15 for 4 channels, 27 for 8."""
        return self.status_bytes + self.channel_bytes * self.chip_channels

    @property
    def read_s(self) -> float:
        """Time on the SPI for one sample of all channels."""
        return 8 * self.frame_bytes / self.spi_hz


@dataclass(frozen=True, kw_only=True)
class Controller:
    """The CPU. Its work is counted in instructions; `clocks_per_instruction` converts them to time.

    At every connection event an interrupt of `radio_event_instructions` delays other work.
    """

    name: str
    core_hz: float
    run_a: float
    sleep_a: float
    volts: float
    radio_event_instructions: float = 2000  # estimate: link layer and queue at each connection event
    clocks_per_instruction: float = 1.5  # estimate: most take 1 clock, loads and branches 2 or 3 (ARM DDI 0439, 3.3)

    def __post_init__(self) -> None:
        positive("core clock, Hz", self.core_hz)
        positive("clocks per instruction", self.clocks_per_instruction)
        at_least("run current, A", self.run_a, 0)
        at_least("sleep current, A", self.sleep_a, 0)

    def seconds(self, instructions: float) -> float:
        """Return the time that the core needs for so many instructions, s."""
        return instructions * self.clocks_per_instruction / self.core_hz


@dataclass(frozen=True, kw_only=True)
class Radio:
    """Currents of a BLE radio; `event_c` is the charge, in C, of the wake-up for a connection event."""

    name: str
    tx_a: float
    rx_a: float
    idle_a: float
    event_c: float
    volts: float

    def __post_init__(self) -> None:
        for what, value in (("tx", self.tx_a), ("rx", self.rx_a), ("idle", self.idle_a), ("event", self.event_c)):
            at_least(f"radio {what} current or charge", value, 0)


@dataclass(frozen=True)
class Battery:
    """A cell. `usable` is the share of its capacity that the earbud uses before it switches off."""

    capacity_mah: float
    volts: float
    usable: float = 0.9  # estimate: the earbud switches off before the cell is empty, and the cell ages

    def __post_init__(self) -> None:
        positive("battery capacity, mAh", self.capacity_mah)
        share("usable share of the battery", self.usable)

    def hours(self, power_w: float) -> float:
        """Return the battery life at a constant power, h."""
        return self.capacity_mah * 1e-3 * self.volts * self.usable / power_w


@dataclass(frozen=True, kw_only=True)
class EarbudHardware:
    """One earbud; `efficiency` is that of the regulators between battery and chips, `base_w` the constant power."""

    name: str
    afe: Afe
    controller: Controller
    radio: Radio
    battery: Battery
    efficiency: float = 0.9  # estimate; small buck converters reach 85 to 95 % (TPS62840 datasheet)
    base_w: float = 0.1e-3  # estimate: regulator quiescent currents, battery gauge, leakage
    buffer_bytes: int = 65536  # a third of the STM32F405's 192 KiB of RAM, DS8626; a quarter of the nRF52840's 256

    def __post_init__(self) -> None:
        share("regulator efficiency", self.efficiency)
        at_least("base power, W", self.base_w, 0)
        at_least("buffer, bytes", self.buffer_bytes, 1)


# SBAS499C: 22, 30 and 39 mW; oscillator 0.5 % at 25 C
ADS1299_4 = Afe(name="ADS1299-4", chip_channels=4, power_w=22e-3, oscillator_tolerance=0.005)
"""The ADS1299-4, with 4 channels and 22 mW (SBAS499C)."""
ADS1299_6 = Afe(name="ADS1299-6", chip_channels=6, power_w=30e-3, oscillator_tolerance=0.005)
"""The ADS1299-6, with 6 channels and 30 mW (SBAS499C)."""
ADS1299_8 = Afe(name="ADS1299", chip_channels=8, power_w=39e-3, oscillator_tolerance=0.005)
"""The ADS1299, with 8 channels and 39 mW (SBAS499C)."""
STM32F405 = Controller(
    name="STM32F405",
    core_hz=168e6,  # as the firmware sets it
    run_a=40e-3,  # DS8626, run mode, 168 MHz, code in flash with ART, peripherals off, typical
    sleep_a=12e-3,  # DS8626, sleep mode, 168 MHz, peripherals off, typical
    volts=3.3,
)
"""The microcontroller STM32F405 at 168 MHz, as the firmware sets it."""
NRF52840_CORE = Controller(
    name="nRF52840",
    core_hz=64e6,
    run_a=3.3e-3,  # ICPU0: from flash with cache, 52 uA/MHz
    sleep_a=3.16e-6,  # ION_RAMON_RTC: all RAM kept, RTC running; without the current of the SPI
    volts=3.0,
)
"""The processor of the nRF52840 at 64 MHz."""
NRF52840_RADIO = Radio(
    name="nRF52840",
    tx_a=6.40e-3,  # IRADIO_TX1: 0 dBm, 1 Mbit/s, the whole chip
    rx_a=6.26e-3,  # IRADIO_RX0: 1 Mbit/s, the whole chip
    idle_a=3.16e-6,  # ION_RAMON_RTC: all RAM kept, RTC running
    event_c=1.5e-6,  # estimate: 0.4 ms of crystal start and 0.4 ms of link layer at 1 to 3.3 mA
    volts=3.0,
)
"""The radio of the nRF52840 at 0 dBm and 1 Mbit/s."""
LIPO_75_MAH = Battery(75, 3.7)  # as in GAPses, arXiv 2406.07903
"""A lithium-polymer battery of 75 mAh, as in GAPses (arXiv 2406.07903)."""

STM32F405_EARBUD = EarbudHardware(
    name="stm32f405", afe=ADS1299_4, controller=STM32F405, radio=NRF52840_RADIO, battery=LIPO_75_MAH
)
"""An earbud with an ADS1299-4, an STM32F405, and the nRF52840 as its radio."""
NRF52840_EARBUD = EarbudHardware(
    name="nrf52840", afe=ADS1299_4, controller=NRF52840_CORE, radio=NRF52840_RADIO, battery=LIPO_75_MAH
)
"""An earbud with an ADS1299-4, and an nRF52840 as its processor and its radio."""
EARBUDS = {earbud.name: earbud for earbud in (STM32F405_EARBUD, NRF52840_EARBUD)}
"""The hardware of each modelled earbud by its name."""


def ads1299_for(channels: int) -> Afe:
    """Return the smallest ADS1299 with so many channels or more.

    Raises
    ------
    TimelineError
        No ADS1299 has so many.
    """
    for afe in (ADS1299_4, ADS1299_6, ADS1299_8):
        if channels <= afe.chip_channels:
            return afe
    raise TimelineError(f"channels = {channels}: an ADS1299 has up to {ADS1299_8.chip_channels}")
