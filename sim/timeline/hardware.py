"""What an earbud is made of, as far as time and energy go: converter, controller, radio, supply, battery.

Each figure carries its source on its line; `estimate` marks those that no datasheet gives. Datasheets are
ADS1299 SBAS499C, ADS1298 SBAS459, STM32F405 DS8626, nRF52840 product specification v1.1 (DC/DC regulator, 3 V).
"""

from __future__ import annotations

from dataclasses import dataclass

from earloop.sim.timeline.checks import TimelineError, at_least, positive, share


@dataclass(frozen=True)
class Afe:
    """An analog front end with its converter, read over SPI.

    chip_channels : channels in one frame on the SPI, used or not
    power_w : with all channels running
    oscillator_tolerance : of the sampling clock, relative; each run draws its own error within it
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


@dataclass(frozen=True)
class Controller:
    """The CPU. What it executes is counted in instructions; `clocks_per_instruction` turns them into time.

    `radio_event_instructions` interrupt whatever runs at every connection event.
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
        """How long the core is busy with them."""
        return instructions * self.clocks_per_instruction / self.core_hz


@dataclass(frozen=True)
class Radio:
    """A BLE radio's currents. `event_c` is the charge of waking for a connection event, before any bit moves."""

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
    """A cell. `usable` is the share of its capacity that the earbud takes before it switches off."""

    capacity_mah: float
    volts: float
    usable: float = 0.9  # estimate: cut-off above the cell's own, and its age

    def __post_init__(self) -> None:
        positive("battery capacity, mAh", self.capacity_mah)
        share("usable share of the battery", self.usable)

    def hours(self, power_w: float) -> float:
        """How long it feeds `power_w`."""
        return self.capacity_mah * 1e-3 * self.volts * self.usable / power_w


@dataclass(frozen=True)
class EarbudHardware:
    """One earbud. `efficiency` is that of the regulators between battery and chips; `base_w` flows always."""

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


ADS1299_4 = Afe("ADS1299-4", 4, 22e-3, 0.005)  # SBAS499C: 22 mW, oscillator 0.5 % at 25 C
ADS1299_6 = Afe("ADS1299-6", 6, 30e-3, 0.005)  # SBAS499C: 30 mW, oscillator 0.5 % at 25 C
ADS1299_8 = Afe("ADS1299", 8, 39e-3, 0.005)  # SBAS499C: 39 mW, oscillator 0.5 % at 25 C
STM32F405 = Controller(
    "STM32F405",
    core_hz=168e6,  # as the firmware runs it
    run_a=40e-3,  # DS8626, run mode, 168 MHz, code in flash with ART, peripherals off, typical
    sleep_a=12e-3,  # DS8626, sleep mode, 168 MHz, peripherals off, typical
    volts=3.3,
)
NRF52840_CORE = Controller(
    "nRF52840",
    core_hz=64e6,
    run_a=3.3e-3,  # ICPU0: from flash with cache, 52 uA/MHz
    sleep_a=3.16e-6,  # ION_RAMON_RTC: all RAM kept, RTC running; what the SPI draws is not in it
    volts=3.0,
)
NRF52840_RADIO = Radio(
    "nRF52840",
    tx_a=6.40e-3,  # IRADIO_TX1: 0 dBm, 1 Mbit/s, the whole chip
    rx_a=6.26e-3,  # IRADIO_RX0: 1 Mbit/s, the whole chip
    idle_a=3.16e-6,  # ION_RAMON_RTC: all RAM kept, RTC running
    event_c=1.5e-6,  # estimate: 0.4 ms of crystal start and 0.4 ms of link layer at 1 to 3.3 mA
    volts=3.0,
)
LIPO_75_MAH = Battery(75, 3.7)  # that of GAPses, arXiv 2406.07903

STM32F405_EARBUD = EarbudHardware("stm32f405", ADS1299_4, STM32F405, NRF52840_RADIO, LIPO_75_MAH)
NRF52840_EARBUD = EarbudHardware("nrf52840", ADS1299_4, NRF52840_CORE, NRF52840_RADIO, LIPO_75_MAH)
EARBUDS = {earbud.name: earbud for earbud in (STM32F405_EARBUD, NRF52840_EARBUD)}


def ads1299_for(channels: int) -> Afe:
    """The smallest ADS1299 that has so many channels.

    Raises
    ------
    TimelineError
        None has.
    """
    for afe in (ADS1299_4, ADS1299_6, ADS1299_8):
        if channels <= afe.chip_channels:
            return afe
    raise TimelineError(f"channels = {channels}: an ADS1299 has up to {ADS1299_8.chip_channels}")
