"""The rig: runs one recording on one device, and judges the result against the golden model and the float path."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.replayed import Replayed, refuse_loss, replay_until_broken_off
from earloop.hil.diagnosis.diagnose import diagnose
from earloop.hil.diagnosis.evidence import filled_in
from earloop.hil.faults.fault import Fault
from earloop.hil.judging.compare import TapComparison, compare_run
from earloop.hil.judging.criteria import JudgedFigures
from earloop.hil.judging.decisions import Flips, ValueErrors
from earloop.hil.judging.departure import Departure, find_departure
from earloop.hil.judging.judgeable import no_input
from earloop.hil.judging.own_converter import compare_codes, float_taps_from_resets, taps_filled_in, with_device_samples
from earloop.hil.judging.range_loss import RangeLoss, range_losses
from earloop.hil.judging.sqnr import BandQuality, band_qualities
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.judging.yardstick import Yardstick, yardstick_of
from earloop.hil.run.device import Advance, Device, DeviceRun, Identity
from earloop.hil.run.golden import GoldenRun, run_golden_from_resets
from earloop.recordings import Recording
from earloop.sim.front_end.stimulus import Stimulus
from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.reference import FloatTaps
from earloop.spec.taps import Taps

if TYPE_CHECKING:  # at run time they would import PyTorch even without an encoder
    from earloop.hil.judging.embeddings import EmbeddingCosines
    from earloop.model.export.embedder import Embedder
    from earloop.model.finetuning.decoder import Decoder


@dataclass(frozen=True, kw_only=True)
class Verdict(JudgedFigures):
    """The criteria of a run, and all values behind them.

    Parameters
    ----------
    run : the result of the device; lost tokens and rows are replaced by those of the golden model
    range_losses : stretches in which the signal exceeded the range of the word lengths, which is no fault of the device
    elapsed_s : duration of the run
    ended : time of the end of the run
    departure : the first tap that differs; None if no tap differs or the device has no other taps than tokens
    """

    identity: Identity
    stimulus: Stimulus
    run: DeviceRun
    golden: GoldenRun
    floats: FloatTaps
    yardstick: Yardstick
    range_losses: list[RangeLoss]
    elapsed_s: float
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))
    departure: Departure | None = None

    @property
    def duration_s(self) -> float:
        """Duration of the judged signal in seconds."""
        return len(self.stimulus.codes) / self.design.converter.rate_hz

    @property
    def realtime_factor(self) -> float:
        """Speed of the device relative to real time."""
        return self.duration_s / self.elapsed_s

    @property
    def began(self) -> datetime:
        """Time of the start of the run."""
        return self.ended - timedelta(seconds=self.elapsed_s)


class IncompleteError(LinkError):
    """A device failed during the run; `verdict` is on the patches received before, and is incomplete."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.broken_off))
        self.verdict = verdict


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
    """Replay a recording through an open device and judge it; raises what `earloop.hil.devices.replayed.replay` raises.

    Without tolerances, every difference fails, and lost tokens make a verdict impossible. With tolerances, lost tokens
    are counted against their limit. If a device fails during the run, the patches received before are judged, and the
    verdict is part of the IncompleteError. If values differ, the first tap that differs is searched for, for which the
    device may run again; see `earloop.hil.judging.departure`. With an injected `fault`, see
    `earloop.hil.devices.open_faulty`, the verdict passes if the fault is noticed. An embedder measures the effect of
    quantisation on embeddings, a decoder the effect on decisions.
    """
    replayed = replay_until_broken_off(device, recording, fixed, advance)
    if tolerances is None and fault is None and replayed.broken_off is None:
        refuse_loss(replayed, fixed)
    verdict = judge_replayed(replayed, fixed, tolerances, fault=fault, embedder=embedder, decoder=decoder)
    return verdict if fault is not None else _with_departure(verdict, device)


def _with_departure(verdict: Verdict, device: Device) -> Verdict:
    """Add the first tap that differs to a verdict; a device that sent few taps runs again for that."""
    codes, golden = verdict.stimulus.codes, verdict.golden.taps
    departure = find_departure(device, codes, golden, verdict.taps, verdict.run, verdict.design)
    if departure is None:
        return verdict
    return replace(verdict, departure=departure, findings=[departure.finding, *verdict.findings])


def judge_replayed(
    replayed: Replayed,
    fixed: FixedDesign,
    tolerances: Tolerances | None = None,
    *,
    fault: Fault | None = None,
    embedder: Embedder | None = None,
    decoder: Decoder | None = None,
) -> Verdict:
    """Judge a finished run, as `judge` does; lost tokens are counted."""
    limits, design, codes = tolerances or Tolerances(), fixed.design, replayed.stimulus.codes
    wanted = _wanted(fixed, replayed)
    run = _filled_in(replayed.run, wanted.golden.taps, codes)
    is_whole = replayed.broken_off is None
    verdict = Verdict(
        design=design,
        tolerances=limits,
        identity=replayed.identity,
        stimulus=replayed.stimulus,
        run=run,
        golden=wanted.golden,
        floats=wanted.floats,
        yardstick=wanted.yardstick,
        taps=_compared(run, wanted.golden.taps, design, codes),
        qualities=_qualities(run, wanted, design, limits),
        input_counts=no_input(len(design.channels)).and_then(codes, design),
        saturated_share=float(wanted.golden.saturated_tokens.sum()) / max(1, wanted.golden.taps.tokens.size),
        lost_tokens=_lost_tokens(run, design),
        has_line=run.received is not None,
        complaints=run.complaints,
        own_samples=run.own_samples,
        embeddings=_embeddings(embedder, fixed, run, wanted.floats) if embedder is not None and is_whole else None,
        decisions=_decisions(decoder, fixed, run, wanted.floats) if decoder is not None and is_whole else None,
        broken_off=replayed.broken_off,
        fault=None if fault is None else fault.on(design, len(codes) / design.converter.rate_hz),
        findings=diagnose(fixed, codes, wanted.golden.taps, replace(replayed.run, taps=run.taps)),
        range_losses=range_losses(fixed, wanted.floats, wanted.yardstick),
        elapsed_s=replayed.elapsed_s,
        ended=replayed.ended,
    )
    if verdict.broken_off is not None:
        raise IncompleteError(verdict)
    return verdict


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """The expected values: the golden model bit for bit, and the float path for the bands."""

    golden: GoldenRun
    floats: FloatTaps
    yardstick: Yardstick


def _wanted(fixed: FixedDesign, replayed: Replayed) -> _Wanted:
    codes, own_samples = replayed.stimulus.codes, replayed.run.own_samples
    starts = (0,) if own_samples is None else own_samples.starts
    golden, floats = run_golden_from_resets(fixed, codes, starts), float_taps_from_resets(fixed.design, codes, starts)
    return _Wanted(golden=golden, floats=floats, yardstick=yardstick_of(fixed, golden, floats, starts))


def _qualities(run: DeviceRun, wanted: _Wanted, design: Design, limits: Tolerances) -> list[BandQuality]:
    """Return the qualities of the device's bands, or of the golden model's if the device does not send its bands."""
    golden, yardstick = wanted.golden.taps.bands, wanted.yardstick
    found = run.taps.get("bands", golden)
    return band_qualities(design, found, golden, yardstick.bands, yardstick.beyond, limits.wanted_db(design))


def _filled_in(run: DeviceRun, golden: Taps, codes: NDArray[np.int32]) -> DeviceRun:
    """Return a run whose lost values are replaced by the golden model's, and lost codes by those that were sent."""
    if run.received is not None and not run.received.all():
        run = replace(run, tokens=filled_in(run, golden))
    return replace(run, taps=taps_filled_in(run, golden, codes))


def _compared(run: DeviceRun, golden: Taps, design: Design, codes: NDArray[np.int32]) -> list[TapComparison]:
    """Compare every tap that the device sent, and its own samples with its converter's model, if there is one."""
    return compare_codes(run.own_samples, design) + with_device_samples(
        compare_run(golden, run, design, codes), run.own_samples, design
    )


def _lost_tokens(run: DeviceRun, design: Design) -> int:
    """Return the number of lost tokens, and of those that cannot be judged because an earlier sample was lost."""
    lost = 0 if run.received is None else int((~run.received).sum())
    behind = (
        0 if run.own_samples is None else run.own_samples.unjudged_patches * len(design.channels) * len(design.bands)
    )
    return lost + behind


def _embeddings(embedder: Embedder, fixed: FixedDesign, run: DeviceRun, floats: FloatTaps) -> EmbeddingCosines:
    from earloop.hil.judging.embeddings import compare_embeddings

    return compare_embeddings(embedder, fixed, run.tokens, floats)


def _decisions(decoder: Decoder, fixed: FixedDesign, run: DeviceRun, floats: FloatTaps) -> Flips | ValueErrors:
    from earloop.hil.judging.embeddings import compare_decisions

    return compare_decisions(decoder, fixed, run.tokens, floats)
