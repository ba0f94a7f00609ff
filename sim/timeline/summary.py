"""The figures of a run as plain JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from earloop.sim.timeline.energy import energy
from earloop.sim.timeline.processes import FrameFate
from earloop.sim.timeline.simulate import DeviceTimeline

PERCENTILES = {"median": 50, "p95": 95, "p99": 99, "max": 100}


def summarise(timeline: DeviceTimeline) -> dict[str, Any]:
    """Return the latency in ms of samples that arrived (None without any), the fates of frames, and energy."""
    stream, usage, spent = timeline.stream, timeline.usage, energy(timeline)
    arrived = timeline.latency_s[np.isfinite(timeline.latency_s)]
    return {
        "earbud": timeline.hardware.name,
        "mode": stream.mode,
        "transport": type(timeline.link).__name__.removesuffix("Link").lower(),
        "duration_s": timeline.duration_s,
        "seed": timeline.seed,
        "link": asdict(timeline.link),
        "samples": len(timeline.ready_s),
        "samples_arrived": len(arrived),
        "lost_share": timeline.lost_share,
        "latency_ms": {
            name: float(np.percentile(arrived, percent)) * 1e3 if len(arrived) else None
            for name, percent in PERCENTILES.items()
        },
        "frame_bytes": stream.frame_bytes,
        "frames": {fate.name.lower(): timeline.frames(fate) for fate in FrameFate},
        "offered_bit_s": stream.bit_s,
        "throughput_bit_s": timeline.throughput_bit_s,
        "buffer_peak_bytes": int(timeline.level_bytes.max(initial=0)),
        "cpu_duty": usage.cpu_active_s / timeline.duration_s,
        "radio_duty": (usage.radio_tx_s + usage.radio_rx_s) / timeline.duration_s,
        "usage": asdict(usage),
        "power_mw": {component: watts * 1e3 for component, watts in spent.power_w.items()},
        "total_mw": spent.total_w * 1e3,
        "sample_uj": spent.sample_j * 1e6,
        "battery_mah": timeline.hardware.battery.capacity_mah,
        "battery_h": spent.battery_h,
    }
