"""The facts about an acquisition: as JSON values, and in words."""

from __future__ import annotations

from typing import Any

from earloop.hil.run.own_samples import OwnSamples

SURE = 1.96  # standard errors; one normal value in 20 is farther away


def own_sample_facts(samples: OwnSamples) -> dict[str, Any]:
    """Return the facts as plain JSON values; `clock` is null if it is unknown, and `no_clock` says why."""
    clock = samples.clock
    return {
        "samples": samples.taken,
        "lost_samples": samples.lost,
        "segments": [
            {"first": part.first, "samples": len(part.codes), "judged": part.judged(samples.block)}
            for part in samples.segments
        ],
        "restarts": samples.restarts,
        "fault": samples.fault,
        "emulated": samples.emulated,
        "clock": None
        if clock is None
        else {
            "rate_hz": clock.rate_hz,
            "drift_ppm": clock.drift_ppm,
            "drift_se_ppm": clock.drift_se_ppm,
            "latest_ms": 1e3 * float(clock.delay_s.max()),
        },
        "no_clock": samples.no_clock,
    }


def clock_in_words(samples: OwnSamples) -> str:
    """Return the sampling rate and its drift, or the reason why they are unknown."""
    if samples.clock is None:
        return f"not judged: {samples.no_clock}"
    sure_ppm = SURE * samples.clock.drift_se_ppm
    return f"{samples.clock.rate_hz:.4f} Hz, {samples.clock.drift_ppm:+.1f} +- {sure_ppm:.1f} ppm by this host's clock"


def clock_trouble(samples: OwnSamples, limit_ppm: float) -> str | None:
    """Say how a clock misses its limit in parts per million; None if it is within the limit."""
    if samples.clock is None:
        return f"clock: within {limit_ppm:g} ppm wanted, but it is unknown: {samples.no_clock}"
    off_ppm, sure_ppm = abs(samples.clock.drift_ppm), SURE * samples.clock.drift_se_ppm
    if off_ppm + sure_ppm <= limit_ppm:
        return None
    found = f"clock: {samples.clock.drift_ppm:+.1f} +- {sure_ppm:.1f} ppm, within {limit_ppm:g} ppm wanted"
    if off_ppm <= limit_ppm:
        return f"{found}, but the uncertainty is too large: acquire for longer"
    return f"{found}: {off_ppm - limit_ppm:.1f} ppm too far"


def own_samples_in_words(samples: OwnSamples) -> list[str]:
    """Return a few lines for a terminal."""
    parts = f", in {len(samples.segments)} segments" if len(samples.segments) > 1 else ""
    return [
        f"samples: {samples.taken:,} of its own converter, {samples.lost:,} lost on the line{parts}",
        f"clock: {clock_in_words(samples)}",
    ]
