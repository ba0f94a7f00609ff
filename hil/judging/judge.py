"""The rig: one recording through one device, judged against the golden model and the float path."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from earloop.hil.diagnosis.diagnose import diagnose
from earloop.hil.diagnosis.evidence import filled_in
from earloop.hil.diagnosis.expected import unnoticed
from earloop.hil.diagnosis.finding import Finding
from earloop.hil.faults.fault import Fault
from earloop.hil.judging.compare import Divergence, TapComparison, compare_run
from earloop.hil.judging.decisions import Flips, ValueErrors
from earloop.hil.judging.judgeable import no_input, why_not_judged
from earloop.hil.judging.own_converter import compare_codes, float_taps_anew, placed, taps_filled_in
from earloop.hil.judging.range_loss import RangeLoss, range_losses
from earloop.hil.judging.sqnr import BandQuality, band_qualities
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.judging.yardstick import Yardstick, yardstick_of
from earloop.hil.link.tap_records import missing_tokens, settled_patches
from earloop.hil.run.device import Advance, BrokenOffError, Device, DeviceRun, Identity
from earloop.hil.run.golden import GoldenRun, run_golden_anew
from earloop.recordings import Recording
from earloop.sim.front_end.quantise import count_clipped
from earloop.sim.front_end.stimulus import Stimulus, to_stimulus
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.reference import FloatTaps

if TYPE_CHECKING:  # at run time they would bring PyTorch to where no encoder is asked for
    from earloop.hil.judging.embeddings import Decisions
    from earloop.model.export.embedder import Embedder
    from earloop.model.finetuning.decoder import Decoder


class DeviceError(EarloopError):
    """A device that could not be run; a verdict is never given on one."""


@dataclass(frozen=True)
class Verdict:
    """All that one run has shown.

    lost_tokens : on the line; what was lost is compared with nothing
    tolerances : the limits that it was judged by
    findings : what seems to be wrong with the device, in `earloop.hil.diagnosis.diagnose`'s words
    fault : that was brought about on purpose, if any: the verdict is then on whether it was noticed
    reasons : why it failed, a line each; empty when it passed
    unjudged : why there is no verdict, a line each: the input, or the design's words, say nothing of the device
    range_losses : where the signal went beyond the range of the words, which is no fault of the device
    realtime_factor : seconds of recording a second of running the device
    broken_off : why the device did not come to the end; what came until then is judged, and does not pass
    decisions : what an encoder makes of it, where there is one and the device came to the end
    decoded : how far a decoder departs by it, likewise
    ended : when the device had ended
    """

    identity: Identity
    stimulus: Stimulus
    duration_s: float
    taps: list[TapComparison]
    qualities: list[BandQuality]
    run: DeviceRun
    golden: GoldenRun
    floats: FloatTaps
    yardstick: Yardstick
    realtime_factor: float
    lost_tokens: int
    tolerances: Tolerances
    findings: list[Finding]
    fault: Fault | None
    reasons: list[str]
    unjudged: list[str]
    range_losses: list[RangeLoss]
    broken_off: str | None = None
    decisions: Decisions | None = None
    decoded: Flips | ValueErrors | None = None
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def elapsed_s(self) -> float:
        """That the device took."""
        return self.duration_s / self.realtime_factor

    @property
    def began(self) -> datetime:
        """When the device began."""
        return self.ended - timedelta(seconds=self.elapsed_s)

    @property
    def passed(self) -> bool:
        return not self.reasons and not self.unjudged

    @property
    def word(self) -> str:
        """`pass`, `fail`, `not judged` or `incomplete`."""
        if self.broken_off is not None:
            return "incomplete"
        if self.reasons:
            return "fail"
        return "not judged" if self.unjudged else "pass"

    @property
    def worst_band(self) -> BandQuality | None:
        """The band of the lowest SQNR; None where no band is judged by it."""
        measured = [quality for quality in self.qualities if not math.isnan(quality.worst_db)]
        return min(measured, key=lambda quality: quality.worst_db, default=None)

    @property
    def saturated_share(self) -> float:
        """Of the golden model's token samples, those that were clipped."""
        return float(self.golden.saturated_tokens.sum()) / max(1, self.golden.taps.tokens.size)

    @property
    def mismatches(self) -> int:
        """Token samples that differ or never came."""
        return sum(tap.mismatches + tap.missing for tap in self.taps if tap.tap == "tokens")

    @property
    def first_divergence(self) -> Divergence | None:
        """The earliest difference over all taps; of several at one tick, the one furthest up the signal path."""
        found = [tap.first for tap in self.taps if tap.first is not None]
        return min(found, key=lambda first: first.tick) if found else None


class IncompleteError(LinkError):
    """A device that failed in mid-run; `verdict` is of the patches that came before, and says that it is incomplete."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.broken_off))
        self.verdict = verdict


@dataclass(frozen=True)
class Replayed:
    """What a device was given, or took by a converter of its own, and what it gave back.

    elapsed_s : that the device took
    broken_off : as in `Verdict`; the stimulus then ends with the last patch that came
    ended : when it had
    """

    identity: Identity
    stimulus: Stimulus
    run: DeviceRun
    elapsed_s: float
    broken_off: str | None = None
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))


def replay(
    device: Device,
    recording: Recording,
    fixed: FixedDesign,
    advance: Advance = lambda samples: None,
) -> Replayed:
    """Replay a recording through an open device, to the end and without loss.

    Raises
    ------
    RecordingError
        The recording does not fit the design.
    DeviceError
        The device is of another design, the recording is too short for a single token, or tokens were lost on the line.
    LinkError
        The device failed in mid-run.
    """
    replayed = _replay(device, recording, fixed, advance)
    if replayed.broken_off is not None:
        raise LinkError(replayed.broken_off)
    _refuse_loss(replayed, fixed)
    return replayed


def _refuse_loss(replayed: Replayed, fixed: FixedDesign) -> None:
    there = replayed.run.there
    if there is not None and (missing := missing_tokens(there, fixed.design)):
        raise DeviceError(f"{replayed.identity.kind}: {missing}: lost on the line; run it again")


def _replay(device: Device, recording: Recording, fixed: FixedDesign, advance: Advance) -> Replayed:
    """A replay to the end, or to where the device failed."""
    design = fixed.design
    if device.identity.design_hash != design.design_hash:
        raise DeviceError(
            f"{device.identity.kind}: built for design {device.identity.design_hash[:12]}, "
            f"this design is {design.design_hash[:12]}: rebuild it, or choose its design with --design"
        )
    stimulus = to_stimulus(recording, design)
    shortest = design.patch_samples
    if len(stimulus.codes) < shortest:
        raise DeviceError(f"{len(stimulus.codes)} samples make no token: at least {shortest} are needed")
    started, broken_off = time.perf_counter(), None
    try:
        run = device.run(stimulus.codes, advance)
    except BrokenOffError as error:
        patches = settled_patches(error.there)
        if not patches:
            raise
        broken_off = str(error)
        run = DeviceRun(error.tokens[:patches], there=error.there[:patches])
        stimulus = replace(stimulus, codes=stimulus.codes[: patches * shortest])
    if run.own is not None:
        return acquired(device.identity, stimulus.sources, run, time.perf_counter() - started, design)
    return Replayed(device.identity, stimulus, run, time.perf_counter() - started, broken_off)


def acquired(
    identity: Identity, sources: tuple[str, ...], run: DeviceRun, elapsed_s: float, design: Design
) -> Replayed:
    """A run of which the device took the samples itself; `sources` is what lay on its electrodes."""
    assert run.own is not None
    codes = run.own.codes
    stimulus = Stimulus(codes, sources, int(count_clipped(codes, design.converter).sum()))
    return Replayed(identity, stimulus, run, elapsed_s, run.own.broken_off)


def judge(
    device: Device,
    recording: Recording,
    fixed: FixedDesign,
    advance: Advance = lambda samples: None,
    tolerances: Tolerances | None = None,
    *,
    fault: Fault | None = None,
    embedder: Embedder | None = None,
    decoder: Decoder | None = None,
) -> Verdict:
    """Replay a recording through an open device and judge it; raises what `replay` raises.

    Without tolerances, all that differs fails, and tokens that are lost allow of no verdict. With them, those that are
    lost are counted, and held to the limit. Of a device that fails in mid-run, what came until then is judged, and goes
    with the IncompleteError that is raised. With a fault, which the device is known to have, see
    `earloop.hil.devices.open_faulty`, it passes if the fault is noticed, and fails if it is not. With an
    embedder, what the departure from the float path does to the model is measured, too; with a decoder, what it does to
    decisions.
    """
    replayed = _replay(device, recording, fixed, advance)
    if tolerances is None and fault is None and replayed.broken_off is None:
        _refuse_loss(replayed, fixed)
    return judge_replayed(replayed, fixed, tolerances, fault=fault, embedder=embedder, decoder=decoder)


def judge_replayed(
    replayed: Replayed,
    fixed: FixedDesign,
    tolerances: Tolerances | None = None,
    *,
    fault: Fault | None = None,
    embedder: Embedder | None = None,
    decoder: Decoder | None = None,
) -> Verdict:
    """Judge what came of a device, as `judge` does; what was lost is counted."""
    limits = tolerances or Tolerances()
    design, stimulus, run = fixed.design, replayed.stimulus, replayed.run
    begins = (0,) if run.own is None else run.own.begins
    golden = run_golden_anew(fixed, stimulus.codes, begins)
    findings = diagnose(fixed, stimulus.codes, golden.taps, run)
    floats = float_taps_anew(design, stimulus.codes, begins)
    lost = 0
    if run.there is not None and not run.there.all():
        lost = int((~run.there).sum())
        run = replace(run, tokens=filled_in(run, golden.taps))
    if run.own is not None:
        lost += run.own.unjudged_patches * len(design.channels) * len(design.bands)
        run = replace(run, taps=taps_filled_in(run, golden.taps))
    taps = compare_codes(run.own, design) + placed(compare_run(golden.taps, run, design), run.own, design)
    bands = run.taps.get("bands", golden.taps.bands)
    yardstick = yardstick_of(fixed, golden, floats, begins)
    qualities = band_qualities(
        design, bands, golden.taps.bands, yardstick.bands, yardstick.beyond, limits.wanted_db(design)
    )
    counts = no_input(len(design.channels)).and_then(stimulus.codes, design)
    unjudged = why_not_judged(design, counts, qualities, limits) if fault is None else []
    duration_s = len(stimulus.codes) / design.converter.rate_hz
    verdict = Verdict(
        replayed.identity,
        stimulus,
        duration_s,
        taps,
        qualities,
        run,
        golden,
        floats,
        yardstick,
        duration_s / replayed.elapsed_s,
        lost,
        limits,
        findings,
        None if fault is None else fault.on(design, duration_s),
        [],
        unjudged,
        range_losses(fixed, floats, yardstick),
        replayed.broken_off,
        None if embedder is None or replayed.broken_off is not None else _decisions(embedder, fixed, run, floats),
        None if decoder is None or replayed.broken_off is not None else _decoded(decoder, fixed, run, floats),
        replayed.ended,
    )
    verdict = replace(verdict, reasons=_reasons(verdict, fixed))
    if verdict.broken_off is not None:
        raise IncompleteError(verdict)
    return verdict


def _decisions(embedder: Embedder, fixed: FixedDesign, run: DeviceRun, floats: FloatTaps) -> Decisions:
    from earloop.hil.judging.embeddings import compare_embeddings

    return compare_embeddings(embedder, fixed, run.tokens, floats)


def _decoded(decoder: Decoder, fixed: FixedDesign, run: DeviceRun, floats: FloatTaps) -> Flips | ValueErrors:
    from earloop.hil.judging.embeddings import compare_decoded

    return compare_decoded(decoder, fixed, run.tokens, floats)


def _reasons(verdict: Verdict, fixed: FixedDesign) -> list[str]:
    if verdict.fault is not None:
        missed = unnoticed(verdict.fault, verdict.findings)
        return [missed] if missed else []
    limits = verdict.tolerances
    own = verdict.run.own
    of_all = (
        limits.of_loss(verdict.lost_tokens),
        limits.of_saturation(verdict.saturated_share),
        *(() if own is None else (limits.of_restarts(own), limits.of_clock(own))),
    )
    return [
        *([f"broken off: {verdict.broken_off}"] if verdict.broken_off is not None else []),
        *(f"{tap.tap}: {trouble}" for tap in verdict.taps if (trouble := limits.of_tap(tap))),
        *verdict.run.complaints,
        *(reason for quality in verdict.qualities for reason in limits.of_band(quality, fixed.design)),
        *(reason for reason in of_all if reason),
        *([trouble] if verdict.decisions and (trouble := limits.of_cosine(verdict.decisions)) else []),
        *([trouble] if verdict.decoded and (trouble := limits.of_decoded(verdict.decoded)) else []),
    ]
