"""Energy: each part's time in each state, times its current and its voltage; and what the regulators add."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.sim.timeline.hardware import EarbudHardware
from earloop.sim.timeline.link import BleLink
from earloop.sim.timeline.processes import Usage
from earloop.sim.timeline.simulate import Timeline

COMPONENTS = ("AFE", "CPU active", "CPU sleep", "radio tx", "radio rx", "radio idle", "supply")


@dataclass(frozen=True)
class Energy:
    """Mean power by component of `COMPONENTS`, in W, as it leaves the battery; `supply` is what regulators keep."""

    power_w: dict[str, float]
    sample_j: float
    battery_h: float

    @property
    def total_w(self) -> float:
        """Mean power out of the battery."""
        return sum(self.power_w.values())


def mean_power_w(hardware: EarbudHardware, usage: Usage, duration_s: float, *, radio: bool = True) -> dict[str, float]:
    """Mean power by component over `duration_s`; without `radio` that is off."""
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


def energy(timeline: Timeline) -> Energy:
    """What a run took from the battery; `sample_j` is for each sample of each channel."""
    power = mean_power_w(
        timeline.hardware, timeline.usage, timeline.duration_s, radio=isinstance(timeline.link, BleLink)
    )
    total_w = sum(power.values())
    samples_hz = timeline.stream.rate_hz * timeline.stream.channels
    return Energy(power, total_w / samples_hz, timeline.hardware.battery.hours(total_w))
