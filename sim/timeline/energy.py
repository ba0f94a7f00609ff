"""Energy: each part's time in each state times its current and voltage, and the losses of the regulators."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.sim.timeline.hardware import EarbudHardware
from earloop.sim.timeline.link import BleLink
from earloop.sim.timeline.processes import BusyTime
from earloop.sim.timeline.simulate import DeviceTimeline

COMPONENTS = ("AFE", "CPU active", "CPU sleep", "radio tx", "radio rx", "radio idle", "supply")
"""The parts of an earbud whose energy is counted, in the order of the tables."""


@dataclass(frozen=True)
class Energy:
    """Mean power by component of `COMPONENTS`, in W, at the battery; `supply` is the loss of the regulators."""

    power_w: dict[str, float]
    sample_j: float
    battery_h: float

    @property
    def total_w(self) -> float:
        """Total mean power from the battery, W."""
        return sum(self.power_w.values())


def mean_power_w(
    hardware: EarbudHardware, usage: BusyTime, duration_s: float, *, radio: bool = True
) -> dict[str, float]:
    """Return the mean power by component over `duration_s`, W; without `radio` the radio is off."""
    core, ble = hardware.controller, hardware.radio
    active = usage.cpu_active_s / duration_s
    tx, rx = usage.radio_tx_s / duration_s, usage.radio_rx_s / duration_s
    events_hz = usage.radio_events / duration_s
    power = {
        "AFE": hardware.afe.power_w,
        "CPU active": active * core.run_a * core.volts,
        "CPU sleep": (1 - active) * core.sleep_a * core.volts,
        "radio tx": radio * tx * ble.tx_a * ble.volts,
        "radio rx": radio * rx * ble.rx_a * ble.volts,
        "radio idle": radio * ((1 - tx - rx) * ble.idle_a + events_hz * ble.event_c) * ble.volts,
    }
    power["supply"] = hardware.base_w + sum(power.values()) * (1 / hardware.efficiency - 1)
    return power


def energy(timeline: DeviceTimeline) -> Energy:
    """Return the energy of a run; `sample_j` is the energy for each sample of each channel."""
    power = mean_power_w(
        timeline.hardware, timeline.usage, timeline.duration_s, radio=isinstance(timeline.link, BleLink)
    )
    total_w = sum(power.values())
    samples_hz = timeline.stream.rate_hz * timeline.stream.channels
    return Energy(power_w=power, sample_j=total_w / samples_hz, battery_h=timeline.hardware.battery.hours(total_w))
