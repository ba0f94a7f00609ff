"""The rig: one recording through one device, judged against the golden model and the float path."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hil.compare import Divergence, TapComparison, compare_run
from hil.device import Advance, Device, DeviceRun, Identity
from hil.golden_run import GoldenRun, run_golden
from hil.quality import BandQuality, band_qualities
from hil.token_stream import missing_tokens
from recordings import Recording
from sim.stimulus import Stimulus, to_stimulus
from spec.errors import EarloopError
from spec.fixed import FixedDesign
from spec.reference import FloatTaps, float_taps


class DeviceError(EarloopError):
    """A device that could not be run; a verdict is never given on one."""


@dataclass(frozen=True)
class Verdict:
    """All that one run has shown.

    reasons : why it failed, a line each; empty when it passed
    realtime_factor : seconds of recording a second of running the device
    """

    identity: Identity
    stimulus: Stimulus
    duration_s: float
    taps: list[TapComparison]
    qualities: list[BandQuality]
    run: DeviceRun
    golden: GoldenRun
    floats: FloatTaps
    realtime_factor: float
    reasons: list[str]

    @property
    def passed(self) -> bool:
        return not self.reasons

    @property
    def mismatches(self) -> int:
        """Token samples that differ or never came."""
        return sum(tap.mismatches + tap.missing for tap in self.taps if tap.tap == "tokens")

    @property
    def first_divergence(self) -> Divergence | None:
        """The earliest difference over all taps; of several at one tick, the one furthest up the signal path."""
        found = [tap.first for tap in self.taps if tap.first is not None]
        return min(found, key=lambda first: first.tick) if found else None


@dataclass(frozen=True)
class Replayed:
    """What a device was given, and what it gave back.

    elapsed_s : that the device took
    """

    identity: Identity
    stimulus: Stimulus
    run: DeviceRun
    elapsed_s: float


def replay(
    device: Device, recording: Recording, fixed: FixedDesign, advance: Advance = lambda samples: None
) -> Replayed:
    """Replay a recording through an open device.

    Raises
    ------
    RecordingError
        The recording does not fit the design.
    DeviceError
        The device is of another design, the recording is too short for a single token, or tokens were lost on the line.
    """
    design = fixed.design
    if device.identity.design_hash != design.design_hash:
        raise DeviceError(
            f"{device.identity.kind}: built for design {device.identity.design_hash[:12]}, "
            f"this design is {design.design_hash[:12]}: rebuild it, or choose its design with --design"
        )
    stimulus = to_stimulus(recording, design)
    shortest = design.tokens.patch * design.decimator.factor
    if len(stimulus.codes) < shortest:
        raise DeviceError(f"{len(stimulus.codes)} samples make no token: at least {shortest} are needed")
    started = time.perf_counter()
    run = device.run(stimulus.codes, advance)
    elapsed_s = time.perf_counter() - started
    if run.there is not None and (missing := missing_tokens(run.there, design)):
        raise DeviceError(f"{device.identity.kind}: {missing}: lost on the line; run it again")
    return Replayed(device.identity, stimulus, run, elapsed_s)


def judge(device: Device, recording: Recording, fixed: FixedDesign, advance: Advance = lambda samples: None) -> Verdict:
    """Replay a recording through an open device and judge it; raises what `replay` raises."""
    replayed = replay(device, recording, fixed, advance)
    design, stimulus, run = fixed.design, replayed.stimulus, replayed.run
    golden = run_golden(fixed, stimulus.codes)
    floats = float_taps(design, stimulus.codes)
    taps = compare_run(golden.taps, run, design)
    qualities = band_qualities(design, run.taps.get("bands", golden.taps.bands), floats.bands, golden.saturated)
    duration_s = len(stimulus.codes) / design.converter.rate_hz
    return Verdict(
        replayed.identity,
        stimulus,
        duration_s,
        taps,
        qualities,
        run,
        golden,
        floats,
        duration_s / replayed.elapsed_s,
        [
            *(f"{tap.tap}: {tap.trouble}" for tap in taps if tap.trouble),
            *run.complaints,
            *_quality_reasons(qualities, fixed),
        ],
    )


def _quality_reasons(qualities: list[BandQuality], fixed: FixedDesign) -> list[str]:
    design = fixed.design
    return [
        f"{quality.band}, channel {design.channels[channel]}: SQNR {quality.sqnr_db[channel]:.1f} dB, "
        f"at least {design.fixed_point.min_sqnr_db:g} dB wanted"
        for quality in qualities
        for channel in quality.failed_channels
    ]
