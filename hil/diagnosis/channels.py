"""Faults of single channels: for each channel and patch, this module tests a few hypotheses.

The hypotheses are: the channel is silent; it is the sent signal times a factor; it is the signal sent to another
channel; it is an unrelated signal. The tests use the bands with a short impulse response, scaled to equal size. A
hypothesis is accepted if it leaves less than 1 % of the energy in most of the patches between onset and end; of
several, the one that leaves least. The roundings of both signals leave 2/12 of a squared step of a token, which is 1 %
of a signal of four steps rms; weaker signals are not tested.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.evidence import Evidence
from earloop.hil.diagnosis.finding import Finding, FindingPlace, Symptom
from earloop.spec.patches import to_patches
from earloop.spec.taps import TOKEN_MAX

LEFT = 0.01  # share of the energy that an accepted hypothesis may leave
MOST = 0.5  # share of the tested patches
SETTLED_S = 1.0  # after which fast bands, decimator and notch have settled, except after a full-range step
_SIGMAS = 6.0  # standard errors of a gain's slope
_ALIKE_PATCHES = 2  # largest distance of first differences with one cause
_SHORTEST_SILENCE = 2  # patches
_LEAST_STEPS = 4.0  # least rms of the sent signal, in steps of a token, for a test of silence
_HUM = 0.5  # least share of power in one spectral line


@dataclass(frozen=True)
class _Sums:
    """Energies and products of the fast bands, by patch.

    wanted, found : float64 [patches, channels]
    products : float64 [patches, channels found, channels wanted]
    """

    wanted: NDArray[np.float64]
    found: NDArray[np.float64]
    products: NDArray[np.float64]


def channel_findings(evidence: Evidence) -> list[Finding]:
    """Return the findings about channels, if the device's time is right."""
    sums = _sums(evidence)
    affected = [channel for channel in range(sums.found.shape[1]) if evidence.differs[:, channel].any()]
    silent = {channel: run for channel in affected if (run := _silence(sums, evidence, channel)) is not None}
    if frozen := _frozen(silent, evidence):
        return [frozen]
    findings: list[Finding] = []
    explained: set[int] = set()
    for channel in affected:
        if channel in explained:
            continue
        inside = _inside(evidence, channel)
        other = _taken_from(sums, channel, inside)
        if other is not None and _taken_from(sums, other, inside) == channel:
            findings.append(_swapped(sums, evidence, channel, other, inside))
            explained.add(other)
        elif channel in silent:
            findings.append(_silent(evidence, channel, silent[channel]))
        else:
            findings.append(
                _gain(sums, evidence, channel, inside)
                or _gain(sums, evidence, channel, _late(evidence, channel))
                or _foreign(sums, evidence, channel, inside)
            )
    return findings


def _sums(evidence: Evidence) -> _Sums:
    fast, patch = list(evidence.fast), evidence.design.tokens.patch
    size = np.maximum(np.sqrt((evidence.wanted[:, :, fast] ** 2).mean(axis=(0, 1))), _LEAST_STEPS)
    wanted, found = (
        np.moveaxis(to_patches(side[:, :, fast] / size, patch), -1, 1)  # [patches, patch, channels, fast bands]
        for side in (evidence.wanted, evidence.found)
    )
    return _Sums((wanted**2).sum(axis=(1, 3)), (found**2).sum(axis=(1, 3)), np.einsum("ptcb,ptdb->pcd", found, wanted))


def _inside(evidence: Evidence, channel: int) -> NDArray[np.int64]:
    """Return the patches from the settling after the first difference to the last difference."""
    patches = np.flatnonzero(evidence.differs_fast[:, channel])
    first, last = int(patches[0]), int(patches[-1])
    settled = round(SETTLED_S / evidence.design.patch_s)
    from_first = first + settled if first else 0
    to_last = last if last == evidence.patches - 1 else last - settled
    return np.arange(from_first, to_last + 1) if to_last >= from_first else np.arange(first, last + 1)


def _late(evidence: Evidence, channel: int) -> NDArray[np.int64]:
    """Return the last quarter of the differing patches, for a gain so near 1 that only roundings differ."""
    patches = np.flatnonzero(evidence.differs[:, channel])
    span = np.arange(patches[0], patches[-1] + 1)
    return span[len(span) * 3 // 4 :]


def _place(evidence: Evidence, *channels: int) -> FindingPlace:
    patches = np.flatnonzero(evidence.differs_fast[:, channels].any(axis=1))
    ends = None if patches[-1] == evidence.patches - 1 else float((patches[-1] + 1) * evidence.design.patch_s)
    begins = float(min(evidence.first_difference_s[channel] for channel in channels))
    return FindingPlace(tuple(evidence.design.channels[channel] for channel in channels), begins, ends)


# ---- Silence: stuck, frozen, at a rail ----


def _silence(sums: _Sums, evidence: Evidence, channel: int) -> tuple[int, int] | None:
    """Return first patch and end of the longest stretch in which the channel is silent although a signal was sent."""
    values = len(evidence.fast) * evidence.design.tokens.patch
    strong = sums.wanted[:, channel] > values * (_LEAST_STEPS / _typical(evidence)) ** 2
    quiet = strong & (sums.found[:, channel] <= LEFT * sums.wanted[:, channel])
    fits = sums.products[:, channel, channel] ** 2 > (1 - LEFT) * sums.found[:, channel] * sums.wanted[:, channel]
    runs = _runs(quiet & ~(fits & (sums.found[:, channel] > 0)))
    longest = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    return longest if longest[1] - longest[0] >= _SHORTEST_SILENCE else None


def _typical(evidence: Evidence) -> float:
    """Return the root mean square of the sent signal in the fast bands, in steps of a token."""
    return float(max(np.sqrt((evidence.wanted[:, :, list(evidence.fast)] ** 2).mean()), _LEAST_STEPS))


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first index and end of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _frozen(silent: dict[int, tuple[int, int]], evidence: Evidence) -> Finding | None:
    """Return a finding if all channels are silent at the same time."""
    channels = len(evidence.design.channels)
    if channels < 2 or len(silent) < channels:
        return None
    first, end = max(first for first, _ in silent.values()), min(end for _, end in silent.values())
    if first >= end or np.ptp(evidence.first_difference_s) > _ALIKE_PATCHES * evidence.design.patch_s:
        return None
    text = f"all {channels} channels keep one value for {_seconds(evidence, end - first):.2f} s or longer"
    return Finding(kind=Symptom.FROZEN, where=_all_channels(evidence, end), evidence=text)


def _all_channels(evidence: Evidence, end: int) -> FindingPlace:
    ends_s = None if end == evidence.patches else _seconds(evidence, end)
    return FindingPlace((), float(evidence.first_difference_s.min()), ends_s)


def _silent(evidence: Evidence, channel: int, run: tuple[int, int]) -> Finding:
    first, end = run
    begins_s = float(evidence.first_difference_s[channel])
    ends_s = None if end == evidence.patches else _seconds(evidence, end)
    place = FindingPlace((evidence.design.channels[channel],), begins_s, ends_s)
    silence = f"no signal above {_lowest(evidence)} for {_seconds(evidence, end - first):.2f} s, where one was sent"
    if (rail := _at_rail(evidence, channel, run)) is not None:
        return Finding(kind=Symptom.RAIL, where=place, evidence=f"{rail}; then {silence}")
    return Finding(kind=Symptom.STUCK, where=place, evidence=f"{silence}; no large step before")


def _at_rail(evidence: Evidence, channel: int, run: tuple[int, int]) -> str | None:
    """Describe how a silent channel is at a rail: by its decimated tap, or else by a step that clips its tokens."""
    patch, design = evidence.design.tokens.patch, evidence.design
    if evidence.decimated is not None:
        level = float(np.median(evidence.decimated[run[0] * patch : run[1] * patch, channel]))
        share = abs(level) / design.fixed_point.input_steps / 2 ** (design.converter.bits - 1)
        return f"its codes are at {share:.1%} of the converter's range" if share > 0.99 else None
    return _by_a_step(evidence, channel)


def _by_a_step(evidence: Evidence, channel: int) -> str | None:
    """Describe the step at the first difference if it clips all fast bands and the sent signal does not."""
    design = evidence.design
    start = round(evidence.first_difference_s[channel] * design.token_rate_hz)
    after = slice(start, start + round(SETTLED_S * design.token_rate_hz))
    fast = list(evidence.fast)
    found, wanted = (
        (np.abs(side[after, channel][:, fast].astype(int)) >= TOKEN_MAX).any(axis=0)
        for side in (evidence.tokens_found, evidence.tokens_wanted)
    )
    if not (found & ~wanted).all():
        return None
    return f"a step that clips the tokens of all {len(fast)} fast bands"


# ---- Swapped, gain, unrelated signal ----


def _taken_from(sums: _Sums, channel: int, inside: NDArray[np.int64]) -> int | None:
    """Return the other channel whose signal this one carries, if that fits better than its own; else None."""
    left = _left_by_channel(sums, channel, inside)
    best = int(np.median(left, axis=0).argmin())
    return best if best != channel and (left[:, best] < LEFT).mean() >= MOST else None


def _left_by_channel(sums: _Sums, channel: int, inside: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of the found energy that each sent channel leaves; its own is scaled by the best factor.

    float64 [inside, channels].
    """
    found, wanted = sums.found[inside, channel, None], sums.wanted[inside]
    products = sums.products[inside, channel]
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (found + wanted - 2 * products) / found
        left[:, channel] = 1 - products[:, channel] ** 2 / (found[:, 0] * wanted[:, channel])
    return np.asarray(np.nan_to_num(left, nan=1.0, posinf=1.0), np.float64)


def _swapped(sums: _Sums, evidence: Evidence, one: int, other: int, inside: NDArray[np.int64]) -> Finding:
    names = evidence.design.channels

    def correlation(found: int, sent: int) -> float:
        energy = sums.found[inside, found].sum() * sums.wanted[inside, sent].sum()
        return float(sums.products[inside, found, sent].sum() / np.sqrt(energy))

    text = (
        f"found {names[one]} correlates {correlation(one, other):.4f} with sent {names[other]} and "
        f"{correlation(one, one):.4f} with sent {names[one]}; found {names[other]} {correlation(other, one):.4f} with "
        f"sent {names[one]}; {_seconds(evidence, len(inside)):g} s"
    )
    return Finding(kind=Symptom.SWAPPED, where=_place(evidence, one, other), evidence=text)


def _gain(sums: _Sums, evidence: Evidence, channel: int, inside: NDArray[np.int64]) -> Finding | None:
    left = _left_by_channel(sums, channel, inside)[:, channel]
    if (left < LEFT).mean() < MOST:
        return None
    good = inside[left < LEFT]
    patch = evidence.design.tokens.patch
    ticks = (good[:, None] * patch + np.arange(patch)).ravel()
    fast = list(evidence.fast)
    clipped = (np.abs(evidence.tokens_found[ticks, channel][:, fast].astype(int)) >= TOKEN_MAX).any(axis=1)
    ticks = ticks[~clipped]
    if len(ticks) < patch:
        return None
    wanted, found = evidence.wanted[ticks, channel][:, fast], evidence.found[ticks, channel][:, fast]
    energy = np.maximum((wanted**2).sum(axis=0), 1.0)
    slopes = (wanted * found).sum(axis=0) / energy
    spread = ((found - slopes * wanted) ** 2).mean(axis=0) + 2 * evidence.rounding[fast]
    weights = energy / spread
    slope, error = float((slopes * weights).sum() / weights.sum()), float(1 / np.sqrt(weights.sum()))
    if abs(slope - 1) <= _SIGMAS * error:
        return None
    text = (
        f"{abs(slope - 1):.2%} {'high' if slope > 1 else 'low'} in gain over all {len(fast)} fast bands: regression "
        f"{slope:.5f} +- {error:.5f}, {slopes.min():.5f} to {slopes.max():.5f} by band, "
        f"{_seconds(evidence, len(good)):g} s"
    )
    place = _place(evidence, channel)
    place = replace(place, ends_s=None) if inside[-1] == evidence.patches - 1 else place
    return Finding(kind=Symptom.GAIN, where=place, evidence=text, size=slope)


def _foreign(sums: _Sums, evidence: Evidence, channel: int, inside: NDArray[np.int64]) -> Finding:
    from scipy import signal

    unlike = inside[_left_by_channel(sums, channel, inside)[:, channel] >= LEFT]
    inside = unlike if len(unlike) else inside
    products = sums.products[inside, channel, channel].sum()
    energy = sums.found[inside, channel].sum() * sums.wanted[inside, channel].sum()
    correlation = float(products / np.sqrt(energy)) if energy else 0.0
    patch, rate_hz = evidence.design.tokens.patch, evidence.design.token_rate_hz
    stretch = evidence.found[inside[0] * patch : (inside[-1] + 1) * patch, channel, evidence.fast[0]]
    second = min(len(stretch), round(rate_hz))
    frequencies, power = signal.welch(stretch, rate_hz, nperseg=second, average="median")  # ignores steps at its ends
    strongest = int(power.argmax())
    line = np.abs(frequencies - frequencies[strongest]) <= 2.0
    share = float(power[line].sum() / power.sum()) if power.sum() else 0.0
    ends_s = None if inside[-1] == evidence.patches - 1 else _seconds(evidence, int(inside[-1]) + 1)
    place = replace(_place(evidence, channel), ends_s=ends_s)
    correlated = f"correlation {correlation:.3f} with the sent signal"
    if share >= _HUM and correlation**2 < MOST and _lasts(sums, channel, inside):
        return Finding(
            kind=Symptom.ELECTRODE_OFF,
            where=place,
            evidence=f"an unrelated signal: {correlated}; {share:.0%} of its power at {frequencies[strongest]:.1f} Hz",
        )
    if (rail := _by_a_step(evidence, channel)) is not None:
        return Finding(
            kind=Symptom.RAIL, where=place, evidence=f"{rail}, and too short a stretch to detect silence; {correlated}"
        )
    count = int((evidence.tokens_wanted[:, channel] != evidence.tokens_found[:, channel]).sum())
    return Finding(
        kind=Symptom.UNEXPLAINED,
        where=place,
        evidence=f"{count:,} token samples differ, and no known fault explains it; {correlated}",
    )


def _lasts(sums: _Sums, channel: int, inside: NDArray[np.int64]) -> bool:
    """Return whether the difference from the sent signal persists, unlike the ringing of a notch after a step.

    A notch of 50 Hz with a Q of 30 rings with a time constant of Q / (pi f) = 0.19 s: from one patch to the next its
    energy falls to a fourteenth, while that of hum is constant. A quarter is a threshold between the two.
    """
    left = (sums.found + sums.wanted)[inside, channel] - 2 * sums.products[inside, channel, channel]
    return len(left) > 1 and bool((left[1:] > left[:-1] / 4).mean() >= MOST)


def _seconds(evidence: Evidence, patches: int) -> float:
    return patches * evidence.design.patch_s


def _lowest(evidence: Evidence) -> str:
    """Return the lowest frequency of the fast bands."""
    return f"{min(evidence.design.bands[i].low_hz for i in evidence.fast):g} Hz"
