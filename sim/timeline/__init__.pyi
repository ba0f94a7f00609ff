from .checks import TimelineError
from .energy import COMPONENTS, Energy, energy, mean_power_w
from .hardware import (
    ADS1299_4,
    ADS1299_6,
    ADS1299_8,
    EARBUDS,
    LIPO_75_MAH,
    NRF52840_CORE,
    NRF52840_EARBUD,
    NRF52840_RADIO,
    STM32F405,
    STM32F405_EARBUD,
    Afe,
    Battery,
    Controller,
    EarbudHardware,
    Radio,
    ads1299_for,
)
from .link import NO_FADING, BleLink, Fading, Link, UartLink
from .plots import buffer_figure, energy_figure, latency_figure
from .processes import BusyTime, FrameFate
from .published import PublishedFigure, compare_with_published
from .simulate import DeviceTimeline, check_duration, simulate
from .stream import CHANNEL_TICK_INSTRUCTIONS, MODES, BlockStream, stream_of
from .summary import summarise

__all__ = [
    "ADS1299_4",
    "ADS1299_6",
    "ADS1299_8",
    "CHANNEL_TICK_INSTRUCTIONS",
    "COMPONENTS",
    "EARBUDS",
    "LIPO_75_MAH",
    "MODES",
    "NO_FADING",
    "NRF52840_CORE",
    "NRF52840_EARBUD",
    "NRF52840_RADIO",
    "STM32F405",
    "STM32F405_EARBUD",
    "Afe",
    "Battery",
    "BleLink",
    "BlockStream",
    "BusyTime",
    "Controller",
    "DeviceTimeline",
    "EarbudHardware",
    "Energy",
    "Fading",
    "FrameFate",
    "Link",
    "PublishedFigure",
    "Radio",
    "TimelineError",
    "UartLink",
    "ads1299_for",
    "buffer_figure",
    "check_duration",
    "compare_with_published",
    "energy",
    "energy_figure",
    "latency_figure",
    "mean_power_w",
    "simulate",
    "stream_of",
    "summarise",
]
