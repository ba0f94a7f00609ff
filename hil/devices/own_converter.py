"""An earbud's own samples as a run that the rig can judge, with losses and the rate of its clock."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.link.acquisition import Acquired, AcquiredSegment, CutOffError, Enough
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.errors_in_words import channels_off, fault_in_words, self_test_complaints
from earloop.hil.link.sample_clock import SampleClock
from earloop.hil.link.tap_records import TapRecord, settled_patches
from earloop.hil.link.taps_that_fit import line_bytes_per_s, taps_that_fit
from earloop.hil.run.clock_fit import ClockFit
from earloop.hil.run.device import Advance, DeviceRun
from earloop.hil.run.line_account import LineAccount
from earloop.hil.run.own_samples import OwnSamples, OwnSegment
from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Hello, SampleSource, Status, Tap

_EMULATED_TIME = "the time of an emulation is not real"


def converter_of(hello: Hello) -> SampleSource:
    """Return the source that is the earbud's own converter.

    Raises
    ------
    LinkError
        The earbud accepts samples from the host only.
    """
    for source in (SampleSource.SPI, SampleSource.BRIDGE):
        if hello.sources & source:
            return source
    raise LinkError("the earbud has no converter: it accepts samples from the host only")


def take_all_that_fits(
    kind: str, link: EarbudLink, fixed: FixedDesign, samples: int, advance: Advance, enough: Enough
) -> DeviceRun:
    """Run `take_samples` on a real earbud of a kind, with all taps that its line carries in real time.

    Raises
    ------
    LinkError
        In addition: it has no converter, or does not offer its codes.
    """
    hello = link.hello()
    taps = taps_that_fit(Tap(hello.taps), fixed.design, line_bytes_per_s(kind, fixed.design))
    return take_samples(link, fixed, samples, advance, source=converter_of(hello), taps=taps, enough=enough)


def take_samples(
    link: EarbudLink,
    fixed: FixedDesign,
    samples: int,
    advance: Advance,
    *,
    source: SampleSource,
    taps: Tap,
    emulated: bool = False,
    enough: Enough = lambda: False,
) -> DeviceRun:
    """Let an earbud take at least `samples` samples from its converter.

    Parameters
    ----------
    taps : the requested taps, including `codes` and `tokens`
    emulated : whether its time is not the host's
    enough : called repeatedly; returns whether the acquisition may end early

    Returns
    -------
    DeviceRun
        The part that can be judged, with `own_samples`.

    Raises
    ------
    LinkError
        The converter does not start, or no whole patch of samples arrived.
    """
    hello = link.configure(fixed.design.design_hash, taps, source)
    watch, broken_off, cut_off = SampleClock(), None, False
    try:
        acquired = link.acquire(samples, advance=advance, watch=watch, enough=enough)
    except CutOffError as error:
        acquired, broken_off, cut_off = error.acquired, str(error), True
    else:
        if not acquired.complete:
            why = fault_in_words(acquired.status.fault)
            broken_off = f"the converter failed for good after sample {acquired.status.received}: {why}"
    clock, no_clock = (None, _EMULATED_TIME) if emulated else _clock(watch, fixed.design)
    own_samples = OwnSamples(
        segments=_segments(acquired, fixed.design, cut_off),
        block=fixed.design.patch_samples,
        restarts=acquired.status.restarts,
        fault=fault_in_words(acquired.status.fault) if acquired.status.restarts else None,
        emulated=emulated,
        clock=clock,
        no_clock=no_clock,
        broken_off=broken_off,
    )
    if not len(own_samples.codes):
        why = broken_off or f"{own_samples.lost:,} of {own_samples.taken:,} samples were lost on the line"
        raise LinkError(f"its samples yield no token: at least {own_samples.block} in a row are needed; {why}")
    return _device_run(acquired, own_samples, hello, fixed.design)


def _clock(watch: SampleClock, design: Design) -> tuple[ClockFit | None, str | None]:
    """Return the measured clock, or the reason why it is unknown."""
    try:
        return watch.fit(design.converter.rate_hz), None
    except LinkError as error:
        return None, f"{error}; acquire for longer"


def _segments(acquired: Acquired, design: Design, cut_off: bool) -> tuple[OwnSegment, ...]:
    """Return the segments with the lengths that the earbud reports, even where samples were lost.

    After a broken link, the last segment has the length of the patches that were sent completely.
    """
    segments, ends = acquired.segments, [segment.first for segment in acquired.segments[1:]]
    last = acquired.status.received if acquired.status.run == segments[-1].run else 0
    lengths = [end - segment.first for segment, end in zip(segments, [*ends, last], strict=True)]
    if cut_off:
        block, taps = design.patch_samples, segments[-1].taps
        lengths[-1] = block * min(settled_patches(taps["tokens"].received), len(taps["codes"].received) // block)
    else:
        lengths[-1] = max(lengths[-1], len(segments[-1].taps["codes"].received))
    found = []
    for segment, length in zip(segments, lengths, strict=True):
        codes, run = _as_long(segment.taps["codes"], length), (segment.run - acquired.run) & 0xFFFF
        found.append(OwnSegment(run=run, first=segment.first, codes=codes.values, received=codes.received))
    return tuple(found)


def _device_run(acquired: Acquired, own_samples: OwnSamples, hello: Hello, design: Design) -> DeviceRun:
    """Return the parts of all taps that can be judged, with the segments concatenated."""
    patches = [segment.judged(own_samples.block) // own_samples.block for segment in own_samples.segments]
    rows = {"tokens": 1, **dict.fromkeys(("decimated", "notched", "bands"), design.tokens.patch)}  # of a patch
    records = {
        name: _joined(name, acquired.segments, [count * each for count in patches])
        for name, each in rows.items()
        if name in acquired.segments[0].taps
    }
    tokens, status = records.pop("tokens"), acquired.status
    return DeviceRun(
        tokens=tokens.values,
        taps={name: record.values for name, record in records.items()},
        measurements=_measurements(status, own_samples.emulated),
        received=tokens.received,
        complaints=self_test_complaints(hello),
        line=LineAccount(
            damaged=acquired.corrupt,
            missing=sum(loss.count for loss in acquired.losses),
            stale=acquired.stale,
            frames=acquired.frames,
        ),
        lead_off=channels_off(acquired.lead_off_p | acquired.lead_off_n, design),
        taps_received={name: record.received for name, record in records.items()},
        own_samples=own_samples,
    )


def _measurements(status: Status, emulated: bool) -> dict[str, float]:
    """Return the earbud's counts since its converter last started; clocks only for a real chip."""
    mean, most = status.tick_clocks / max(1, status.ticks), status.tick_clocks_max
    clocks = {} if emulated else {"clocks_per_tick": mean, "clocks_per_tick_max": most}
    return clocks | {
        "saturated_inputs": status.saturated_inputs,
        "saturated_bands": status.saturated_bands,
        "saturated_tokens": status.saturated_tokens,
    }


def _joined(name: str, segments: tuple[AcquiredSegment, ...], lengths: list[int]) -> TapRecord:
    parts = [_as_long(segment.taps[name], length) for segment, length in zip(segments, lengths, strict=True)]
    return TapRecord(np.concatenate([part.values for part in parts]), np.concatenate([part.received for part in parts]))


def _as_long(record: TapRecord, rows: int) -> TapRecord:
    """Return the first `rows` rows of a record; rows beyond its end count as not received."""

    def fitted(array: NDArray[Any]) -> NDArray[Any]:
        out = np.zeros((rows, *array.shape[1:]), array.dtype)
        common = min(rows, len(array))
        out[:common] = array[:common]
        return out

    return TapRecord(fitted(record.values), fitted(record.received))
