"""What is told of samples that a device took itself: to programs, and to people."""

from __future__ import annotations

from typing import Any

from earloop.hil.run.own_samples import OwnSamples

SURE = 1.96  # standard errors, beyond which lies one in 20


def own_facts(own: OwnSamples) -> dict[str, Any]:
    """As plain JSON values; `clock` is null where nothing is known of it, and `no_clock` says why."""
    clock = own.clock
    return {
        "samples": own.taken,
        "lost_samples": own.lost,
        "segments": [
            {"first": part.first, "samples": len(part.codes), "judged": part.judged(own.block)} for part in own.segments
        ],
        "restarts": own.restarts,
        "fault": own.fault,
        "emulated": own.emulated,
        "clock": None
        if clock is None
        else {
            "rate_hz": clock.rate_hz,
            "drift_ppm": clock.drift_ppm,
            "drift_se_ppm": clock.drift_se_ppm,
            "latest_ms": 1e3 * float(clock.delay_s.max()),
        },
        "no_clock": own.no_clock,
    }


def clock_in_words(own: OwnSamples) -> str:
    """The sampling rate and its drift, or why nothing is known of them."""
    if own.clock is None:
        return f"not judged: {own.no_clock}"
    sure_ppm = SURE * own.clock.drift_se_ppm
    return f"{own.clock.rate_hz:.4f} Hz, {own.clock.drift_ppm:+.1f} +- {sure_ppm:.1f} ppm by this host's clock"


def clock_trouble(own: OwnSamples, limit_ppm: float) -> str | None:
    """What is wrong with a clock that should be right to so many parts in a million; None if nothing is."""
    if own.clock is None:
        return f"clock: within {limit_ppm:g} ppm wanted, and nothing is known of it: {own.no_clock}"
    off_ppm, sure_ppm = abs(own.clock.drift_ppm), SURE * own.clock.drift_se_ppm
    if off_ppm + sure_ppm <= limit_ppm:
        return None
    found = f"clock: {own.clock.drift_ppm:+.1f} +- {sure_ppm:.1f} ppm, within {limit_ppm:g} ppm wanted"
    if off_ppm <= limit_ppm:
        return f"{found}, which is not sure: acquire for longer"
    return f"{found}: {off_ppm - limit_ppm:.1f} ppm too far"


def own_in_words(own: OwnSamples) -> list[str]:
    """A few lines for a terminal."""
    parts = f", in {len(own.segments)} segments" if len(own.segments) > 1 else ""
    return [
        f"samples: {own.taken:,} of its own converter, {own.lost:,} lost on the line{parts}",
        f"clock: {clock_in_words(own)}",
    ]
